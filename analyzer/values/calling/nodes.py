"""Nodes of a graph editor, as ComfyUI's: what the inputs that a class declares give its method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Scope
from analyzer.values import attributes, containers, hierarchy
from analyzer.values.objects import (
    NO_CALL,
    RUNTIME,
    Arguments,
    Cls,
    Const,
    Dict,
    Env,
    Fn,
    List,
    Str,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_DECLARING = "INPUT_TYPES"
_SECTIONS = ("required", "optional", "hidden")


def parameter(ev: Evaluator, scope: Scope, place: int, owner: Cls | None, env: Env) -> Values:
    """What the editor gives a parameter of the method that a node names as its FUNCTION."""
    if owner is None or scope.kind != "function" or not _is_node(ev, owner):
        return ()
    named = attributes.of_class(ev, owner, "FUNCTION", None)
    if not any(isinstance(value, Str) and value.text == scope.name for value in named):
        return ()
    found = (_held(ev, entry) for entry in _declared(ev, owner, scope.params[place].name, env))
    return relabel(merged(*found), "option_default")


def _is_node(ev: Evaluator, owner: Cls) -> bool:
    here = (cls for cls in hierarchy.lineage(ev, owner) if isinstance(cls, Cls))
    return any(_DECLARING in ev.modules[cls.module].scopes[cls.scope].bindings for cls in here)


def _declared(ev: Evaluator, owner: Cls, name: str, env: Env) -> Values:
    """What the class declares for the input `name`: its type, or choices, with options behind it."""
    from analyzer.values.calling import calls

    declaring = attributes.attribute(ev, owner, _DECLARING)
    told = merged(*(calls.invoke(ev, fn, Arguments(), NO_CALL, env) for fn in declaring if isinstance(fn, Fn)))
    sections = tuple(value for value in told if isinstance(value, Dict))
    key = Str(name, env.module, 0)
    inputs = merged(*(containers.known(ev, s, (Str(part, env.module, 0),)) for s in sections for part in _SECTIONS))
    return merged(*(containers.known(ev, each, (key,)) for each in inputs if isinstance(each, Dict)))


def _held(ev: Evaluator, entry: object) -> Values:
    """Of `(choices, {"default": …})` any choice, or the default of a text."""
    if not isinstance(entry, List):
        return ()
    kind = containers.item(ev, (entry,), (Const(0),))
    lists = tuple(value for value in kind if isinstance(value, List))
    options = tuple(v for v in containers.item(ev, (entry,), (Const(1),)) if isinstance(v, Dict))
    default = merged(*(containers.known(ev, v, (Str("default", 0, 0),)) for v in options))
    return merged(default, containers.elements(ev, lists)) or (RUNTIME,)
