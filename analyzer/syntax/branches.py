"""Statements that branch or loop: their arms, the tests before them, and what they bind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import LOOP, Element, Entered, Expression, Items, Operator
from analyzer.syntax import conditions
from analyzer.syntax.conditions import Place
from analyzer.syntax.tree import EXTRA

if TYPE_CHECKING:
    from analyzer.syntax.statements import Statements


#: What a condition about texts holds.
_TEXTS = re.compile(r"[\"']|\bin\b")
LEAVING = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})


def if_(statements: Statements, node: Node) -> None:
    """What switches of the file turn off is left out, as if it were not there."""
    clauses = list(_clauses(statements, node))
    if clauses and clauses[0][0] is None:
        statements.arm(clauses[0][1], None)
        return
    going = sum(not _leaves(body) for _, body in clauses)
    exhaustive = going if clauses and clauses[-1][0] is None else 0
    for number, (condition, body) in enumerate(clauses):
        _test(statements, condition, node.start_byte, number, leaves=_leaves(body))
        statements.arm(body, (node.start_byte, number, -1 if _leaves(body) else exhaustive))


def _clauses(statements: Statements, node: Node) -> Iterator[tuple[Node | None, Node | None]]:
    """The condition and body of each arm that can be taken; of an `else`, and of what is always taken, no condition."""
    for clause in (node, *node.children_by_field_name("alternative")):
        condition = clause.child_by_field_name("condition")
        body = clause.child_by_field_name("consequence") or clause.child_by_field_name("body")
        taken = statements.switches.decide(condition)
        if taken is not False:
            yield None if taken else condition, body
        if taken:
            return


def _test(
    statements: Statements, condition: Node | None, at: int, arm: int, *, leaves: bool, negated: bool = False
) -> None:
    """Note what decides whether control enters an arm."""
    if condition is None:
        return
    found = conditions.condition(statements.reader, condition)
    text = " ".join(statements.reader.text(condition).split())
    if negated:
        found, text = Operator("not", (found,), condition.start_byte), f"not ({text})"
    _note(statements, found, text, Place(at, arm, condition.end_byte), leaves=leaves)


def _note(statements: Statements, condition: Expression, text: str, place: Place, *, leaves: bool) -> None:
    scope = statements.scopes[statements.current]
    conditions.note(scope, statements.reader.path, condition, text, place, leaves=leaves)


def kept_if(statements: Statements, clause: Node) -> None:
    """Of a comprehension: what it makes, it makes of what passes its condition."""
    condition = clause.named_children[0] if clause.named_children else None
    _test(statements, condition, clause.start_byte, 0, leaves=False)
    statements.reader.path = (*statements.reader.path, (clause.start_byte, 0, 0))


def assert_(statements: Statements, node: Node) -> None:
    """Control does not go on where what is asserted of names does not hold. Of numbers and flags it is believed: that
    they are others here would rule out all that follows."""
    condition = node.named_children[0] if node.named_children else None
    if condition is not None and _TEXTS.search(statements.reader.text(condition)):
        _test(statements, condition, node.start_byte, 0, leaves=True, negated=True)
    elif condition is not None:
        statements.reader.expression(condition)
    for message in node.named_children[1:]:
        statements.reader.expression(message)


def for_(statements: Statements, node: Node) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    body = node.child_by_field_name("body")
    if left is not None and right is not None:
        value = Element(statements.reader.expression(right), left.start_byte)
        statements.bind(left, value, right.end_byte)
    _loop(statements, node, body)


def while_(statements: Statements, node: Node) -> None:
    condition = node.child_by_field_name("condition")
    if condition is not None:
        statements.reader.expression(condition)
    _loop(statements, node, node.child_by_field_name("body"))


def _loop(statements: Statements, node: Node, body: Node | None) -> None:
    statements.arm(body, (node.start_byte, LOOP, 0))
    for clause in node.children_by_field_name("alternative"):
        statements.arm(clause.child_by_field_name("body"), (clause.start_byte, 0, 0))


def try_(statements: Statements, node: Node) -> None:
    """A handler sees what its body bound before it failed, so body and handlers do not exclude each other."""
    statements.arm(node.child_by_field_name("body"), (node.start_byte, 0, 0))
    for clause in node.named_children:
        if clause.type in ("except_clause", "except_group_clause"):
            for child in clause.named_children:
                if child.type == "block":
                    statements.arm(child, (clause.start_byte, 0, 0))
        elif clause.type in ("else_clause", "finally_clause"):
            for child in clause.named_children:
                if child.type == "block":
                    statements.block(child)


def with_(statements: Statements, node: Node) -> None:
    for clause in node.named_children:
        if clause.type == "with_clause":
            for item in clause.named_children:
                _entered(statements, item)
    body = node.child_by_field_name("body")
    if body is not None:
        statements.block(body)


def _entered(statements: Statements, item: Node) -> None:
    value = item.child_by_field_name("value")
    if value is None:
        return
    if value.type != "as_pattern":
        statements.reader.expression(value)
        return
    context, target = value.named_children[0], value.child_by_field_name("alias")
    found = Entered(statements.reader.expression(context), value.start_byte)
    if target is not None:
        for part in target.named_children:
            statements.bind(part, found, value.end_byte)


def match(statements: Statements, node: Node) -> None:
    subject = node.child_by_field_name("subject")
    asked = statements.reader.expression(subject) if subject is not None else None
    body = node.child_by_field_name("body")
    clauses = [c for c in body.named_children if c.type == "case_clause"] if body is not None else []
    last = statements.reader.text(clauses[-1].named_children[0]) if clauses and clauses[-1].named_children else ""
    exhaustive = len(clauses) if last == "_" else 0
    for number, clause in enumerate(clauses):
        arm = (node.start_byte, number, exhaustive)
        consequence = clause.child_by_field_name("consequence")
        listed = _patterns(statements, clause) if asked is not None else ()
        if listed and asked is not None:
            condition = Operator("in", (asked, Items(listed, clause.start_byte)), clause.start_byte)
            place = Place(node.start_byte, number, clause.start_byte)
            _note(
                statements,
                condition,
                statements.reader.text(clause.named_children[0]),
                place,
                leaves=_leaves(consequence),
            )
        statements.arm(consequence, arm)


def _patterns(statements: Statements, clause: Node) -> tuple[Expression, ...]:
    """The strings of `case "a" | "b":`, without a guard."""
    patterns = [child for child in clause.named_children if child.type == "case_pattern"]
    if len(patterns) != 1 or clause.child_by_field_name("guard") is not None or not patterns[0].named_children:
        return ()
    inner = patterns[0].named_children[0]
    parts = inner.named_children if inner.type == "union_pattern" else [inner]
    return tuple(statements.reader.expression(part) for part in parts) if all(p.type == "string" for p in parts) else ()


def _leaves(body: Node | None) -> bool:
    """Whether control never goes on behind the block."""
    for last in reversed(body.named_children if body is not None else ()):
        if last.kind_id not in EXTRA:
            return last.type in LEAVING
    return False
