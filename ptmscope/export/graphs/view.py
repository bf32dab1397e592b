"""What a picture shows of a graph: the heaviest nodes and edges of each group, under short names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from analyzer.graph import Edge, Graph, Node, edges, nodes
from analyzer.tally import Kind
from ptmscope.export.overview import short

#: Groups in one picture, edges per node, characters of a label.
GROUPS = 12
EDGES = 2.5
LABEL = 36


@dataclass(frozen=True, slots=True)
class Arrow:
    """What flows from one node to another, or if nothing does, what is called after what."""

    start: str
    end: str
    kind: Kind
    weight: int
    title: str


@dataclass(frozen=True, slots=True)
class View:
    """One group: its nodes, heaviest first, and what is not shown."""

    name: str
    nodes: dict[str, Node]
    arrows: tuple[Arrow, ...]
    more_nodes: int
    more_arrows: int


def views(graph: Graph, limit: int) -> tuple[tuple[View, ...], int]:
    """(the heaviest groups, how many more there are)."""
    arrows = list(_arrows(graph, {name: node.stage for name, node in nodes(graph).items()}))
    found = [
        _view(name, dict(group), arrows, limit)
        for name, group in groupby(nodes(graph).items(), key=lambda item: item[1].group)
    ]
    found.sort(key=lambda view: (-max(node.usages for node in view.nodes.values()), view.name))
    return tuple(found[:GROUPS]), max(len(found) - GROUPS, 0)


def _view(name: str, group: dict[str, Node], arrows: list[Arrow], limit: int) -> View:
    """Nodes that more repositories use come first, then those with more usages."""
    ranked = sorted(group, key=lambda each: (-group[each].repositories, -group[each].usages, each))
    shown = {each: group[each] for each in ranked[:limit]}
    between = [arrow for arrow in arrows if arrow.start in shown and arrow.end in shown]
    kept = between[: round(EDGES * len(shown))]
    return View(name, shown, tuple(kept), len(group) - len(shown), len(between) - len(kept))


def _arrows(graph: Graph, stages: Mapping[str, str]) -> Iterator[Arrow]:
    """Flow before order, the heaviest first.

    An order that a flow implies and a repetition say nothing new, nor does an order that leads back to a load: there,
    one part of a file ends and another begins.
    """
    found = sorted(edges(graph), key=lambda each: (each[2].kind, -each[2].repositories, -each[2].usages, each[:2]))
    flows = {frozenset((start, end)) for start, end, edge in found if edge.kind == "flow"}
    for start, end, edge in found:
        is_new = frozenset((start, end)) not in flows and start != end
        if edge.kind == "flow" or (is_new and (stages[end] != "load" or stages[start] == "load")):
            yield Arrow(start, end, edge.kind, edge.usages, _title(start, end, edge))


def _title(start: str, end: str, edge: Edge) -> str:
    return told(f"{start} → {end} ({edge.kind})", edge.usages, edge.repositories, edge.places)


def told(name: str, usages: int, repositories: int, places: Iterable[str]) -> str:
    """The name, the counts and the places, a line each."""
    return "\n".join((name, counts(usages, repositories), *places))


def counts(usages: int, repositories: int) -> str:
    return f"{_count(usages, 'usage', 'usages')}, {_count(repositories, 'repository', 'repositories')}"


def labels(found: Mapping[str, Node]) -> dict[str, str]:
    """Id -> label; those that are cut alike stand uncut, and those that are still alike in full."""
    forms = [{name: write(node.label) for name, node in found.items()} for write in (label, _uncut, _whole)]
    counted = [Counter(form.values()) for form in forms[:-1]]
    return {
        name: next((form[name] for form, times in zip(forms, counted, strict=False) if times[form[name]] == 1), whole)
        for name, whole in forms[-1].items()
    }


def label(api: str) -> str:
    """`AutoModel(…).logits.argmax`: an API as it is called, cut before its last part where it is long."""
    text = _uncut(api)
    if len(text) <= LABEL:
        return text
    tail = text[text.rfind(".") :][-LABEL // 2 - 3 :]
    return f"{text[: LABEL - 1 - len(tail)].rstrip('.')}…{tail}"


def _uncut(api: str) -> str:
    return short(_whole(api))


def _whole(api: str) -> str:
    return api.replace(".__call__", "(…)")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
