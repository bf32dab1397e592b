"""Where nodes and edges of a picture go: a column per stage, rows ordered so that few edges cross.

Layers, dummy nodes for long edges and the barycentre ordering are those of Sugiyama, Tagawa and Toda (1981); the
dummy nodes of one node's long edges of one direction are shared: they run as one line until they part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from analyzer.tally import STAGES

Lane: TypeAlias = tuple[str, int, bool]  # the left node of the edges, the column they pass, whether they lead back
Item: TypeAlias = str | Lane
Link: TypeAlias = tuple[str, str]
Layers: TypeAlias = list[list[Item]]

#: Pixels: of a box with the space below it, a box, a passing edge, the space between columns.
ROW, BOX, LANE, GAP = 50.0, 36.0, 16.0, 76.0

#: Rounds of ordering; the best one counts.
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels; `y` is that of the middle."""

    x: float
    y: float
    width: float
    column: int


@dataclass(frozen=True, slots=True)
class Layout:
    """`routes`: the boxes an edge passes, from the left one to the right one; none within a column."""

    boxes: dict[str, Box]
    routes: dict[Link, tuple[Box, ...]]
    columns: tuple[tuple[str, Box], ...]
    width: float
    height: float


def layout(stages: Mapping[str, str], widths: Mapping[str, float], links: Iterable[Link]) -> Layout:
    """`stages` and `widths` are those of the nodes, heaviest first."""
    columns = [stage for stage in STAGES if stage in set(stages.values())]
    ranks = {node: columns.index(stage) for node, stage in stages.items()}
    chains = {link: _chain(link, ranks) for link in links if ranks[link[0]] != ranks[link[1]]}
    layers = _ordered(_layers(ranks, chains, len(columns)), _segments(chains))
    sizes = [max(widths[node] for node in stages if ranks[node] == column) for column in range(len(columns))]
    lefts = [sum(sizes[:column]) + GAP * column for column in range(len(columns))]
    rows = _rows(layers)
    boxes = {item: Box(lefts[column], rows[item], sizes[column], column) for item, column in _places(layers)}
    return Layout(
        boxes={node: boxes[node] for node in stages},
        routes={link: tuple(boxes[item] for item in chain) for link, chain in chains.items()},
        columns=tuple((stage, Box(lefts[at], 0, sizes[at], at)) for at, stage in enumerate(columns)),
        width=sum(sizes) + GAP * max(len(columns) - 1, 0),
        height=max((sum(map(_height, layer)) for layer in layers), default=0),
    )


def _chain(link: Link, ranks: Mapping[str, int]) -> tuple[Item, ...]:
    left, right = sorted(link, key=lambda node: ranks[node])
    lanes = ((left, column, left != link[0]) for column in range(ranks[left] + 1, ranks[right]))
    return (left, *lanes, right)


def _layers(ranks: Mapping[str, int], chains: Mapping[Link, tuple[Item, ...]], columns: int) -> Layers:
    layers: Layers = [[] for _ in range(columns)]
    for node, rank in ranks.items():
        layers[rank].append(node)
    lanes = {item for chain in chains.values() for item in chain if isinstance(item, tuple)}
    for lane in sorted(lanes):
        layers[lane[1]].append(lane)
    return layers


def _segments(chains: Mapping[Link, tuple[Item, ...]]) -> list[tuple[Item, Item]]:
    return list(dict.fromkeys(segment for chain in chains.values() for segment in pairwise(chain)))


def _ordered(layers: Layers, segments: list[tuple[Item, Item]]) -> Layers:
    """The order with the fewest crossings among those that sweeping right and left in turn gives."""
    befores: defaultdict[Item, list[Item]] = defaultdict(list)
    afters: defaultdict[Item, list[Item]] = defaultdict(list)
    for left, right in segments:
        befores[right].append(left)
        afters[left].append(right)
    best, fewest = layers, _crossings(layers, segments)
    for number in range(ROUNDS):
        layers = _swept(layers, afters if number % 2 else befores, backwards=bool(number % 2))
        crossings = _crossings(layers, segments)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def _swept(layers: Layers, neighbours: Mapping[Item, list[Item]], *, backwards: bool) -> Layers:
    """Each layer by the mean row of its items' neighbours in the layer before."""
    done: Layers = []
    rows: dict[Item, float] = _rows(layers)
    for layer in reversed(layers) if backwards else layers:
        means = {item: _mean([rows[each] for each in neighbours.get(item, ())], rows[item]) for item in layer}
        done.append(sorted(layer, key=lambda item, means=means: means[item]))  # type: ignore[misc]
        rows.update(_rows(done[-1:]))
    return done[::-1] if backwards else done


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _rows(layers: Layers) -> dict[Item, float]:
    """The middle of each item; columns are centred on 0."""
    rows: dict[Item, float] = {}
    for layer in layers:
        top = -sum(map(_height, layer)) / 2
        for item in layer:
            rows[item] = top + _height(item) / 2
            top += _height(item)
    return rows


def _height(item: Item) -> float:
    return ROW if isinstance(item, str) else LANE


def _places(layers: Layers) -> Iterable[tuple[Item, int]]:
    return ((item, column) for column, layer in enumerate(layers) for item in layer)


def _crossings(layers: Layers, segments: list[tuple[Item, Item]]) -> int:
    columns = dict(_places(layers))
    rows = _rows(layers)
    ends: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for left, right in segments:
        ends[columns[left]].append((rows[left], rows[right]))
    return sum(
        (one[0] - two[0]) * (one[1] - two[1]) < 0
        for pairs in ends.values()
        for number, one in enumerate(pairs)
        for two in pairs[:number]
    )
