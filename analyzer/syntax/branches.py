"""Statements that branch or loop: their arms, the tests before them, and what they bind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import LOOP, Element, Entered, Test
from analyzer.syntax import conditions
from analyzer.syntax.tree import EXTRA

if TYPE_CHECKING:
    from analyzer.syntax.statements import Statements


_LEAVING = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})


def if_(statements: Statements, node: Node) -> None:
    arms = list(node.children_by_field_name("alternative"))
    bodies = [node.child_by_field_name("consequence")]
    bodies += [c.child_by_field_name("consequence") or c.child_by_field_name("body") for c in arms]
    going = sum(not _leaves(body) for body in bodies)
    exhaustive = going if arms and arms[-1].type == "else_clause" else 0
    for number, clause in enumerate((node, *arms)):
        body = bodies[number]
        _test(statements, clause.child_by_field_name("condition"), node.start_byte, number, leaves=_leaves(body))
        statements.arm(body, (node.start_byte, number, -1 if _leaves(body) else exhaustive))


def _test(statements: Statements, condition: Node | None, at: int, arm: int, *, leaves: bool) -> None:
    """Note what decides whether control enters an arm."""
    if condition is None:
        return
    found = conditions.condition(statements.reader, condition)
    names = frozenset(conditions.named(found))
    if names:
        text = " ".join(statements.reader.text(condition).split())
        test = Test(at, arm, statements.reader.path, found, names, text, leaves, condition.end_byte)
        statements.scopes[statements.current].tests.append(test)


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
    if subject is not None:
        statements.reader.expression(subject)
    body = node.child_by_field_name("body")
    clauses = [c for c in body.named_children if c.type == "case_clause"] if body is not None else []
    last = statements.reader.text(clauses[-1].named_children[0]) if clauses and clauses[-1].named_children else ""
    exhaustive = len(clauses) if last == "_" else 0
    for number, clause in enumerate(clauses):
        arm = (node.start_byte, number, exhaustive)
        statements.arm(clause.child_by_field_name("consequence"), arm)


def _leaves(body: Node | None) -> bool:
    """Whether control never goes on behind the block."""
    for last in reversed(body.named_children if body is not None else ()):
        if last.kind_id not in EXTRA:
            return last.type in _LEAVING
    return False
