"""What an assignment, a loop or a walrus binds: names, attributes, items, and patterns of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import (
    Attribute,
    Binding,
    Constant,
    Expression,
    Mapping,
    Name,
    Operator,
    Subscript,
    Unpacked,
)
from analyzer.syntax.tree import EXTRA

if TYPE_CHECKING:
    from analyzer.syntax.expressions import Expressions

_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"})


def bind(reader: Expressions, target: Node, value: Expression, at: int, until: int = 0) -> None:
    """Bind `value` to a target: a name, `a.b`, `a[k]` or a pattern of them."""
    kind = target.type
    if kind == "identifier":
        reader.note(reader.text(target), Binding(at, reader.path, value, until))
    elif kind in _PATTERNS:
        parts = [part for part in target.named_children if part.kind_id not in EXTRA]
        for index, part in enumerate(parts):
            if part.type == "list_splat_pattern":
                behind = index + 1 - len(parts)
                ends = Constant(index, at), Constant(behind or None, at)
                bind(reader, part, Subscript(value, Operator("slice", ends, at), value.at), at, until)
            else:
                place = index if all(p.type != "list_splat_pattern" for p in parts[:index]) else index - len(parts)
                bind(reader, part, Unpacked(value, place, value.at), at, until)
    elif kind == "list_splat_pattern":
        for part in target.named_children:
            bind(reader, part, value, at, until)
    elif kind == "attribute":
        reader.expression(target)
        name = reader.text(target)
        if len(name) < 120 and name.replace(".", "").replace("_", "a").isalnum():
            reader.note(name, Binding(at, reader.path, value, until))
    elif kind == "subscript":
        _store(reader, reader.expression(target), value, at)


def _store(reader: Expressions, target: Expression, value: Expression, at: int) -> None:
    if isinstance(target, Subscript) and (name := dotted_name(target.base)):
        pair = Mapping(((target.key, value),), value.at)
        reader.note(name + "[]", Binding(at, reader.path, pair))


def dotted_name(expression: Expression) -> str | None:
    """`a.b.c` of a chain of attributes on a name; None for anything else."""
    parts: list[str] = []
    while isinstance(expression, Attribute):
        parts.append(expression.name)
        expression = expression.base
    if not isinstance(expression, Name):
        return None
    return ".".join([expression.id, *reversed(parts)])
