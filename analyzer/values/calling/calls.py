"""What a call gives: functions are entered, classes made into objects, loaders and other APIs into things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Call,
    Expression,
    Param,
    Parameter,
    Scope,
    Spread,
    Text,
)
from analyzer.values import apis, attributes, containers, copies, hierarchy, stdlib, strings
from analyzer.values.branching import reach
from analyzer.values.calling import callers, decorated, entry_points, handed, nodes, remote, spawned
from analyzer.values.commandline import options
from analyzer.values.configs import config_calls, open_configs
from analyzer.values.objects import (
    BOUND,
    PROMISED,
    UNKNOWN_CALL,
    Arguments,
    Bound,
    Cls,
    Configs,
    Const,
    Dict,
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
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_FRAMES = 6
_MAX_CALLERS = 40
_NO_ARGUMENT = Unknown("no_argument")
#: Marks calls of constructors that make objects of the class that is named, and of no class derived from it.
EXACTLY = "makes exactly"


# -- arguments


def arguments_of(call: Call, env: Env) -> Arguments:
    return Arguments(tuple((arg, env) for arg in call.args), tuple((name, value, env) for name, value in call.keywords))


def together(first: Arguments, second: Arguments) -> Arguments:
    """What a partial call and the call of it pass together; the later keyword wins."""
    return Arguments(first.args + second.args, second.keywords + first.keywords)


def positional(ev: Evaluator, arguments: Arguments) -> Iterator[tuple[Expression, Env] | None]:
    """Positional arguments in order; `*xs` is opened where its length is known, else None and the end."""
    for expression, env in arguments.args:
        if not isinstance(expression, Spread):
            yield expression, env
            continue
        inner = ev.evaluate(expression.value, env)
        if len(inner) == 1 and isinstance(inner[0], List) and not inner[0].open:
            yield from containers.entries(ev, inner[0])
        else:
            yield None
            return


def keyword(ev: Evaluator, arguments: Arguments, name: str) -> Values | None:
    """The values given under a keyword, directly or through `**`; None if it is not given."""
    spread: list[Values] = []
    for key, expression, env in arguments.keywords:
        if key == name:
            return ev.evaluate(expression, env)
        if key is None:
            for value in ev.evaluate(expression, env):
                spread.append(passed_under(ev, value, name))  # noqa: PERF401
    return merged(*spread) or None


def passed_under(ev: Evaluator, value: Value, name: str) -> Values:
    """What `**value` passes under a keyword: only what is known to be there."""
    if isinstance(value, Dict):
        keys = (v for key, _, env in containers.pairs(ev, value) for v in ev.evaluate(key, env))
        held = any(isinstance(key, Str) and key.text == name for key in keys)
        key = (Str(name, 0, 0),)
        return containers.item(ev, (value,), key) if held else containers.known(ev, value, key)
    if isinstance(value, Configs):
        return open_configs.entry(ev, value, name)
    if isinstance(value, Inst):
        return tuple(v for v in attributes.attribute(ev, value, name) if not isinstance(v, Unknown))
    return options.attribute(ev, value, name) if isinstance(value, Ref) else ()


def may_lack(ev: Evaluator, arguments: Arguments, name: str) -> bool:
    """Whether `**` passes one of several dicts, and one of them lacks the keyword, so that the default holds."""
    if any(key == name for key, _, _ in arguments.keywords):
        return False
    spread = [v for key, e, env in arguments.keywords if key is None for v in ev.evaluate(e, env)]
    docs = [d for v in spread for d in (v.docs if isinstance(v, Configs) else (v,)) if isinstance(d, Dict)]
    return len(docs) > 1 and not all(passed_under(ev, doc, name) for doc in docs)


def argument(ev: Evaluator, arguments: Arguments, names: tuple[str, ...], position: int | None) -> Values | None:
    """The values of one argument, by any of its keywords or its position; None if it is not given.

    Of `f(*args, **kwargs)`, some callers may have given it by its keyword and others by its position.
    """
    for name in names if position is None or not _has_only_places(ev, arguments) else ():
        found = keyword(ev, arguments, name)
        if found is not None:
            is_spread = position is not None and all(key != name for key, _, _ in arguments.keywords)
            placed = _placed(ev, arguments, position) if is_spread and position is not None else None
            return merged(found, placed) if placed and placed != (_NO_ARGUMENT,) else found
    return _placed(ev, arguments, position) if position is not None else None


def _placed(ev: Evaluator, arguments: Arguments, position: int) -> Values | None:
    """The values at a position; behind `*xs` of a length that is not known, nothing is known."""
    at = 0
    for expression, env in arguments.args:
        if not isinstance(expression, Spread):
            if at == position:
                return ev.evaluate(expression, env)
            at += 1
            continue
        lists = [value for value in ev.evaluate(expression.value, env) if isinstance(value, List)]
        opened = [list(containers.entries(ev, each)) if not each.open else [None] for each in lists]
        there = [each[position - at] for each in opened if len(each) > position - at]
        known = [entry for entry in there if entry is not None]
        if known:
            return merged(*(ev.evaluate(*entry) for entry in known))
        if len({len(each) for each in opened}) != 1 or None in opened[0]:
            return (_NO_ARGUMENT,)
        at += len(opened[0])
    return None


def _has_only_places(ev: Evaluator, arguments: Arguments) -> bool:
    """Whether the call is JavaScript's: what stands for keywords there are the entries of option objects."""
    return bool(arguments.args) and ev.modules[arguments.args[0][1].module].language == "javascript"


