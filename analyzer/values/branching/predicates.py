"""Tests that methods of the object make: `if self.is_xl():` with `return "xl" in self.name`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Name, Operator, Test
from analyzer.values.objects import Env, Fn

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def asking(ev: Evaluator, env: Env, own: str, key: str) -> list[Test]:
    """The tests of the scope that ask about `key`, an attribute of the object `own`, by way of a method of it."""
    scope = ev.modules[env.module].scopes[env.scope]
    kept = "asking by methods", env.module, env.scope, own
    known = ev.caches.get(kept)
    if not isinstance(known, tuple) or known[0] != len(scope.tests):
        found: dict[str, list[Test]] = {}
        for test in scope.tests_of(own):
            for name in sorted({name for call in _calls(test.condition, own) for name in _names(ev, call, env)}):
                found.setdefault(name, []).append(test)
        known = ev.caches[kept] = len(scope.tests), found
    return known[1].get(key, [])  # type: ignore[no-any-return]


def inner(ev: Evaluator, call: Call, env: Env) -> tuple[Expression, str, Env] | None:
    """What a method without arguments returns, the name of the object in it, and where; None of any other call."""
    function = call.function
    if call.args or call.keywords or not isinstance(function, Attribute) or not isinstance(function.base, Name):
        return None
    found = [value for value in ev.evaluate(function, env) if isinstance(value, Fn)]
    if len(found) != 1 or found[0].bound is None:
        return None
    scope = ev.scope(found[0].module, found[0].scope)
    if len(scope.returns) != 1 or len(scope.params) != 1 or scope.tests:
        return None
    return scope.returns[0], scope.params[0].name, ev.env(found[0].module, found[0].scope)


def _calls(condition: Expression, own: str) -> Iterator[Call]:
    match condition:
        case Operator(operands=parts):
            for part in parts:
                yield from _calls(part, own)
        case Call(function=Attribute(base=Name(id=name))) if name == own:
            yield condition


def _names(ev: Evaluator, call: Call, env: Env) -> Iterator[str]:
    """The attributes that what the method returns asks about, as they are called where it is called."""
    from analyzer.syntax.conditions import named

    asked = inner(ev, call, env)
    assert isinstance(call.function, Attribute)
    assert isinstance(call.function.base, Name)
    if asked is not None:
        start = asked[1] + "."
        names = (name for name in named(asked[0]) if name.startswith(start))
        yield from (f"{call.function.base.id}.{name.removeprefix(start)}" for name in names)
