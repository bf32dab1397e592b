"""What is to be done with each of many tasks: all that an engine is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

S = TypeVar("S")
T = TypeVar("T")


def whole(task: S) -> Iterable[S]:
    """A task that has no parts."""
    return (task,)


def only(outcomes: Iterable[T]) -> T:
    """The outcome of a task that has no parts."""
    (outcome,) = outcomes
    return outcome


@dataclass(frozen=True, slots=True)
class Work(Generic[S, T]):
    """`run` is called with each task, in whatever process: the same task gives the same outcome, however often.

    `lost` gives the outcome of a task that killed its process. `split` and `merge`: the parts of a task, of which one
    may have done so, and their outcomes as one. `setup` is called with `given` once in each process.
    """

    run: Callable[[S], T]
    lost: Callable[[S], T]
    split: Callable[[S], Iterable[S]] = whole
    merge: Callable[[Iterable[T]], T] = only
    setup: Callable[[Any], None] | None = None
    given: object = None

    def prepare(self) -> None:
        if self.setup is not None:
            self.setup(self.given)


class Engine(Protocol):
    """What runs tasks: all engines give the same."""

    def outcomes(self, todo: Iterable[S], work: Work[S, T]) -> Iterator[tuple[S, T]]:
        """Each task with its outcome, in order."""
        ...
