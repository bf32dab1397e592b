"""What a call gives: functions are entered, classes made into objects, loaders and other APIs into things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call
from analyzer.values import apis, attributes, built, containers, copies, hierarchy, sequences, stdlib, strings
from analyzer.values.branching import reach
from analyzer.values.calling import handed, passing, remote, spawned
from analyzer.values.objects import (
    BOUND,
    NO_ARGUMENT,
    UNKNOWN_CALL,
    Arguments,
    Bound,
    Cls,
    Const,
    Env,
    Fn,
    Frame,
    Inst,
    List,
    Mod,
    Partial,
    Ref,
    Started,
    Str,
    Thing,
    Unknown,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_FRAMES = 6
#: Marks calls of constructors that make objects of the class that is named, and of no class derived from it.
EXACTLY = "makes exactly"


# -- arguments


# -- parameters


def enter(ev: Evaluator, fn: Fn, arguments: Arguments | None, at: object, caller: Env) -> Env | None:
    """The environment of one call of `fn`; None where calls nest too deep."""
    depth = caller.frame.depth + 1 if caller.frame is not None else 1
    if depth > _MAX_FRAMES:
        return None
    key = (fn, at, caller)
    if key not in ev.frames:
        started = Started(caller, at) if isinstance(at, int) else None
        ev.frames[key] = Env(fn.module, fn.scope, Frame(arguments, fn.bound, depth, started), fn.env)
    return ev.frames[key]


# -- calling


def apply(ev: Evaluator, function: Value, call: Call, env: Env) -> Values:
    return invoke(ev, function, passing.arguments_of(call, env), call, env)


def invoke(ev: Evaluator, function: Value, arguments: Arguments, call: Call, env: Env) -> Values:
    """What calling `function` with these arguments gives."""
    match function:
        case Fn():
            return _enter(ev, function, arguments, call, env)
        case Cls():
            return _construct(ev, function, arguments, call, env)
        case Partial():
            return invoke(ev, function.function, passing.together(function.arguments, arguments), call, env)
        case Thing():
            return apis.method(ev, function, arguments, call, env)
        case Ref():
            return _external(ev, function, arguments, call, env)
        case Inst():
            if function.thing is not None:
                return apis.method(ev, function.thing, arguments, call, env)
            methods = attributes.attribute(ev, function, "__call__")
            methods = (
                merged(methods, attributes.attribute(ev, function, "forward"))
                if not any(isinstance(m, Fn) for m in methods)
                else methods
            )
            return merged(*(_enter(ev, m, arguments, call, env) for m in methods if isinstance(m, Fn))) or (
                UNKNOWN_CALL,
            )
        case Bound():
            return _method(ev, function, arguments, env)
        case Unknown():
            told = stdlib.of_unknown(ev, arguments, call, env)
            return told or (apis.taken(ev, "", arguments, call, env) and (UNKNOWN_CALL,)) or (function,)
        case _:
            return (UNKNOWN_CALL,)


def is_get(call: Call) -> bool:
    """`x.get(key, "default")`."""
    return isinstance(call.function, Attribute) and call.function.name in ("get", "pop") and len(call.args) == 2


def default_of_get(ev: Evaluator, call: Call, env: Env) -> Values:
    """What `.get` of something unknown gives when the key is not there, if that is a string.

    `session.get(Model, key)` has its key second.
    """
    if any(isinstance(value, Cls) for value in ev.evaluate(call.args[0], env)):
        return ()
    return tuple(value for value in ev.evaluate(call.args[1], env) if isinstance(value, Str))


def _enter(ev: Evaluator, fn: Fn, arguments: Arguments, call: Call, env: Env) -> Values:
    inside = enter(ev, fn, arguments, call.end, env)
    if inside is None:
        return (BOUND,)
    if ev.follow:
        handed.over(ev, fn, arguments, inside, env)
    scope = ev.scope(fn.module, fn.scope)
    found = ev.union(reach.returned(ev, scope, inside), inside)
    if scope.yields:
        return (List(tuple((expression, inside) for expression in scope.returns), more=True),)
    return found or (Const(None),)


def _construct(ev: Evaluator, cls: Cls, arguments: Arguments, call: Call, env: Env) -> Values:
    """An object; but a subclass of a loader without a constructor of its own loads as its base does."""
    fn = Fn(cls.module, cls.scope, cls.env)
    entered = enter(ev, fn, arguments, call.end, env)
    frame = entered.frame if entered is not None else None
    if proxied := _proxied(ev, cls, arguments, env) or _made_instead(ev, cls, arguments, call, env):
        return proxied
    base = hierarchy.external_constructor(ev, cls)
    if base is not None and (ev.tables.match(base.qualified) or ev.tables.consumer(base.qualified)):
        made = tuple(v for v in _external(ev, base, arguments, call, env) if isinstance(v, Thing))
    else:
        made = handed.by_super(ev, Inst(cls, frame)) if ev.follow else ()
    found = tuple(Inst(cls, frame, thing) for thing in made) or (Inst(cls, frame),)
    for inst in found if ev.follow else ():
        handed.to_constructor(ev, inst, arguments)
    return found


def _made_instead(ev: Evaluator, cls: Cls, arguments: Arguments, call: Call, env: Env) -> Values:
    """The objects of other classes that `__new__` returns."""
    made = (value for fn in attributes.maker(ev, cls) for value in _enter(ev, fn, arguments, call, env))
    return tuple(v for v in made if isinstance(v, Inst) and not hierarchy.derives(ev, v.cls, cls))


def _proxied(ev: Evaluator, cls: Cls, arguments: Arguments, env: Env) -> Values:
    """The module or library that a lazy stand-in for one names: an object with `__getattr__`, made with its name."""
    if "__getattr__" not in ev.modules[cls.module].scopes[cls.scope].bindings:
        return ()
    given = (v for expression, where in arguments.args for v in ev.evaluate(expression, where))
    named = (v.text for v in given if isinstance(v, Str) and v.text.replace(".", "_").isidentifier())
    found = (v for name in named for v in ev.external(name, env.module))
    return tuple(dict.fromkeys(v for v in found if isinstance(v, Mod) or _is_library(ev, v)))


def _is_library(ev: Evaluator, value: Value) -> bool:
    return isinstance(value, Ref) and value.qualified.partition(".")[0] in ev.tables.roots


def _external(ev: Evaluator, ref: Ref, arguments: Arguments, call: Call, env: Env) -> Values:
    handed = spawned.handed_over(ev, ref, arguments)
    if handed:
        made = [invoke(ev, function, passed, call, env) for function, passed in handed]
        last = ref.qualified.rpartition(".")[2]
        if last in spawned.STARTERS:
            return (UNKNOWN_CALL,)
        return (sequences.mapped(ev, arguments, call) if last in spawned.EACH else ()) or merged(*made)
    known = stdlib.call(ev, ref, arguments, call, env)
    if known is not None:
        return known
    loaded = apis.load(ev, ref, arguments, call, env)
    if loaded is not None:
        return loaded
    taken = apis.taken(ev, ref.qualified, arguments, call, env)
    return taken or (Ref(ref.qualified + "()", ref.call or call, ref.env or env),)


def _method(ev: Evaluator, bound: Bound, arguments: Arguments, env: Env) -> Values:
    args = [ev.evaluate(*entry) if entry else (NO_ARGUMENT,) for entry in passing.positional(ev, arguments)]
    if isinstance(bound.value, Str):
        keywords = {name: ev.evaluate(value, where) for name, value, where in arguments.keywords if name}
        return strings.method(ev, bound.value, bound.name, args, keywords, env)
    if isinstance(bound.value, Cls) and bound.name not in remote.OPTIONS:
        return built.by_method(ev, bound.value, bound.name, arguments, env)
    if isinstance(bound.value, Inst):
        return (copies.by_method(ev, bound.value, arguments, env),)
    if optioned := remote.optioned(bound.value, bound.name):
        return optioned
    return containers.method(ev, bound, args)