def has_spread(arguments: Arguments) -> bool:
    """Whether something is passed that cannot be seen: `*args`, `**kwargs`."""
    starred = any(isinstance(expression, Spread) for expression, _ in arguments.args)
    return starred or any(name is None for name, _, _ in arguments.keywords)


# -- parameters


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
    above = ((f, cls) for f, cls in made if (EXACTLY, f) not in ev.caches)
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
    return enter(ev, Fn(env.module, env.scope, env.parent, Inst(cls, None)), None, ("within", cls), env.parent)


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
    found = argument(ev, arguments, (param.name,), position)
    if found is None or found == (Unknown("no_argument"),):
        default = parameter_default(ev, scope, param, env)
        return default or found or (Unknown("call_not_followed" if _spreads_unknown(ev, arguments) else "parameter"),)
    default = parameter_default(ev, scope, param, env) if may_lack(ev, arguments, param.name) else ()
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
    return invoke(ev, function, arguments_of(call, env), call, env)


def invoke(ev: Evaluator, function: Value, arguments: Arguments, call: Call, env: Env) -> Values:
    """What calling `function` with these arguments gives."""
    match function:
        case Fn():
            return _enter(ev, function, arguments, call, env)
        case Cls():
            return _construct(ev, function, arguments, call, env)
        case Partial():
            return invoke(ev, function.function, together(function.arguments, arguments), call, env)
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
        return merged(*made) if ref.qualified.rpartition(".")[2] not in spawned.STARTERS else (UNKNOWN_CALL,)
    known = stdlib.call(ev, ref, arguments, call, env)
    if known is not None:
        return known
    loaded = apis.load(ev, ref, arguments, call, env)
    if loaded is not None:
        return loaded
    taken = apis.taken(ev, ref.qualified, arguments, call, env)
    return taken or (Ref(ref.qualified + "()", ref.call or call, ref.env or env),)


def _method(ev: Evaluator, bound: Bound, arguments: Arguments, env: Env) -> Values:
    args = [ev.evaluate(*entry) if entry else (Unknown("no_argument"),) for entry in positional(ev, arguments)]
    if isinstance(bound.value, Str):
        keywords = {name: ev.evaluate(value, where) for name, value, where in arguments.keywords if name}
        return strings.method(ev, bound.value, bound.name, args, keywords, env)
    if isinstance(bound.value, Inst):
        return (copies.by_method(ev, bound.value, arguments, env),)
    if optioned := remote.optioned(bound.value, bound.name):
        return optioned
    return containers.method(ev, bound, args)
