"""Calls that have the events of a user interface call a function, with what its components hold: Gradio's `click`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from analyzer.program import (
    Attribute,
    Call,
    Definition,
    Expression,
    Imported,
    Module,
    Name,
    Opaque,
    Scope,
    Spread,
    last_name,
)
from analyzer.values import containers, hierarchy
from analyzer.values.calling import renamed, widgets
from analyzer.values.indexes import libraries
from analyzer.values.objects import Env, Fn, Held, List, Ref, Shown

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


class Listener(NamedTuple):
    """A call that has events call a function: where the function and the components stand among its arguments."""

    function: int | None  # None: it only decorates
    inputs: str
    place: int | None
    before: int = 0  # parameters that come from elsewhere


_EVENTS = (
    "blur change clear click copy custom delete double_click download edit end expand failure focus input key_up like "
    "load option_select pause play preview_close release retry select start_recording stop stop_recording stream "
    "submit success then tick undo upload"
)
_LISTENERS = {
    **dict.fromkeys(_EVENTS.split(), Listener(0, "inputs", 1)),
    "on": Listener(1, "inputs", 2),
    "render": Listener(None, "inputs", 0),
    "Interface": Listener(0, "inputs", 1),
    "ChatInterface": Listener(0, "additional_inputs", None, before=2),
    "Examples": Listener(3, "inputs", 1),
}
#: Annotations of parameters that the library fills itself.
_FILLED = frozenset({"Request", "EventData", "SelectData", "LikeData", "OAuthProfile", "OAuthToken", "Progress"})
_CALLED = frozenset({"lambda", "function"})


def calls_of(ev: Evaluator, module: int, index: int) -> Iterator[tuple[Call, Env]]:
    """Calls by which events call the function `index`, as if they stood where the listener is set up."""
    scope = ev.scope(module, index)
    if scope.kind not in _CALLED or scope.name.startswith(("__", "test_")):
        return
    before = _filled(scope, 1 if hierarchy.owner(ev, module, index) is not None else 0)
    for call, env, function in (*_decorating(ev, module, index, scope), *_listening(ev, module, scope)):
        row = _LISTENERS[last_name(call.function)]
        inputs = _given(call, row.inputs, row.place)
        if inputs is not None and _is_fed(ev, inputs, env) and _may_listen(ev, call, env):
            yield _heard(ev, call, function, inputs, row.before + before), env


def _filled(scope: Scope, first: int) -> int:
    """How many of the first parameters the library fills itself."""
    count = 0
    for param in scope.params[first:]:
        if param.annotation is None or last_name(param.annotation) not in _FILLED:
            break
        count += 1
    return count


def _decorating(ev: Evaluator, module: int, index: int, scope: Scope) -> Iterator[tuple[Call, Env, Expression]]:
    """`@button.click(inputs=[…])`."""
    for call in scope.decorators:
        if isinstance(call, Call) and last_name(call.function) in _LISTENERS and _is_used(ev, module, call):
            around = ev.env(module, scope.parent)
            key = "decorated", module, index
            if key not in ev.caches:
                ev.caches[key] = ev.keep(Held((Fn(module, index, around),)))
            yield call, around, ev.caches[key]  # type: ignore[misc]


def _listening(ev: Evaluator, module: int, scope: Scope) -> Iterator[tuple[Call, Env, Expression]]:
    """`button.click(run, […])` with a name of the function, or with the lambda itself."""
    is_near = scope.kind == "lambda" or (scope.parent and ev.modules[module].scopes[scope.parent].kind != "class")
    for other in (module,) if is_near else ev.callers_of(module, scope.name):
        for call, index, function in _in_file(ev, other, scope.at if scope.kind == "lambda" else scope.name):
            if _is_used(ev, other, call):
                yield call, ev.env(other, index), function


def _in_file(ev: Evaluator, module: int, name: str | int) -> list[tuple[Call, int, Expression]]:
    keys: list[str | int] = [name]
    if isinstance(name, str):
        ev.read_mentioning(module, name)
        keys += renamed.others(ev, module, name)
    table = ev.index(module, _listeners)
    return [found for key in keys for found in table.get(key)]


def _is_used(ev: Evaluator, module: int, call: Call) -> bool:
    """Whether the file imports the library, or has what is listened to from another file."""
    return widgets.LIBRARY in ev.index(module, libraries) or _is_brought_in(ev.modules[module], call.function)


def _is_brought_in(module: Module, function: Expression) -> bool:
    """Whether a method belongs to something that the file imports, by its name or by a star."""
    component = function.base if isinstance(function, Attribute) else None
    if not isinstance(component, Name) or module.language != "python":
        return False
    bindings = module.scopes[0].bindings
    bound = bindings.get(component.id)
    return any(type(binding.value) is Imported for binding in bound) if bound else "*" in bindings


def _listeners(module: Module, index: int, scope: Scope) -> Iterator[tuple[str | int, tuple[Call, int, Expression]]]:
    """Last name of a function, or where a lambda stands -> the calls that have events call it, with their scope."""
    for call in scope.calls:
        row = _LISTENERS.get(last_name(call.function))
        function = _given(call, "fn", row.function) if row is not None else None
        if function is not None:
            yield _key(function), (call, index, function)


def _key(function: Expression) -> str | int:
    if isinstance(function, Definition):
        return function.at
    if isinstance(function, Call) and last_name(function.function) == "partial" and function.args:
        return _key(function.args[0])
    return last_name(function)


def _given(call: Call, name: str, place: int | None) -> Expression | None:
    """An argument as it is written."""
    named = next((value for key, value in call.keywords if key == name), None)
    if named is not None or place is None or place >= len(call.args):
        return named
    return None if any(isinstance(arg, Spread) for arg in call.args[: place + 1]) else call.args[place]


def _may_listen(ev: Evaluator, call: Call, env: Env) -> bool:
    """Whether nothing says that the call is another library's."""
    refs = (v.qualified for v in ev.evaluate(call.function, env) if isinstance(v, Ref))
    return all(name.partition(".")[0] == widgets.LIBRARY for name in refs)


def _is_fed(ev: Evaluator, inputs: Expression, env: Env) -> bool:
    """Whether one of the inputs is a component that holds what is asked for here."""
    found = ev.evaluate(inputs, env)
    entries = (e for v in found if isinstance(v, List) for e in containers.entries(ev, v) if e is not None)
    listed = (value for entry in entries for value in ev.evaluate(*entry))
    return any(widgets.component(ev, value) for value in chain(found, listed))


def _heard(ev: Evaluator, call: Call, function: Expression, inputs: Expression, before: int) -> Call:
    """The call of the function that an event makes; made once."""
    key = "heard", id(call), id(function), before
    if key not in ev.caches:
        rest = Spread(Shown(inputs, inputs.at, each=True), inputs.at)
        args: list[Expression] = [*(Opaque("runtime_input", call.at) for _ in range(before)), rest]
        ev.caches[key] = ev.keep(Call(function, tuple(args), (), call.at, call.end))
    return ev.caches[key]  # type: ignore[return-value]
