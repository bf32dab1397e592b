"""From the files there are to those whose usage is of a pattern, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from miner.corpus import Corpus
from miner.status import stages
from patterns.pattern import Patterns
from ptmscope import corpora
from ptmscope.plots.canvas import COLOURS, FAINT
from ptmscope.plots.plot import Plot
from ptmscope.repositories import Repository

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Steps = Sequence[tuple[str, int]]


def funnel(repositories: Sequence[Repository], found: Patterns) -> Plot:
    """Of files: what a corpus tells, where all repositories are from one that is still there, else what was read."""
    steps = [*(_of_corpus(repositories) or _read(repositories)), *_used(repositories, found)]
    first = steps[0][1] if steps else 0
    rows = tuple((name, number, round(number / first, 6) if first else None) for name, number in steps)

    def draw(figure: Figure) -> None:
        _draw(figure, steps)

    return Plot("funnel", ("files", "number", "share of the first"), rows, draw, 7.2, 0.5 + 0.42 * len(steps))


def _of_corpus(repositories: Sequence[Repository]) -> Steps:
    places = {corpora.Place.of(each.folder).corpus for each in repositories if corpora.is_within(each.folder)}
    if len(places) != 1 or not all(corpora.is_within(each.folder) for each in repositories):
        return ()
    (place,) = places
    if not corpora.is_corpus(place):
        return ()
    with Corpus.open(place) as corpus:
        return stages(corpus)


def _read(repositories: Sequence[Repository]) -> Steps:
    """Not told where it is not known of each."""
    read = [each.files for each in repositories]
    return () if None in read else (("read", sum(number or 0 for number in read)),)


def _used(repositories: Sequence[Repository], found: Patterns) -> Steps:
    sites = [(each.name, site) for each in repositories for site in each.sites]
    members = {(member.source, member.path) for pattern in found.patterns for member in pattern.members}
    return (
        ("with a load site", len({(source, site.path) for source, site in sites})),
        ("with a model id", len({(source, site.path) for source, site in sites if site.models})),
        ("with a usage", len({(each.name, usage.path) for each in repositories for usage in each.usages})),
        ("with a usage of a pattern", len(members)),
    )


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
