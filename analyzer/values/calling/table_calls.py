"""Calls of what is taken out of a table, or of a module by its name: `TABLE[kind](…)`, `getattr(models, kind)(…)`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
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
        if _asks_for_part(ev, index, stem):
            yield from _calls_of_parts(ev, index, "getattr")


def of_picked(ev: Evaluator, module: int) -> Iterator[tuple[Call, Env]]:
    """Calls of what is taken by name out of a module that is imported by name, and can be this one."""
    dotted = f".{ev.modules[module].path.rpartition('.')[0].replace('/', '.')}."
    for index in ev.picking(module):
        ev.read_mentioning(index, "getattr")
        for call, where, start in ev.index(index, _picked).get(True):
            if start in dotted:
                yield call, ev.env(index, where)
        for name, start in dict.fromkeys(ev.index(index, _pickers).get(True)):
            for other in ev.callers_of(index, name) if start in dotted else ():
                yield from _calls_of_parts(ev, other, name)


def _pickers(module: Module, number: int, scope: Scope) -> Iterator[tuple[bool, tuple[str, str]]]:
    """Functions that return what they take by name out of a module, with the start of its name."""
    for value in scope.returns if scope.kind == "function" else ():
        yield from ((True, (scope.name, start)) for start in _taken(scope, value))


def _picked(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[Call, int, str]]]:
    """Calls of what is taken by name, with the start of the name of the module that it is taken out of."""
    for call in scope.calls:
        yield from ((True, (call, index, start)) for start in _taken(scope, call.function))


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
        yield from ((index, holder, is_wide) for holder, is_wide in _holders(ev, index, name))


def _asks_for_part(ev: Evaluator, module: int, stem: str) -> bool:
    """Whether `getattr` is asked for a part of something imported that has this last name."""
    asked = ev.index(module, _asked)
    return any(stem in ev.index(module, _imported).get(name) for name in asked)


def _asked(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, int]]:
    """Last names of what `getattr` is asked for a part of."""
    for call in scope.calls:
        if len(call.args) > 1 and last_name(call.function) == "getattr":
            yield last_name(call.args[0]), number


def _imported(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, str]]:
    """Name -> last name of what it is imported from."""
    for name, bindings in scope.bindings.items():
        for value in (binding.value for binding in bindings):
            if type(value) is Imported:
                yield name, value.qualified.rpartition(".")[2]


def _calls_of_parts(ev: Evaluator, module: int, holder: str) -> Iterator[tuple[Call, Env]]:
    ev.read_mentioning(module, holder)
    parts = tuple(dict.fromkeys(ev.index(module, _parts).get(holder)))
    for name in parts:
        ev.read_mentioning(module, name)
    by_name = ev.index(module, callers.calls_by_name)
    for call, scope in by_name.get(""):
        if taken_from(call.function) == holder:
            yield call, ev.env(module, scope)
    for name in parts:
        yield from ((call, ev.env(module, scope)) for call, scope in by_name.get(name))
    for name in parts:
        yield from ((call, ev.env(module, scope)) for call, scope in ev.index(module, _rooted).get(name))


def _rooted(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, tuple[Call, int]]]:
    """Name of a record -> calls of what one of its entries or attributes holds, with their scope."""
    for call in scope.calls:
        function = call.function
        if isinstance(function, Attribute | Subscript) and isinstance(function.base, Name):
            yield function.base.id, (call, index)


def _holders(ev: Evaluator, module: int, name: str) -> Iterable[tuple[str, bool]]:
    """(table that holds the name or function that returns it, whether other functions can see that).

    A table that a comprehension or `**` makes of another holds what that holds.
    """
    found = dict.fromkeys(ev.index(module, _held_by).get(name))
    filled: set[str] = set()
    for holder, is_wide, over in ev.index(module, _made_over).get(True):
        is_table = over in filled or over in ev.index(module, _tables)
        if any(over == table for table, _ in found) or (over == name and not is_table):
            found[holder, is_wide] = None
        filled.add(holder)
    return found


def _held_by(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, tuple[str, bool]]]:
    for value in scope.returns:
        yield from ((name, (scope.name, True)) for name in _held(value))
    for holder, bindings in scope.bindings.items():
        for value in (binding.value for binding in bindings):
            if type(value) in _HOLDING:
                yield from ((name, _table(scope, holder)) for name in _held(value))


def _tables(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, str]]:
    """Table, or function -> what it holds, or returns."""
    yield from ((holder, name) for name, (holder, _) in _held_by(module, number, scope))


def _made_over(module: Module, number: int, scope: Scope) -> Iterator[tuple[bool, tuple[str, bool, str]]]:
    """(table, whether other functions can see it, what it is made of) of each that is made of another."""
    for holder, bindings in scope.bindings.items():
        for value in (binding.value for binding in bindings):
            if isinstance(value, Generated) and value.key is not None:
                yield from ((True, (*_table(scope, holder), name)) for name in _run_over(scope, value))
            elif isinstance(value, Mapping):
                spread = (each.id for key, each in value.pairs[:_MAX_HELD] if key is None and isinstance(each, Name))
                yield from ((True, (*_table(scope, holder), name)) for name in spread)


def _table(scope: Scope, holder: str) -> tuple[str, bool]:
    """The last name of a table, and whether other functions can see it."""
    plain = holder.removesuffix("[]")
    is_wide = scope.kind in ("module", "class") or "." in plain or plain not in scope.bindings
    return plain.rpartition(".")[2], is_wide


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


def _parts(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, str]]:
    """Table -> names bound to a part of it."""
    for name, bindings in scope.bindings.items():
        for binding in bindings:
            if type(binding.value) in _TAKING and (holder := taken_from(binding.value)):
                yield holder, name.rpartition(".")[2]
