"""Components of a user interface, as Gradio's dropdowns and textboxes, and what they hold when an event comes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from analyzer.program import Expression, Opaque, Spread
from analyzer.values import containers, hierarchy
from analyzer.values.calling import passing
from analyzer.values.commandline import launched
from analyzer.values.objects import (
    RUNTIME,
    Arguments,
    Cls,
    Const,
    Env,
    Held,
    Inst,
    List,
    Ref,
    Shown,
    Str,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


class Component(NamedTuple):
    """Where the choices and the value of a component stand among its arguments; what it holds if several are chosen."""

    choices: int | None
    value: int | None
    several: bool = False
    anything: bool = False  # it holds whatever it is given, not only strings


LIBRARY = "gradio"
_COMPONENTS = {
    "Dropdown": Component(0, 1),
    "Radio": Component(0, 1),
    "CheckboxGroup": Component(0, 1, several=True),
    **dict.fromkeys(("Textbox", "Text", "TextArea"), Component(None, 0)),
    **dict.fromkeys(("State", "BrowserState", "Variable"), Component(None, 0, anything=True)),
}
#: A component, also after methods that give it back.
_MADE = re.compile(LIBRARY + r"\.(?:\w+\.)*(\w+)\(\)(?:\.(?:style|render|unrender)\(\))*")
#: What no model is called: where a choice has it, all are labels that code has names for.
_LABEL = re.compile(r"[^!-~]")


def shown(ev: Evaluator, expression: Shown, env: Env) -> Values:
    """What components hold: of a list of them a list, in order."""
    found = ev.evaluate(expression.components, env)
    if not expression.each:
        return merged(*(_held(ev, value, expression, env) for value in found)) or (RUNTIME,)
    lists = [value for value in found if isinstance(value, List)]
    if not lists:
        return (List(((ev.keep(expression._replace(each=False)), env),)),)
    return tuple(List(tuple(_entries(ev, value, expression.at, env)), more=value.open) for value in lists)


def _entries(ev: Evaluator, listed: List, at: int, env: Env) -> Iterator[tuple[Expression, Env]]:
    for entry in containers.entries(ev, listed):
        if entry is None:
            yield Spread(Opaque(RUNTIME.reason, at), at), env
            return
        component, where = entry
        yield ev.keep(Shown(component, component.at, each=False)), where


def component(ev: Evaluator, value: Value) -> tuple[Component, Arguments] | None:
    """The row of a component and what it is made with; also of one of a class derived from it."""
    if isinstance(value, Ref) and value.call is not None and value.env is not None:
        made = _MADE.fullmatch(value.qualified)
        row = _COMPONENTS.get(made.group(1)) if made is not None else None
        return (row, passing.arguments_of(value.call, value.env)) if row is not None else None
    if isinstance(value, Inst) and value.frame is not None and value.frame.arguments is not None:
        for base in hierarchy.lineage(ev, value.cls):
            made = _MADE.fullmatch(base.qualified + "()") if not isinstance(base, Cls) else None
            row = _COMPONENTS.get(made.group(1)) if made is not None else None
            if row is not None:
                return row, value.frame.arguments
    return None


def _held(ev: Evaluator, value: Value, expression: Shown, env: Env) -> Values:
    """What one component holds: any of its choices, or what it is given at first."""
    row, arguments = component(ev, value) or (None, Arguments())
    if row is None or _is_set(ev, arguments, "type", "index"):
        return ()
    first = passing.argument(ev, arguments, ("value", "default"), row.value) or ()
    if row.anything:
        return relabel(tuple(v for v in first if not isinstance(v, Const)), "option_default")
    several = row.several or _is_set(ev, arguments, "multiselect", True)
    listed = passing.argument(ev, arguments, ("choices",), row.choices) or () if row.choices is not None else ()
    chosen = containers.elements(ev, tuple(v for v in first if isinstance(v, List))) if several else first
    held = [v for v in merged(chosen, _choices(ev, listed)) if isinstance(v, Str) and not launched.is_nothing(v)]
    labels = row.choices is not None and any(_LABEL.search(v.text) for v in held)
    found = merged(*(relabel((v,), "label" if labels and "/" not in v.text else "option_default") for v in held))
    if not several or not found:
        return found
    return (List(tuple((ev.keep(Held((v,), expression.at)), env) for v in found), more=True),)


def _choices(ev: Evaluator, listed: Values) -> Values:
    """The choices; of pairs of a label and a value the value."""
    found: Iterable[Value] = containers.elements(ev, listed)
    return merged(*(containers.item(ev, (v,), (Const(1),)) if isinstance(v, List) else (v,) for v in found))


def _is_set(ev: Evaluator, arguments: Arguments, name: str, wanted: object) -> bool:
    given = passing.keyword(ev, arguments, name) or ()
    return any(wanted in (getattr(v, "text", None), getattr(v, "value", None)) for v in given)
