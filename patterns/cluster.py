"""Usages grouped by how they use a model, at two levels: patterns (fine) and kinds of use (coarse).

Equal usages are one row; rows are joined by average linkage over the weighted Jaccard distance of what they show. Each
level has its own cut, the coarsest of those that stay much the same when repositories are left out. Small clusters join
the nearest large one; if none is near, their usages are singular.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.records import CallSequence
from patterns import features, similarity
from patterns.cuts import Cut, Samples, chosen
from patterns.errors import PatternError
from patterns.features import Describe, Rows
from patterns.linkage import clusters
from patterns.similarity import Ints


@dataclass(frozen=True, slots=True)
class Settings:
    """How usages are described at a level, and the distances to cut at, of which the most stable is found."""

    describe: Describe
    distances: tuple[float, ...]


FINE = Settings(features.fine, (0.4, 0.45, 0.5, 0.55))
COARSE = Settings(features.coarse, (0.5, 0.55, 0.6, 0.65, 0.7, 0.75))

#: A cluster of fewer usages is small.
LEAST_USAGES = 3
#: A small cluster no farther from another than this is a variant of it.
VARIANT = 0.6
#: Rows among which the most central ones are looked for, and usages that are told.
_CENTRAL_ROWS = 1_000
_CENTRAL_USAGES = 30


@dataclass(frozen=True, slots=True)
class Level:
    """For each usage, in the order given, its cluster; None: singular.

    Clusters are numbered from 0, those of the most repositories first. For each, `stability` tells how much of it is
    found again when repositories are left out (None: not measured), `central` are usages of it, the most central first.
    """

    labels: tuple[int | None, ...] = ()
    cuts: tuple[Cut, ...] = ()
    stability: tuple[float | None, ...] = ()
    central: tuple[tuple[int, ...], ...] = ()

    @property
    def singular(self) -> int:
        """Usages in no cluster."""
        return self.labels.count(None)

    @property
    def cut(self) -> Cut | None:
        """The cut that was chosen; None if there are no usages."""
        return chosen(self.cuts) if self.cuts else None


@dataclass(frozen=True, slots=True)
class Clustering:
    """Both levels. `fine` and `coarse` are the labels of the usages in the order given; None: singular."""

    patterns: Level
    kinds: Level

    @property
    def fine(self) -> tuple[int | None, ...]:
        return self.patterns.labels

    @property
    def coarse(self) -> tuple[int | None, ...]:
        return self.kinds.labels


def clustered(
    usages: Iterable[CallSequence],
    groups: Iterable[Hashable] | None = None,
    *,
    fine: Settings = FINE,
    coarse: Settings = COARSE,
    least_usages: int = LEAST_USAGES,
) -> Clustering:
    """The clusters of usages; `groups` gives the repository of each, all are of one if it is left out.

    The same usages give the same clusters, in whatever order. No usages give no clusters. Raises PatternError if there
    are not as many groups as usages.
    """
    given = tuple(usages)
    owners = tuple(groups) if groups is not None else (None,) * len(given)
    if len(owners) != len(given):
        raise PatternError("there are not as many groups as usages")
    return Clustering(_level(given, owners, fine, least_usages), _level(given, owners, coarse, least_usages))


def _level(usages: Sequence[CallSequence], owners: Sequence[Hashable], settings: Settings, least: int) -> Level:
    if not usages:
        return Level()
    rows = features.rows(usages, owners, settings.describe)
    samples = Samples.of(rows)
    cuts = tuple(map(samples.cut, settings.distances))
    distance = chosen(cuts).distance
    labels = _joined(rows, clusters(rows, distance), least)
    kept = samples.kept(distance, labels)
    order = _order(rows, labels, least)
    numbers = {cluster: number for number, cluster in enumerate(order)}
    return Level(
        tuple(numbers.get(int(labels[row])) for row in rows.row_of),
        cuts,
        tuple(kept.get(cluster) for cluster in order),
        _central(rows, labels, order),
    )


def _joined(rows: Rows, labels: Ints, least: int) -> Ints:
    """Small clusters put into the nearest that is not small, if it is near; as near as their most central rows are."""
    sizes = np.array(_sizes(rows, labels))
    small, large = np.flatnonzero(sizes < least), np.flatnonzero(sizes >= least)
    if not len(small) or not len(large):
        return labels
    centres = np.array([_nearest_first(rows, labels, cluster)[0] for cluster in range(len(sizes))])
    target = np.arange(len(sizes))
    for strip in np.array_split(small, -(-len(small) // similarity.BLOCK)):
        far = similarity.between(rows, centres[strip], centres[large])
        nearest = np.argmin(far, axis=1)
        near = far[np.arange(len(strip)), nearest] <= VARIANT
        target[strip[near]] = large[nearest[near]]
    return target[labels]


def _sizes(rows: Rows, labels: Ints) -> list[int]:
    """Usages of each cluster."""
    return [int(size) for size in np.bincount(labels, weights=rows.sizes)]


def _order(rows: Rows, labels: Ints, least: int) -> list[int]:
    """The clusters that are not small, those of most repositories first."""
    holders: defaultdict[int, set[Hashable]] = defaultdict(set)
    for row, cluster in enumerate(labels.tolist()):
        holders[cluster] |= rows.holders[row]
    sizes = _sizes(rows, labels)
    kept = [cluster for cluster in sorted(holders) if sizes[cluster] >= least]
    return sorted(kept, key=lambda cluster: (-len(holders[cluster]), -sizes[cluster]))


def _usages(rows: Rows) -> list[tuple[int, ...]]:
    """The usages of each row."""
    found: list[list[int]] = [[] for _ in rows.sizes]
    for usage, row in enumerate(rows.row_of):
        found[row].append(usage)
    return [tuple(usages) for usages in found]


def _central(rows: Rows, labels: Ints, order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """For each cluster usages of its rows, those of the rows first that are nearest to all its usages."""
    of_row = _usages(rows)
    ranked = (_nearest_first(rows, labels, cluster) for cluster in order)
    return tuple(tuple([usage for row in near for usage in of_row[row]][:_CENTRAL_USAGES]) for near in ranked)


def _nearest_first(rows: Rows, labels: Ints, cluster: int) -> list[int]:
    """The commonest rows of a cluster by how near they are to all its usages."""
    members = np.flatnonzero(labels == cluster)
    if len(members) == 1:
        return [int(members[0])]
    sizes = np.array(rows.sizes)[members]
    common = np.sort(np.argsort(-sizes, kind="stable")[:_CENTRAL_ROWS])
    far = np.round(similarity.distances(rows, members[common]) @ sizes[common], 3)
    found: list[int] = members[common][np.argsort(far, kind="stable")].tolist()
    return found
