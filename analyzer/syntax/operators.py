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
from analyzer.syntax.tree import EXTRA, MAX_DEPTH, MAX_ITEMS

if TYPE_CHECKING:
    from analyzer.syntax.expressions import Expressions

#: Operators under another name than that of their node.
_SIGNS = {"not_operator": "not"}


def conditional(reader: Expressions, node: Node) -> Expression:
    """`x if x else y`, also with `is None` or `not`, is `x or y`; otherwise it is either, if no switch decides."""
    written = [child for child in node.named_children if child.kind_id not in EXTRA]
    decided = reader.statements.switches.decide(written[1]) if len(written) == 3 else None
    if decided is not None:
        return reader.expression(written[0 if decided else 2])
    parts = reader.all(node.named_children)
    if len(parts) != 3:
        return Choice(parts[:1] + parts[2:], node.start_byte)
    then, asked, other = map(reader.text, written)
    if asked in (f"{other} is None", f"not {other}"):
        return Choice((parts[2], parts[0]), node.start_byte, first=True)
    return Choice((parts[0], parts[2]), node.start_byte, first=asked in (then, f"{then} is not None"))


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
