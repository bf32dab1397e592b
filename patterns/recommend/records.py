"""What recommenders learn from, what they are asked, and what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

#: Which call comes next, which follow, what is called on this model, which model this code is for.
TASKS = ("next_call", "complete_usage", "api_for_model", "model_for_code")


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A usage to learn from. `source` is its repository; `model` is "" where no other repository can have it."""

    source: str
    library: str
    model: str
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What is known when a recommendation is asked for; `task` is one of TASKS."""

    task: str
    calls: tuple[str, ...] = ()
    model: str = ""
    libraries: tuple[str, ...] = ()


class Recommender(Protocol):
    """Something that has learned from examples, and looks at nothing else."""

    def rank(self, query: Query, top: int) -> tuple[str, ...] | None:
        """At most `top` different recommendations, the best first; None where the system has no answer to such a
        task at all."""
        ...


class Learner(Protocol):
    """Gives a recommender for a set of examples, whose order makes no difference."""

    def __call__(self, examples: Sequence[Example], /) -> Recommender: ...


def distinct(examples: Iterable[Example]) -> list[Example]:
    """Each once, sorted."""
    return sorted(set(examples))


def first(names: Iterable[str], top: int) -> tuple[str, ...]:
    """The first different ones."""
    return tuple(found for found, _ in zip(_new(names), range(top), strict=False))


def _new(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name not in seen:
            seen.add(name)
            yield name
