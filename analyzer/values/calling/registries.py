"""Tables that functions fill with what they are handed: `register("name", Model)`, `@register("name")`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Binding, Call, Expression, Mapping, Module, Name, Scope, dotted, last_name
from analyzer.values.calling import callbacks, callers, calls, passing
from analyzer.values.objects import Arguments, Cls, Env, Fn, Held

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_REGISTERED = 64
#: Names of functions that put what they are handed somewhere.
_PUTTING = re.compile(r"regist|(?:^|_)(?:add|put|bind|set|plug|install|export|provide)(?:_|$)", re.IGNORECASE)


def putting(ev: Evaluator, store: Binding, module: int, index: int) -> tuple[Env, ...]:
    """Where to evaluate what a function puts into a table: in each call that hands it something, else in any call."""
    anywhere = ev.env(module, index)
    if not _is_handed(ev.modules[module].scopes, index, store.value):
        return (anywhere,)
    key = "registered", module, index
    if key in ev.busy:
        ev.comes_back(ev.busy[key])
        return (anywhere,)
    if key not in ev.caches:
        ev.busy[key] = ev.depth
        ev.caches[key] = tuple(_registrations(ev, module, index))[:_MAX_REGISTERED]
        del ev.busy[key]
        ev.note(ev.caches, key)
    return ev.caches[key] or (anywhere,)  # type: ignore[return-value]


def _is_handed(scopes: list[Scope], index: int, value: Expression) -> bool:
    """Whether it is one entry whose key and value are what the function, or the one around it, is given."""
    if not isinstance(value, Mapping) or len(value.pairs) != 1 or scopes[index].kind != "function":
        return False
    around = scopes[scopes[index].parent]
    params = {param.name for scope in (scopes[index], around) if scope.kind == "function" for param in scope.params}
    key, held = value.pairs[0]
    named = key.base if isinstance(key, Attribute) else key
    return all(isinstance(part, Name) and part.id in params for part in (named, held))


def _registrations(ev: Evaluator, module: int, index: int) -> Iterator[Env]:
    scopes = ev.modules[module].scopes
    around = scopes[index].parent
    if scopes[around].kind != "function":
        yield from callers.frames(ev, module, index)
        around = index
    for thing, decorator, env in _decorated_by(ev, module, scopes[around].name):
        function = decorator.function if isinstance(decorator, Call) else decorator
        for fn in ev.evaluate(function, env):
            if isinstance(fn, Fn) and (fn.module, fn.scope) == (module, around):
                yield from _decorating(ev, fn, index, thing, decorator, env)


def _decorating(ev: Evaluator, fn: Fn, index: int, thing: Fn | Cls, decorator: Expression, env: Env) -> Iterator[Env]:
    """The call of the function that a decorator is, or that it returns, with what it decorates."""
    given = Arguments(((ev.keep(Held((thing,), decorator.at)), env),))
    at = "decorates", thing.module, thing.scope
    if fn.scope == index:
        entered = calls.enter(ev, fn, given, at, env)
    else:
        made = passing.arguments_of(decorator, env) if isinstance(decorator, Call) else Arguments()
        outer = calls.enter(ev, fn, made, at, env)
        entered = calls.enter(ev, Fn(fn.module, index, outer), given, at, outer) if outer is not None else None
    if entered is not None:
        yield entered


def _decorated_by(ev: Evaluator, module: int, name: str) -> Iterator[tuple[Fn | Cls, Expression, Env]]:
    """(function or class, decorator, where) of everything that a decorator of this name decorates."""
    for other in ev.callers_of(module, name):
        for index, decorator in ev.index(other, _decorated).get(name):
            scope = ev.modules[other].scopes[index]
            env = ev.env(other, scope.parent)
            yield (Cls if scope.kind == "class" else Fn)(other, index, env), decorator, env


def _decorated(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, tuple[int, Expression]]]:
    """Last name of a decorator -> (what it decorates, the decorator)."""
    for decorator in scope.decorators:
        yield last_name(decorator.function if isinstance(decorator, Call) else decorator), (index, decorator)


def holding(ev: Evaluator, module: int, scope: Scope, name: str) -> Iterator[tuple[int, str]]:
    """(file, table, or function that gives a part of it) where the function or class of this scope is registered."""
    around = ev.env(module, scope.parent)
    asked = [(d.function if isinstance(d, Call) else d, around) for d in scope.decorators]
    for index in ev.callers_of(module, name):
        passed = ev.index(index, callbacks.passed).get(name)
        asked += [(call.function, ev.env(index, where)) for call, where, _ in passed[:_MAX_REGISTERED]]
    for function, env in asked:
        for fn in ev.evaluate(function, env) if _may_put(ev, function, env) else ():
            if isinstance(fn, Fn):
                for table in _filled(ev, fn):
                    yield fn.module, table
                    ev.read_mentioning(fn.module, table)
                    yield from ((fn.module, each) for each in ev.index(fn.module, _getters).get(table))


def _may_put(ev: Evaluator, function: Expression, env: Env) -> bool:
    """Whether it is, by its name, a function that puts something somewhere, of what a file imports or defines."""
    chain = dotted(function) if _PUTTING.search(last_name(function)) else None
    scopes = ev.modules[env.module].scopes
    return chain is not None and (env.scope == 0 or chain[0].id not in scopes[env.scope].bindings)


def _filled(ev: Evaluator, fn: Fn) -> list[str]:
    """The tables that a function, or one inside it, fills with what it is handed."""
    ev.scope(fn.module, fn.scope)
    scopes = ev.modules[fn.module].scopes
    inside = [fn.scope, *(index for index, scope in enumerate(scopes) if scope.parent == fn.scope)]
    found: dict[str, None] = {}
    for index in inside:
        for name, bindings in ev.scope(fn.module, index).bindings.items():
            if name.endswith("[]") and any(_is_handed(scopes, index, binding.value) for binding in bindings):
                found[name.removesuffix("[]").rpartition(".")[2]] = None
    return list(found)


def _getters(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, str]]:
    """Table -> the functions that return a part of it; of a method `get`, its class."""
    from analyzer.values.calling.table_calls import taken_from

    for value in scope.returns if scope.kind == "function" else ():
        parts = [value]
        if isinstance(value, Name):
            parts += [binding.value for binding in scope.bindings.get(value.id, ())]
        for table in {taken_from(part) for part in parts} - {""}:
            outer = module.scopes[scope.parent]
            is_get = scope.name == "get" and outer.kind == "class"
            yield table, outer.name if is_get else scope.name
