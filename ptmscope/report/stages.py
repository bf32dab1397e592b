"""The usages of a model as ribbons: each goes once through its stages, by the call of each that most usages have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from analyzer.records import CallSequence
from analyzer.symbols import OTHER
from analyzer.tally import STAGES, plain
from patterns.symbols import symbols

#: Calls told of a stage; those of fewer usages are one.
CALLS = 5
REST = "other calls"

Node: TypeAlias = tuple[str, str]  # stage, call


def flow(usages: Iterable[CallSequence]) -> dict[str, Any]:
    """`nodes`: [stage, call, usages], in the order of the stages; `links`: [from, to, usages]; `single`: usages that
    stay in one stage, and are not shown."""
    seen = [_seen(usage) for usage in usages]
    totals = Counter((stage, call) for each in seen for stage, calls in each.items() for call in calls)
    every = [_way(each, totals) for each in seen]
    ways = [way for way in every if len(way) > 1]
    kept = _kept(Counter(node for way in ways for node in way))
    folded = [[node if node in kept else (node[0], REST) for node in way] for way in ways]
    sizes = Counter(node for way in folded for node in way)
    links = Counter(pair for way in folded for pair in pairwise(way))
    order = sorted(sizes, key=lambda node: (STAGES.index(node[0]), node[1] == REST, -sizes[node], node))
    place = {node: number for number, node in enumerate(order)}
    return {
        "nodes": [[*node, sizes[node]] for node in order],
        "links": sorted([place[start], place[end], number] for (start, end), number in links.items()),
        "single": len(every) - len(ways),
    }


def _seen(usage: CallSequence) -> dict[str, list[str]]:
    """Stage -> the calls in it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for call, symbol in zip(usage.calls, symbols(usage, "family"), strict=True):
        if call.role:
            found[call.role].append(plain(symbol))
    return {stage: list(dict.fromkeys(found[stage])) for stage in STAGES if stage != OTHER and stage in found}


def _way(seen: Mapping[str, list[str]], totals: Mapping[Node, int]) -> list[Node]:
    return [(stage, min(calls, key=lambda call: (-totals[stage, call], call))) for stage, calls in seen.items()]


def _kept(sizes: Mapping[Node, int]) -> set[Node]:
    by_stage: defaultdict[str, list[Node]] = defaultdict(list)
    for node in sorted(sizes, key=lambda node: (-sizes[node], node)):
        by_stage[node[0]].append(node)
    return {node for held in by_stage.values() for node in (held if len(held) <= CALLS + 1 else held[:CALLS])}
