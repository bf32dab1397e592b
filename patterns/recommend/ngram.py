"""N-grams of calls with stupid back-off.

T. Brants, A. Popat, P. Xu, F. Och, J. Dean: Large Language Models in Machine Translation, EMNLP-CoNLL 2007: the score
of a call is its share after the longest context that was seen, and 0.4 times its score after a shorter one where it was
not seen there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from patterns.recommend.records import Example, Query, distinct, first

BACK_OFF = 0.4
START = ""
#: Of the calls that followed one context, so many of the commonest are looked at.
COMMONEST = 100
#: Calls in an n-gram, the one that is predicted included.
ORDER = 4

Calls = tuple[str, ...]


class Ngrams:
    """For the next call; what completes a usage are the calls that follow if the first of them is taken each time."""

    def __init__(self, examples: Sequence[Example], order: int = ORDER) -> None:
        self._order = order
        after: defaultdict[Calls, Counter[str]] = defaultdict(Counter)
        for _, calls in sorted({(example.source, example.calls) for example in distinct(examples)}):
            padded = (START,) * (order - 1) + calls
            for at in range(order - 1, len(padded)):
                for size in range(order):
                    after[padded[at - size : at]][padded[at]] += 1
        self._after = {context: _shares(counts) for context, counts in after.items()}

    def rank(self, query: Query, top: int) -> tuple[str, ...] | None:
        if query.task == "model_for_code":
            return None
        if query.task == "next_call":
            return first(self._next(query.calls), top)
        return first(self._following(query.calls, top), top)

    def _next(self, calls: Calls) -> Iterator[str]:
        """Calls by score, the highest first."""
        context = ((START,) * (self._order - 1) + calls)[-(self._order - 1) :]
        scores: dict[str, float] = {}
        for dropped in range(self._order):
            for call, share in self._after.get(context[dropped:], ()):
                scores.setdefault(call, BACK_OFF**dropped * share)
        yield from sorted(scores, key=lambda call: (-scores[call], call))

    def _following(self, calls: Calls, steps: int) -> Iterator[str]:
        """The likeliest way on, each call once, then all others by their score after the calls that were given."""
        on = calls
        for _ in range(steps):
            found = next((call for call in self._next(on) if call not in on), None)
            if found is None:
                break
            yield found
            on = (*on, found)
        yield from self._next(calls)


def _shares(counts: Counter[str]) -> list[tuple[str, float]]:
    commonest = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:COMMONEST]
    return [(call, count / counts.total()) for call, count in commonest]
