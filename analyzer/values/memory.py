"""What an evaluator remembers, within its bounds: answers, the questions that are open, and those that come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from analyzer.program import Expression
from analyzer.values.objects import Env, Supposed, Values

MAX_CYCLES = 100  # of one file that are worked out anew
MAX_UNTOLD = 8  # values in a row of which the runs that take them tell nothing: then no more are looked at in the file
UNANSWERED = 4  # as many of them is one for which the steps are too few
MAX_ENTERED = 3  # a question within itself
NEVER = 1 << 30
#: Kinds of questions whose answers, where there are several, depend on which value is taken.
_OPEN = frozenset({"frames", "entries", "comes", "of class", "outside", "entry", "narrowed", "asked", "registered"})


class Layer(dict[object, object]):
    """Answers for the runs that take one value, over those that hold in all runs."""

    def __init__(self, below: dict[object, object]) -> None:
        super().__init__()
        self.below = below
        self.told = False  # whether a test was told in these runs that is open in others

    def __missing__(self, key: object) -> object:
        found = self._found(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._found(key) is not None

    def get(self, key: object, default: object = None) -> object:
        return super().get(key) if super().__contains__(key) else self._found(key) or default

    def _found(self, key: object) -> object:
        found = self.below.get(key)
        if not isinstance(key, tuple) or not isinstance(found, tuple) or key[0] not in _OPEN:
            return found
        return None if len(found) > 1 or key[0] == "frames" else found


class Memory:
    """Answers by question, and how many steps were taken for them.

    An answer found on a cycle, where a question led back to itself, is provisional until the cycle closes.
    """

    max_steps = 2_500  # for one question
    brief_steps = 300  # for one that is worth no more
    max_total = 60_000  # for one file; then questions are brief
    spare_steps = 200  # for what holds where one value is supposed to be taken
    max_supposed = 5_000  # of one file for that
    max_spared = 4_000  # of one file for what only tells values apart

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
        self.supposed: Supposed | None = None  # the value that is supposed to be taken
        self.below: dict[tuple[int, Env], Values] | None = None  # then what is known of all runs
        self.layers: dict[Supposed, tuple[dict[tuple[int, Env], Values], Layer]] = {}
        self.spared = self.supposing_steps = (
            0  # steps taken to tell values apart, and where one is supposed to be taken
        )
        self.untold = {False: 0, True: 0}  # how often in a row no test was told so, of values that are defaults too

    def starts(self) -> None:
        """A question that nothing else asks: it has its own steps, few where the file has had many."""
        if self.supposed is not None:
            return
        self.total += self.steps
        self.steps = 0
        self.limit = self.brief_steps if self.hurried or self.total > self.max_total else self.max_steps

    def refuse(self) -> None:
        """A question is not answered, for a bound."""
        self.bounded = True
        self.refused += 1

    def supposing(self, supposed: Supposed, answer: Callable[[], bool]) -> bool:
        """Whether something holds in the runs that take one value; true where that takes too many steps.

        What has one answer in all runs has it in these; the rest is found out anew, and remembered by itself. Where
        no test is told in these runs, there is nothing to rule them out.
        """
        kind = bool(supposed.default)
        if self.supposing_steps > self.max_supposed or self.untold[kind] >= MAX_UNTOLD:
            return True
        mine = self.memo, self.caches, self.active, self.busy, self.nested, self.provisional
        outer = self.cut, self.cycles, self.depth, self.steps, self.limit, self.refused, self.bounded
        is_new = supposed not in self.layers
        self.memo, self.caches = self.layers.setdefault(supposed, ({}, Layer(self.caches)))
        self.active, self.busy, self.nested, self.provisional = {}, {}, {}, []
        self.below, self.supposed = mine[0], supposed
        self.cut, self.depth, self.steps, self.limit = NEVER, 0, 0, self.spare_steps
        try:
            found = answer()
            is_told = self.layers[supposed][1].told and self.refused == outer[5]
            untold = UNANSWERED if self.refused != outer[5] else int(is_new)
            self.untold[kind] = 0 if is_told else self.untold[kind] + untold
            return found or not is_told
        finally:
            self.supposing_steps += self.steps
            self.below, self.supposed = None, None
            self.memo, self.caches, self.active, self.busy, self.nested, self.provisional = mine
            self.cut, self.cycles, self.depth, self.steps, self.limit, self.refused, self.bounded = outer

    def may_suppose(self) -> bool:
        """Whether steps are left for runs that take one value."""
        return self.supposing_steps <= self.max_supposed and min(self.untold.values()) < MAX_UNTOLD

    def tells(self) -> None:
        """Notes that a test, or what is called, was told of the runs that take the value supposed to be taken."""
        if isinstance(self.caches, Layer):
            self.caches.told = True

    def in_all(self, key: object) -> object:
        """What was found out of all runs, also where one value is supposed to be taken; None where nothing was."""
        return (self.caches.below if isinstance(self.caches, Layer) else self.caches).get(key)

    def may_spare(self) -> bool:
        """Whether steps are left for what only tells values apart."""
        return self.spared <= self.max_spared

    def sparing(self, answer: Callable[[], bool | None]) -> bool | None:
        """An answer that takes none of the steps of the question at hand; None where there are not enough for it."""
        before, refused, bounded = self.steps, self.refused, self.bounded
        found = answer()
        self.spared += self.steps - before
        self.limit += self.steps - before
        is_whole, self.bounded = self.refused == refused, bounded
        return found if is_whole else None

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
        if self.is_spent():  # of many such records, each asks all others
            self.refuse()
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
