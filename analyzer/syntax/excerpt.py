"""A Python file cut down to some of its lines: their statements, the blocks around them, and what these need.

Kept are the statements on the lines asked for, and of the names that these use, the imports and what binds them to
literals where they can see it. Comments and docstrings go; a block from which everything goes holds `pass`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field

from tree_sitter import Node

from analyzer.syntax.tree import Tree

_INDENT = "    "
_CLAUSES = frozenset({"elif_clause", "else_clause", "except_clause", "except_group_clause", "finally_clause"})
_HANDLERS = frozenset({"except_clause", "except_group_clause", "finally_clause"})
_IMPORTS = frozenset({"import_statement", "import_from_statement"})
_LITERALS = frozenset({
    "string", "integer", "float", "true", "false", "none", "list", "tuple", "dictionary", "set", "pair",
    "concatenated_string", "unary_operator",
    "string_start", "string_content", "string_end", "escape_sequence", "comment",
})  # fmt: skip
_SWITCHES = frozenset({"true", "false", "none"})
#: A literal of more lines is data, and no part of how a model is used.
_MAX_LITERAL_LINES = 8


def excerpt(tree: Tree, rows: Set[int]) -> str:
    """The program cut down to the statements on these rows, counted from 0; "" if there is none."""
    return _Cut(tree.source, rows).of(tree.root)


@dataclass(slots=True)
class _Cut:
    source: bytes
    rows: Set[int]
    kept: set[int] = field(default_factory=set)  # ids of the statements that stay
    names: set[str] = field(default_factory=set)  # identifiers in them
    seen: set[int] = field(default_factory=set)  # ids of the nodes whose identifiers are there

    def of(self, root: Node) -> str:
        for statement in _statements(root):
            if self.is_asked_for(statement):
                self.keep(statement)
        if not self.kept:
            return ""
        visible = {_function(node) for node in _statements(root) if node.id in self.kept} | {None}
        imported: set[str] = set()
        for node in [node for node in _statements(root) if _function(node) in visible]:
            names = _bound(node) - imported
            if node.id not in self.kept and not self.names.isdisjoint(names):
                self.keep(node)
            if node.id in self.kept and node.type in _IMPORTS:
                imported |= names
        return "".join(f"{line}\n" for line in self.block(root, ""))

    def is_asked_for(self, statement: Node) -> bool:
        """Whether one of the rows is the statement's; of a compound one, its head's."""
        body = _body(statement)
        last = statement.end_point.row if body is None else _end_of_head(statement, body).end_point.row
        return any(row in self.rows for row in range(statement.start_point.row, last + 1))

    def keep(self, statement: Node) -> None:
        self.kept.add(statement.id)
        node: Node | None = statement
        while node is not None and node.id not in self.seen:  # what stands in the heads of the blocks around it stays
            self.seen.add(node.id)
            body = _body(node)
            if body is not None or node is statement:
                self.names.update(_identifiers(node, body.id if body is not None else None))
            node = node.parent

    def block(self, block: Node, indent: str) -> list[str]:
        """The lines of what stays of a block."""
        return [line for statement in _in_block(block) for line in self.statement(statement, indent)]

    def statement(self, statement: Node, indent: str) -> list[str]:
        body = _body(statement)
        if body is None:
            return self.text(statement, statement.end_byte, indent) if statement.id in self.kept else []
        inside = self.block(body, indent + _INDENT)
        clauses = [child for child in statement.children if child.type in _CLAUSES]
        others = [(clause, self.statement(clause, indent)) for clause in clauses]
        if not inside and statement.id not in self.kept and not any(lines for _, lines in others):
            return []
        kept = [line for _, lines in others for line in lines]
        if statement.type == "try_statement" and not any(lines for clause, lines in others if clause.type in _HANDLERS):
            handler = next((clause for clause in clauses if clause.type in _HANDLERS), None)
            kept += self.head(handler, indent) if handler is not None else []
        return [*self.head(statement, indent, inside), *kept]

    def head(self, statement: Node, indent: str, inside: list[str] | None = None) -> list[str]:
        body = _body(statement)
        assert body is not None
        end = _end_of_head(statement, body).end_byte
        return [*self.text(statement, end, indent), *(inside or [f"{indent}{_INDENT}pass"])]

    def text(self, node: Node, end: int, indent: str) -> list[str]:
        """The source of a node up to `end` without comments, its first line behind `indent`."""
        text = bytearray()
        at = node.start_byte
        for comment in _find(node, lambda inner: inner.type == "comment", end):
            if at <= comment.start_byte:
                text += self.source[at : comment.start_byte].rstrip(b" \t") + b"\0"
                at = comment.end_byte
        text += self.source[at:end]
        lines = bytes(text).decode("utf-8", "replace").split("\n")
        old = " " * node.start_point.column
        rest = [indent + line.removeprefix(old) if line.startswith(old) else line for line in lines[1:]]
        is_plain = not any("\n" in _text(inner) for inner in _find(node, lambda inner: inner.type == "string", end))
        found = [indent + lines[0], *(rest if is_plain else lines[1:])]
        return [line.replace("\0", "").rstrip() for line in found if line.strip(" \t") != "\0"]


def _statements(block: Node) -> Iterator[Node]:
    """All statements in a block and the blocks inside it."""
    for statement in _in_block(block):
        yield statement
        body = _body(statement)
        if body is not None:
            yield from _statements(body)
            for clause in statement.children:
                if clause.type in _CLAUSES:
                    yield from _clause(clause)


def _clause(clause: Node) -> Iterator[Node]:
    yield clause
    body = _body(clause)
    if body is not None:
        yield from _statements(body)


def _in_block(block: Node) -> Iterator[Node]:
    for child in block.named_children:
        if child.type == "decorated_definition":
            yield child.child_by_field_name("definition") or child
        elif child.type != "comment":
            yield child


def _body(statement: Node) -> Node | None:
    """The block of a compound statement or clause; a `match` is taken as a whole."""
    if statement.type == "match_statement":
        return None
    found = statement.child_by_field_name("body") or statement.child_by_field_name("consequence")
    if found is None and statement.type in _CLAUSES:
        found = next((child for child in statement.children if child.type == "block"), None)
    return found if found is not None and found.type == "block" else None


def _end_of_head(statement: Node, body: Node) -> Node:
    """The colon before the body."""
    colons = [child for child in statement.children if child.type == ":" and child.start_byte < body.start_byte]
    return colons[-1] if colons else statement


def _function(statement: Node) -> int | None:
    """The function around a statement, by the id of its node."""
    node = statement.parent
    while node is not None and node.type != "function_definition":
        node = node.parent
    return node.id if node is not None else None


def _is_literal(value: Node) -> bool:
    if value.end_point.row - value.start_point.row >= _MAX_LITERAL_LINES or value.type in _SWITCHES:
        return False
    return all(node.type in _LITERALS for node in _find(value, lambda inner: inner.is_named))


def _assignment(statement: Node) -> Node | None:
    first = statement.named_children[0] if statement.type == "expression_statement" else None
    return first if first is not None and first.type == "assignment" else None


def _bound(statement: Node) -> set[str]:
    """Names that an import binds, or an assignment binds to a literal."""
    assignment = _assignment(statement)
    if assignment is not None:
        left, right = (assignment.child_by_field_name(side) for side in ("left", "right"))
        is_plain = left is not None and left.type == "identifier" and right is not None and _is_literal(right)
        return {_text(left)} if left is not None and is_plain else set()
    found: set[str] = set()
    for child in statement.children_by_field_name("name") if statement.type in _IMPORTS else ():
        name = child.child_by_field_name("alias") or child
        found.add(_text(name).partition(".")[0])
    return found


def _identifiers(node: Node, without: int | None) -> Iterator[str]:
    """Identifiers in a node, those in the child `without` left out."""
    todo = [node]
    while todo:
        inner = todo.pop()
        if inner.type == "identifier":
            yield _text(inner)
        todo.extend(child for child in inner.children if child.id != without and child.type not in _CLAUSES)


def _find(node: Node, wanted: Callable[[Node], bool], end: int | None = None) -> list[Node]:
    """The node and those in it that are wanted, in source order; only those that start before `end`."""
    found, todo = [], [node]
    while todo:
        inner = todo.pop()
        if wanted(inner):
            found.append(inner)
        todo.extend(child for child in reversed(inner.children) if end is None or child.start_byte < end)
    return found


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
