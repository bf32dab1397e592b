"""An evaluator that keeps, for each expression, which others it asked: the way of every value can be walked back.

Nothing of it is in the evaluator itself, so a scan pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from analyzer.linking.linker import Linker
from analyzer.program import Expression, Module
from analyzer.project import Project
from analyzer.values.evaluator import MAX_DEPTH, Bodies
from analyzer.values.objects import BOUND, Bound, Env, Ref, Str, Thing, Tuple, Unknown, Value, Values

T = TypeVar("T")


class Node:
    """An expression in one environment: what it can be, whom it asked, and the bound at which it stopped."""

    __slots__ = ("asked", "bound", "env", "expression", "values")

    def __init__(self, expression: Expression, env: Env) -> None:
        self.expression, self.env = expression, env
        self.values: Values = ()
        self.asked: dict[Node, None] = {}
        self.bound: str | None = None


class Tracer(Linker):
    """A linker that records."""

    def __init__(self, project: Project, module: Module, bodies: Bodies) -> None:
        super().__init__(project, module, bodies)
        self._nodes: dict[tuple[int, Env], Node] = {}
        self._asking: list[Node] = []

    def trace(self, expression: Expression, env: Env, question: Callable[[], T]) -> tuple[T, Node]:
        """The answer to a question about an expression, and all that was asked for it."""
        node = Node(expression, env)
        self._asking.append(node)
        try:
            return question(), node
        finally:
            self._asking.pop()

    def evaluate(self, expression: Expression, env: Env) -> Values:
        node = self._nodes.setdefault((id(expression), env), Node(expression, env))
        if self._asking:
            self._asking[-1].asked[node] = None
        bound = self._reached()
        self._asking.append(node)
        try:
            found = super().evaluate(expression, env)
        finally:
            self._asking.pop()
        if found == (BOUND,) and not node.asked:
            node.bound = bound
        node.values = tuple(dict.fromkeys((*node.values, *found)))
        return found

    def _reached(self) -> str | None:
        """The bound that the next evaluation meets."""
        if self.is_late:
            return "the time for one file"
        if self.steps > self.limit:
            return f"{self.limit} evaluations for one question"
        return f"{MAX_DEPTH} levels" if self.depth > MAX_DEPTH else None


def kin(value: Value, other: Value) -> bool:
    """Whether `value` is `other`, or one is made from the other: the same literal, reason or call behind both."""
    match value, other:
        case Str(), Str():
            return (value.module, value.at) == (other.module, other.at)
        case Unknown(), Unknown():
            return value == other
        case Ref(), Ref():
            if value.call is not None or other.call is not None:
                return value.call is other.call
            return f"{other.qualified}.".startswith(f"{value.qualified}.")
        case Thing(), Thing():
            return value.event is other.event
    return value is other


def held(node: Node, wanted: Value) -> Value | None:
    """What the node can be that is kin to the value wanted; the value itself if it can."""
    found = [value for value in _flat(node.values) if kin(value, wanted)]
    return wanted if wanted in found else found[0] if found else None


def _flat(values: Values) -> Iterator[Value]:
    for value in values:
        yield value
        if isinstance(value, Tuple):
            yield from _flat(value.values)
        elif isinstance(value, Bound):
            yield value.value
