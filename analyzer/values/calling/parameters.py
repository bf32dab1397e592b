"""What a parameter holds: in one call, or over all calls that are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Param, Parameter, Scope, Text
from analyzer.values import hierarchy
from analyzer.values.calling import callers, calls, decorated, entry_points, handed, nodes, passing
from analyzer.values.configs import config_calls
from analyzer.values.objects import (
    NO_ARGUMENT,
    PROMISED,
    Arguments,
    Cls,
    Const,
    Dict,
    Env,
    Fn,
    Inst,
    List,
    Ref,
    Unknown,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def parameter(ev: Evaluator, expression: Parameter, env: Env) -> Values:
    """The values of a parameter: in the frame of `env` if there is one, else over all calls found."""
    scope = ev.scope(env.module, expression.scope)
    param = scope.params[expression.place]
    owner = hierarchy.owner(ev, env.module, expression.scope)
    if owner is not None and expression.place == 0 and not hierarchy.decorated(ev, scope, env, "staticmethod"):
        return _self(ev, scope, owner, env)
    if env.frame is not None and env.frame.arguments is not None:
        return _in_frame(ev, scope, param, expression, env, env.frame.arguments)
    found = [parameter_default(ev, scope, param, env), decorated.given(ev, scope, param, env)]
    found.append(entry_points.parameter(ev, scope, expression.place, ev.env(env.module, expression.scope)))
    found.append(nodes.parameter(ev, scope, expression.place, owner, env))
    frames = _of_same_class(ev, callers.frames(ev, env.module, expression.scope), env)
    found += [_listed(ev, param, env)] if not frames else []
    for frame in frames:
        if frame.frame is not None and frame.frame.arguments is not None:
            given_there = _of_derived(ev, frame.frame.arguments, frame, env)
            found.append(_in_frame(ev, scope, param, expression, frame, given_there))
    for given in _of_configs(ev, scope, expression, env, owner):
        found.append(_in_frame(ev, scope, param, expression, env, given))
    values = merged(*found)
    is_open = all(isinstance(value, Unknown | Const) for value in values)
    values = merged(values, _annotated(ev, param, env, is_open=is_open))
    if is_open and owner is not None and param.name == "config":
        values = merged(hierarchy.configs_of(ev, owner), values)
    return values or (Unknown("parameter"),)


def _of_same_class(ev: Evaluator, frames: tuple[Env, ...], env: Env) -> tuple[Env, ...]:
    """Of the calls of a method those on an object of the class at hand: its own, those of derived classes, else those
    of the classes that it derives from; and those on what is not known."""
    bound = env.frame.bound if env.frame is not None else None
    if not isinstance(bound, Inst):
        return frames
    made = [(f, f.frame.bound.cls) for f in frames if f.frame is not None and isinstance(f.frame.bound, Inst)]
    own = tuple(frame for frame, cls in made if hierarchy.derives(ev, cls, bound.cls))
    above = ((f, cls) for f, cls in made if (calls.EXACTLY, f) not in ev.caches)
    own = own or tuple(frame for frame, cls in above if hierarchy.derives(ev, bound.cls, cls))
    others = tuple(f for f in frames if f.frame is None or not isinstance(f.frame.bound, Inst))
    return (*own, *others)


def _of_derived(ev: Evaluator, arguments: Arguments, frame: Env, env: Env) -> Arguments:
    """What the constructor of a class passes on to that of its base, where an object of a derived class is asked about:
    what it is given for such an object."""
    bound = env.frame.bound if env.frame is not None else None
    made = frame.frame.bound if frame.frame is not None else None
    if not isinstance(bound, Inst) or not isinstance(made, Inst) or bound.cls == made.cls:
        return arguments
    wheres = [entry[1] for entry in arguments.args] + [entry[2] for entry in arguments.keywords]
    inside = _made_within(ev, wheres[0], bound.cls) if wheres else None
    if inside is None:
        return arguments
    args = tuple((value, inside if where is wheres[0] else where) for value, where in arguments.args)
    named = ((name, value, inside if where is wheres[0] else where) for name, value, where in arguments.keywords)
    return Arguments(args, tuple(named))


def _made_within(ev: Evaluator, env: Env, cls: Cls) -> Env | None:
    """The constructor that `env` is any call of, as it makes an object of a class that derives from its own."""
    if env.frame is not None or env.parent is None or ev.modules[env.module].scopes[env.scope].name != "__init__":
        return None
    owner = hierarchy.owner(ev, env.module, env.scope)
    if owner is None or not hierarchy.derives(ev, cls, owner):
        return None
    return calls.enter(ev, Fn(env.module, env.scope, env.parent, Inst(cls, None)), None, ("within", cls), env.parent)


def _of_configs(
    ev: Evaluator, scope: Scope, expression: Parameter, env: Env, owner: Cls | None
) -> tuple[Arguments, ...]:
    """What configs pass to the function, or to the constructor of the class that is being made."""
    if (owner is not None and scope.name != "__init__") or env.parent is None or scope.kind != "function":
        return ()
    bound = env.frame.bound if env.frame is not None else None
    made = bound.cls if isinstance(bound, Inst) else owner
    return config_calls.arguments(ev, Fn(env.module, expression.scope, env.parent), made)


def _self(ev: Evaluator, scope: Scope, owner: Cls, env: Env) -> Values:
    if env.frame is not None and env.frame.bound is not None:
        return (env.frame.bound,)
    if scope.name == "__new__" or hierarchy.decorated(ev, scope, env, "classmethod"):
        return (owner._replace(any=True),)
    base = handed.library_base(ev, owner) if ev.follow else hierarchy.external_constructor(ev, owner)
    made: list[Values] = []
    if base is not None and (ev.tables.match(base.qualified) or ev.tables.consumer(base.qualified)):
        name = ev.modules[owner.module].scopes[owner.scope].name
        made = [ev.evaluate(call, where) for call, where in callers.calls_named(ev, owner.module, name)]
    known = tuple(v for v in merged(*made) if isinstance(v, Inst) and v.thing is not None and v.cls == owner)
    return known or (Inst(owner, None),)


def _in_frame(
    ev: Evaluator, scope: Scope, param: Param, expression: Parameter, env: Env, arguments: Arguments
) -> Values:
    if param.kind == "kwargs":
        named = {p.name for p in scope.params}
        rest = [(Text(k, v.at) if k is not None else None, v, e) for k, v, e in arguments.keywords if k not in named]
        return (Dict(tuple(rest), more=True),)
    shift = 1 if has_self(ev, scope, expression.scope, env) else 0
    if param.kind == "args":
        return (List(arguments.args[max(expression.place - shift, 0) :]),)
    position = expression.place - shift if param.kind == "positional" else None
    found = passing.argument(ev, arguments, (param.name,), position)
    if found is None or found == (NO_ARGUMENT,):
        default = parameter_default(ev, scope, param, env)
        return default or found or (Unknown("call_not_followed" if _spreads_unknown(ev, arguments) else "parameter"),)
    default = parameter_default(ev, scope, param, env) if passing.may_lack(ev, arguments, param.name) else ()
    return merged(relabel(found, "call_argument"), default)


def _spreads_unknown(ev: Evaluator, arguments: Arguments) -> bool:
    """Whether `**` passes something that is not known."""
    spread = (v for key, expression, env in arguments.keywords if key is None for v in ev.evaluate(expression, env))
    return any(isinstance(value, Ref | Unknown) for value in spread)


def has_self(ev: Evaluator, scope: Scope, index: int, env: Env) -> bool:
    """Whether the first parameter is the object."""
    owner = hierarchy.owner(ev, env.module, index)
    return owner is not None and not hierarchy.decorated(ev, scope, env, "staticmethod")


def parameter_default(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    if param.default is None or env.parent is None:
        return ()
    return relabel(ev.evaluate(param.default, env.parent), "function_default")


def _annotated(ev: Evaluator, param: Param, env: Env, *, is_open: bool) -> Values:
    """A parameter annotated with a class of the files read is some object of it.

    Where calls are known that pass one, only the defaults of a record are added to what they pass.
    """
    if param.annotation is None or env.parent is None:
        return ()
    found = hierarchy.classes_in(ev, param.annotation, env.parent)
    if is_open:
        return tuple(Inst(value, None) for value in found)
    scopes = [(value, ev.modules[value.module].scopes[value.scope]) for value in found]
    return tuple(Inst(value, PROMISED) for value, scope in scopes if hierarchy.is_record(ev, value, scope))


def _listed(ev: Evaluator, param: Param, env: Env) -> Values:
    """The strings that a parameter is annotated with: `Literal["a", "b"]`."""
    if param.annotation is None or env.parent is None:
        return ()
    return relabel(ev.union(hierarchy.literals_in(param.annotation), env.parent), "function_default")
