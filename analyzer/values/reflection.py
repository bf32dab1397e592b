"""What asks a program about itself gives: getattr, imports by name, super, type, globals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Call, Text
from analyzer.values import attributes, containers, hierarchy, sequences
from analyzer.values.calling import passing
from analyzer.values.objects import (
    UNKNOWN_CALL,
    Arguments,
    Cls,
    Const,
    Dict,
    Env,
    Inst,
    Mod,
    Ref,
    Str,
    Super,
    Unknown,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


#: Classes of a module that `getattr` with an unknown name may give.
_MAX_CLASSES = 24


def attribute_named(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    names = [v for v in passing.first(ev, arguments, 1) if isinstance(v, Str) and not v.partial]
    found = [attributes.attribute(ev, base, n.text) for base in passing.first(ev, arguments) for n in names]
    if not names:
        found = [_classes(ev, base.module) for base in passing.first(ev, arguments) if isinstance(base, Mod)]
    known = tuple(v for v in merged(*found) if not isinstance(v, Unknown))
    default = tuple(v for v in passing.first(ev, arguments, 2) if not isinstance(v, Const))
    unknown = () if known else merged(*found) or (Unknown("call_not_followed"),)
    return merged(known, default, unknown)


def _classes(ev: Evaluator, module: int) -> Values:
    """The classes of a module, one of which a name that only the run knows stands for."""
    scopes = ev.modules[module].scopes
    found = [Cls(module, at, ev.env(module, 0)) for at, s in enumerate(scopes) if s.kind == "class" and not s.parent]
    return tuple(found[:_MAX_CLASSES])


def module_named(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    found = [
        ev.external(v.text, env.module) for v in passing.first(ev, arguments) if isinstance(v, Str) and not v.partial
    ]
    return merged(*found) or (Unknown("call_not_followed"),)


def super_of(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`super()`: the class around the method, and the method's self; `super(cls, self)`: the class that it names."""
    named = [v for v in passing.first(ev, arguments) if isinstance(v, Cls)]
    here: Env | None = env
    while here is not None:
        cls = hierarchy.owner(ev, here.module, here.scope)
        if cls is not None:
            bound = here.frame.bound if here.frame is not None else None
            return (Super(named[0], bound or Inst(cls, None)) if named else Super(cls, bound),)
        here = here.parent
    return (UNKNOWN_CALL,)


def class_of(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`type(x)`: the class of an object; `type(name, bases, {})`: a class like its bases."""
    bases = containers.elements(ev, passing.first(ev, arguments, 1)) if len(arguments.args) == 3 else ()
    found = tuple(v for v in bases if isinstance(v, Cls | Ref))
    return found or tuple(v.cls for v in passing.first(ev, arguments) if isinstance(v, Inst)) or (UNKNOWN_CALL,)


def names_of_module(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`globals()`: the module's names, as a dict."""
    from analyzer.program import Name

    def make() -> Value:
        scope = ev.modules[env.module].scopes[0]
        names = [name for name in scope.bindings if name.isidentifier()]
        here = ev.env(env.module, 0)
        return Dict(tuple((Text(name, 0), Name(name, 1 << 60, ()), here) for name in names))

    return (sequences.kept(ev, node, env, make),)
