"""Which calls hand a loaded object to a function or class of the files read, so that its body is looked at as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Expression
from analyzer.values import attributes, hierarchy
from analyzer.values.calling import calls, passing
from analyzer.values.objects import Arguments, Cls, Dict, Env, Event, Fn, Inst, List, Ref, Thing, Tuple, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_SOURCES = 60
_MAX_NESTED = 20
_DEPTH = 2


def over(ev: Evaluator, fn: Fn, arguments: Arguments, inside: Env, caller: Env) -> None:
    """Remembers a call into or out of another file that may have to do with an object of the first one."""
    if not fn.module and not caller.module:
        return  # the calls of the first file are all evaluated
    bound = fn.bound if isinstance(fn.bound, Inst | Cls) else None
    cls = bound.cls if isinstance(bound, Inst) else bound
    is_inherited = cls is not None and cls.module == 0 and fn.module != 0
    if is_inherited or fn.env.frame is not None or any_of(ev, arguments):
        ev.followed[inside] = None


def to_constructor(ev: Evaluator, inst: Inst, arguments: Arguments) -> None:
    """Remembers an object made of a loaded one, with all its methods: who calls them may not be seen."""
    if inst in ev.made or inst.frame is None or not any_of(ev, arguments):
        return
    ev.made[inst] = None
    own = {(fn.module, fn.scope) for fn in attributes.constructors(ev, inst.cls)}
    for cls in hierarchy.lineage(ev, inst.cls):
        if not isinstance(cls, Cls):
            continue
        around = ev.env(cls.module, cls.scope)
        for index, scope in ev.modules[cls.module].in_order():
            if scope.parent != cls.scope or scope.kind != "function":
                continue
            ev.scope(cls.module, index)
            fn = Fn(cls.module, index, around, inst)
            is_own = (cls.module, index) in own
            given, at = (inst.frame.arguments, "init") if is_own else (None, "made")
            inside = calls.enter(ev, fn, given, (at, inst.frame), around) if cls.module else None
            if inside is not None:
                ev.followed[inside] = None


def library_base(ev: Evaluator, cls: Cls) -> Ref | None:
    """The library class in a table that a class of the files read derives from, whatever constructors are between."""
    bases = (here for here in hierarchy.lineage(ev, cls) if isinstance(here, Ref))
    return next((b for b in bases if ev.tables.match(b.qualified) or ev.tables.consumer(b.qualified)), None)


def by_super(ev: Evaluator, inst: Inst) -> tuple[Thing, ...]:
    """The library object that a constructor of the files read makes by `super().__init__(…)`."""
    if inst.frame is None or library_base(ev, inst.cls) is None:
        return ()
    found: dict[Thing, None] = {}
    for fn in attributes.constructors(ev, inst.cls):
        method = Fn(fn.module, fn.scope, fn.env, inst)
        inside = calls.enter(ev, method, inst.frame.arguments, ("init", inst.frame), fn.env)
        found |= dict.fromkeys(_by_super(ev, inside, _DEPTH))
    return tuple(found)


def _by_super(ev: Evaluator, env: Env | None, depth: int) -> Iterator[Thing]:
    for call in ev.scope(env.module, env.scope).calls if env is not None else ():
        if env is None or not isinstance(call.function, Attribute) or call.function.name != "__init__":
            continue
        for value in ev.evaluate(call.function, env):
            if isinstance(value, Fn) and depth:
                inside = calls.enter(ev, value, passing.arguments_of(call, env), call.end, env)
                yield from _by_super(ev, inside, depth - 1)
        yield from (v for v in ev.evaluate(call, env) if isinstance(v, Thing) and v.kind)


def any_of(ev: Evaluator, arguments: Arguments) -> bool:
    """Whether one of the arguments is, or holds, an object of the first file."""
    given = (*arguments.args, *((value, env) for _, value, env in arguments.keywords))
    return any(_held(ev, expression, env, _DEPTH) for expression, env in given)


def _held(ev: Evaluator, expression: Expression, env: Env, depth: int) -> bool:
    return _carried(ev, ev.evaluate(expression, env), depth)


def _carried(ev: Evaluator, values: Values, depth: int) -> bool:
    for value in values:
        if isinstance(value, Thing):
            found = _is_own(value.event)
        elif isinstance(value, Inst):
            thing = value.thing
            found = value in ev.made or value.cls.module == 0 or (thing is not None and _is_own(thing.event))
        elif isinstance(value, Tuple):
            found = _carried(ev, value.values, depth - 1)
        elif isinstance(value, List | Dict) and depth and len(value.entries) <= _MAX_NESTED:
            found = any(_held(ev, entry[-2], entry[-1], depth - 1) for entry in value.entries)
        else:
            found = False
        if found:
            return True
    return False


def _is_own(event: Event) -> bool:
    """Whether the event is a load of the first file, or comes of one."""
    seen = {id(event)}
    todo = [event]
    while todo and len(seen) < _MAX_SOURCES:
        here = todo.pop()
        if here.match is not None and here.env.module == 0:
            return True
        todo.extend(source for source in here.sources if id(source) not in seen)
        seen.update(id(source) for source in here.sources)
    return bool(todo)
