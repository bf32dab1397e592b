"""What calls of JavaScript's own objects, and of the hooks of its frameworks, give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from analyzer.program import Call, Expression, Items, Opaque, last_name
from analyzer.values import containers
from analyzer.values.objects import UNKNOWN_CALL, Arguments, Bound, Cls, Dict, Env, Fn, List, Value, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_Call: TypeAlias = "Callable[[Evaluator, Arguments, Call, Env], Values]"


def _first(ev: Evaluator, arguments: Arguments) -> list[Value]:
    return [value for expression, env in arguments.args[:1] for value in ev.evaluate(expression, env)]


def _state(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`useState(first)`: what a component starts with, and what sets it to something else."""
    if not arguments.args:
        return (UNKNOWN_CALL,)
    return (List((arguments.args[0], (ev.keep(Opaque("call_not_followed", node.at)), env))),)


def _map(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`new Map([[key, value], …])`."""
    listed = (
        e for v in _first(ev, arguments) if isinstance(v, List) for e in containers.entries(ev, v) if e is not None
    )
    found: list[tuple[Expression | None, Expression, Env]] = []
    for entry in listed:
        if isinstance(entry[0], Items) and len(entry[0].items) == 2:
            key, value = entry[0].items
            found.append((key, value, entry[1]))
    return (Dict(tuple(found)),)


def _assign(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`Object.assign({}, a, b)`: all of them merged."""
    return (Dict(tuple((None, expression, where) for expression, where in arguments.args)),)


def _promised(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`new Promise((resolve) => …)`: what is given to resolve."""
    from analyzer.values.calling import calls

    found: list[Values] = []
    for fn in _first(ev, arguments):
        inside = calls.enter(ev, fn, Arguments(), node.end, env) if isinstance(fn, Fn) else None
        scope = ev.scope(inside.module, inside.scope) if inside is not None else None
        if inside is not None and scope is not None and scope.params:
            given = [c for c in scope.calls if last_name(c.function) == scope.params[0].name]
            found.extend(ev.evaluate(call.args[0], inside) for call in given if call.args)
    return merged(*found) or (UNKNOWN_CALL,)


def _listed(name: str) -> _Call:
    """`Object.values(x)`: what the dict's method gives."""

    def call(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
        found = [containers.method(ev, Bound(v, name), []) for v in _first(ev, arguments) if isinstance(v, Dict | Cls)]
        return merged(*found) or (UNKNOWN_CALL,)

    return call


TABLE: dict[str, _Call] = {
    "globalThis.Promise": _promised,
    "globalThis.Object.assign": _assign,
    "globalThis.Object.keys": _listed("keys"),
    "globalThis.Object.values": _listed("values"),
    "globalThis.Object.entries": _listed("items"),
    "globalThis.Map": _map,
    "npm:react.useState": _state,
    "npm:preact.hooks.useState": _state,
}
