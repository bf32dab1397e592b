"""Models against ways of use: the darker, the larger the share of a model's usages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from patterns.pattern import Pattern, Patterns
from ptmscope.plots.names import cut, labels
from ptmscope.plots.plot import Plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Models and ways of use: those of most repositories.
MODELS, WAYS = 18, 14
#: A share is written where it is this large.
TOLD = 0.05
OTHER = "other"


def heatmap(found: Patterns) -> Plot:
    """Of each model, all usages: those of ways that have no column are in the last one."""
    models = _models(found)
    ways = _ways(found, models)
    names = [*(pattern.name for pattern in ways), OTHER]
    column = {pattern.id: number for number, pattern in enumerate(ways)}
    seen: dict[str, Counter[int]] = {model: Counter() for model in models}
    for key, members in [*((p.id, p.members) for p in found.patterns), ("", found.singular)]:
        for member in members:
            if member.model_id in seen:
                seen[member.model_id][column.get(key, len(ways))] += 1
    values = [[seen[model][number] / seen[model].total() for number in range(len(names))] for model in models]
    rows = tuple(
        (model, name, seen[model][number], round(values[place][number], 4))
        for place, model in enumerate(models)
        for number, name in enumerate(names)
    )
    totals = [seen[model].total() for model in models]

    def draw(figure: Figure) -> None:
        _draw(figure, models, names, totals, values)

    return Plot("heatmap", ("model", "way", "usages", "share"), rows, draw, 7.2, 2.5 + 0.22 * len(models))


def _models(found: Patterns) -> list[str]:
    every = [member for members in (*(p.members for p in found.patterns), found.singular) for member in members]
    sources = Counter(model for model, _ in {(m.model_id, m.source) for m in every})
    return sorted(sources, key=lambda model: (-sources[model], model))[:MODELS]


def _ways(found: Patterns, models: Sequence[str]) -> list[Pattern]:
    """Those that have the largest shares of these models' usages, each model counting alike; the largest first."""
    every = [
        member.model_id for members in (*(p.members for p in found.patterns), found.singular) for member in members
    ]
    totals = Counter(every)
    shares = {
        pattern.id: sum(number / totals[model] for model, number in _of(pattern, models).items())
        for pattern in found.patterns
    }
    ordered = sorted(found.patterns, key=lambda pattern: (-shares[pattern.id], pattern.id))
    return [pattern for pattern in ordered if shares[pattern.id]][:WAYS]


def _of(pattern: Pattern, models: Sequence[str]) -> Counter[str]:
    wanted = set(models)
    return Counter(member.model_id for member in pattern.members if member.model_id in wanted)


def _draw(
    figure: Figure, models: Sequence[str], ways: Sequence[str], totals: Sequence[int], values: Sequence[Sequence[float]]
) -> None:
    axes = figure.add_subplot()
    shown = axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    named = [f"{name} ({total})" for name, total in zip(labels(models), totals, strict=True)]
    axes.set_yticks(range(len(models)), named)
    axes.set_xticks(range(len(ways)), [cut(way, 34) for way in ways], rotation=38, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    _lines(axes, len(ways), len(models))
    for place, row in enumerate(values):
        for number, share in enumerate(row):
            if share >= TOLD:
                colour = "white" if share > 0.5 else "black"
                axes.text(number, place, f"{share * 100:.0f}", ha="center", va="center", fontsize=6.5, color=colour)
    bar = figure.colorbar(shown, ax=axes, location="bottom", shrink=0.35, aspect=28, pad=0.02, anchor=(0, 1))
    bar.ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    bar.outline.set_visible(False)
    bar.set_label("share of the model's usages (their number in parentheses)", loc="left")


def _lines(axes: Axes, columns: int, rows: int) -> None:
    """White between the cells."""
    axes.set_xticks([number - 0.5 for number in range(1, columns)], minor=True)
    axes.set_yticks([number - 0.5 for number in range(1, rows)], minor=True)
    axes.grid(which="minor", color="white", linewidth=1.2)
    axes.tick_params(which="minor", length=0)
