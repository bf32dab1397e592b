"""What an evaluator remembers, within its bounds: answers, the questions that are open, and those that come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from analyzer.program import Expression
from analyzer.values.objects import Env, Values

MAX_CYCLES = 100  # of one file that are worked out anew
MAX_ENTERED = 3  # a question within itself
NEVER = 1 << 30


class Memory:
    """Answers by question, and how many steps were taken for them.

    An answer found on a cycle, where a question led back to itself, is provisional until the cycle closes.
    """

    max_steps = 2_500  # for one question
    brief_steps = 300  # for one that is worth no more
    max_total = 60_000  # for one file; then questions are brief

    def __init__(self, *, follow: bool) -> None:
        self.follow = follow  # whether objects are followed into every library call that takes one
        self.until: float | None = None  # deadline by time.thread_time: what else runs on the machine changes no answer
        self.steps = self.total = self.ticks = 0
        self.depth = 0
        self.limit = self.max_steps
        self.is_late = False
        self.hurried = False  # whether the question is to be answered in few steps
        self.bounded = False  # whether a bound was met
        self.in_one_call = False  # whether the question is of one call, where what is not passed is the default
        self.memo: dict[tuple[int, Env], Values] = {}
        self.active: dict[tuple[int, Env], int] = {}
        self.busy: dict[object, int] = {}  # other questions that are being answered, with their depth
        self.nested: dict[object, int] = {}  # how often each of those that may ask themselves again
        self.cut = NEVER  # depth of the outermost question that one below has come back to
        self.cycles = 0
        self.provisional: list[tuple[dict[Any, Any], object]] = []
        self.opening = 0  # classes whose bases or subclasses are being found out
        self.refused = 0  # questions that were not answered, for a bound
        self.caches: dict[object, object] = {}
        self.kept: list[Expression] = []

    def starts(self) -> None:
        """A question that nothing else asks: it has its own steps, few where the file has had many."""
        self.total += self.steps
        self.steps = 0
        self.limit = self.brief_steps if self.hurried or self.total > self.max_total else self.max_steps

    def refuse(self) -> None:
        """A question is not answered, for a bound."""
        self.bounded = True
        self.refused += 1

    def is_spent(self) -> bool:
        """Takes a step; whether there were too many, or they took too long."""
        self.steps += 1
        self.ticks += 1
        if self.ticks & 255 == 0 and self.until is not None and time.thread_time() > self.until:
            self.is_late = True
        return self.steps > self.limit or self.is_late

    def note(self, store: dict[Any, Any], key: object) -> None:
        """Called when an answer is stored: one found on a cycle lacks what the cycle gives, and holds until it closes.

        Then the evaluation that the cycle came back to has the whole answer, and the others are forgotten.
        """
        if self.cut <= self.depth:
            self.provisional.append((store, key))
            return
        self.cut = NEVER
        if self.provisional and self.cycles < MAX_CYCLES and not self.follow:
            self.cycles += 1
            for other, left in self.provisional:
                other.pop(left, None)
        self.provisional.clear()

    def comes_back(self, depth: int) -> None:
        """Called where a question is met that is being answered further up, at this depth."""
        self.cut = min(self.cut, depth)

    def remembered(self, key: object, answer: Callable[[], Values]) -> Values:
        """The answer to a question that no expression asks; kept where it is whole: off all cycles, within bounds."""
        found = self.caches.get(key)
        if found is not None:
            return found  # type: ignore[return-value]
        within = self.nested.get(key, 0)
        if within >= MAX_ENTERED:  # `Config(**config)`: each answer would ask again, without an expression between
            self.comes_back(self.busy[key])
            return ()
        self.busy.setdefault(key, self.depth)
        self.nested[key] = within + 1
        refused = self.refused
        try:
            made = answer()
        finally:
            self.nested[key] = within
            if not within:
                del self.busy[key], self.nested[key]
        if self.cut > self.depth and not self.opening and refused == self.refused:
            self.caches[key] = made
        return made

    def keep(self, expression: Expression) -> Expression:
        """Keeps an expression that stands in no file alive: what is remembered of it goes by its identity."""
        self.kept.append(expression)
        return expression
