"""Partial calls that tables hold: where nobody is known to look one up, each is a call with what it passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Items, Mapping, Module, Name, Scope, last_name
from analyzer.values import hierarchy
from analyzer.values.objects import Cls, Env

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_NESTED = 3


def calls_of(ev: Evaluator, module: int, scope: Scope, owner: Cls | None) -> Iterator[tuple[Call, Env]]:
    """`TABLE = {"key": partial(Model, name="org/name")}`: the calls of a function, or of the constructor of a class."""
    if owner is not None and scope.name != "__init__":
        return
    named = [(module, scope.name)] if owner is None else made_by(ev, owner)
    for where, name in named:
        for index in ev.callers_of(where, name):
            ev.read_mentioning(index, name)
            for call, inside in ev.index(index, _partials).get(name):
                key = "partial call", id(call)
                if key not in ev.caches:
                    ev.caches[key] = ev.keep(Call(call.args[0], call.args[1:], call.keywords, call.at, call.end))
                yield ev.caches[key], ev.env(index, inside)  # type: ignore[misc]


def made_by(ev: Evaluator, owner: Cls) -> list[tuple[int, str]]:
    """(file, name) of the class, and of those derived from it, whose objects its constructor makes."""
    derived = ((cls, ev.modules[cls.module].scopes[cls.scope]) for cls in (owner, *hierarchy.subclasses(ev, owner)))
    return [(cls.module, scope.name) for cls, scope in derived if cls is owner or "__init__" not in scope.bindings]


def _partials(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, tuple[Call, int]]]:
    """Name of a function or class -> (partial call of it, scope) of each that a display holds."""
    for bindings in scope.bindings.values():
        for call in (call for binding in bindings for call in _held(binding.value, _MAX_NESTED)):
            yield last_name(call.args[0]), (call, index)


def _held(value: Expression, depth: int) -> Iterator[Call]:
    match value:
        case Mapping(pairs=pairs) if depth:
            for _, each in pairs:
                yield from _held(each, depth - 1)
        case Items(items=items) if depth:
            for each in items:
                yield from _held(each, depth - 1)
        case Call(function=function, args=[Name() | Attribute(), *_]) if depth < _MAX_NESTED:
            if last_name(function) == "partial":
                yield value
