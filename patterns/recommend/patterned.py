"""The recommender of this project: what follows where patterns begin as the context ends.

Beginnings of closed patterns, in the alphabets of `relative`, are looked up in the last calls of the context, as
subsequences with gaps. What followed them elsewhere votes, by number of repositories; how much beginnings count
by alphabet, length and support is fitted on the examples alone (`votes`, `mixture`). What votes for is said in relation
to the context (`relative`), so that a pattern of one class serves for others. Where no pattern fits, the library, the
words of the model's name, and what is common at all remain.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from patterns.recommend.antecedents import Antecedent, Antecedents, of_libraries, of_model
from patterns.recommend.records import Example, Query, distinct
from patterns.recommend.relative import Context, Symbols, View, spelled
from patterns.recommend.votes import Event, Votes

#: What completes a usage is learned after so many of its first calls at most.
PREFIX = 4
#: Of usages that differ in their model only, so many tell what follows.
ALIKE = 2
#: What is asked, or known, is which model.
OF_MODELS = ("api_for_model", "model_for_code")

Row = tuple[Example, tuple[Symbols, ...]]


class Patterned:
    """Answers all tasks; what one of them needs is learned when it is asked for first."""

    def __init__(self, examples: Sequence[Example]) -> None:
        given = distinct(examples)
        self._rows = [(example, spelled(example.calls)) for example in given]
        self._antecedents = Antecedents(given, [spelling for _, spelling in self._rows])
        self._votes: dict[str, Votes] = {}

    def rank(self, query: Query, top: int) -> tuple[str, ...]:
        scores: defaultdict[str, float] = defaultdict(float)
        context = Context(query.calls)
        for view, score in self._of(query.task).scores(self._known(query)):
            name = context.api(view)
            if name is not None:
                scores[name] += score
        return tuple(sorted(scores, key=lambda name: (-scores[name], name))[:top])

    def _of(self, task: str) -> Votes:
        if task not in self._votes:
            rows = self._rows if task in OF_MODELS else _few(self._rows)
            self._votes[task] = Votes([event for row in rows for event in EVENTS[task](self._antecedents, row)])
        return self._votes[task]

    def _known(self, query: Query) -> tuple[Antecedent, ...]:
        spelling = spelled(query.calls)
        if query.task == "model_for_code":
            return _of_code(self._antecedents, spelling, query.libraries)
        return _of_prefix(self._antecedents, spelling, query.libraries, query.model)


def _few(rows: Iterable[Row]) -> Iterator[Row]:
    seen: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    for example, spelling in rows:
        key = example.source, example.library, example.calls
        seen[key] += 1
        if seen[key] <= ALIKE:
            yield example, spelling


def _of_prefix(
    antecedents: Antecedents, spelling: Sequence[Symbols], libraries: Sequence[str], model: str
) -> tuple[Antecedent, ...]:
    around = (*of_libraries(libraries, at_start=not spelling), *of_model(model))
    return (*around, *antecedents.of_calls(spelling))


def _of_code(antecedents: Antecedents, spelling: Sequence[Symbols], libraries: Sequence[str]) -> tuple[Antecedent, ...]:
    """The beginnings that end anywhere."""
    found = dict.fromkeys(of_libraries(libraries, at_start=False))
    for end in range(1, len(spelling) + 1):
        found.update(dict.fromkeys(antecedents.of_calls(spelling[:end])))
    return tuple(found)


def _next_calls(antecedents: Antecedents, row: Row) -> Iterator[Event]:
    example, spelling = row
    for at, call in enumerate(example.calls):
        known = _of_prefix(antecedents, spelling[:at], (example.library,), example.model)
        yield Event(example.source, known, (tuple(Context(example.calls[:at]).views(call)),))


def _completions(antecedents: Antecedents, row: Row) -> Iterator[Event]:
    example, spelling = row
    for at in range(1, min(PREFIX, len(example.calls) - 1) + 1):
        known = _of_prefix(antecedents, spelling[:at], (example.library,), example.model)
        context = Context(example.calls[:at])
        rest = dict.fromkeys(example.calls[at:])
        yield Event(example.source, known, tuple(tuple(context.views(call)) for call in rest))


def _usages(antecedents: Antecedents, row: Row) -> Iterator[Event]:
    """All that is called on a model."""
    example, _ = row
    calls = dict.fromkeys(example.calls)
    known = (*of_libraries((), at_start=False), *of_model(example.model))
    if example.model and calls:
        yield Event(example.source, known, tuple((View("call", 0, call),) for call in calls))


def _models(antecedents: Antecedents, row: Row) -> Iterator[Event]:
    example, spelling = row
    if example.model:
        known = _of_code(antecedents, spelling, (example.library,))
        yield Event(example.source, known, ((View("call", 0, example.model),),))


EVENTS: Mapping[str, Callable[[Antecedents, Row], Iterator[Event]]] = {
    "next_call": _next_calls,
    "complete_usage": _completions,
    "api_for_model": _usages,
    "model_for_code": _models,
}
