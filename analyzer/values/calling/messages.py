"""Messages between a page and its workers: what is posted in one file is what a listener in another one hears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Definition, Expression, Mapping, Module, Name, Scope, Text, last_name
from analyzer.values.objects import Env, Fn, Held

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Names under which a worker keeps its listener.
_KEPT = ("onmessage", "self.onmessage", "globalThis.onmessage")
#: What takes a listener for messages -> whether that is given an event, whose `data` the message is.
_TAKING = {"addEventListener": True, "on": False, "once": False}


def calls_of(ev: Evaluator, module: int, index: int) -> Iterator[tuple[Call, Env]]:
    """Calls by which messages from other files call the function `index`, as if they stood where these are posted."""
    if ev.modules[module].language != "javascript":
        return
    scope = ev.scope(module, index)
    hearing = ev.index(module, _listeners)
    key = scope.at if scope.at in hearing else scope.name
    if key in hearing and scope.parent == 0:
        yield from _posted(ev, module, index, in_event=hearing.get(key)[-1])


def _posted(ev: Evaluator, module: int, index: int, *, in_event: bool) -> list[tuple[Call, Env]]:
    from analyzer.values.calling import callers

    key = "posted", module, index
    if key not in ev.caches:
        function = ev.keep(Held((Fn(module, index, ev.env(module, 0)),)))
        found: list[tuple[Call, Env]] = []
        for call, env in callers.calls_named(ev, module, "postMessage"):
            if env.module != module and call.args:
                event = Mapping(((Text("data", call.at), call.args[0]),), call.at)
                made = Call(function, (event if in_event else call.args[0],), (), call.at, call.end)
                ev.keep(made)
                found.append((made, env))
        ev.caches[key] = found
    return ev.caches[key]  # type: ignore[return-value]


def _listeners(module: Module, index: int, scope: Scope) -> Iterator[tuple[str | int, bool]]:
    """Where a function stands, or its name, that hears messages -> whether it is given an event."""
    if index:
        return
    kept = (binding.value for name in _KEPT for binding in scope.bindings.get(name, ()))
    yield from ((_key(value), True) for value in kept)
    for call in scope.calls:
        name = last_name(call.function)
        if (
            name in _TAKING
            and len(call.args) > 1
            and isinstance(call.args[0], Text)
            and call.args[0].value == "message"
        ):
            yield _key(call.args[1]), _TAKING[name]


def _key(function: Expression) -> str | int:
    if isinstance(function, Definition):
        return function.at
    return function.id if isinstance(function, Name) else ""
