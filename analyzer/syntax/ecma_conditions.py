"""The conditions of JavaScript's `if` and `switch`, in Python's terms, as far as they can tell values apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import Attribute, Call, Constant, Expression, Items, Opaque, Operator
from analyzer.syntax import conditions
from analyzer.syntax.tree import MAX_DEPTH

if TYPE_CHECKING:
    from analyzer.syntax.ecma_expressions import Expressions
    from analyzer.syntax.ecma_statements import Statements

_MAX_CHAIN = 100
_SIGNS = {"===": "==", "==": "==", "!==": "!=", "!=": "!=", "in": "in"}
_COMBINED = {"&&": "and", "||": "or"}
_IS = {"==": "is", "!=": "is not"}
#: Methods of strings under their names in Python.
_METHODS = {
    "startsWith": "startswith",
    "endsWith": "endswith",
    "toLowerCase": "lower",
    "toUpperCase": "upper",
    "trim": "strip",
}
#: Statements behind which control never goes on, and those that end an arm of a `switch`.
_LEAVING = frozenset({"return_statement", "throw_statement", "continue_statement"})
_ENDING = _LEAVING | {"break_statement"}


def condition(reader: Expressions, node: Node) -> Expression:
    """`&&`, `||`, `!` and single comparisons as Python's operators; anything else as it is."""
    if reader.depth > MAX_DEPTH:
        return reader.expression(node)  # which notes it
    reader.depth += 1
    try:
        return _condition(reader, node)
    finally:
        reader.depth -= 1


def _condition(reader: Expressions, node: Node) -> Expression:
    inner = reader.named(node)
    if node.type == "parenthesized_expression" and len(inner) == 1:
        return condition(reader, inner[0])
    if node.type == "unary_expression" and node.children[0].type == "!" and len(inner) == 1:
        return Operator("not", (condition(reader, inner[0]),), node.start_byte)
    sign = _sign(node)
    if sign in _COMBINED:
        return _combined(reader, node, sign)
    if sign in _SIGNS and len(inner) == 2:
        left, right = (_as_python(each) for each in reader.all(inner))
        return _compared(_SIGNS[sign], left, right, node.start_byte)
    return _as_python(reader.expression(node))


def _sign(node: Node) -> str:
    sign = node.child_by_field_name("operator") if node.type == "binary_expression" else None
    return sign.type if sign is not None else ""


def _compared(sign: str, left: Expression, right: Expression, at: int) -> Expression:
    is_nothing = isinstance(right, Constant) and right.value is None
    return Operator(_IS.get(sign, sign) if is_nothing else sign, (left, right), at)


def _combined(reader: Expressions, node: Node, sign: str) -> Expression:
    """`a && b && c`. Chains nest to the left: walked in a loop."""
    start = node.start_byte
    rest: list[Node] = []
    while _sign(node) == sign and len(rest) <= _MAX_CHAIN:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return reader.expression(node)
        rest.append(right)
        node = left
    parts = [condition(reader, each) for each in (node, *reversed(rest))]
    return Operator(_COMBINED[sign], tuple(parts), start)


def _as_python(expression: Expression) -> Expression:
    """`name.toLowerCase().startsWith("a")` with the methods' names in Python; `names.includes(x)` as `x in names`."""
    if not isinstance(expression, Call) or not isinstance(expression.function, Attribute):
        return expression
    function, args = expression.function, expression.args
    base = _as_python(function.base)
    if function.name == "includes" and len(args) == 1:
        return Operator("in", (args[0], base), expression.at)
    name = _METHODS.get(function.name, function.name)
    return expression._replace(function=function._replace(base=base, name=name))


def if_(statements: Statements, node: Node, place: conditions.Place, *, leaves: bool) -> None:
    """Note what decides whether control enters an arm of an `if`."""
    reader = statements.reader
    found, text = condition(reader, node), " ".join(reader.text(node).split())
    conditions.note(statements.scopes[statements.current], reader.path, found, text, place, leaves=leaves)


def cases(statements: Statements, node: Node, subject: Expression, clauses: list[Node]) -> None:
    """Note what decides whether control enters an arm of a `switch`; nothing of one that goes on in the next."""
    reader, scope = statements.reader, statements.scopes[statements.current]
    listed: tuple[Expression, ...] = ()
    for number, clause in enumerate(clauses):
        value = clause.child_by_field_name("value")
        listed = (*listed, *(_told(reader, value) if value is not None else ()))
        last = next(_last(clause, value), "")
        if last not in _ENDING and number + 1 < len(clauses):
            continue
        if value is not None:
            asked = Operator("in", (_as_python(subject), Items(listed, clause.start_byte)), clause.start_byte)
            place = conditions.Place(node.start_byte, number, clause.start_byte)
            conditions.note(scope, reader.path, asked, reader.text(value), place, leaves=last in _LEAVING)
        listed = ()


def _told(reader: Expressions, value: Node) -> tuple[Expression, ...]:
    """The value of a `case`, which is walked again with the statements behind it."""
    is_plain = value.type in ("string", "identifier", "member_expression")
    return (reader.expression(value) if is_plain else Opaque("computed_string", value.start_byte),)


def _last(clause: Node, value: Node | None) -> Iterator[str]:
    """The kinds of the statements of a clause, last first; `case "a": { … }` has them in a block."""
    for child in reversed(clause.named_children):
        if child.type == "comment" or child == value:
            continue
        if child.type == "statement_block":
            yield from _last(child, None)
        yield child.type
