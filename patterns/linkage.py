"""Rows joined by average linkage, cut at a distance. The only importer of scipy's clustering.

More rows than fit into a block are joined within blocks first; then the block's clusters are, each as its most central
row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from patterns import similarity
from patterns.features import Rows
from patterns.similarity import Floats, Ints

#: How often what does not fit into one block is put into new ones, by other hashes.
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Tree:
    """What was joined at which distance; `cut` may be called for any distance."""

    size: int
    merges: NDArray[Any] | None  # None: fewer than two rows

    @classmethod
    def of(cls, square: Floats) -> Tree:
        size = len(square)
        merges = hierarchy.linkage(squareform(square, checks=False), "average") if size > 1 else None
        return cls(size, merges)

    def cut(self, distance: float) -> Ints:
        """For each row its cluster, numbered by their first rows."""
        if self.merges is None:
            return np.zeros(self.size, dtype=np.int64)
        return numbered(hierarchy.fcluster(self.merges, distance, "distance"))


def numbered(labels: NDArray[Any]) -> Ints:
    """The same clusters with the numbers 0, 1, … in the order of their first rows."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[inverse]


def clusters(rows: Rows, distance: float) -> Ints:
    """The cluster of each row."""
    return _joined(rows, np.arange(len(rows.sizes)), distance, 0)


def _joined(rows: Rows, members: Ints, distance: float, round_: int) -> Ints:
    if len(members) <= similarity.BLOCK:
        return Tree.of(similarity.distances(rows, members)).cut(distance)
    place = {int(row): at for at, row in enumerate(members)}
    labels = np.empty(len(members), dtype=np.int64)
    central: list[int] = []
    for block in similarity.blocks(rows, members, f"round {round_}"):
        square = similarity.distances(rows, block)
        found = Tree.of(square).cut(distance)
        labels[[place[int(row)] for row in block]] = found + len(central)
        central += [int(block[at]) for at in medoids(square, found, np.ones(len(block)))]
    if round_ == _ROUNDS - 1:
        return numbered(labels)
    return numbered(_joined(rows, np.array(central), distance, round_ + 1)[labels])


def medoids(square: Floats, labels: Ints, sizes: NDArray[Any]) -> list[int]:
    """For each cluster its row of the least mean distance to its usages; the first of several."""
    found = []
    for cluster in range(int(labels.max(initial=-1)) + 1):
        inside = np.flatnonzero(labels == cluster)
        far = square[np.ix_(inside, inside)] @ sizes[inside]
        found.append(int(inside[int(np.argmin(np.round(far, 5)))]))
    return found
