"""Patterns of more usages than one process should hold: parts are clustered apart, then what speaks for them is.

No two parts may have usages of one repository. The most central usages of each cluster of a part, and those in none,
are clustered once more; a cluster goes where most of its central usages go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analyzer.records import CallSequence
from patterns.cluster import Clustering, Level, clustered
from patterns.pattern import Pattern, described

#: Usages that speak for a cluster of a part.
CENTRAL = 10


@dataclass(frozen=True, slots=True)
class Part:
    """Usages clustered apart from the others: the cluster of each (None: singular), and the places of those that
    speak for them."""

    labels: tuple[int | None, ...]
    speaking: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Speaking:
    """A usage that speaks for a cluster of a part, or only for itself (None)."""

    part: int
    cluster: int | None
    source: str
    usage: CallSequence


@dataclass(frozen=True, slots=True)
class Merged:
    """Patterns whose members and figures are those of the speaking usages alone; which of them each cluster (part,
    cluster) is, and each speaking usage (None: none)."""

    patterns: tuple[Pattern, ...]
    of_cluster: dict[tuple[int, int], int]
    of_usage: tuple[int | None, ...]


def part(usages: Iterable[tuple[str, CallSequence]]) -> Part:
    """Clusters the usages of a part, each given with its repository."""
    given = tuple(usages)
    found = clustered([usage for _, usage in given], [source for source, _ in given]).patterns
    central = [place for places in found.central for place in places[:CENTRAL]]
    alone = [place for place, label in enumerate(found.labels) if label is None]
    return Part(found.labels, (*central, *alone))


def merged(speaking: Sequence[Speaking]) -> Merged:
    """What the parts are together."""
    given = [(each.source, each.usage) for each in speaking]
    found = clustered([usage for _, usage in given], [source for source, _ in given])
    target = _targets(speaking, found.fine)
    labels = tuple(
        label if each.cluster is None else target[each.part, each.cluster]
        for each, label in zip(speaking, found.fine, strict=True)
    )
    level = _relabelled(found.patterns, labels)
    number = dict(zip(labels, level.labels, strict=True))
    made = described(given, Clustering(level, found.kinds))
    of_cluster = {cluster: number[label] or 0 for cluster, label in target.items()}
    return Merged(made.patterns, of_cluster, level.labels)


def _targets(speaking: Sequence[Speaking], labels: Sequence[int | None]) -> dict[tuple[int, int], int]:
    """Cluster of a part -> cluster of all; one whose usages are singular now stays a cluster of its own."""
    votes: dict[tuple[int, int], Counter[int]] = {}
    for each, label in zip(speaking, labels, strict=True):
        if each.cluster is not None:
            votes.setdefault((each.part, each.cluster), Counter()).update(() if label is None else (label,))
    fresh = max((label for label in labels if label is not None), default=-1) + 1
    found: dict[tuple[int, int], int] = {}
    for cluster, counted in votes.items():
        found[cluster] = min(counted, key=lambda label: (-counted[label], label), default=fresh)
        fresh += not counted
    return found


def _relabelled(level: Level, labels: tuple[int | None, ...]) -> Level:
    """The level with other labels, of which some may be new and some gone, numbered anew."""
    kept = sorted({label for label in labels if label is not None})
    number = {label: new for new, label in enumerate(kept)}
    places = {label: [place for place, own in enumerate(labels) if own == label] for label in kept}
    before = dict(enumerate(level.central))
    central = ([place for place in before.get(label, ()) if labels[place] == label] for label in kept)
    return replace(
        level,
        labels=tuple(None if label is None else number[label] for label in labels),
        stability=tuple(dict(enumerate(level.stability)).get(label) for label in kept),
        central=tuple(tuple(near or places[label]) for near, label in zip(central, kept, strict=True)),
    )
