"""JavaScript statements to scopes and bindings. Function bodies wait in `pending` until something asks for them.

A method gets `this` as its first parameter; `constructor` becomes `__init__`, `static` and `get` become decorators: the
evaluator knows them from Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from tree_sitter import Node

from analyzer.program import LOOP, Binding, BranchPath, Constant, Element, Expression, Mapping, Scope, Text
from analyzer.syntax import ecma_conditions, ecma_modules
from analyzer.syntax.conditions import Place
from analyzer.syntax.ecma_definitions import Definitions
from analyzer.syntax.ecma_expressions import EXTRA, Expressions
from analyzer.syntax.ecma_targets import Targets

_MAX_NESTING = 120  # statements in statements; a block in a block counts twice


class Statements:
    """Lowers one file. `scopes` grows as definitions are met; `declared` are the names each declares."""

    def __init__(self, source: bytes) -> None:
        self.reader = Expressions(source, self)
        self.targets = Targets(self)
        self.definitions = Definitions(self)
        self.scopes: list[Scope] = []
        self.declared: defaultdict[int, set[str]] = defaultdict(set)
        self.changing: set[str] = set()  # module-level names that functions may bind anew
        self.pending: dict[int, Node] = {}
        self.changed: list[int] = []  # scopes that something was added to
        self.current = 0
        self.nesting = 0

    # -- scopes

    def module(self, root: Node) -> None:
        self.scopes.append(Scope("module", "", -1, 0, root.end_byte))
        self.inside(0, root)

    def close(self) -> None:
        """Break the cycles, so that the syntax tree goes at once."""
        self.pending.clear()
        self.reader.close()
        del self.targets, self.definitions

    def inside(self, index: int, body: Node) -> None:
        """Walk `body` as the body of scope `index`."""
        outer = self.enter(index)
        self.each(body)
        self.leave(outer)

    def enter(self, index: int) -> tuple[int, BranchPath, int]:
        outer = self.current, self.reader.path, self.reader.until
        self.current, self.reader.scope, self.reader.path, self.reader.until = index, self.scopes[index], (), 0
        return outer

    def leave(self, outer: tuple[int, BranchPath, int]) -> None:
        self.current, self.reader.path, self.reader.until = outer
        self.reader.scope = self.scopes[self.current]

    def lower_body(self, index: int) -> None:
        self.definitions.lower_body(index)

    def function(self, node: Node, name: str) -> Expression:
        return self.definitions.function(node, name)

    def class_(self, node: Node) -> Expression:
        return self.definitions.class_(node)

    # -- walking

    def block(self, node: Node) -> None:
        """A block of its own: `let` and `const` end with it."""
        outer, self.reader.until = self.reader.until, node.end_byte
        self.each(node)
        self.reader.until = outer

    def statement(self, node: Node) -> None:
        handler = _STATEMENTS.get(node.type)
        if self.nesting > _MAX_NESTING:
            self.reader.truncated = True
        elif handler is not None:
            self.nesting += 1
            handler(self, node)
            self.nesting -= 1
        elif node.type not in EXTRA and node.type not in _TYPES:
            self.reader.expression(node)

    def arm(self, node: Node | None, arm: tuple[int, int, int]) -> None:
        """Walk `node` as one arm of a branching statement."""
        if node is None:
            return
        outer = self.reader.path
        self.reader.path = (*outer, arm)
        self.statement(node)
        self.reader.path = outer

    def each(self, node: Node) -> None:
        for child in node.named_children:
            self.statement(child)

    # -- declarations

    def declaration(self, node: Node) -> None:
        """`const` and `let` hold to the end of the block, `var` to that of the function."""
        until = 0 if node.type == "variable_declaration" else self.reader.until
        for child in node.named_children:
            target, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if child.type != "variable_declarator" or target is None:
                continue
            if not self.current and self.reader.text(node.children[0]) != "const":
                self.changing.add(self.reader.text(target))
            found: Expression = Constant(None, child.start_byte)
            if value is not None:
                found = self.reader.named_value(value, self.reader.text(target)[:100])
            self.targets.declare(target, found, child.end_byte, until)

    def hoisted(self, node: Node) -> None:
        """A function declaration holds in its whole scope."""
        name = node.child_by_field_name("name")
        if name is None:
            return
        text = self.reader.text(name)
        self.bind_early(text, self.function(node, text))

    def bind_early(self, name: str, value: Expression) -> None:
        self.declared[self.current].add(name)
        found = self.reader.scope.bindings.setdefault(name, [])
        found.insert(0, Binding(self.reader.scope.at, (), value))

    def class_declaration(self, node: Node) -> None:
        self.class_(node)

    def enum(self, node: Node) -> None:
        self.definitions.enum(node)

    def imported(self, node: Node) -> None:
        ecma_modules.imported(self, node)

    def exported(self, node: Node) -> None:
        ecma_modules.exported(self, node)

    def export(self, name: str, value: Expression, at: int) -> None:
        """What another file sees under this name."""
        bindings = self.scopes[0].bindings
        if name not in bindings:
            bindings[name] = [Binding(at, (), value)]
            self.changed.append(0)

    def export_all(self, value: Expression, at: int) -> None:
        """`module.exports = …`: the module's default; the entries of an object by their names."""
        self.export("default", value, at)
        for key, entry in value.pairs if isinstance(value, Mapping) else ():
            if isinstance(key, Text):
                self.export(key.value, entry, at)

    # -- branches

    def if_(self, node: Node) -> None:
        """`else if` nests: walked in a loop."""
        at, arms, last = node.start_byte, [], None
        clause: Node | None = node
        while clause is not None and clause.type == "if_statement":
            condition = clause.child_by_field_name("condition")
            arms.append((condition, clause.child_by_field_name("consequence")))
            otherwise = clause.child_by_field_name("alternative")
            last = clause = next(iter(self.reader.named(otherwise)), None) if otherwise is not None else None
        arms += [(None, last)] if last is not None else []
        exhaustive = sum(not _leaves(body) for _, body in arms) if last is not None else 0
        for number, (condition, body) in enumerate(arms):
            if condition is not None:
                place = Place(at, number, condition.end_byte)
                ecma_conditions.if_(self, condition, place, leaves=_leaves(body))
            self.arm(body, (at, number, -1 if _leaves(body) else exhaustive))

    def for_(self, node: Node) -> None:
        outer, self.reader.until = self.reader.until, node.end_byte
        for field in ("initializer", "condition", "increment"):
            if (part := node.child_by_field_name(field)) is not None:
                self.statement(part)
        self.arm(node.child_by_field_name("body"), (node.start_byte, LOOP, 0))
        self.reader.until = outer

    def for_in(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            value = Element(self.reader.expression(right), left.start_byte)
            self.targets.declare(left, value, right.end_byte, node.end_byte)
        self.arm(node.child_by_field_name("body"), (node.start_byte, LOOP, 0))

    def while_(self, node: Node) -> None:
        condition = node.child_by_field_name("condition")
        if condition is not None:
            self.reader.expression(condition)
        self.arm(node.child_by_field_name("body"), (node.start_byte, LOOP, 0))

    def try_(self, node: Node) -> None:
        """A handler sees what its body bound before it failed, so body and handler do not exclude each other."""
        self.arm(node.child_by_field_name("body"), (node.start_byte, 0, 0))
        handler, last = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
        if handler is not None:
            self.arm(handler.child_by_field_name("body"), (handler.start_byte, 0, 0))
        if last is not None:
            self.each(last)

    def switch(self, node: Node) -> None:
        subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        asked = self.reader.expression(subject) if subject is not None else None
        clauses = self.reader.named(body) if body is not None else []
        if asked is not None:
            ecma_conditions.cases(self, node, asked, clauses)
        exhaustive = len(clauses) if any(c.type == "switch_default" for c in clauses) else 0
        for number, clause in enumerate(clauses):
            self.arm(clause, (node.start_byte, number, exhaustive))

    def returned(self, node: Node) -> None:
        found = self.reader.all(self.reader.named(node)[:1])
        self.reader.scope.give(found or (Constant(None, node.start_byte),), self.reader.path)


_LEAVING = frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"})
#: Statements that are only types.
_TYPES = frozenset({
    "interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature", "import_alias",
    "break_statement", "continue_statement", "debugger_statement", "hash_bang_line", "statement_identifier",
})  # fmt: skip


def _leaves(body: Node | None) -> bool:
    """Whether control never goes on behind the statement or block."""
    if body is None or body.type != "statement_block":
        return body is not None and body.type in _LEAVING
    for last in reversed(body.named_children):
        if last.type not in EXTRA:
            return last.type in _LEAVING
    return False


_STATEMENTS: dict[str, Callable[[Statements, Node], None]] = {
    **dict.fromkeys(("expression_statement", "labeled_statement", "switch_case", "switch_default"), Statements.each),
    **dict.fromkeys(("else_clause", "internal_module", "module", "throw_statement", "ERROR"), Statements.each),
    **dict.fromkeys(("statement_block", "class_static_block"), Statements.block),
    **dict.fromkeys(("lexical_declaration", "variable_declaration"), Statements.declaration),
    **dict.fromkeys(("function_declaration", "generator_function_declaration"), Statements.hoisted),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration"), Statements.class_declaration),
    "enum_declaration": Statements.enum,
    "import_statement": Statements.imported,
    "export_statement": Statements.exported,
    "if_statement": Statements.if_,
    "for_statement": Statements.for_,
    "for_in_statement": Statements.for_in,
    **dict.fromkeys(("while_statement", "do_statement"), Statements.while_),
    "try_statement": Statements.try_,
    "switch_statement": Statements.switch,
    "return_statement": Statements.returned,
}
