"""Calls of what is taken out of a table, or of a module by its name: `TABLE[kind](…)`, `getattr(models, kind)(…)`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Call,
    Element,
    Expression,
    Generated,
    Imported,
    Items,
    Joined,
    Mapping,
    Module,
    Name,
    Scope,
    Subscript,
    Text,
    last_name,
)
from analyzer.values.calling import callers, partials, registries
from analyzer.values.objects import Cls, Env

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_HELD = 64
_IMPORTERS = frozenset({"import_module", "__import__"})
_MAX_FIELDS = 12


def of_function(ev: Evaluator, module: int, scope: Scope, owner: Cls | None) -> Iterator[tuple[Call, Env]]:
    """Calls of what is taken out of a table, or returned by a function, that holds this function or class."""
    if scope.kind != "function" or scope.name.startswith("test_") or (owner is not None and scope.name != "__init__"):
        return
    named = [(module, scope.name)] if owner is None else partials.made_by(ev, owner)
    for index, holder in dict.fromkeys(_registered(ev, module, scope, owner)):
        for other in ev.callers_of(index, holder):
            yield from (found for found in _calls_of_parts(ev, other, holder) if _is_plain(ev, *found))
    for index, holder, is_wide in dict.fromkeys(held for where, name in named for held in _holding(ev, where, name)):
        for other in ev.callers_of(index, holder) if is_wide else (index,):
            yield from _calls_of_parts(ev, other, holder)
    stem = posixpath.basename(ev.modules[module].path).partition(".")[0]
    for index in ev.callers_of(module, "getattr"):
        if stem in ev.index("modules asked", index, _modules_asked):
            yield from _calls_of_parts(ev, index, "getattr")


def of_picked(ev: Evaluator, module: int) -> Iterator[tuple[Call, Env]]:
    """Calls of what is taken by name out of a module that is imported by name, and can be this one."""
    dotted = f".{ev.modules[module].path.rpartition('.')[0].replace('/', '.')}."
    for index in ev.picking(module):
        ev.read_mentioning(index, "getattr")
        for call, where, start in ev.index("picked", index, _picked):
            if start in dotted:
                yield call, ev.env(index, where)
        for name, start in ev.index("pickers", index, _pickers):
            for other in ev.callers_of(index, name) if start in dotted else ():
                yield from _calls_of_parts(ev, other, name)


def _pickers(module: Module) -> list[tuple[str, str]]:
    """Functions that return what they take by name out of a module, with the start of its name."""
    found: dict[tuple[str, str], None] = {}
    for _, scope in module.in_order():
        for value in scope.returns if scope.kind == "function" else ():
            found.update(((scope.name, start), None) for start in _taken(scope, value))
    return list(found)


def _picked(module: Module) -> list[tuple[Call, int, str]]:
    """Calls of what is taken by name, with the start of the name of the module that it is taken out of."""
    calls = ((call, index, scope) for index, scope in module.in_order() for call in scope.calls)
    return [(call, index, start) for call, index, scope in calls for start in _taken(scope, call.function)]


def _taken(scope: Scope, value: Expression) -> list[str]:
    """`.pkg.` of `getattr(import_module(f"pkg.{name}"), kind)`, or of a name for it; nothing of anything else."""
    if isinstance(value, Name):
        return [
            start for b in scope.bindings.get(value.id, ()) if type(b.value) is Call for start in _taken(scope, b.value)
        ]
    if not isinstance(value, Call) or last_name(value.function) != "getattr" or len(value.args) < 2:
        return []
    if isinstance(value.args[1], Text):  # then the name leads there
        return []
    holder = value.args[0]
    made = [b.value for b in scope.bindings.get(holder.id, ())] if isinstance(holder, Name) else [holder]
    return [
        _start(call) for call in made if isinstance(call, Call) and last_name(call.function) in _IMPORTERS and call.args
    ]


def _start(call: Call) -> str:
    """How the name of a module begins that a call imports, between dots; a dot alone where nothing is known."""
    name = call.args[0]
    first = name.parts[0] if isinstance(name, Joined) else name
    text = first.value if isinstance(first, Text) else ""
    return "." + text.lstrip(".") + ("." if first is name and text else "")


def keys_of(ev: Evaluator, module: int, name: str) -> Iterator[str]:
    """The words under which tables hold the function or class: `TABLE = {"word": name}`."""
    for index, holder, is_wide in dict.fromkeys(_holding(ev, module, name)):
        scopes = ev.modules[index].scopes if is_wide else ()
        tables = (b.value for scope in scopes for b in scope.bindings.get(holder, ()) if isinstance(b.value, Mapping))
        for key, value in (pair for table in tables for pair in table.pairs[:_MAX_HELD]):
            if isinstance(key, Text) and isinstance(value, Name | Attribute) and last_name(value) == name:
                yield key.value


def _is_plain(ev: Evaluator, call: Call, env: Env) -> bool:
    """Whether the key is written there, or a variable; what a config says is looked up from the config."""
    taken: Expression | None = call.function
    if isinstance(taken, Name):
        bindings = ev.modules[env.module].scopes[env.scope].bindings.get(taken.id, ())
        taken = bindings[0].value if len(bindings) == 1 else None
    key = taken.key if isinstance(taken, Subscript) else None
    if isinstance(taken, Call):
        key = next(iter(taken.args), None)
    return isinstance(key, Text | Name)


def _registered(ev: Evaluator, module: int, scope: Scope, owner: Cls | None) -> Iterator[tuple[int, str]]:
    """(file, table) that a call or a decorator puts the function, or its class, into."""
    if owner is None:
        yield from registries.holding(ev, module, scope, scope.name)
        return
    for where, name in partials.made_by(ev, owner):
        classes = (s for s in ev.modules[where].scopes if s.kind == "class" and s.name == name)
        for found in classes:
            yield from registries.holding(ev, where, found, name)


def _holding(ev: Evaluator, module: int, name: str) -> Iterator[tuple[int, str, bool]]:
    """(file, table or function, whether other files can see it) that holds the name, where it can be seen."""
    for index in ev.callers_of(module, name):
        ev.read_mentioning(index, name)
        yield from ((index, holder, is_wide) for holder, is_wide in ev.index("holders", index, _holders).get(name, ()))


def _modules_asked(module: Module) -> frozenset[str]:
    """Last names of what is imported, where `getattr` is asked for a part of it."""
    imported = {
        name: binding.value.qualified.rpartition(".")[2]
        for scope in module.scopes
        for name, bindings in scope.bindings.items()
        for binding in bindings
        if isinstance(binding.value, Imported)
    }
    calls = (call for scope in module.scopes for call in scope.calls if last_name(call.function) == "getattr")
    return frozenset(imported.get(last_name(call.args[0]), "") for call in calls if len(call.args) > 1) - {""}


def _calls_of_parts(ev: Evaluator, module: int, holder: str) -> Iterator[tuple[Call, Env]]:
    ev.read_mentioning(module, holder)
    parts = ev.index("parts", module, _parts).get(holder, ())
    for name in parts:
        ev.read_mentioning(module, name)
    by_name = ev.index("calls", module, callers.calls_by_name)
    for call, scope in by_name.get("", ()):
        if taken_from(call.function) == holder:
            yield call, ev.env(module, scope)
    for name in parts:
        yield from ((call, ev.env(module, scope)) for call, scope in by_name.get(name, ()))
    rooted = ev.index("rooted", module, _rooted) if parts else {}
    for name in parts:
        yield from ((call, ev.env(module, scope)) for call, scope in rooted.get(name, ()))


def _rooted(module: Module) -> dict[str, list[tuple[Call, int]]]:
    """Name of a record -> calls of what one of its entries or attributes holds, with their scope."""
    found: dict[str, list[tuple[Call, int]]] = {}
    for index, scope in module.in_order():
        for call in scope.calls:
            function = call.function
            if isinstance(function, Attribute | Subscript) and isinstance(function.base, Name):
                found.setdefault(function.base.id, []).append((call, index))
    return found


def _holders(module: Module) -> dict[str, list[tuple[str, bool]]]:
    """Name -> (table that holds it or function that returns it, whether other functions can see that)."""
    found: dict[str, dict[tuple[str, bool], None]] = {}
    made: list[tuple[str, bool, str]] = []  # of other tables: the holder, whether it is wide, what that runs over
    for _, scope in module.in_order():
        for value in scope.returns:
            for name in _held(value):
                found.setdefault(name, {})[scope.name, True] = None
        for holder, bindings in scope.bindings.items():
            plain = holder.removesuffix("[]")
            is_wide = scope.kind in ("module", "class") or "." in plain or plain not in scope.bindings
            holding = (binding.value for binding in bindings if type(binding.value) in _HOLDING)
            for name in (name for value in holding for name in _held(value)):
                found.setdefault(name, {})[plain.rpartition(".")[2], is_wide] = None
            for value in (b.value for b in bindings if isinstance(b.value, Generated) and b.value.key is not None):
                made += [(plain.rpartition(".")[2], is_wide, name) for name in _run_over(scope, value)]
            for pairs in (b.value.pairs for b in bindings if isinstance(b.value, Mapping)):
                spread = (each.id for key, each in pairs[:_MAX_HELD] if key is None and isinstance(each, Name))
                made += [(plain.rpartition(".")[2], is_wide, name) for name in spread]
    for holder, is_wide, name in made:
        holds = [held for held, holders in found.items() if any(name == other for other, _ in holders)]
        for held in holds or [name]:
            found.setdefault(held, {})[holder, is_wide] = None
    return {name: list(holders) for name, holders in found.items()}


def _run_over(scope: Scope, value: Generated) -> Iterator[str]:
    """Names of what a comprehension runs over: the items of a display, or a table."""
    bindings = scope.bindings.get(value.each.id, ()) if value.each is not None else ()
    for iterable in (b.value.iterable for b in bindings if isinstance(b.value, Element) and b.value.at == value.at):
        if isinstance(iterable, Call) and isinstance(iterable.function, Attribute):
            iterable = iterable.function.base  # `TABLE.keys()`
        yield from _held(iterable)


_HOLDING = frozenset({Items, Mapping, Name, Attribute})


def _held(value: Expression) -> Iterator[str]:
    """Names among the items of a display; a returned name."""
    match value:
        case Items(items=items):
            for item in items[:_MAX_HELD]:
                yield from _held(item)
        case Mapping(pairs=pairs):
            for key, item in pairs[:_MAX_HELD]:
                yield from _held(item)
                yield from _held(key) if isinstance(key, Name | Attribute) else ()
        case Name(id=name) | Attribute(name=name):
            yield name
        case Call(args=args, function=function) if args and last_name(function) == "partial":
            yield from _held(args[0])
        case Call(args=args, keywords=keywords):
            for item in (*args[:_MAX_FIELDS], *(held for _, held in keywords[:_MAX_FIELDS])):
                yield from _held(item) if isinstance(item, Name | Attribute) else ()


_TAKING = frozenset({Subscript, Call})


def taken_from(value: Expression) -> str:
    """`TABLE` of `TABLE[k]`, `TABLE.get(k)`, `get_class(k)`."""
    if isinstance(value, Subscript):
        return last_name(value.base) or taken_from(value.base)
    if isinstance(value, Call):
        function = value.function
        if isinstance(function, Attribute) and function.name == "get":
            return last_name(function.base)
        return last_name(function)
    return ""


def _parts(module: Module) -> dict[str, dict[str, None]]:
    """Table -> names bound to a part of it."""
    found: dict[str, dict[str, None]] = {}
    for _, scope in module.in_order():
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if type(binding.value) in _TAKING and (holder := taken_from(binding.value)):
                    found.setdefault(holder, {})[name.rpartition(".")[2]] = None
    return found
