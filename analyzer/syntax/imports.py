"""Imports to bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import Binding, Imported
from analyzer.syntax.tree import EXTRA

if TYPE_CHECKING:
    from analyzer.syntax.statements import Statements


def imported(statements: Statements, node: Node) -> None:
    """`import a.b` binds a, `import a.b as c` binds c to a.b."""
    for child in node.named_children:
        name, alias = _alias(statements, child)
        target = alias or name.split(".")[0]
        _note(statements, target, name if alias else target, node)


def imported_from(statements: Statements, node: Node) -> None:
    source = node.child_by_field_name("module_name")
    base = statements.reader.text(source).replace(" ", "") if source is not None else "__future__"
    for child in node.named_children:
        if source is not None and child == source:
            continue
        if child.type == "wildcard_import":
            _note(statements, "*", base, node)
        elif child.kind_id not in EXTRA:
            name, alias = _alias(statements, child)
            joint = "" if base.endswith(".") else "."
            _note(statements, alias or name, base + joint + name, node)


def _alias(statements: Statements, node: Node) -> tuple[str, str | None]:
    if node.type != "aliased_import":
        return statements.reader.text(node).replace(" ", ""), None
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    return statements.reader.text(name) if name else "", statements.reader.text(alias) if alias else None


def _note(statements: Statements, name: str, qualified: str, node: Node) -> None:
    value = Imported(qualified, node.start_byte)
    statements.reader.note(name, Binding(node.end_byte, statements.reader.path, value))
