"""The context that commands of click and typer share: `ctx.obj["model"] = …` of a group, read by its commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Module, Param, Scope, Text, last_name
from analyzer.values.objects import Dict, Env, Held, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_PASSES = "pass_context"
_PASSES_OBJECT = "pass_obj"
_HELD = "obj"


def handed(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What the parameter of a command is that takes the context, or the object in it."""
    if not scope.params or param is not scope.params[0]:
        return ()
    if _PASSES_OBJECT in _decorators(scope):
        return _object(ev, env.module)
    return _context(ev, env) if _takes_context(scope) else ()


def _decorators(scope: Scope) -> list[str]:
    return [last_name(each.function if isinstance(each, Call) else each) for each in scope.decorators]


def _takes_context(scope: Scope) -> bool:
    annotation: Expression | None = scope.params[0].annotation if scope.params else None
    return _PASSES in _decorators(scope) or (annotation is not None and last_name(annotation) == "Context")


def _context(ev: Evaluator, env: Env) -> Values:
    key = "context", env.module
    if key not in ev.caches:
        ev.caches[key] = ()
        held = _object(ev, env.module)
        entry = Text(_HELD, 0), ev.keep(Held(held)), env
        ev.caches[key] = (Dict((entry,)),) if held else ()
    return ev.caches[key]  # type: ignore[return-value]


def _object(ev: Evaluator, module: int) -> Values:
    """What functions that take a context make its object, or put into it, in the files around."""
    key = "context object", module
    if key not in ev.caches:
        ev.caches[key] = ()
        files = dict.fromkeys((*ev.option_files(module, _PASSES), *ev.option_files(module, "Context")))
        ev.caches[key] = merged(*(held for each in files for held in _made(ev, each)))
    return ev.caches[key]  # type: ignore[return-value]


def _made(ev: Evaluator, module: int) -> Iterator[Values]:
    ev.read_mentioning(module, _HELD)
    for index, name in ev.index(module, _holding).get(True):
        for binding in ev.modules[module].scopes[index].bindings[name]:
            yield ev.evaluate(binding.value, ev.env(module, index))


def _holding(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[int, str]]]:
    """(function that takes a context, the name under which it binds the object, or puts something into that)."""
    if scope.kind == "function" and scope.params and _takes_context(scope):
        held = f"{scope.params[0].name}.{_HELD}"
        yield from ((True, (index, name)) for name in (held, held + "[]") if name in scope.bindings)
