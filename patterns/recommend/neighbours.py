"""The usages most like the one at hand, in the manner of FOCUS.

P. Nguyen, J. Di Rocco, D. Di Ruscio, L. Ochoa, T. Degueule, M. Di Penta: FOCUS: A Recommender System for Mining API
Function Calls and Usage Patterns, ICSE 2019. Repositories are like the query by the cosine of their calls, weighted
by frequency and inverse document frequency; the usages in the nearest ones by the Jaccard index of their sets of
calls. The rating of a call is the mean over the nearest usages of its mark there (the likeness of the repository
where the usage has it, else 0) less the usage's mean mark, weighted by likeness, on top of a constant, which ranks
nothing and is left out. As there, what the query calls already is not recommended. Different: a query is one usage
and knows nothing of the rest of its repository; the mean mark is over the calls of the nearest usages, not over those
of all repositories.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from patterns.recommend.records import Example, Query, distinct

#: Repositories and usages that are looked at.
REPOSITORIES, USAGES = 25, 10


class Neighbours:
    """For calls; the models of the nearest usages for `model_for_code`. None without calls to compare."""

    def __init__(self, examples: Sequence[Example], repositories: int = REPOSITORIES, usages: int = USAGES) -> None:
        self._sizes = repositories, usages
        self._usages: defaultdict[str, list[Example]] = defaultdict(list)
        for example in distinct(examples):
            self._usages[example.source].append(example)
        counts = {
            source: Counter(call for usage in usages for call in usage.calls) for source, usages in self._usages.items()
        }
        having = Counter(call for calls in counts.values() for call in calls)
        self._weights = {call: math.log(len(counts) / times) for call, times in having.items()}
        self._vectors = {source: self._vector(calls) for source, calls in counts.items()}
        self._norms = {source: _norm(vector) for source, vector in self._vectors.items()}

    def rank(self, query: Query, top: int) -> tuple[str, ...] | None:
        if query.task == "api_for_model":
            return None
        near = self._nearest(query)
        rated = _models(near) if query.task == "model_for_code" else _calls(near, set(query.calls))
        return tuple(sorted(rated, key=lambda item: (-rated[item], item))[:top])

    def _vector(self, calls: Mapping[str, int]) -> dict[str, float]:
        return {call: times * self._weights.get(call, 0.0) for call, times in calls.items()}

    def _nearest(self, query: Query) -> list[tuple[float, float, Example]]:
        """(likeness of the usage, of its repository, usage) of the nearest usages in the nearest repositories."""
        vector = self._vector(Counter(query.calls))
        norm = _norm(vector)
        repositories, usages = self._sizes
        likeness = (
            (_dot(vector, other) / (norm * self._norms[source]), source)
            for source, other in self._vectors.items()
            if norm and self._norms[source]
        )
        found = heapq.nsmallest(repositories, ((-like, source) for like, source in likeness if like > 0))
        calls = set(query.calls)
        every = (
            (_jaccard(calls, set(usage.calls)), -like, usage)
            for like, source in found
            for usage in self._usages[source]
        )
        return heapq.nsmallest(usages, (entry for entry in every if entry[0] > 0), key=lambda e: (-e[0], -e[1], e[2]))


def _calls(near: Iterable[tuple[float, float, Example]], known: set[str]) -> dict[str, float]:
    near = list(near)
    columns = sorted({call for _, _, usage in near for call in usage.calls} | known)
    total = sum(like for like, _, _ in near)
    rated = dict.fromkeys((call for call in columns if call not in known), 0.0)
    for like, repository, usage in near:
        mean = len(set(usage.calls)) / len(columns)
        for call in rated:
            rated[call] += (repository * (call in usage.calls) - mean) * like / total
    return rated


def _models(near: Iterable[tuple[float, float, Example]]) -> dict[str, float]:
    rated: defaultdict[str, float] = defaultdict(float)
    for like, repository, usage in near:
        if usage.model:
            rated[usage.model] += like * repository
    return rated


def _norm(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))


def _dot(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    return sum(value * right.get(call, 0.0) for call, value in left.items())


def _jaccard(left: set[str], right: set[str]) -> float:
    return len(left & right) / len(left | right)
