"""Operators, conditions and slices. Chains nest to the left: they are walked in loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import (
    Choice,
    Constant,
    Expression,
    Joined,
    Opaque,
    Operator,
)
from analyzer.syntax import conditions
from analyzer.syntax.tree import EXTRA, MAX_DEPTH, MAX_ITEMS

if TYPE_CHECKING:
    from analyzer.syntax.expressions import Expressions

#: Operators under another name than that of their node.
_SIGNS = {"not_operator": "not"}


def conditional(reader: Expressions, node: Node) -> Expression:
    """`x if x else y`, also with `is None` or `not`, is `x or y`; otherwise it is either, by what is asked,
    if no switch decides.

    Where something is called in one of them, that stands in an arm, as in those of an `if`.
    """
    parts = [child for child in node.named_children if child.kind_id not in EXTRA]
    if len(parts) != 3:
        found = reader.all(node.named_children)
        return Choice(found[:1] + found[2:], node.start_byte)
    decided = reader.statements.switches.decide(parts[1])
    if decided is not None:
        return reader.expression(parts[0 if decided else 2])
    then, asked, other = (reader.text(part) for part in parts)
    outside, at = reader.path, node.start_byte
    reader.path = (*outside, (at, 0, 2))
    first = reader.expression(parts[0])
    reader.path = outside
    condition = conditions.condition(reader, parts[1])
    reader.path = (*outside, (at, 1, 2))
    second = reader.expression(parts[2])
    reader.path = outside
    if "(" in then or "(" in other:
        place = conditions.Place(at, 0, parts[1].end_byte, inline=True)
        conditions.note(reader.scope, outside, condition, " ".join(asked.split()), place, leaves=False)
    if asked in (f"{other} is None", f"not {other}"):
        return Choice((second, first), at, first=True)
    if asked in (then, f"{then} is not None"):
        return Choice((first, second), at, first=True)
    return Choice((first, second), at, asked=condition)


def boolean(reader: Expressions, node: Node) -> Expression:
    """`a or b` is one of them, `a and b` the second. Chains nest to the left: walked in a loop."""
    operands: list[tuple[str, Node]] = []
    while node.type == "boolean_operator":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        operands.append((node.children[1].type, right))
        node = left
    found = reader.expression(node)
    for sign, right in reversed(operands):
        second = reader.expression(right)
        found = second if sign == "and" else Choice((found, second), found.at, first=True)
    return found


def binary(reader: Expressions, node: Node) -> Expression:
    """`+` joins; the rest is kept by sign. Chains nest to the left: walked in a loop."""
    start = node.start_byte
    operands: list[tuple[str, Node]] = []
    while node.type == "binary_operator":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        sign = node.child_by_field_name("operator")
        operands.append((sign.type if sign is not None else "?", right))
        node = left
    if len(operands) > MAX_ITEMS:
        return Opaque("bound_reached", start)
    found = reader.expression(node)
    for sign_text, right in reversed(operands):
        second = reader.expression(right)
        if sign_text != "+":
            found = Operator(sign_text, (found, second), start)
        elif isinstance(found, Joined):
            found = Joined((*found.parts, second), start)
        else:
            found = Joined((found, second), start)
    return found


def other(reader: Expressions, node: Node) -> Expression:
    """Comparisons and whatever has no meaning here; looked into for the calls it holds."""
    if node.named_child_count > MAX_ITEMS or reader.depth > MAX_DEPTH:
        reader.truncated = True
        return Opaque("bound_reached", node.start_byte)
    reader.depth += 1
    operands = reader.all(node.named_children)
    reader.depth -= 1
    sign = node.children[1].type if node.type == "comparison_operator" and len(operands) == 2 else node.type
    return Operator(_SIGNS.get(sign, sign), operands, node.start_byte)


def sliced(reader: Expressions, node: Node) -> Expression:
    """`a:b` as an operator on its two ends; with a step it is opaque."""
    ends: list[Expression] = [Constant(None, node.start_byte)]
    for child in node.children:
        if child.type == ":":
            ends.append(Constant(None, node.start_byte))
        else:
            ends[-1] = reader.expression(child)
    if len(ends) != 2:
        return Opaque("computed_string", node.start_byte)
    return Operator("slice", tuple(ends), node.start_byte)


def unary(reader: Expressions, node: Node) -> Expression:
    inner = reader.all(node.named_children)
    if len(inner) == 1 and isinstance(inner[0], Constant) and node.children[0].type == "-":
        return Constant(-(inner[0].value or 0), node.start_byte)
    return Operator("unary_operator", inner, node.start_byte)
