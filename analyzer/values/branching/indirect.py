"""Tests of what a function makes of a name: `if kind_of(name) == "bert":`, `kind = kind_of(name)` before.

Each of several values is supposed to be the one that the name holds; then what is made of it can be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from analyzer.program import (
    Attribute,
    Binding,
    Call,
    Expression,
    Name,
    Operator,
    Scope,
    Subscript,
    Test,
    in_force,
    last_name,
)
from analyzer.values.branching import outcome, questions, reach
from analyzer.values.objects import Assumed, Env, Str, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Names between a test and the name that it comes to ask about.
_MAX_NAMES = 3
#: The same of a name of which another one tells which.
_MAX_AGREEING = 64
#: Values of a name that stands between, each for other outcomes of tests.
_MAX_BOUND = 24
#: Functions that ask about files, which only a run knows.
_OF_FILES = frozenset({"exists", "isfile", "isdir", "is_file", "is_dir"})
#: Values of one name that are told apart.
_MAX_VALUES = 24
#: (a test, from where on it asks about the name).
_Asking: TypeAlias = tuple[Test, int]


def kept(ev: Evaluator, values: Values, use: tuple[Name, str], since: int, env: Env) -> Values:
    """The values that the name `use`, bound at offset `since`, can still have where it is used."""
    scope = ev.modules[env.module].scopes[env.scope]
    root, key = use
    if isinstance(env.frame, Assumed):
        return _agreeing(ev, values, use, env.frame) if 1 < len(values) <= _MAX_AGREEING else values
    asking = _asking(ev, scope, env).get(key)
    if not asking or not 1 < len(values) <= _MAX_VALUES:
        return values
    places = {test.at: at for test, at in asking}
    for test, holds in in_force((test for test, _ in asking), root.at, root.path):
        is_same = since <= places[test.at] and not reach.changed(scope, (key,), places[test.at], root.at)
        if is_same and (left := _passing(ev, values, test, key, env, holds=holds)):
            values = left
    return values


def _agreeing(ev: Evaluator, values: Values, use: tuple[Name, str], frame: Assumed) -> Values:
    """The values with which another name can be what it is assumed to be, where branches on these decide that."""
    root, key = use
    scope = ev.modules[frame.whole.module].scopes[frame.whole.scope]
    bound = scope.bindings.get(frame.name, ())
    decided = {name for b in bound if 1 < len(bound) <= _MAX_BOUND for name, _ in _decided_by(scope, b)}
    held = frame.value
    if key not in decided or not isinstance(held, Str):
        return values
    other = ev.keep(Name(frame.name, root.at, root.path))

    def agrees(value: Str) -> bool:
        found = ev.evaluate(other, assumed(ev, frame.whole, key, _taken(value)))
        return not all(isinstance(v, Str) and v.text != held.text for v in found)

    return tuple(value for value in values if not isinstance(value, Str) or agrees(value)) or values


def assumed(ev: Evaluator, env: Env, name: str, value: Value) -> Env:
    """The environment in which a dotted name holds one value."""
    key = env, "assumed", name, value
    if key not in ev.frames:
        ev.frames[key] = Env(env.module, env.scope, Assumed(name, value, env), env.parent)
    return ev.frames[key]


def _passing(ev: Evaluator, values: Values, test: Test, key: str, env: Env, *, holds: bool) -> Values:
    """The values without those for which the test is certain to come out otherwise."""
    found = []
    for value in values:
        is_text = isinstance(value, Str) and not value.partial and ev.may_spare()
        told = ev.sparing(lambda value=value: _told(ev, test, key, value, env)) if is_text else None  # type: ignore[misc]
        if told is None or told is holds:
            found.append(value)
    return tuple(found)


def _told(ev: Evaluator, test: Test, key: str, value: Str, env: Env) -> bool | None:
    return outcome.of(ev, test.condition, assumed(ev, env, key, _taken(value)))


def _taken(value: Str) -> Str:
    """The value as one that is not left to the run."""
    return value._replace(step="local_variable")


def _asking(ev: Evaluator, scope: Scope, env: Env) -> dict[str, list[_Asking]]:
    """Dotted name -> the tests that ask about what is made of it."""
    key = "asking", env.module, env.scope
    known = ev.caches.get(key)
    if isinstance(known, tuple) and known[0] == len(scope.tests):
        return known[1]  # type: ignore[no-any-return]
    found: dict[str, list[_Asking]] = {}
    for test in scope.tests if scope.kind != "class" else ():
        if questions.is_textual(test.condition):
            for name, at in dict(_made_of(scope, test.condition, test.at, _MAX_NAMES)).items():
                found.setdefault(name, []).append((test, at))
    ev.caches[key] = len(scope.tests), found
    return found


def _made_of(scope: Scope, asked: Expression, at: int, depth: int) -> Iterator[tuple[str, int]]:
    """(a name that a function makes something of that the expression asks about, where it does)."""
    match asked:
        case Operator(operands=parts):
            for part in parts:
                yield from _made_of(scope, part, at, depth)
        case Subscript(base=base):
            yield from _made_of(scope, base, at, depth)
        case Call() if isinstance(asked.function, Attribute) and not asked.args:
            yield from _made_of(scope, asked.function.base, at, depth)
        case Call() if last_name(asked.function) not in _OF_FILES:
            given = (*asked.args, *(value for _, value in asked.keywords))
            yield from ((name, at) for value in given for name in questions.dotted_in(value))
        case Name(id=name) if depth:
            bound = scope.bindings.get(name, [])
            for binding in bound if len(bound) == 1 else ():
                yield from _made_of(scope, binding.value, binding.at, depth - 1)
            for binding in bound if 1 < len(bound) <= _MAX_BOUND else ():
                yield from _decided_by(scope, binding)


def _decided_by(scope: Scope, binding: Binding) -> Iterator[tuple[str, int]]:
    """(a name that the tests on the way to a binding ask about, where they do)."""
    for test, _ in scope.tests_to(binding.at, binding.path):
        if questions.is_textual(test.condition):
            yield from ((name, test.at) for name in questions.dotted_in(test.condition))
