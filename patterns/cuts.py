"""Where to cut: what stays the same when repositories are left out (T. Lange et al.: Stability-based validation of
clustering solutions, 2004)."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patterns.features import Rows
from patterns.linkage import Tree
from patterns.similarity import Ints, distances

SEED = 7
SAMPLES = 20
SHARE = 0.8
#: Fewer repositories are no sample; rows are left out instead.
_LEAST_REPOSITORIES = 10
#: Cuts that are less stable than the best one by no more than this are as good; the coarsest of them is taken.
TOLERANCE = 0.02
#: Rows on which stability is measured; more say the same and take longer.
MEASURED_ON = 3_000


@dataclass(frozen=True, slots=True)
class Cut:
    """A distance, and the mean agreement (adjusted Rand index) of what it gives on samples; None: not measured."""

    distance: float
    stability: float | None
    clusters: int


@dataclass(frozen=True, slots=True)
class Samples:
    """The tree of some rows, and those of samples of them; `places` are those of the sampled rows among `members`."""

    members: Ints
    whole: Tree
    parts: tuple[tuple[Ints, Tree], ...]

    @classmethod
    def of(cls, rows: Rows) -> Samples:
        members = _some(len(rows.sizes))
        square = distances(rows, members)
        places = _places([rows.holders[row] for row in members])
        parts = tuple((part, Tree.of(square[np.ix_(part, part)])) for part in places)
        return cls(members, Tree.of(square), parts)

    def cut(self, distance: float) -> Cut:
        whole = self.whole.cut(distance)
        agreements = [agreement(whole[part], tree.cut(distance)) for part, tree in self.parts]
        stability = sum(agreements) / len(agreements) if agreements else None
        return Cut(distance, stability, int(whole.max(initial=-1)) + 1)

    def kept(self, distance: float, labels: Ints) -> dict[int, float]:
        """Cluster -> how much of it is found again in a sample: the mean of the best Jaccard indices.

        C. Hennig: Cluster-wise assessment of cluster stability, 2007. `labels` are those of all rows. Clusters of
        which no sample has a row are left out.
        """
        mine = labels[self.members]
        found: dict[int, list[float]] = {}
        for part, tree in self.parts:
            again = tree.cut(distance)
            for cluster in np.unique(mine[part]).tolist():
                inside = mine[part] == cluster
                best = max(_jaccard(inside, again == other) for other in np.unique(again[inside]).tolist())
                found.setdefault(cluster, []).append(best)
        return {cluster: sum(values) / len(values) for cluster, values in found.items()}


def agreement(left: Ints, right: Ints) -> float:
    """The adjusted Rand index of two clusterings (L. Hubert, P. Arabie: Comparing partitions, 1985).

    scikit-learn has it, too, but takes a thousand times as long to check what it is given as to count a few rows, and
    it is asked for each sample at each distance.
    """
    both = _squares(left * (int(right.max(initial=0)) + 1) + right)
    of_left, of_right = _squares(left), _squares(right)
    together, apart = both - len(left), len(left) ** 2 - of_left - of_right + both  # pairs, each counted twice
    only_left, only_right = of_left - both, of_right - both
    if not only_left and not only_right:
        return 1.0
    chance = (together + only_left) * (only_left + apart) + (together + only_right) * (only_right + apart)
    return 2.0 * (together * apart - only_left * only_right) / chance


def _squares(labels: Ints) -> int:
    """The sum of the squared sizes of clusters."""
    return int((np.bincount(labels) ** 2).sum())


def chosen(measured: Sequence[Cut]) -> Cut:
    """The coarsest cut that is about as stable as the most stable one."""
    best = max(cut.stability or 0.0 for cut in measured)
    return max((cut for cut in measured if (cut.stability or 0.0) >= best - TOLERANCE), key=lambda cut: cut.distance)


def _some(count: int) -> Ints:
    if count <= MEASURED_ON:
        return np.arange(count)
    return np.array(sorted(random.Random(SEED).sample(range(count), MEASURED_ON)))  # noqa: S311  (no secret)


def _places(holders: Sequence[frozenset[Hashable]]) -> Iterator[Ints]:
    """Places of the rows that are still there when only a share of the repositories, or of the rows, is."""
    chance = random.Random(SEED)  # noqa: S311
    groups = sorted({group for held in holders for group in held}, key=str)
    for _ in range(SAMPLES):
        if len(groups) >= _LEAST_REPOSITORIES:
            kept = set(chance.sample(groups, round(SHARE * len(groups))))
            places = [place for place, held in enumerate(holders) if not kept.isdisjoint(held)]
        else:
            places = sorted(chance.sample(range(len(holders)), round(SHARE * len(holders))))
        if len(places) > 1:
            yield np.array(places)


def _jaccard(left: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    return float((left & right).sum() / (left | right).sum())
