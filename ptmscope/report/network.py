"""The usages of a model as a graph of API calls: what flows where, and what follows what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzer.records import CallSequence
from analyzer.symbols import LEVELS
from analyzer.tally import STAGES, stage, tally
from ptmscope.export.overview import short

#: Nodes and edges that are told: those of most usages.
NODES, EDGES = 28, 60
_KINDS = ("flow", "order")


def network(usages: Iterable[tuple[str, CallSequence]]) -> dict[str, Any]:
    """`nodes`: [label, api, stage, usages, repositories]; `edges`: [from, to, kind, usages, repositories].

    Order is told only between calls that nothing flows between. `hidden`: nodes that are not told.
    """
    counted = tally(usages, LEVELS["api"], lambda usage: ("",))
    ranked = sorted(counted.points, key=lambda point: (-point[1].repositories, -point[1].usages, point[0]))
    kept = sorted(ranked[:NODES], key=lambda point: (STAGES.index(stage(point[1].roles)), -point[1].usages, point[0]))
    place = {name: number for number, ((_, name), _) in enumerate(kept)}
    steps: dict[tuple[int, int], tuple[str, int, int]] = {}
    for (_, start, end, kind), weight in sorted(counted.steps, key=lambda step: _KINDS.index(step[0][3])):
        if start in place and end in place and start != end:
            steps.setdefault((place[start], place[end]), (kind, weight.usages, weight.repositories))
    first = sorted(steps.items(), key=lambda step: (_KINDS.index(step[1][0]), -step[1][2], -step[1][1], step[0]))
    return {
        "nodes": [[short(name), name, stage(w.roles), w.usages, w.repositories] for (_, name), w in kept],
        "edges": [[*pair, *weight] for pair, weight in first[:EDGES]],
        "hidden": len(counted.points) - len(kept),
    }
