"""What a JavaScript file imports, and what it exports under which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import Binding, Expression, Imported, Name
from analyzer.syntax import specifiers

if TYPE_CHECKING:
    from analyzer.syntax.ecma_statements import Statements


def imported(statements: Statements, node: Node) -> None:
    """`import d, {a as b} from "x"`, `import * as n from "x"`, `import x = require("x")`. Imports hold everywhere."""
    for clause in node.named_children:
        if clause.type == "import_require_clause":
            _bind(statements, clause.named_children[0], _root(statements, clause) or "", node)
    base = _root(statements, node)
    clauses = [child for child in node.named_children if child.type == "import_clause"]
    for child in clauses[0].named_children if clauses and base is not None else ():
        assert base is not None
        if child.type == "identifier":
            _bind(statements, child, specifiers.member(base, "default"), node)
        elif child.type == "namespace_import" and child.named_children:
            _bind(statements, child.named_children[0], base, node)
        elif child.type == "named_imports":
            for name, alias in _specified(child):
                _bind(statements, alias, specifiers.member(base, statements.reader.text(name)), node)


def exported(statements: Statements, node: Node) -> None:
    """`export const x`, `export default x`, `export {a as b}`, and the same of another file's names."""
    base = _root(statements, node)
    for child in node.named_children:
        if child.type == "export_clause":
            for name, alias in _specified(child):
                text, at = statements.reader.text(name), name.start_byte
                found: Expression = Name(text, node.end_byte, ())
                if base is not None:
                    found = Imported(specifiers.member(base, text), at)
                if base is not None or name != alias:
                    statements.export(statements.reader.text(alias), found, at)
        elif child.type == "namespace_export" and base is not None and child.named_children:
            statements.export(statements.reader.text(child.named_children[0]), Imported(base, node.start_byte), 0)
        elif child.type != "string":
            _declared(statements, node, child)
    if base is not None and not node.named_children[:-1] and node.named_children:
        statements.reader.note("*", Imported(base, node.start_byte), node.end_byte)


def _declared(statements: Statements, node: Node, child: Node) -> None:
    """A declaration that is exported; the default is also known as `default`."""
    is_default = any(part.type == "default" for part in node.children)
    name = child.child_by_field_name("name")
    if node.child_by_field_name("value") == child:
        statements.export("default", statements.reader.named_value(child, "default"), node.start_byte)
        return
    statements.statement(child)
    if is_default and name is not None:
        statements.export("default", Name(statements.reader.text(name), node.end_byte, ()), node.end_byte)


def _specified(clause: Node) -> list[tuple[Node, Node]]:
    """(name, its name here) of what stands in braces."""
    found = []
    for child in clause.named_children:
        name = child.child_by_field_name("name")
        if name is not None:
            found.append((name, child.child_by_field_name("alias") or name))
    return found


def _root(statements: Statements, node: Node) -> str | None:
    source = node.child_by_field_name("source")
    if source is None:
        return None
    return specifiers.root(statements.reader.text(source)[1:-1])


def _bind(statements: Statements, name: Node, qualified: str, node: Node) -> None:
    value = Imported(qualified, node.start_byte)
    text = statements.reader.text(name)
    statements.declared[0].add(text)
    statements.scopes[0].bindings.setdefault(text, []).insert(0, Binding(0, (), value))
    statements.changed.append(0)
