"""Usages by the library, what it loads, and what is done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from patterns.pattern import Patterns
from ptmscope.repositories import Repository
from ptmscope.statistics.ledger import ledger

#: Names of a column; the rest is one.
BLOCKS = 7
OTHER, SINGULAR = "other", "in no pattern"
HEADS = ("library", "what is loaded", "what is done")

Way = tuple[str, str, str]


def ways(repositories: Sequence[Repository], found: Patterns) -> Counter[Way]:
    """Each usage once: by the first of its libraries and tasks, and the kind of its pattern."""
    weights = Counter(_each(repositories, found))
    kept = [_commonest(weights, column) for column in range(3)]
    folded: Counter[Way] = Counter()
    for way, number in weights.items():
        a, b, c = (name if name in kept[column] else OTHER for column, name in enumerate(way))
        folded[a, b, c] += number
    return folded


def _each(repositories: Sequence[Repository], found: Patterns) -> list[Way]:
    group = {
        (member.source, member.path, member.model_id): pattern.group
        for pattern in found.patterns
        for member in pattern.members
    }
    return [
        (entry.libraries[0], entry.tasks[0], group.get((entry.source, entry.path, entry.model), SINGULAR))
        for entry in ledger(repositories).entries
        if entry.libraries and entry.tasks
    ]


def _commonest(weights: Mapping[Way, int], column: int) -> set[str]:
    totals: Counter[str] = Counter()
    for way, number in weights.items():
        totals[way[column]] += number
    ordered = sorted(totals, key=lambda name: (-totals[name], name))
    return set(ordered[:BLOCKS] if len(ordered) > BLOCKS + 1 else ordered)
