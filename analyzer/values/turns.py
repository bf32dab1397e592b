"""Loops, one turn at a time: what a call passes together, or a table keeps under one key, belongs together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer import names
from analyzer.program import Attribute, Call, Element, Expression, Joined, Name, Scope, Spread, Subscript, Unpacked
from analyzer.values import containers, fields
from analyzer.values.objects import Cls, Env, Inst, List, Ref, Turn, Value

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_FIELDS = frozenset({"dataclasses.fields()", "attrs.fields()", "attr.fields()"})
_MAX_TURNS = 100
#: Entries of a table that a loop makes.
_MAX_ENTRIES = 400
#: Names between what a call passes and the variable of the loop.
_MAX_NAMES = 3


def of_call(ev: Evaluator, call: Call, scope: Scope, env: Env) -> tuple[Env, ...]:
    """The environment in each turn of the loop whose variable the call passes on, where its turns are known."""
    element = next((e for part in _passed(call) for e in _elements(scope, part, _MAX_NAMES)), None)
    found = tuple(_listed(ev, v) for v in ev.evaluate(element.iterable, env)) if element is not None else ()
    if element is None or not all(isinstance(value, List) and not value.open for value in found):
        return ()
    turns = [entry for value in found if isinstance(value, List) for entry in containers.entries(ev, value)]
    if None in turns[:_MAX_TURNS]:
        return ()
    return tuple(_turn(ev, element, *entry, env) for entry in turns[:_MAX_TURNS] if entry is not None)


def of_entry(ev: Evaluator, key: Expression, value: Expression, env: Env) -> tuple[Env, ...]:
    """The environment in each turn of the loop on which both a key and what is put under it depend, where its turns
    are known."""
    scope = ev.modules[env.module].scopes[env.scope]
    element = next(_elements(scope, key, _MAX_NAMES), None)
    if element is None or element not in _elements(scope, value, _MAX_NAMES):
        return ()
    found = ev.evaluate(element.iterable, env)
    if not found or not all(isinstance(each, List) and not each.open for each in found):
        return ()
    turns = [entry for each in found if isinstance(each, List) for entry in containers.entries(ev, each)]
    if None in turns or len(turns) > _MAX_ENTRIES:
        return ()
    return tuple(_turn(ev, element, *entry, env) for entry in turns if entry is not None)


def _listed(ev: Evaluator, value: Value) -> Value:
    """What `fields(Options)` gives, where it is only taken turn by turn."""
    if not isinstance(value, Ref) or value.qualified not in _FIELDS or value.call is None or value.env is None:
        return value
    given = ev.evaluate(value.call.args[0], value.env) if value.call.args else ()
    classes = [each.cls if isinstance(each, Inst) else each for each in given]
    return next((fields.listed(ev, cls) for cls in classes if isinstance(cls, Cls)), value)


def _turn(ev: Evaluator, element: Element, entry: Expression, where: Env, env: Env) -> Env:
    key = env, "turn", id(element), id(entry), where
    if key not in ev.frames:
        frame = Turn(element, ev.evaluate(entry, where), env.frame)
        ev.frames[key] = Env(env.module, env.scope, frame, env.parent)
    return ev.frames[key]


def _passed(call: Call) -> Iterator[Expression]:
    yield from call.args
    yield from (value for _, value in call.keywords)


def _elements(scope: Scope, expression: Expression, depth: int) -> Iterator[Element]:
    """The loops, as what they give in a turn, on whose variables an expression depends."""
    match expression:
        case Element():
            yield expression
        case Name() if depth:
            for binding in names.reaching(scope.bindings.get(expression.id, ()), expression.at, expression.path):
                yield from _elements(scope, binding.value, depth - 1)
        case Unpacked(value=inner) | Spread(value=inner) | Attribute(base=inner) | Subscript(base=inner):
            yield from _elements(scope, inner, depth)
        case Joined(parts=parts):
            for part in parts:
                yield from _elements(scope, part, depth)
        case Call():
            for part in _passed(expression):
                yield from _elements(scope, part, depth)
