"""The conditions of `if` statements, as far as they can tell values apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Node

from analyzer.program import (
    Attribute,
    BranchPath,
    Call,
    Expression,
    Generated,
    Items,
    Name,
    Opaque,
    Operator,
    Scope,
    Subscript,
    Test,
    dotted,
)
from analyzer.syntax.tree import MAX_DEPTH

if TYPE_CHECKING:
    from analyzer.syntax.expressions import Expressions


class Place(NamedTuple):
    """Which arm of the statement at `at` a test decides about, and where the test ends."""

    at: int
    arm: int
    end: int
    inline: bool = False


#: Parts of one condition.
_MAX_CHAIN = 100
_SIGNS = frozenset({"==", "!=", "in", "not in", "is", "is not"})


def condition(reader: Expressions, node: Node) -> Expression:
    """`and`, `or`, `not` and single comparisons as operators with their own sign; anything else as it is."""
    if reader.depth > MAX_DEPTH:
        return reader.expression(node)  # which notes it
    reader.depth += 1
    try:
        return _condition(reader, node)
    finally:
        reader.depth -= 1


def note(scope: Scope, path: BranchPath, condition: Expression, text: str, place: Place, *, leaves: bool) -> None:
    """Note what decides whether control enters an arm, where it asks about names."""
    names = frozenset(named(condition))
    if names:
        scope.tests.append(Test(place.at, place.arm, path, condition, names, text, leaves, place.end, place.inline))


def _condition(reader: Expressions, node: Node) -> Expression:
    kind = node.type
    if kind == "parenthesized_expression" and node.named_child_count == 1:
        return condition(reader, node.named_children[0])
    if kind == "not_operator" and node.named_child_count == 1:
        return Operator("not", (condition(reader, node.named_children[0]),), node.start_byte)
    if kind == "boolean_operator":
        return _combined(reader, node)
    if kind == "comparison_operator" and node.named_child_count == 2:
        sign = node.children[1].type
        if sign in _SIGNS:
            left, right = node.named_children
            return Operator(sign, (reader.expression(left), reader.expression(right)), node.start_byte)
    return reader.expression(node)


def _combined(reader: Expressions, node: Node) -> Expression:
    """`a and b or c`. Chains nest to the left: walked in a loop."""
    start = node.start_byte
    rest: list[tuple[str, Node]] = []
    while node.type == "boolean_operator" and len(rest) <= _MAX_CHAIN:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return reader.expression(node)
        rest.append((node.children[1].type, right))
        node = left
    found = condition(reader, node) if node.type != "boolean_operator" else Opaque("bound_reached", start)
    for sign, right in reversed(rest):
        before = found.operands if isinstance(found, Operator) and found.sign == sign else (found,)
        found = Operator(sign, (*before, condition(reader, right)), start)
    return found


def named(expression: Expression, depth: int = MAX_DEPTH) -> Iterator[str]:
    """The dotted names that a condition asks about."""
    match expression:
        case _ if not depth:
            return
        case Name() | Attribute():
            found = dotted(expression)
            if found is not None:
                yield found[1]
        case Subscript(base=base) | Generated(element=base):
            yield from named(base, depth - 1)
        case Call(function=function, args=args):
            yield from named(function.base if isinstance(function, Attribute) else function, depth - 1)
            for arg in args[:2]:
                yield from named(arg, depth - 1)
        case Operator(operands=operands) | Items(items=operands):
            for operand in operands[:8]:
                yield from named(operand, depth - 1)
