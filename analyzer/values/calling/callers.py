"""Who calls a function: by its name, by another name for it, or out of a table of functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Call,
    Definition,
    Module,
    Name,
    Scope,
)
from analyzer.values import attributes, hierarchy
from analyzer.values.branching import worlds
from analyzer.values.calling import (
    callbacks,
    calls,
    dispatch,
    fixtures,
    listeners,
    messages,
    mixins,
    partials,
    passing,
    patched,
    remote,
    renamed,
    table_calls,
)
from analyzer.values.objects import Arguments, Cls, Env, Fn, Inst, Partial, Ref, Thing, Unknown, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

MAX_CALLERS = 40


def frames(ev: Evaluator, module: int, index: int) -> tuple[Env, ...]:
    """One environment for each call found of the function `index`, outside of any frame."""
    key = "frames", module, index
    if ev.supposed is not None and (known := frames_in_all(ev, module, index)):
        return known
    if key in ev.caches:
        return ev.caches[key]  # type: ignore[return-value]
    if key in ev.busy:  # a function that calls itself adds nothing
        ev.comes_back(ev.busy[key])
        return ()
    ev.busy[key] = ev.depth
    ev.caches[key] = tuple(_frames(ev, module, index))
    del ev.busy[key]
    ev.note(ev.caches, key)
    return ev.caches[key]  # type: ignore[return-value]


def _frames(ev: Evaluator, module: int, index: int) -> Iterable[Env]:
    """The calls by name and out of tables; where none is whole, those of what is imported by name; then partial ones.

    Calls in tests count only where there are no others, or within tests: what they pass is not what the program does.
    """
    scope = ev.scope(module, index)
    owner = hierarchy.owner(ev, module, index)
    found: dict[Env, None] = {}
    tested: dict[Env, None] = {}
    late = _of_picked(ev, module) if owner is not None and scope.name == "__init__" else ()
    is_called = False
    for ways in (_by_name(ev, module, index, scope, owner), late):
        for caller, env in list(ways) if not is_called else ():
            kept = tested if patched.is_test(ev.modules[caller.module].path) else found
            if (env.module, env.scope) == (module, index) and len(kept) < MAX_CALLERS:
                kept[env] = None
                is_called = is_called or (kept is found and _is_whole(env, scope, owner))
    if not is_called:
        held = (e for call, env in partials.calls_of(ev, module, scope, owner) for e in _entries(ev, call, env))
        found.update((e, None) for e in islice(held, MAX_CALLERS) if (e.module, e.scope) == (module, index))
    return {**found, **tested} if not found or patched.is_test(ev.modules[0].path) else found


def _by_name(ev: Evaluator, module: int, index: int, scope: Scope, owner: Cls | None) -> Iterator[tuple[Env, Env]]:
    """(where the call stands, what it enters) of each call by name, or of what is taken out of a table."""
    method = Fn(module, index, ev.env(module, scope.parent), Inst(owner, None)) if owner is not None else None
    unsure = method if method is not None and ev.is_distinct(module, scope.name) else None
    for call, within in _calling(ev, module, index, scope, owner):
        if not patched.is_patching(ev, within.module, within.scope):
            for env in worlds.of_call(ev, call, _within(ev, call, within, owner)):
                yield from ((env, e) for e in _likely_entries(ev, call, env, unsure))
    for call, env in table_calls.of_function(ev, module, scope, owner):
        yield from ((env, e) for e in _known_entries(ev, call, env))


def frames_in_all(ev: Evaluator, module: int, index: int) -> tuple[Env, ...]:
    """The same as far as they were told of all runs, whatever value is supposed to be taken now."""
    return ev.in_all(("frames", module, index)) or ()  # type: ignore[return-value]


def _calling(ev: Evaluator, module: int, index: int, scope: Scope, owner: Cls | None) -> Iterator[tuple[Call, Env]]:
    """The calls by name, by events of an interface, messages and base classes, and of what fixtures give to tests."""
    yield from callers(ev, module, scope, owner)
    yield from listeners.calls_of(ev, module, index)
    yield from messages.calls_of(ev, module, index)
    yield from fixtures.calls_of(ev, module, index)
    yield from mixins.calls_of(ev, scope, owner)


def _within(ev: Evaluator, call: Call, env: Env, owner: Cls | None) -> Env:
    """Where a base class calls a method of its own objects that a derived class defines: in an object of that class."""
    function = call.function
    if owner is None or not isinstance(function, Attribute) or not isinstance(function.base, Name):
        return env
    inner: list[Env] = []  # functions inside the method
    here, base = env, hierarchy.owner(ev, env.module, env.scope)
    while base is None and here.parent is not None:
        inner.append(here)
        here = here.parent
        base = hierarchy.owner(ev, here.module, here.scope)
    params = ev.modules[here.module].scopes[here.scope].params
    own = params[0].name if params else ""
    is_own = base is not None and here.frame is None and here.parent is not None and function.base.id == own
    if not is_own or base is None or here.parent is None or base == owner or not hierarchy.derives(ev, owner, base):
        return env
    method = Fn(here.module, here.scope, here.parent, Inst(owner, None))
    found = calls.enter(ev, method, None, ("within", owner), here.parent)
    for each in reversed(inner if found is not None else []):
        found = ev.frames.setdefault((each, "within", owner), Env(each.module, each.scope, None, found))
    return found or env


def _entries(ev: Evaluator, call: Call, env: Env, unsure: Fn | None = None) -> Iterator[Env]:
    """The functions that a call can enter, each as an environment.

    `unsure` is entered where nothing tells what the method is called on: no other file has one of its name.
    """
    found = ev.evaluate(call.function, env)
    if unsure is not None and isinstance(call.function, Attribute) and _is_open(found):
        found = (unsure,)
    refs = (value.qualified for value in found if isinstance(value, Ref) and value.call is None)
    for value in (*found, *(own for name in refs for own in ev.defined(name, env.module))):
        for fn, arguments in targets(ev, value, passing.arguments_of(call, env)):
            entered = calls.enter(ev, fn, arguments, call.end, env)
            if entered is not None:
                yield entered


def _likely_entries(ev: Evaluator, call: Call, env: Env, unsure: Fn | None) -> Iterator[Env]:
    """The functions that a call can enter; caller by caller, where that leaves fewer. Asked for by each of them."""
    key = "entries", id(call), env, unsure if unsure is not None and _is_open(ev.evaluate(call.function, env)) else None
    if key not in ev.caches:
        ev.caches[key] = tuple(_fewest_entries(ev, call, env, unsure))
        ev.note(ev.caches, key)
    yield from ev.caches[key]  # type: ignore[misc]


def _fewest_entries(ev: Evaluator, call: Call, env: Env, unsure: Fn | None) -> Iterator[Env]:
    found = list(_entries(ev, call, env, unsure))
    several = _targeted(found)
    if len(several) > 1 and env.frame is None and env.parent is not None:
        by_caller = [_entries_of_one(ev, call, frame) for frame in frames(ev, env.module, env.scope)]
        if any(len(_targeted(entries)) < len(several) for entries in by_caller):
            found = [entry for entries in by_caller for entry in entries]
            _note_exact(ev, found)
            yield from found
            return
    by_word = dispatch.by_word(ev, call, env) if len(several) > 1 else []
    by_each = [entry for one in by_word for entry in _entries(ev, call, one)]
    yield from by_each if _targeted(by_each) == several else found


def _entries_of_one(ev: Evaluator, call: Call, frame: Env) -> list[Env]:
    """The functions that the call can enter in one call of its own function."""
    outer, ev.in_one_call = ev.in_one_call, True
    try:
        return list(_entries(ev, call, frame))
    finally:
        ev.in_one_call = outer


def _targeted(entries: list[Env]) -> set[tuple[int, int]]:
    return {(entry.module, entry.scope) for entry in entries}


def _made(entries: list[Env]) -> set[tuple[int, int, Cls | None]]:
    """The functions that are entered; of a constructor that several classes have, one for each of them."""
    bound = ((entry, entry.frame.bound if entry.frame is not None else None) for entry in entries)
    return {(e.module, e.scope, own.cls if isinstance(own, Inst) else None) for e, own in bound}


def _is_open(found: Values) -> bool:
    """Whether nothing of the files read, and no name of a library, is called; but something that nothing tells of."""
    left = [value for value in found if not isinstance(value, Unknown | Thing)]
    is_known = any(not isinstance(value, Ref) or value.call is None for value in left)
    return not is_known and len(left) < max(len(found), 1)


def _known_entries(ev: Evaluator, call: Call, env: Env) -> list[Env]:
    """Of a call out of a table: only where the key is known, for all callers or for one of them."""
    found = list(_entries(ev, call, env))
    is_one = len(_targeted(found)) == 1
    if not found or len(_made(found)) == 1:
        return found
    by_key = [] if is_one else list(_entries_by_key(ev, call, env))
    if by_key:
        return by_key
    by_record = [list(_entries(ev, call, one)) for one in worlds.by_record(ev, call, env)]
    if by_record and all(len(_targeted(entries)) < 2 for entries in by_record):
        return [entry for entries in by_record for entry in entries]
    around = (*frames(ev, env.module, env.scope), *worlds.objects(ev, env)) if env.parent is not None else ()
    by_caller = (list(_entries(ev, call, frame)) for frame in around)
    known = [e for inside in by_caller if len(_made(inside)) == 1 for e in inside]
    if known or is_one:
        return known or found
    return [e for one in dispatch.by_word(ev, call, env) for e in _entries(ev, call, one)]


def _is_whole(entry: Env, scope: Scope, owner: Cls | None) -> bool:
    """Whether a call of a constructor makes an object of its own class, and of none derived; true of others."""
    bound = entry.frame.bound if entry.frame is not None else None
    if owner is None or scope.name != "__init__" or not isinstance(bound, Inst):
        return True
    return (bound.cls.module, bound.cls.scope) == (owner.module, owner.scope)


def _note_exact(ev: Evaluator, entries: Iterable[Env]) -> None:
    """Notes that it is told which classes are made, caller by caller."""
    ev.caches.update(((calls.EXACTLY, entry), True) for entry in entries)


def _of_picked(ev: Evaluator, module: int) -> Iterator[tuple[Env, Env]]:
    """(where, what is entered) of the calls of what is taken by name out of modules that can be this one."""
    for call, env in table_calls.of_picked(ev, module):
        key = "picked", id(call), env
        if key in ev.busy:
            ev.comes_back(ev.busy[key])
            continue
        if key not in ev.caches:
            ev.busy[key] = ev.depth
            ev.caches[key] = found = tuple(_known_entries(ev, call, env))
            _note_exact(ev, found)
            del ev.busy[key]
            ev.note(ev.caches, key)
        yield from ((env, entered) for entered in ev.caches[key])  # type: ignore[attr-defined]


def _entries_by_key(ev: Evaluator, call: Call, env: Env) -> Iterator[Env]:
    """Of a call out of a table by a key that configs hold: each with its own configs."""
    for value, given, word in dispatch.by_key(ev, call, env):
        for fn, arguments in targets(ev, value, given):
            entered = calls.enter(ev, fn, arguments, (call.end, word), env)
            if entered is not None:
                yield entered


def targets(ev: Evaluator, value: Value, arguments: Arguments) -> Iterator[tuple[Fn, Arguments]]:
    """The functions of the files read that calling `value` enters."""
    if isinstance(value, Fn):
        yield value, arguments
    elif isinstance(value, Partial):
        yield from targets(ev, value.function, passing.together(value.arguments, arguments))
    elif isinstance(value, Cls):
        for fn in attributes.constructors(ev, value):
            yield fn._replace(bound=Inst(value, None)), arguments
        yield from ((fn, arguments) for fn in attributes.maker(ev, value))
    elif isinstance(value, Inst):
        for method in attributes.attribute(ev, value, "__call__"):
            if isinstance(method, Fn):
                yield method, arguments


def callers(ev: Evaluator, module: int, scope: Scope, owner: Cls | None) -> Iterator[tuple[Call, Env]]:
    """Calls that may enter the function, by the names they could use; tests are called by their runner."""
    if scope.name.startswith("test_"):
        return
    if scope.kind == "lambda":
        for name in sorted({name.rpartition(".")[2] for name in _names_of(ev, module, scope)}):
            yield from calls_named(ev, module, name)
        for call, where in ev.index(module, _direct).get(scope.at):
            yield call, ev.env(module, where)
    elif owner is not None and scope.name in ("__init__", "__new__", "__post_init__"):
        yield from _constructions(ev, owner)
    elif owner is not None and scope.name == "__call__":
        for name in ("model", "self", scope.name):
            yield from calls_in(ev, module, name)
    elif owner is None and scope.parent:
        yield from calls_in(ev, module, scope.name)
    else:
        near = list(ev.callers_of(module, scope.name))
        above = hierarchy.lineage(ev, owner) if owner is not None else ()
        bases = (base.module for base in above if isinstance(base, Cls) and base.module not in near)
        for index in (*near, *dict.fromkeys(bases)):
            yield from calls_in(ev, index, scope.name)
        for index in near if owner is None else ():
            yield from callbacks.calls_of(ev, index, (scope.name, *renamed.others(ev, index, scope.name)))


def _direct(module: Module, number: int, scope: Scope) -> Iterator[tuple[int, tuple[Call, int]]]:
    """Calls of a function where it is written, by where that is: callbacks."""
    for call in scope.calls:
        if isinstance(call.function, Definition):
            yield call.function.at, (call, number)


def _constructions(ev: Evaluator, owner: Cls) -> Iterator[tuple[Call, Env]]:
    """Calls that may make an object of the class: by its name, a subclass's, `cls(…)`, `super().__init__(…)`."""
    family = (owner, *hierarchy.subclasses(ev, owner))
    for name, module in sorted({(ev.modules[c.module].scopes[c.scope].name, c.module) for c in family}):
        yield from calls_named(ev, module, name)
    for module in sorted({cls.module for cls in family}):
        for name in ("__init__", "cls"):
            yield from calls_in(ev, module, name)


def _names_of(ev: Evaluator, module: int, scope: Scope) -> Iterator[str]:
    """Names bound to a lambda."""
    parent = ev.modules[module].scopes[scope.parent]
    for name, bindings in parent.bindings.items():
        if any(isinstance(b.value, Definition) and b.value.at == scope.at for b in bindings):
            yield name


def calls_named(ev: Evaluator, module: int, name: str) -> list[tuple[Call, Env]]:
    """All calls in the files that can see `module` whose function's last name is, or stands for, `name`."""
    return [found for index in ev.callers_of(module, name) for found in calls_in(ev, index, name)]


def calls_in(ev: Evaluator, module: int, name: str) -> Iterator[tuple[Call, Env]]:
    """The calls in one file whose function's last name is, or stands for, `name`."""
    ev.read_mentioning(module, name)
    others = renamed.others(ev, module, name)
    for other in others:
        ev.read_mentioning(module, other)
    by_name = ev.index(module, calls_by_name)
    for written in (name, *others):
        yield from ((call, ev.env(module, scope)) for call, scope in by_name.get(written))


def calls_by_name(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, tuple[Call, int]]]:
    """Calls by the last name of their function, with their scope."""
    for call in scope.calls:
        yield remote.called(call.function), (call, number)
