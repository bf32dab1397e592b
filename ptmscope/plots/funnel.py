"""From the files there are to those whose usage is of a pattern, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from patterns.pattern import Patterns
from ptmscope.plots.canvas import COLOURS, FAINT
from ptmscope.plots.plot import Plot
from ptmscope.repositories import Repository
from ptmscope.statistics.funnel import Steps, steps_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def funnel(repositories: Sequence[Repository], found: Patterns) -> Plot:
    steps = steps_of(repositories, found)
    first = steps[0][1] if steps else 0
    rows = tuple((name, number, round(number / first, 6) if first else None) for name, number in steps)

    def draw(figure: Figure) -> None:
        _draw(figure, steps)

    return Plot("funnel", ("files", "number", "share of the first"), rows, draw, 7.2, 0.5 + 0.42 * len(steps))


def _draw(figure: Figure, steps: Steps) -> None:
    axes = figure.add_subplot()
    most = max((number for _, number in steps), default=0) or 1
    for place, (_, number) in enumerate(steps):
        axes.barh(place, most, left=0, height=0.62, color=FAINT, alpha=0.35)
        axes.barh(place, number, left=(most - number) / 2, height=0.62, color=COLOURS[0])
        before = steps[place - 1][1] if place else 0
        share = f"  {number / before:.1%} of those above" if before else ""
        axes.text(most * 1.02, place, f"{number:,}{share}", va="center", ha="left")
    axes.set_yticks(range(len(steps)), [name for name, _ in steps])
    axes.invert_yaxis()
    axes.set_xlim(0, most * 1.02)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title("Files")
