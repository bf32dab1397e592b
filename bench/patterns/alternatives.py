"""Other ways to cluster usages by structure: other descriptions, similarities and cuts than `patterns.cluster` has.

The descriptions are weighted sets, clustered by `patterns.cluster.clustered` all the same; the others are small methods
of their own on the sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sklearn.cluster import HDBSCAN, AgglomerativeClustering
from sklearn.metrics import silhouette_score

from analyzer.records import CallSequence
from bench.patterns.agreement import Labels
from bench.patterns.text import Vectors, communities, near
from patterns import features
from patterns.cluster import FINE, clustered
from patterns.events import events
from patterns.symbols import symbols

Usages = Sequence[CallSequence]
DISTANCES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
NEAREST, LEAST, RESOLUTIONS = 12, 0.3, (0.5, 1, 2, 3, 4, 6, 9)


def own(usage: CallSequence) -> CallSequence:
    """The usage without what the object is handed to."""
    return replace(usage, calls=tuple(call for call in usage.calls if call.link != "argument"))


def calls(usage: CallSequence) -> Mapping[str, float]:
    """Exact API calls."""
    return dict.fromkeys(symbols(usage, "api"), 1.0)


def own_families(usage: CallSequence) -> Mapping[str, float]:
    """Calls of families, without consumers."""
    return dict.fromkeys(symbols(own(usage), "family"), 1.0)


def families(usage: CallSequence) -> Mapping[str, float]:
    """Calls of families, with consumers."""
    return dict.fromkeys(symbols(usage, "family"), 1.0)


def bare_events(usage: CallSequence) -> Mapping[str, float]:
    """Events, all of the same weight."""
    return dict.fromkeys((event.name for event in events(usage)), 1.0)


def events_of_calls(usage: CallSequence) -> Mapping[str, float]:
    """Weighted events and flows, without arguments and what is read of results."""
    return features.fine(replace(usage, calls=tuple(replace(c, keywords=(), reads=()) for c in usage.calls)))


def weighted_events(usage: CallSequence) -> Mapping[str, float]:
    """Weighted events, without flows."""
    return {event.name: event.weight for event in events(usage)}


def narrow_events(usage: CallSequence) -> Mapping[str, float]:
    """Weighted events by their own names only, without the wider ones that they stand under."""
    return {event.name: event.weight**features.DECISIVE for event in events(usage)}


def with_kinds(usage: CallSequence) -> Mapping[str, float]:
    """What it is now, and at a third of their weight the kinds of use."""
    kinds = {f"kind: {name}": weight**features.DECISIVE / 3 for name, weight in features.coarse(usage).items()}
    return {**features.fine(usage), **kinds}


DESCRIPTIONS: tuple[tuple[str, Callable[[CallSequence], Mapping[str, float]]], ...] = (
    ("raw calls", calls),
    ("families", own_families),
    ("+ consumers", families),
    ("events, no arguments or results", events_of_calls),
    ("events of one weight", bare_events),
    ("events, no flows", weighted_events),
    ("events, no wider ones", narrow_events),
    ("+ kinds of use", with_kinds),
)


def found(usages: Usages, groups: Sequence[str], classes: int) -> Iterator[tuple[str, str, Labels]]:
    """(what is different, parameters, fine clusters)."""
    for name, describe in (*DESCRIPTIONS, ("as it is, best fixed cut", features.fine)):
        for distance in DISTANCES:
            settings = replace(FINE, describe=describe, distances=(distance,))
            yield f"description: {name}", f"distance {distance}", clustered(usages, groups, fine=settings).fine
    yield "patterns of two usages, too", "", clustered(usages, groups, least_usages=2).fine
    jaccard = _jaccard([features.fine(usage) for usage in usages])
    yield "cut: best silhouette", "", _silhouette(jaccard)
    for linkage in ("average", "complete"):
        yield f"cut: true number of classes, {linkage} linkage", "", _linkage(jaccard, classes, linkage)
    for size in (2, 3, 4, 5):
        yield "HDBSCAN", f"least size {size}", _hdbscan(jaccard, size)
    indel = _indel([symbols(usage, "family") for usage in usages])
    similarities = (("Jaccard", jaccard), ("Indel of families", indel), ("mean of both", (indel + jaccard) / 2))
    for name, similarity in similarities:
        graph = near(similarity, NEAREST, LEAST)
        for resolution in RESOLUTIONS:
            yield f"kNN communities: {name}", f"resolution {resolution}", communities(graph, resolution)


def _silhouette(similarity: Vectors) -> Labels:
    tried = [_linkage(similarity, count) for count in range(2, len(similarity) // 2, 5)]
    scores = [silhouette_score(1 - similarity, labels, metric="precomputed") for labels in tried]
    return tried[int(np.argmax(scores))]


def _linkage(similarity: Vectors, classes: int, linkage: str = "average") -> Labels:
    model = AgglomerativeClustering(min(classes, len(similarity)), metric="precomputed", linkage=linkage)
    return model.fit_predict(1 - similarity).tolist()


def _hdbscan(similarity: Vectors, size: int) -> Labels:
    labels = HDBSCAN(min_cluster_size=size, min_samples=1, metric="precomputed", copy=True).fit_predict(1 - similarity)
    return [None if label < 0 else int(label) for label in labels]


def _jaccard(described: Sequence[Mapping[str, float]]) -> Vectors:
    """Weighted Jaccard similarity of all pairs."""
    columns = {name: number for number, name in enumerate(sorted({name for row in described for name in row}))}
    matrix = np.zeros((len(described), max(len(columns), 1)))
    for number, row in enumerate(described):
        for name, weight in row.items():
            matrix[number, columns[name]] = weight
    shared = np.array([np.minimum(row, matrix).sum(axis=1) for row in matrix])
    total = matrix.sum(axis=1)
    similarity: Vectors = shared / np.maximum(total[:, None] + total[None, :] - shared, 1e-9)
    np.fill_diagonal(similarity, 1.0)
    return similarity


def _indel(sequences: Sequence[tuple[str, ...]]) -> Vectors:
    """Indel similarity: twice the longest common subsequence over both lengths."""
    kinds = {sequence: number for number, sequence in enumerate(dict.fromkeys(sequences))}
    alike = np.ones((len(kinds), len(kinds)))
    for left, row in kinds.items():
        for right, column in kinds.items():
            if column < row:
                alike[row, column] = alike[column, row] = 2 * _common(left, right) / max(len(left) + len(right), 1)
    numbers = [kinds[sequence] for sequence in sequences]
    similarity: Vectors = alike[np.ix_(numbers, numbers)]
    return similarity


def _common(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    before = [0] * (len(right) + 1)
    for call in left:
        now = [0]
        for column, other in enumerate(right):
            now.append(before[column] + 1 if call == other else max(before[column + 1], now[-1]))
        before = now
    return before[-1]
