"""Functions that are passed as arguments: the calls by which whoever gets one calls it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Definition, Expression, Imported, Items, Module, Name, Scope, Unpacked
from analyzer.values import attributes
from analyzer.values.calling import spawned
from analyzer.values.objects import Cls, Env, Fn

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_NAMED = (Definition, Imported, Name)
#: Calls that pass one function on, at most.
_MAX_PASSED = 8
#: Functions that hand one on to another, at most.
_MAX_HANDED = 3


def calls_of(ev: Evaluator, module: int, names: tuple[str, ...]) -> Iterator[tuple[Call, Env]]:
    """Calls of a parameter that a call in this file gives the function that has one of these names there."""
    by_name = ev.index(module, passed)
    found = [place for name in names for place in by_name.get(name)]
    for call, index, place in found[:_MAX_PASSED]:
        around = ev.env(module, index)
        yield from ((made, around) for made in spawned.calls_of(ev, call, around, frozenset(names)))
        yield from _calls_inside(ev, call, around, place, _MAX_HANDED)


def _calls_inside(ev: Evaluator, call: Call, around: Env, place: int | str, hands: int) -> Iterator[tuple[Call, Env]]:
    """Calls of what a call passes there, by the function that gets it, and by those that it hands it on to."""
    for fn in ev.evaluate(call.function, around):
        if isinstance(fn, Cls) and isinstance(place, int) and _keeps_what_follows(ev, fn, place):
            key = "kept with", id(call), place
            if key not in ev.caches:
                ev.caches[key] = ev.keep(call._replace(function=call.args[place], args=call.args[place + 1 :]))
            yield ev.caches[key], around  # type: ignore[misc]
        if not isinstance(fn, Fn):
            continue
        inner = ev.scope(fn.module, fn.scope)
        name = _parameter(inner, place, shift=1 if fn.bound is not None else 0)
        where = ev.env(fn.module, fn.scope)
        for each in inner.calls if name else ():
            if isinstance(each.function, Name) and each.function.id == name:
                yield each, where
            for further in _places(each, name) if hands else ():
                yield from ((made, where) for made in spawned.calls_of(ev, each, where, frozenset({name})))
                yield from _calls_inside(ev, each, where, further, hands - 1)


def _keeps_what_follows(ev: Evaluator, cls: Cls, place: int) -> bool:
    """Whether its objects are made of a function and what that is to be called with: `__init__(self, f, *args)`."""
    made = (ev.scope(fn.module, fn.scope).params for fn in attributes.constructors(ev, cls))
    return any(len(params) > place + 2 and params[place + 2].kind == "args" for params in made)


def _places(call: Call, name: str) -> Iterator[int | str]:
    """The position and the keywords at which a call passes a variable."""
    given: list[tuple[int | str, Expression]] = list(enumerate(call.args))
    given += [(key, arg) for key, arg in call.keywords if key]
    return (place for place, arg in given if isinstance(arg, Name) and arg.id == name)


def _parameter(scope: Scope, place: int | str, shift: int) -> str:
    """The name of the parameter that gets what is passed there."""
    if isinstance(place, str):
        return place
    positional = [param.name for param in scope.params if param.kind == "positional"]
    return positional[place + shift] if place + shift < len(positional) else ""


def passed(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, tuple[Call, int, int | str]]]:
    """Name -> (call, scope, position or keyword) of each call that it is passed to, where it is no variable."""
    for call in scope.calls:
        given: list[tuple[int | str, Expression]] = list(enumerate(call.args))
        given += [(key, arg) for key, arg in call.keywords if key]
        for place, arg in given:
            if isinstance(arg, Name) and _stands_for_function(arg.id, scope, index):
                yield arg.id, (call, index, place)


def _stands_for_function(name: str, scope: Scope, index: int) -> bool:
    """Whether a name of this scope may be a function's: it is none of its variables, or has one of other names."""
    bound = scope.bindings.get(name)
    if bound is None:
        return index != 0
    return all(isinstance(binding.value, _NAMED) or _is_of_display(binding.value) for binding in bound)


def _is_of_display(value: Expression) -> bool:
    """`load, options = load_fast, {}`."""
    return isinstance(value, Unpacked) and isinstance(value.value, Items)
