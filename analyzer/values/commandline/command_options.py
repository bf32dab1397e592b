"""The options that decorators give a command of click: written out, by another name, or by a function of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from analyzer.program import Call, Expression, Scope, last_name
from analyzer.values import containers
from analyzer.values.objects import Env, Fn, List, Ref, Value

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

Option: TypeAlias = tuple[Call, Env]

ARGUMENT = "argument"
_OPTIONS = frozenset({"option", ARGUMENT})
_COMMANDS = frozenset({"command", "group"})


def of_function(ev: Evaluator, scope: Scope, env: Env) -> tuple[Option, ...]:
    """The calls that declare the options of a function of this scope, each with where it stands."""
    if not scope.decorators or env.parent is None:
        return ()
    key = "command options", env.module, env.scope
    if key not in ev.caches:
        ev.caches[key] = ()
        ev.caches[key] = tuple(_declaring(ev, scope, env.parent))
    return ev.caches[key]  # type: ignore[return-value]


def _declaring(ev: Evaluator, scope: Scope, around: Env) -> Iterator[Option]:
    is_command = any(_name(decorator) in _COMMANDS for decorator in scope.decorators)
    for decorator in scope.decorators:
        if isinstance(decorator, Call) and _name(decorator) in _OPTIONS:
            yield decorator, around
        elif is_command and _name(decorator) not in _COMMANDS:
            yield from _behind(ev, decorator, around)


def _name(decorator: Expression) -> str:
    return last_name(decorator.function if isinstance(decorator, Call) else decorator)


def _behind(ev: Evaluator, decorator: Expression, env: Env) -> Iterator[Option]:
    """The options that another decorator is, or adds: those in its function, and those that it is given."""
    made = [found for value in ev.evaluate(decorator, env) for found in _option(value)]
    if made:
        yield from made
        return
    function = decorator.function if isinstance(decorator, Call) else decorator
    for value in ev.evaluate(function, env):
        if isinstance(value, Fn):
            yield from _inside(ev, value)
    for argument in decorator.args if isinstance(decorator, Call) else ():
        given = ev.evaluate(argument, env)
        listed = containers.elements(ev, tuple(value for value in given if isinstance(value, List)))
        yield from (found for value in (*given, *listed) for found in _option(value))


def _option(value: Value) -> Iterator[Option]:
    is_option = isinstance(value, Ref) and value.qualified.endswith(("click.option()", "click.argument()"))
    if is_option and value.call is not None and value.env is not None:  # type: ignore[union-attr]
        yield value.call, value.env  # type: ignore[union-attr]


def _inside(ev: Evaluator, fn: Fn) -> Iterator[Option]:
    """The options that a function, or one inside it, declares."""
    ev.scope(fn.module, fn.scope)
    scopes = ev.modules[fn.module].scopes
    inner = [index for index, scope in enumerate(scopes) if scope.parent == fn.scope and scope.kind == "function"]
    for index in (fn.scope, *inner):
        for call in ev.scope(fn.module, index).calls:
            if _name(call) in _OPTIONS:
                yield call, ev.env(fn.module, index)
