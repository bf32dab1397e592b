"""Statement nodes to scopes and bindings. Function bodies wait in `pending` until something asks for them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from analyzer.program import (
    BranchPath,
    Constant,
    Expression,
    Field,
    Joined,
    Operator,
    Scope,
)
from analyzer.syntax import branches, definitions, effects, imports, targets
from analyzer.syntax.expressions import Expressions
from analyzer.syntax.switches import Switches
from analyzer.syntax.tree import EXTRA

_MAX_NESTING = 60


class Statements:
    """Lowers one file. `scopes` grows as definitions are met."""

    def __init__(self, source: bytes) -> None:
        self.reader = Expressions(source, self)
        self.switches = Switches(source)
        self.scopes: list[Scope] = []
        self.changed: list[int] = []  # scopes that something was added to
        self.pending: dict[int, Node] = {}
        self.globals: dict[str, int] = {}
        self.current = 0
        self.nesting = 0

    # -- scopes

    def module(self, root: Node) -> None:
        self.scopes.append(Scope("module", "", -1, 0, root.end_byte))
        self.inside(0, root)

    def close(self) -> None:
        """Break the cycle with the reader, so that the syntax tree goes at once."""
        self.pending.clear()
        self.reader.close()

    def inside(self, index: int, body: Node) -> None:
        """Walk `body` as the body of scope `index`."""
        outer = self.enter(index)
        outer_globals, self.globals = self.globals, {}
        self.block(body)
        self.globals = outer_globals
        self.leave(outer)

    def enter(self, index: int) -> tuple[int, BranchPath]:
        outer = self.current, self.reader.path
        self.current, self.reader.scope, self.reader.path = index, self.scopes[index], ()
        return outer

    def leave(self, outer: tuple[int, BranchPath]) -> None:
        self.current, self.reader.path = outer
        self.reader.scope = self.scopes[self.current]

    def lower_body(self, index: int) -> None:
        """Walk a function body that was left out so far."""
        definitions.lower_body(self, index)

    def lambda_(self, node: Node) -> Expression:
        return definitions.lambda_(self, node)

    def open(self, scope: Scope) -> int:
        self.changed.append(len(self.scopes))
        self.scopes.append(scope)
        return len(self.scopes) - 1

    # -- walking

    def block(self, node: Node) -> None:
        if self.nesting > _MAX_NESTING:
            self.reader.truncated = True
            return
        self.nesting += 1
        in_function = self.reader.scope.kind == "function" and node.type == "block"
        for child in node.named_children:
            self.statement(child)
            if in_function and child.type in branches.LEAVING:
                break  # what follows never runs
        self.nesting -= 1

    def keep_if(self, clause: Node) -> None:
        """A comprehension keeps what passes the clause."""
        branches.kept_if(self, clause)

    def statement(self, node: Node) -> None:
        handler = _STATEMENTS.get(node.type)
        if handler is not None:
            handler(self, node)
        elif node.kind_id not in EXTRA:
            self.reader.expression(node)

    def arm(self, node: Node | None, arm: tuple[int, int, int] | None) -> None:
        """Walk `node` as one arm of a branching statement; without an arm, as what follows in any case."""
        if node is None:
            return
        outer = self.reader.path
        self.reader.path = (*outer, arm) if arm is not None else outer
        self.block(node)
        self.reader.path = outer

    def expression_statement(self, node: Node) -> None:
        for child in node.named_children:
            self.statement(child) if child.type in _STATEMENTS else effects.bind(self, self.reader.expression(child))

    # -- binding statements

    def assignment(self, node: Node) -> None:
        """`a = b = value`, `a: T = value`, `a: T`."""
        targets: list[Node] = []
        annotation: Node | None = None
        value: Node | None = node
        while value is not None and value.type == "assignment":
            left = value.child_by_field_name("left")
            annotation = value.child_by_field_name("type") or annotation
            if left is not None:
                targets.append(left)
            value = value.child_by_field_name("right")
        found = self.reader.expression(value) if value is not None else None
        for target in targets:
            if annotation is not None and target.type == "identifier":
                self.annotate(target, annotation, found)
            if found is not None:
                self.bind(target, found, node.end_byte)

    def annotate(self, target: Node, annotation: Node, value: Expression | None) -> None:
        if self.reader.scope.kind == "class":
            kind = self.reader.expression(annotation)
            self.reader.scope.fields.append(Field(self.reader.text(target), kind, value))

    def bind(self, target: Node, value: Expression, at: int) -> None:
        targets.bind(self.reader, target, value, at)

    def augmented(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = node.child_by_field_name("operator")
        if left is None or right is None or sign is None:
            return
        before, value = self.reader.expression(left), self.reader.expression(right)
        if sign.type == "+=":
            self.bind(left, Joined((before, value), node.start_byte), node.end_byte)
        else:
            self.bind(left, Operator(sign.type[:-1], (before, value), node.start_byte), node.end_byte)

    def global_(self, node: Node) -> None:
        here = self.reader.scope
        target = 0 if node.type == "global_statement" else max(here.parent, 0)
        for child in node.named_children:
            if here.kind != "module":
                self.globals[self.reader.text(child)] = target

    def delete(self, node: Node) -> None:
        return None

    # -- definitions

    def returned(self, node: Node) -> None:
        found = self.reader.all(node.named_children)
        self.reader.scope.give(found or (Constant(None, node.start_byte),), self.reader.path)

    def broken(self, node: Node) -> None:
        """Inside an ERROR node: whatever still looks like a statement is read as one."""
        self.block(node)


_STATEMENTS: dict[str, Callable[[Statements, Node], None]] = {
    "expression_statement": Statements.expression_statement,
    "assignment": Statements.assignment,
    "augmented_assignment": Statements.augmented,
    "global_statement": Statements.global_,
    "nonlocal_statement": Statements.global_,
    "delete_statement": Statements.delete,
    "import_statement": imports.imported,
    "import_from_statement": imports.imported_from,
    "future_import_statement": Statements.delete,
    "if_statement": branches.if_,
    "for_statement": branches.for_,
    "while_statement": branches.while_,
    "try_statement": branches.try_,
    "with_statement": branches.with_,
    "match_statement": branches.match,
    "assert_statement": branches.assert_,
    "function_definition": definitions.function,
    "class_definition": definitions.class_,
    "decorated_definition": definitions.decorated,
    "return_statement": Statements.returned,
    "block": Statements.block,
    "ERROR": Statements.broken,
}
