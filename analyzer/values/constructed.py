"""What the constructor of a class hands to the record, or to a library's class, that the class derives from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute
from analyzer.values import attributes, hierarchy
from analyzer.values.calling import calls, passing
from analyzer.values.objects import Cls, Env, Fn, Inst, Unknown, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_DEPTH = 3


def given(ev: Evaluator, inst: Inst, name: str) -> Values:
    """The field as `super().__init__(name=…)` gives it; nothing where no class declares it."""
    if not any(isinstance(cls, Cls) and _declares(ev, cls, name) for cls in hierarchy.lineage(ev, inst.cls)):
        return ()
    found: list[Values] = []
    for fn in attributes.constructors(ev, inst.cls):
        env: Env | None = ev.env(fn.module, fn.scope)
        if inst.frame is not None and inst.frame.arguments is not None:
            made = fn._replace(bound=inst)
            env = calls.enter(ev, made, inst.frame.arguments, ("init", inst.frame), fn.env)
        found.extend(_handed(ev, env, name, _DEPTH) if env is not None else ())
    known = tuple(value for value in merged(*found) if not isinstance(value, Unknown))
    return relabel(known, "call_argument")


def _declares(ev: Evaluator, cls: Cls, name: str) -> bool:
    return any(field.name == name for field in ev.modules[cls.module].scopes[cls.scope].fields)


def _takes(ev: Evaluator, fn: Fn, name: str) -> bool:
    """Whether it is a constructor that has a use for the argument, and not one behind that of a record."""
    return any(param.name == name or param.kind == "kwargs" for param in ev.scope(fn.module, fn.scope).params)


def _handed(ev: Evaluator, env: Env, name: str, depth: int) -> Iterator[Values]:
    for call in ev.scope(env.module, env.scope).calls:
        if not isinstance(call.function, Attribute) or call.function.name != "__init__":
            continue
        arguments = passing.arguments_of(call, env)
        inner = [v for v in ev.evaluate(call.function, env) if isinstance(v, Fn) and _takes(ev, v, name)]
        for fn in inner if depth else ():
            inside = calls.enter(ev, fn, arguments, call.end, env)
            yield from _handed(ev, inside, name, depth - 1) if inside is not None else ()
        if not inner:
            yield from (ev.evaluate(value, env) for key, value in call.keywords if key == name)
