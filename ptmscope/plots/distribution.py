"""How unevenly models are used: usages and repositories by rank, and the Lorenz curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ptmscope.plots.canvas import COLOURS, FAINT
from ptmscope.plots.plot import Plot
from ptmscope.statistics.spread import gini, lorenz
from ptmscope.statistics.tables import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: What is spread, with its line.
KINDS = (("usages", COLOURS[0], "-"), ("repositories", COLOURS[5], "--"))


def distribution(models: Table) -> Plot:
    """Out of the table of models."""
    number = {name: models.columns.index(name) for name in ("usages", "repositories")}
    spread = {name: [int(str(row[place])) for row in models.rows] for name, place in number.items()}
    rows = tuple((rank, *row) for rank, row in enumerate(models.rows, 1))

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        _by_rank(left, spread)
        _lorenz(right, spread)

    return Plot("distribution", ("rank", *models.columns), rows, draw, 7.2, 3.0)


def _by_rank(axes: Axes, spread: dict[str, list[int]]) -> None:
    for name, colour, line in KINDS:
        ordered = sorted(spread[name], reverse=True)
        axes.plot(range(1, len(ordered) + 1), ordered, line, color=colour, linewidth=1.6, label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("rank of the model")
    axes.set_ylabel("number per model")
    axes.grid(visible=True)
    axes.legend(frameon=False)
    axes.set_title("a  by rank")


def _lorenz(axes: Axes, spread: dict[str, list[int]]) -> None:
    axes.plot((0, 1), (0, 1), color=FAINT, linewidth=1)
    for name, colour, line in KINDS:
        x, y = zip(*lorenz(spread[name]), strict=True)
        label = f"{name}{_gini(spread[name])}"
        axes.plot(x, y, line, color=colour, linewidth=1.6, label=label, clip_on=False)
    axes.set_aspect("equal")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel("share of the models, least used first")
    axes.set_ylabel("their share of all")
    axes.legend(frameon=False, loc="upper left")
    axes.set_title("b  concentration")


def _gini(values: Sequence[int]) -> str:
    found = gini(values)
    return "" if found is None else f", Gini {found:.2f}"
