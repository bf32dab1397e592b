"""Entries that are copied from one mapping into another, each value under its own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Binding, Call, Element, Expression, Name, Unpacked
from analyzer.values.objects import Env

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

Entry = tuple[Expression | None, Expression, Env]


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
