"""Expression nodes to `program` expressions; every call met is noted in its scope, in evaluation order."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import (
    Attribute,
    Binding,
    BranchPath,
    Call,
    Constant,
    Element,
    Expression,
    Generated,
    Items,
    Mapping,
    Name,
    Opaque,
    Scope,
    Spread,
    Subscript,
)
from analyzer.syntax import literals, operators, targets
from analyzer.syntax.tree import EXTRA, MAX_DEPTH, MAX_ITEMS, language

if TYPE_CHECKING:
    from analyzer.syntax.statements import Statements


class Expressions:
    """Lowers the expressions of one file. `scope` and `path` are where the walk stands now."""

    def __init__(self, source: bytes, statements: Statements) -> None:
        self.source = source
        self.statements: Statements = weakref.proxy(statements)  # no cycle: the syntax tree goes with the last user
        self.scope: Scope
        self.path: BranchPath = ()
        self.depth = 0
        self.noted = 0  # bindings made so far
        self.truncated = self.too_large = False

    def close(self) -> None:
        """Break the cycle with the statements."""
        del self.statements

    def expression(self, node: Node) -> Expression:
        lowered = _BY_KIND.get(node.kind_id)
        if lowered is None:
            return operators.other(self, node)
        if self.depth > MAX_DEPTH:
            self.truncated = True
            return Opaque("bound_reached", node.start_byte)
        self.depth += 1
        try:
            return lowered(self, node)
        finally:
            self.depth -= 1

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def all(self, nodes: Iterable[Node]) -> tuple[Expression, ...]:
        return tuple(self.expression(node) for node in nodes if node.kind_id not in EXTRA)

    def note(self, name: str, binding: Binding) -> None:
        """Bind a name where the walk stands."""
        self.scope.bindings.setdefault(name, []).append(binding)
        self.noted += 1
        outer = self.statements.globals.get(name)
        if outer is not None:
            # An assignment from a function may or may not have run: an arm of its own.
            path = ((binding.at, 0, 0),)
            self.statements.scopes[outer].bindings.setdefault(name, []).append(binding._replace(path=path))
            self.statements.changed.append(outer)

    # -- names and literals

    def name(self, node: Node) -> Expression:
        return Name(self.text(node), node.start_byte, self.path)

    def dotted(self, node: Node) -> Expression:
        first, *rest = self.text(node).split(".")
        found: Expression = Name(first, node.start_byte, self.path)
        for part in rest:
            found = Attribute(found, part, node.start_byte)
        return found

    # -- displays

    def items(self, node: Node) -> Expression:
        if node.named_child_count > MAX_ITEMS:
            self.too_large = True
            return Opaque("bound_reached", node.start_byte)
        return Items(self.all(node.named_children), node.start_byte)

    def mapping(self, node: Node) -> Expression:
        if node.named_child_count > MAX_ITEMS:
            self.too_large = True
            return Opaque("bound_reached", node.start_byte)
        pairs: list[tuple[Expression | None, Expression]] = []
        for child in node.named_children:
            parts = [part for part in child.named_children if part.kind_id not in EXTRA]
            if child.type == "pair" and len(parts) == 2:
                pairs.append((self.expression(parts[0]), self.expression(parts[1])))
            elif child.type == "dictionary_splat" and parts:
                pairs.append((None, self.expression(parts[0])))
        return Mapping(tuple(pairs), node.start_byte)

    def generated(self, node: Node) -> Expression:
        """A comprehension. Its variables are bound in the scope around it; they are not seen in what they run over."""
        body, *clauses = [child for child in node.named_children if child.kind_id not in EXTRA]
        outside = self.path
        for clause in clauses:
            if clause.type == "for_in_clause":
                left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
                if left is not None and right is not None:
                    iterable = Element(self.expression(right), node.start_byte)
                    targets.bind(self, left, iterable, node.start_byte, right.start_byte)
                    if right.end_byte + 1 < node.end_byte:
                        targets.bind(self, left, iterable, right.end_byte, node.end_byte)
            else:
                self.statements.keep_if(clause)
        each = self.variable(clauses[0]) if clauses else None
        if body.type == "pair":
            key, value = self.all(body.named_children)[:2]
            found = Generated(key, value, node.start_byte, each)
        else:
            found = Generated(None, self.expression(body), node.start_byte, each if len(clauses) == 1 else None)
        self.path = outside
        return found

    def variable(self, clause: Node) -> Name | None:
        """The name that a clause of a comprehension binds, if it is one."""
        left = clause.child_by_field_name("left")
        return (
            Name(self.text(left), left.start_byte, self.path)
            if left is not None and left.type == "identifier"
            else None
        )

    # -- operators

    def parenthesized(self, node: Node) -> Expression:
        inner = self.all(node.named_children)
        return inner[0] if len(inner) == 1 else Items(inner, node.start_byte)

    def inner(self, node: Node) -> Expression:
        """`await x`, `type` and other wrappers that change nothing here."""
        found = self.all(node.named_children)
        return found[0] if found else Constant(None, node.start_byte)

    # -- calls and access

    def attribute(self, node: Node) -> Expression:
        base, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if base is None or name is None:
            return operators.other(self, node)
        return Attribute(self.expression(base), self.text(name), node.start_byte)

    def subscript(self, node: Node) -> Expression:
        parts = self.all(node.named_children)
        if len(parts) < 2:
            return Opaque("unsupported_syntax", node.start_byte)
        key = parts[1] if len(parts) == 2 else Items(parts[1:], node.start_byte)
        return Subscript(parts[0], key, node.start_byte)

    def call(self, node: Node) -> Expression:
        children = [child for child in node.named_children if child.kind_id not in EXTRA]
        function = self.expression(children[0])
        args: list[Expression] = []
        keywords: list[tuple[str | None, Expression]] = []
        inside = children[1] if len(children) > 1 else None
        if inside is not None and inside.type == "argument_list":
            for child in inside.named_children:
                self.argument(child, args, keywords)
        elif inside is not None:
            args.append(self.expression(inside))
        found = Call(function, tuple(args), tuple(keywords), node.start_byte, node.end_byte)
        self.scope.calls.append(found)
        return found

    def argument(self, node: Node, args: list[Expression], keywords: list[tuple[str | None, Expression]]) -> None:
        kind = node.type
        if kind == "keyword_argument":
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None and value is not None:
                keywords.append((self.text(name), self.expression(value)))
        elif kind == "dictionary_splat":
            keywords.append((None, self.inner(node)))
        elif node.kind_id not in EXTRA:
            args.append(self.expression(node))

    def spread(self, node: Node) -> Expression:
        return Spread(self.inner(node), node.start_byte)

    # -- bindings inside expressions

    def walrus(self, node: Node) -> Expression:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return operators.other(self, node)
        found = self.expression(value)
        targets.bind(self, name, found, node.end_byte)
        return found

    def yielded(self, node: Node) -> Expression:
        self.scope.yields = True
        found = self.all(node.named_children)
        self.scope.give(found, self.path)
        return Opaque("call_not_followed", node.start_byte)

    def function(self, node: Node) -> Expression:
        return self.statements.lambda_(node)


_HANDLERS: dict[str, Callable[[Expressions, Node], Expression]] = {
    "identifier": Expressions.name,
    "dotted_name": Expressions.dotted,
    "keyword_identifier": Expressions.name,
    "integer": literals.number,
    "float": literals.number,
    "true": literals.constant,
    "false": literals.constant,
    "none": literals.constant,
    "ellipsis": literals.constant,
    "string": literals.string,
    "concatenated_string": literals.concatenated,
    "list": Expressions.items,
    "tuple": Expressions.items,
    "set": Expressions.items,
    "expression_list": Expressions.items,
    "pattern_list": Expressions.items,
    "dictionary": Expressions.mapping,
    "list_comprehension": Expressions.generated,
    "set_comprehension": Expressions.generated,
    "generator_expression": Expressions.generated,
    "dictionary_comprehension": Expressions.generated,
    "parenthesized_expression": Expressions.parenthesized,
    "await": Expressions.inner,
    "type": Expressions.inner,
    "conditional_expression": operators.conditional,
    "boolean_operator": operators.boolean,
    "binary_operator": operators.binary,
    "attribute": Expressions.attribute,
    "subscript": Expressions.subscript,
    "slice": operators.sliced,
    "unary_operator": operators.unary,
    "call": Expressions.call,
    "list_splat": Expressions.spread,
    "named_expression": Expressions.walrus,
    "yield": Expressions.yielded,
    "lambda": Expressions.function,
}


_BY_KIND = {
    kind: handler
    for name, handler in _HANDLERS.items()
    if (kind := language().id_for_node_kind(name, True)) is not None
}
