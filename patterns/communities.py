"""Communities of a graph of similar rows, and the cut that resampling of repositories supports best.

Louvain's method (V. Blondel et al.: Fast unfolding of communities in large networks, 2008) takes a resolution: the
higher, the more communities. The cut is stable if communities stay the same when some repositories are left out
(T. Lange et al.: Stability-based validation of clustering solutions, 2004).
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import networkx
import numpy as np
from numpy.typing import NDArray

Pairs: TypeAlias = Mapping[tuple[int, int], float]
Labels: TypeAlias = NDArray[np.int64]

SEED = 7
SAMPLES = 12
SHARE = 0.8
#: Cuts that are less stable than the best one by no more than this are taken to be as good; the finest is chosen.
TOLERANCE = 0.03
#: Rows on which the cut is chosen; more say the same and take longer.
CHOSEN_ON = 3_000


@dataclass(frozen=True, slots=True)
class Cut:
    """A resolution, and the mean agreement (adjusted Rand index) of what it gives on samples; None: not measured."""

    resolution: float
    stability: float | None
    clusters: int


def communities(pairs: Pairs, members: Sequence[int], resolution: float, seed: int = SEED) -> Labels:
    """For each member its community, numbered in the order of members; one without a neighbour is alone."""
    inside = set(members)
    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(members)
    graph.add_weighted_edges_from((a, b, s * s) for (a, b), s in pairs.items() if a in inside and b in inside)
    found = networkx.community.louvain_communities(graph, resolution=resolution, seed=seed)
    community = {row: number for number, rows in enumerate(found) for row in rows}
    return _numbered([community[row] for row in members])


def _numbered(labels: Sequence[int]) -> Labels:
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.int64)


def cuts(pairs: Pairs, holders: Sequence[frozenset[Hashable]], resolutions: Sequence[float]) -> list[Cut]:
    """Each resolution with its stability over samples of repositories; of rows, where there are few repositories."""
    rows = _some(len(holders))
    samples = list(_samples([holders[row] for row in rows]))
    found = []
    for resolution in resolutions:
        whole = communities(pairs, rows, resolution)
        agreements = [_agreement(pairs, rows, whole, sample, resolution) for sample in samples]
        mean = sum(agreements) / len(agreements) if agreements else None
        found.append(Cut(resolution, mean, int(whole.max(initial=-1)) + 1))
    return found


def finest(measured: Sequence[Cut]) -> Cut:
    """The finest cut that is about as stable as the most stable one."""
    best = max(cut.stability or 0.0 for cut in measured)
    return max((cut for cut in measured if (cut.stability or 0.0) >= best - TOLERANCE), key=lambda cut: cut.resolution)


def _some(count: int) -> list[int]:
    if count <= CHOSEN_ON:
        return list(range(count))
    return sorted(random.Random(SEED).sample(range(count), CHOSEN_ON))  # noqa: S311  (no secret)


def _samples(holders: Sequence[frozenset[Hashable]]) -> list[list[int]]:
    """Places of the rows that are still there when only a share of the repositories, or of the rows, is."""
    chance = random.Random(SEED)  # noqa: S311
    groups = sorted({group for held in holders for group in held}, key=str)
    found = []
    for _ in range(SAMPLES):
        if len(groups) >= 10:
            kept = set(chance.sample(groups, round(SHARE * len(groups))))
            found.append([place for place, held in enumerate(holders) if not kept.isdisjoint(held)])
        else:
            found.append(sorted(chance.sample(range(len(holders)), round(SHARE * len(holders)))))
    return [sample for sample in found if len(sample) > 1]


def _agreement(pairs: Pairs, rows: Sequence[int], whole: Labels, sample: Sequence[int], resolution: float) -> float:
    part = communities(pairs, [rows[place] for place in sample], resolution)
    return adjusted_rand(whole[list(sample)], part)


def adjusted_rand(left: Labels, right: Labels) -> float:
    """The adjusted Rand index of two labelings (L. Hubert, P. Arabie 1985); 1.0 for the same partition."""
    table = np.unique(np.stack((left, right)), axis=1, return_counts=True)[1]
    together, first, second = (_couples(counts) for counts in (table, np.bincount(left), np.bincount(right)))
    expected = first * second / max(_couples(np.array([len(left)])), 1.0)
    most = (first + second) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _couples(counts: NDArray[np.int64]) -> float:
    return float((counts * (counts - 1) / 2).sum())
