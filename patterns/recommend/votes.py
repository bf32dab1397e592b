"""What followed which antecedent: every repository has one vote, and divides it by what it did."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from patterns.recommend.antecedents import Antecedent
from patterns.recommend.mixture import weights
from patterns.recommend.relative import View

#: Of the views that followed one antecedent, so many of the commonest are looked at; and so many of the best of all.
COMMONEST, BEST = 100, 150
#: Antecedents that so many repositories have at least are told apart by that.
SUPPORTS = (8, 3, 2, 1)
#: The weights are fitted on so many events, drawn by their content.
FITTED = 5000

#: The sort of an antecedent, its length, and the class of its support.
Strength: TypeAlias = tuple[str, int, int]
#: Number of a view -> share of a vote.
Shares: TypeAlias = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Event:
    """What was seen once: antecedents, and the answers that are true, each in all ways to see it."""

    source: str
    antecedents: tuple[Antecedent, ...]
    answers: tuple[tuple[View, ...], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The votes on one antecedent: the numbers of the commonest views, and the sum of the shares of each."""

    size: int
    views: NDArray[np.int64]
    votes: NDArray[np.float64]


class Votes:
    """Learned from events. Evidence of one strength for one kind of view weighs what it tells of a repository
    when only the others have voted."""

    def __init__(self, events: Sequence[Event]) -> None:
        poll = _Poll(events)
        self._views = poll.views
        self._kinds = np.array([poll.kinds.index(view.kind) for view in poll.views], dtype=np.int64)
        self._tables = {each: _table(len(poll.shares[each]), total) for each, total in poll.totals.items()}
        self._weights = poll.weights()

    def scores(self, antecedents: Iterable[Antecedent]) -> Iterator[tuple[View, float]]:
        """(view, score) of the best views, the best first."""
        sized = ((each, self._tables[each].size) for each in antecedents if each in self._tables)
        views, scores = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for strength, found in _strengths(sized).items():
            total = sum(size for _, size in found)
            for antecedent, _ in found:
                table = self._tables[antecedent]
                views.append(table.views)
                scores.append(self._weights[strength][self._kinds[table.views]] * table.votes / total)
        summed = np.bincount(np.concatenate(views), np.concatenate(scores), minlength=len(self._views))
        for number in np.argsort(-summed, kind="stable")[:BEST]:
            if summed[number] > 0:
                yield self._views[number], float(summed[number])


def _strengths(sized: Iterable[tuple[Antecedent, int]]) -> dict[Strength, list[tuple[Antecedent, int]]]:
    """Antecedents that somebody has, with the number of repositories, by strength."""
    found: defaultdict[Strength, list[tuple[Antecedent, int]]] = defaultdict(list)
    for antecedent, size in sized:
        if size:
            support = next(least for least in SUPPORTS if size >= least)
            found[antecedent[0], len(antecedent), support].append((antecedent, size))
    return found


def _table(size: int, total: Shares) -> _Table:
    commonest = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:COMMONEST]
    return _Table(
        size,
        np.array([view for view, _ in commonest], dtype=np.int64),
        np.array([votes for _, votes in commonest], dtype=np.float64),
    )


class _Poll:
    """All votes, each still with whose it is. Views are numbered in their order, so that events may come in any."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self.views = sorted({view for event in events for answer in event.answers for view in answer}, key=str)
        self.kinds = sorted({view.kind for view in self.views})
        self._number = {view: number for number, view in enumerate(self.views)}
        self.shares = self._counted(events)
        self.totals = {antecedent: _summed(sources.values()) for antecedent, sources in self.shares.items()}

    def weights(self) -> dict[Strength, NDArray[np.float64]]:
        """Strength -> weight of each kind of view."""
        drawn = sorted(self._events, key=_lot)[:FITTED]
        rows = [(event, *row) for event in drawn for row in self._left_out(event)]
        tables = [(each, len(sources)) for each, sources in self.shares.items()]
        known = {strength for _, there, _ in rows for strength in there} | _strengths(tables).keys()
        place = {strength: number * len(self.kinds) for number, strength in enumerate(sorted(known))}
        chances = np.zeros((len(rows), len(place) * len(self.kinds)), dtype=np.float32)
        is_there = np.zeros(chances.shape, dtype=np.bool_)
        for number, (_, there, told) in enumerate(rows):
            for strength in there:
                is_there[number, place[strength] : place[strength] + len(self.kinds)] = True
            for (strength, kind), chance in told.items():
                chances[number, place[strength] + self.kinds.index(kind)] = chance
        seen = Counter(event.source for event in drawn)
        counts = np.array([1 / (len(event.answers) * seen[event.source] ** 0.5) for event, _, _ in rows])
        found = weights(chances, is_there, counts)
        return {strength: found[at : at + len(self.kinds)] for strength, at in place.items()}

    def _left_out(self, event: Event) -> Iterator[tuple[tuple[Strength, ...], dict[tuple[Strength, str], float]]]:
        """For each answer: the strengths there are without the event's repository, and what chances they give it."""
        others = ((a, len(self.shares[a]) - (event.source in self.shares[a])) for a in event.antecedents)
        strengths = _strengths(others)
        for answer in event.answers:
            told: dict[tuple[Strength, str], float] = {}
            for view in answer:
                number = self._number[view]
                for strength, found in strengths.items():
                    votes = sum(self._of_others(antecedent, event.source, number) for antecedent, _ in found)
                    if votes > 0:
                        told[strength, view.kind] = votes / sum(size for _, size in found)
            yield tuple(strengths), told

    def _of_others(self, antecedent: Antecedent, source: str, view: int) -> float:
        votes = self.totals[antecedent].get(view, 0.0)
        if votes:
            own = self.shares[antecedent].get(source)
            votes -= own.get(view, 0.0) if own else 0.0
        return votes if votes > 1e-9 else 0.0

    def _counted(self, events: Iterable[Event]) -> dict[Antecedent, dict[str, Shares]]:
        """Antecedent -> repository -> how its vote is divided."""
        times: Counter[tuple[Antecedent, str]] = Counter()
        found: defaultdict[Antecedent, dict[str, dict[int, float]]] = defaultdict(dict)
        for event in events:
            numbers = [self._number[view] for answer in event.answers for view in answer]
            share = 1 / max(len(event.answers), 1)
            for antecedent in event.antecedents:
                times[antecedent, event.source] += 1
                views = found[antecedent].setdefault(event.source, {})
                for number in numbers:
                    views[number] = views.get(number, 0.0) + share
        return {
            antecedent: {
                source: {view: count / times[antecedent, source] for view, count in sorted(views.items())}
                for source, views in sources.items()
            }
            for antecedent, sources in found.items()
        }


def _lot(event: Event) -> tuple[str, str]:
    text = repr((event.source, event.antecedents[-1], event.answers))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest(), text


def _summed(shares: Iterable[Shares]) -> Shares:
    total: defaultdict[int, float] = defaultdict(float)
    for each in shares:
        for view, share in each.items():
            total[view] += share
    return total
