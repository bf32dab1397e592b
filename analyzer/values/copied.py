"""Entries that are copied from one mapping into another, each value under its own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Binding, Call, Element, Expression, Name, Subscript, Text, Unpacked
from analyzer.values import turns
from analyzer.values.branching import worlds
from analyzer.values.objects import Env

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

Entry = tuple[Expression | None, Expression, Env]


def entries(ev: Evaluator, key: Expression | None, value: Expression, env: Env) -> tuple[Entry, ...]:
    """What `table[key] = value` puts in; one entry for each item where both are of the item that a loop is at."""
    found = entry(ev, key, value, env)
    if places := turns.of_entry(ev, key, value, env) if key is not None and found[0] is not None else ():
        return tuple((key, value, place) for place in places)
    name = _root(key) if found[0] is not None and not isinstance(key, Text) else None
    other = _root(value) if name is not None else None
    if name is None or other is None or other.id != name.id:
        return (found,)
    bindings = ev.scope(env.module, env.scope).bindings.get(name.id, ())
    is_item = any(isinstance(bound.value, Element) and _holds(bound, name) for bound in bindings)
    each = worlds.of_variable(ev, name, env) if is_item else []
    return tuple((key, value, place) for place in each or [env])


def _root(expression: Expression | None) -> Name | None:
    """`a` of `a["x"]`, `a.x` and the like."""
    while isinstance(expression, Subscript | Attribute):
        expression = expression.base
    return expression if isinstance(expression, Name) else None


def entry(ev: Evaluator, key: Expression | None, value: Expression, env: Env) -> Entry:
    """The entry; where `for key, value in table.items()` makes both, all of the table."""
    if isinstance(key, Name) and isinstance(value, Name):
        bindings = ev.scope(env.module, env.scope).bindings
        for bound in bindings.get(key.id, ()):
            table = _table(bound, 0) if _holds(bound, key) else None
            others = bindings.get(value.id, ()) if table is not None else ()
            if table is not None and any(_holds(other, value) and _table(other, 1) == table for other in others):
                return None, table, env
    return key, value, env


def _holds(binding: Binding, name: Name) -> bool:
    """Whether a name can be what is bound there."""
    return binding.at <= name.at and (not binding.until or name.at <= binding.until)


def _table(binding: Binding, place: int) -> Expression | None:
    """`table` where the name is its key (place 0) or value (1) in `for key, value in table.items()`."""
    match binding.value:
        case Unpacked(value=Element(iterable=Call(function=Attribute(base=base, name="items"), args=())), place=at):
            return base if at == place else None
    return None
