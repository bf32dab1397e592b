"""From the library over what is loaded to what is done with it: usages as ribbons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patterns.pattern import Patterns
from ptmscope.plots.canvas import COLOURS, HALO, Path, PathPatch, Rectangle
from ptmscope.plots.names import cut
from ptmscope.plots.plot import Plot
from ptmscope.repositories import Repository
from ptmscope.statistics.ways import BLOCKS, HEADS, OTHER, SINGULAR, Way, ways

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Widths of a block and of the gap between columns, height of all usages, gap between blocks.
BLOCK, ACROSS, HIGH, GAP = 0.03, 0.36, 1.0, 0.018
GREY = "#595959"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a column, from `low` up."""

    name: str
    weight: float
    low: float

    @property
    def high(self) -> float:
        return self.low + self.weight


def flow(repositories: Sequence[Repository], found: Patterns) -> Plot:
    """Each usage once: by the first of its libraries and tasks, and the kind of its pattern."""
    folded = ways(repositories, found)
    rows = tuple((*way, number) for way, number in sorted(folded.items(), key=lambda item: (-item[1], item[0])))

    def draw(figure: Figure) -> None:
        _draw(figure, folded)

    return Plot("flow", (*HEADS, "usages"), rows, draw, 7.2, 4.2)


def _columns(folded: Mapping[Way, int]) -> list[dict[str, Block]]:
    """The blocks of each column, the largest on top, what is left at the bottom."""
    total = sum(folded.values()) or 1
    columns = []
    for column in range(3):
        sizes: Counter[str] = Counter()
        for way, number in folded.items():
            sizes[way[column]] += number
        order = sorted(sizes, key=lambda name: (name in (OTHER, SINGULAR), name == OTHER, -sizes[name], name))
        blocks, high = {}, HIGH + GAP * (len(order) - 1) / 2
        for name in order:
            weight = HIGH * sizes[name] / total
            blocks[name] = Block(name, weight, high - weight)
            high -= weight + GAP
        columns.append(blocks)
    return columns


def _draw(figure: Figure, folded: Mapping[Way, int]) -> None:
    axes = figure.add_subplot()
    columns = _columns(folded)
    colours = {name: COLOURS[min(number, len(COLOURS) - 1)] for number, name in enumerate(columns[0])}
    colours[OTHER] = COLOURS[-1]
    _ribbons(axes, _joined(folded), columns, 0, colours)
    _ribbons(axes, folded, columns, 1, colours)
    total = sum(folded.values()) or 1
    for column, blocks in enumerate(columns):
        for block in blocks.values():
            _block(axes, column, block, colours[block.name] if column == 0 else GREY, total)
        side, place = ("right", BLOCK) if column == 0 else ("left", _x(column))
        axes.text(place, 1 + GAP * BLOCKS / 2 + 0.04, HEADS[column], weight="bold", ha=side, va="bottom")
    axes.set_xlim(-0.2, _x(2) + BLOCK + 0.2)
    axes.set_ylim(-GAP * BLOCKS / 2 - 0.02, 1 + GAP * BLOCKS / 2 + 0.1)
    axes.set_axis_off()


def _joined(folded: Mapping[Way, int]) -> dict[Way, int]:
    """Without what is done, which makes no difference before it."""
    found: Counter[Way] = Counter()
    for (library, loaded, _), number in folded.items():
        found[library, loaded, ""] += number
    return dict(found)


def _x(column: int) -> float:
    return column * (BLOCK + ACROSS)


def _ribbons(
    axes: Axes, folded: Mapping[Way, int], columns: Sequence[dict[str, Block]], left: int, colours: Mapping[str, str]
) -> None:
    """Between two columns, in the colour of the library."""
    total = sum(folded.values()) or 1
    start = {name: block.high for name, block in columns[left].items()}
    end = {name: block.high for name, block in columns[left + 1].items()}
    ranks = [{name: number for number, name in enumerate(blocks)} for blocks in columns]
    places = {way: (ranks[left][way[left]], ranks[left + 1][way[left + 1]], ranks[0][way[0]]) for way in folded}
    arriving = {way: (place[1], place[0], place[2]) for way, place in places.items()}
    tops = {}
    for way in sorted(folded, key=lambda way: (*arriving[way], way)):
        tops[way] = end[way[left + 1]]
        end[way[left + 1]] -= folded[way] / total
    for way in sorted(folded, key=lambda way: (*places[way], way)):
        height = folded[way] / total
        _ribbon(axes, left, start[way[left]], tops[way], height, colours[way[0]])
        start[way[left]] -= height


def _ribbon(axes: Axes, left: int, start: float, end: float, height: float, colour: str) -> None:
    x0, x1 = _x(left) + BLOCK, _x(left + 1)
    middle = (x0 + x1) / 2
    points = [
        *((x0, start), (middle, start), (middle, end), (x1, end)),
        *((x1, end - height), (middle, end - height), (middle, start - height), (x0, start - height), (x0, start)),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.45, linewidth=0))


def _block(axes: Axes, column: int, block: Block, colour: str, total: int) -> None:
    x = _x(column)
    axes.add_patch(Rectangle((x, block.low), BLOCK, block.weight, facecolor=colour, linewidth=0))
    text = f"{cut(block.name, 26)}  {round(block.weight * total):,}"
    side, place = ("right", x - 0.01) if column == 0 else ("left", x + BLOCK + 0.01)
    axes.text(place, block.low + block.weight / 2, text, ha=side, va="center", fontsize=7, path_effects=HALO)
