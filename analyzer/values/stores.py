"""What later statements put into a collection, or set on a name space: `d[k] = v`, `xs.append(v)`, `args.model = v`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from analyzer.program import Binding, BranchPath, Call, Mapping, Module, Name, Scope, Text
from analyzer.values import assigned
from analyzer.values.branching import reach
from analyzer.values.calling import registries
from analyzer.values.objects import Dict, Env, Held, List, Tuple, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def filled(ev: Evaluator, bases: Values, name: Name, env: Env, *, nested: bool) -> Values:
    """The collections that a name holds, with what was put into them before its use."""
    if not any(isinstance(base, Dict | List) for base in bases):
        return bases
    stores = _in_scope(ev, bases, name, env)
    puts = [(s, env) for s in stores if nested or (s.at <= name.at and reach.comes(ev, env, s.at, s.path) is not False)]
    if env.parent is None:
        puts += _elsewhere(ev, name, env)
    return _applied(ev, bases, puts, None if nested else name.path, env)


def _applied(
    ev: Evaluator, bases: Values, puts: list[tuple[Binding, Env]], path: BranchPath | None, env: Env
) -> Values:
    """With all that is put there; what is put at a place that control need not have come to, on the way, may lack."""
    held: list[Value] = []
    for store, where in puts:
        if where is env and path is not None and store.path == path[: len(store.path)]:
            held += ev.evaluate(store.value, where)
            continue
        bases, held = _with_all(bases, held), []
        bases = (*bases, *ev.evaluate(store.value, where))
    return _with_all(bases, held)


def _in_scope(ev: Evaluator, bases: Values, name: Name, env: Env) -> list[Binding]:
    """What the scope itself puts there, in order."""
    stores = ev.scope(env.module, env.scope).bindings.get(name.id + "[]", ())
    if not any(isinstance(base, Dict) for base in bases):
        return list(stores)
    others = ev.index(env.module, _same).get((env.scope, name.id))
    set_there = [put for each in (name.id, *others) for put in _set_on(ev, each, env)]
    return sorted((*stores, *set_there), key=_place) if set_there else list(stores)


def _place(store: Binding) -> int:
    return store.at


def _elsewhere(ev: Evaluator, name: Name, env: Env) -> Iterator[tuple[Binding, Env]]:
    """What functions put into a collection of their module."""
    ev.read_mentioning(env.module, name.id)
    scopes = ev.modules[env.module].scopes
    key = name.id + "[]"
    for index in ev.index(env.module, assigned.putting).get(key):
        if name.id not in scopes[index].bindings:
            for store in scopes[index].bindings[key]:
                yield from ((store, where) for where in registries.putting(ev, store, env.module, index))


def _set_on(ev: Evaluator, name: str, env: Env, around: tuple[str, ...] = ()) -> Iterator[Binding]:
    """Each `name.attribute = …` of the scope as what it puts into a dict, with what is set on that in turn."""
    table = ev.index(env.module, _attributes)
    for attribute, binding in table.get((env.scope, name)):
        inner = f"{name}.{attribute}"
        named = (inner, *ev.index(env.module, _same).get((env.scope, inner)))
        within = [each for each in named if (env.scope, each) in table and each not in (*around, name)]
        key = "attribute set", inner, id(binding.value), env if within else None
        if key not in ev.caches:
            value = binding.value
            if within:
                puts = [(put, env) for each in within for put in _set_on(ev, each, env, (*around, name))]
                found = _applied(ev, ev.evaluate(value, env), puts, binding.path, env)
                value = ev.keep(Held(found, binding.at))
            ev.caches[key] = ev.keep(Mapping(((Text(attribute, binding.at), value),), binding.at))
        yield binding._replace(value=ev.caches[key])  # type: ignore[arg-type]


def _attributes(module: Module, index: int, scope: Scope) -> Iterator[tuple[tuple[int, str], tuple[str, Binding]]]:
    """(scope, dotted name) -> (attribute, binding) of each assignment to one, where the first name is bound as well."""
    for dotted, bindings in scope.bindings.items():
        name, _, attribute = dotted.rpartition(".")
        if name and attribute[-1:] != "]" and name.partition(".")[0] in scope.bindings:
            yield from (((index, name), (attribute, binding)) for binding in bindings)


def _same(module: Module, index: int, scope: Scope) -> Iterator[tuple[tuple[int, str], str]]:
    """(scope, name) -> other names of the scope for what it holds: `cfg = __C`, `cfg.model = model = Config()`."""
    made: dict[int, str] = {}
    for name, bindings in scope.bindings.items():
        other = bindings[0].value if len(bindings) == 1 and "[" not in name else None
        if isinstance(other, Name):
            known = other.id if len(scope.bindings.get(other.id, ())) == 1 else None
        else:
            known = made.setdefault(id(other), name) if isinstance(other, Call | Mapping) else None
        if known is not None and known != name:
            yield (index, name), known
            yield (index, known), name


def _with_all(bases: Values, puts: list[Value]) -> Values:
    return tuple(_with(base, puts) for base in bases) if puts else bases


def _with(base: Value, puts: list[Value]) -> Value:
    """The collection with all of these in it, at once: many statements may put something into one."""
    if isinstance(base, Dict) and (dicts := [put for put in puts if isinstance(put, Dict)]):
        entries = chain.from_iterable(put.entries for put in dicts)
        return Dict((*base.entries, *entries), more=base.open, missing=base.missing)
    if isinstance(base, Tuple) or not isinstance(base, List):
        return base
    if lists := [put for put in puts if isinstance(put, List)]:
        opened = base.open or any(put.open for put in lists)
        return List((*base.entries, *chain.from_iterable(put.entries for put in lists)), more=opened)
    return base
