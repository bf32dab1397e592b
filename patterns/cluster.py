"""Usages grouped by how they use a model, at two levels: patterns (fine) and kinds of use (coarse).

Equal usages are one row; rows are joined to their nearest ones by the weighted Jaccard similarity of what they show;
the communities of that graph are the clusters. Each level has its own cut, the finest that stays much the same when
repositories are left out. Small clusters join one with the same decisive events, else their usages are singular.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.records import CallSequence
from patterns import features
from patterns.communities import Cut, Labels, communities, cuts, finest
from patterns.errors import PatternError
from patterns.features import Describe, Rows
from patterns.neighbours import neighbours


@dataclass(frozen=True, slots=True)
class Level:
    """How usages are described and joined at a level: to how many nearest rows, of which least similarity."""

    describe: Describe
    nearest: int
    least: float
    resolutions: tuple[float, ...]


FINE = Level(features.fine, nearest=12, least=0.3, resolutions=(1, 2, 3, 4, 6, 8, 12, 16))
COARSE = Level(features.coarse, nearest=8, least=0.2, resolutions=(0.5, 1, 1.5, 2, 3))

#: A cluster of fewer usages is small.
LEAST_USAGES = 3
#: A feature that decides what a cluster is: at least this weight, in at least this share of its usages.
DECISIVE_WEIGHT = 3.0
DECISIVE_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Clustering:
    """For each usage, in the order given, its fine and its coarse cluster; None: singular.

    Clusters are numbered from 0, those of the most repositories first. The cuts tell what was chosen from.
    """

    fine: tuple[int | None, ...]
    coarse: tuple[int | None, ...]
    fine_cuts: tuple[Cut, ...]
    coarse_cuts: tuple[Cut, ...]

    @property
    def singular(self) -> int:
        """Usages in no fine cluster."""
        return self.fine.count(None)


def clustered(
    usages: Iterable[CallSequence],
    groups: Iterable[Hashable] | None = None,
    *,
    fine: Level = FINE,
    coarse: Level = COARSE,
    least_usages: int = LEAST_USAGES,
) -> Clustering:
    """The clusters of usages; `groups` gives the repository of each, all are of one if it is left out.

    The same usages give the same clusters. No usages give no clusters. Raises PatternError if there are not as many
    groups as usages.
    """
    given = tuple(usages)
    owners = tuple(groups) if groups is not None else (None,) * len(given)
    if len(owners) != len(given):
        raise PatternError("there are not as many groups as usages")
    fine_labels, fine_cuts = _level(given, owners, fine, least_usages)
    coarse_labels, coarse_cuts = _level(given, owners, coarse, least_usages)
    return Clustering(fine_labels, coarse_labels, fine_cuts, coarse_cuts)


def _level(
    usages: Sequence[CallSequence], owners: Sequence[Hashable], level: Level, least: int
) -> tuple[tuple[int | None, ...], tuple[Cut, ...]]:
    if not usages:
        return (), ()
    rows = features.rows(usages, owners, level.describe)
    pairs = neighbours(rows, level.nearest, level.least)
    measured = cuts(pairs, rows.holders, level.resolutions)
    labels = communities(pairs, range(len(rows.sizes)), finest(measured).resolution)
    labels = _joined(rows, labels, least)
    numbers = _numbers(rows, labels, least)
    return tuple(numbers.get(int(labels[row])) for row in rows.row_of), tuple(measured)


def _joined(rows: Rows, labels: Labels, least: int) -> Labels:
    """Small clusters put into the largest that has the same decisive features, if there is one."""
    sizes = _sizes(rows, labels)
    alike: defaultdict[frozenset[int], list[int]] = defaultdict(list)
    for cluster, decisive in enumerate(_decisive(rows, labels)):
        if decisive:
            alike[decisive].append(cluster)
    target = np.arange(len(sizes))
    for clusters in alike.values():
        largest = max(clusters, key=lambda cluster: (sizes[cluster], -cluster))
        target[[cluster for cluster in clusters if sizes[cluster] < least]] = largest
    return target[labels]


def _decisive(rows: Rows, labels: Labels) -> list[frozenset[int]]:
    """For each cluster the numbers of the features that decide what it is."""
    sizes = _sizes(rows, labels)
    held: list[Counter[int]] = [Counter() for _ in sizes]
    for row, cluster in enumerate(labels.tolist()):
        low, high = rows.matrix.indptr[row : row + 2]
        weights = zip(rows.matrix.indices[low:high].tolist(), rows.matrix.data[low:high].tolist(), strict=True)
        held[cluster].update({column: rows.sizes[row] for column, weight in weights if weight >= DECISIVE_WEIGHT})
    return [
        frozenset(column for column, times in found.items() if times >= DECISIVE_SHARE * size)
        for found, size in zip(held, sizes, strict=True)
    ]


def _sizes(rows: Rows, labels: Labels) -> list[int]:
    """Usages of each cluster."""
    return [int(size) for size in np.bincount(labels, weights=rows.sizes)]


def _numbers(rows: Rows, labels: Labels, least: int) -> dict[int, int]:
    """Cluster -> its final number, for those that are not small."""
    holders: defaultdict[int, set[Hashable]] = defaultdict(set)
    for row, cluster in enumerate(labels.tolist()):
        holders[cluster] |= rows.holders[row]
    sizes = _sizes(rows, labels)
    kept = [cluster for cluster in sorted(holders) if sizes[cluster] >= least]
    kept.sort(key=lambda cluster: (-len(holders[cluster]), -sizes[cluster]))
    return {cluster: number for number, cluster in enumerate(kept)}
