"""Which of many closed patterns to show: those that together explain most calls, not those of the highest support.

Greedy cover in the spirit of minimum description length: a pattern gains what it explains of the calls that no pattern
before it explains, so that variants of one way of use do not fill the list. The measures are those of J. Fowkes,
C. Sutton: Parameter-Free Probabilistic API Mining across GitHub (PAM), FSE 2016.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from patterns.errors import PatternError
from patterns.gapped import contains

Calls = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A pattern with the support it was mined with, what it gained when it was chosen, and the share of all calls that
    it and those before it explain."""

    pattern: Calls
    support: int
    gain: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a list of patterns is; None where there is nothing to measure on. See `quality`."""

    patterns: int
    precision: float | None
    recall: float | None
    redundancy: float | None
    containment: float | None
    coverage: float | None


def rank(
    patterns: Iterable[tuple[Calls, int]],
    sequences: Iterable[Sequence[str]],
    *,
    top: int | None = None,
    groups: Iterable[Hashable] | None = None,
    least: int = 1,
) -> list[Ranked]:
    """Orders patterns of two and more calls by what each adds; those that add nothing are left out.

    The gain of a pattern is the number of sequences in which it still occurs among the calls not yet explained, and
    nothing if these are fewer than `least`. With groups, one per sequence, it is the number of groups that these lie
    in, which has to be two. A chosen pattern explains its leftmost
    instances, none overlapping. Ties go to the shorter pattern, then by the alphabet. Raises PatternError for misuse.
    """
    if top is not None and top < 0:
        raise PatternError(f"top is 0 or more, not {top!r}")
    cover = _Cover.of(sequences, groups, least)
    supports = dict(patterns)
    heap = [(-support, len(pattern), pattern) for pattern, support in supports.items() if len(pattern) > 1]
    heap = [(-cover.occurrences(pattern), length, pattern) for _, length, pattern in heap]
    heapq.heapify(heap)
    chosen: list[Ranked] = []
    while heap and (top is None or len(chosen) < top):
        _, length, pattern = heapq.heappop(heap)
        gain = cover.gain(pattern)
        if heap and (-gain, length, pattern) > heap[0]:  # gains only shrink: what was first may not be first any more
            if gain:
                heapq.heappush(heap, (-gain, length, pattern))
        elif gain:
            cover.explain(pattern)
            chosen.append(Ranked(pattern, supports[pattern], gain, cover.share()))
    return chosen


@dataclass(slots=True)
class _Cover:
    """The calls still to be explained: None stands for one that is."""

    rows: list[list[str | None]]
    groups: list[Hashable]
    grouped: bool
    holders: dict[str, set[int]]  # call -> rows that may have it
    total: int
    least: int
    explained: int = 0

    @classmethod
    def of(cls, sequences: Iterable[Sequence[str]], groups: Iterable[Hashable] | None, least: int) -> _Cover:
        rows: list[list[str | None]] = [list(row) for row in sequences]
        labels: list[Hashable] = [None] * len(rows) if groups is None else list(groups)
        if len(labels) != len(rows):
            raise PatternError("there are not as many groups as sequences")
        holders: defaultdict[str, set[int]] = defaultdict(set)
        for index, row in enumerate(rows):
            for call in row:
                if call is not None:
                    holders[call].add(index)
        return cls(rows, labels, groups is not None, dict(holders), sum(map(len, rows)), least)

    def candidates(self, pattern: Calls) -> list[int]:
        """Rows that have all calls of the pattern, in whatever order."""
        sets = sorted((self.holders.get(call, set()) for call in set(pattern)), key=len)
        return sorted(sets[0].intersection(*sets[1:]))

    def occurrences(self, pattern: Calls) -> int:
        """At least the gain."""
        return len(self.candidates(pattern))

    def gain(self, pattern: Calls) -> int:
        holding = [index for index in self.candidates(pattern) if _instance(self.rows[index], pattern)]
        if len(holding) < self.least:
            return 0
        found = len({self.groups[index] for index in holding}) if self.grouped else len(holding)
        return found if found > 1 or not self.grouped else 0

    def explain(self, pattern: Calls) -> None:
        for index in self.candidates(pattern):
            row = self.rows[index]
            while instance := _instance(row, pattern):
                self.explained += len(instance)
                for at in instance:
                    row[at] = None
            for call in set(pattern):
                if call not in row:
                    self.holders[call].discard(index)

    def share(self) -> float:
        return self.explained / self.total if self.total else 0.0


def _instance(row: list[str | None], pattern: Calls) -> list[int]:
    """The places of the leftmost instance; empty if there is none."""
    places: list[int] = []
    at = -1
    for call in pattern:
        try:
            at = row.index(call, at + 1)
        except ValueError:
            return []
        places.append(at)
    return places


def quality(ranked: Sequence[Ranked], held_out: Iterable[Sequence[str]]) -> Quality:
    """The measures of the PAM paper, on sequences that the patterns were not mined from.

    Held out count the different sequences of two and more calls. Precision: the share of patterns that occur in one
    of them. Recall: the share of them in which a pattern occurs. Redundancy: the mean edit distance of a pattern to the
    one most like it, so higher is better. Containment: by how many others of the list a pattern is contained, on
    average. Coverage is that of the calls the patterns were ranked on.
    """
    patterns = [entry.pattern for entry in ranked]
    held = {tuple(row) for row in held_out if len(row) > 1}
    hits = sum(any(contains(row, pattern) for row in held) for pattern in patterns)
    found = sum(any(contains(row, pattern) for pattern in patterns) for row in held)
    others = [[other for other in patterns if other != pattern] for pattern in patterns]
    nearest = [min(_distance(p, o) for o in rest) for p, rest in zip(patterns, others, strict=True) if rest]
    inside = sum(contains(other, p) for p, rest in zip(patterns, others, strict=True) for other in rest)
    return Quality(
        len(patterns),
        hits / len(patterns) if patterns and held else None,
        found / len(held) if held else None,
        sum(nearest) / len(nearest) if nearest else None,
        inside / len(patterns) if patterns else None,
        ranked[-1].coverage if ranked else None,
    )


def _distance(left: Calls, right: Calls) -> int:
    """Levenshtein's, in calls."""
    before = list(range(len(right) + 1))
    for row, call in enumerate(left, 1):
        now = [row]
        for column, other in enumerate(right, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (call != other)))
        before = now
    return before[-1]
