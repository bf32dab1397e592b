"""What JavaScript binds values to: names, members, patterns; and variables of functions further out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import Binding, Captured, Constant, Expression, Mapping, Operator, Subscript, Unpacked
from analyzer.syntax.ecma_expressions import EXTRA, part_of
from analyzer.syntax.targets import dotted_name

if TYPE_CHECKING:
    from analyzer.syntax.ecma_statements import Statements

_MAX_DEPTH = 50


class Targets:
    """Binds values in the scope where the walk stands. `sign`: how the defaults in a pattern count."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self.depth = 0

    def declare(self, target: Node, value: Expression, at: int, until: int = 0, sign: str = "??") -> None:
        """Bind names of this scope; of a block if `until` is its end."""
        for name, found in self.names(target, value, at, sign):
            self.statements.declared[self.statements.current].add(name)
            self.statements.reader.note(name, found, at, until)

    def assign(self, target: Node, value: Expression, at: int) -> None:
        """Bind what is there already: a variable of a function further out gets the value too."""
        for name, found in self.names(target, value, at, "??"):
            self.statements.reader.note(name, found, at)
            self.carry_out(name, found, at)
            if name.startswith(("module.exports.", "exports.")):
                self.statements.export(name.rpartition(".")[2], found, at)
            elif name == "module.exports":
                self.statements.export_all(found, at)

    def carry_out(self, name: str, value: Expression, at: int) -> None:
        """In the scope that declares the variable the value may or may not be there: an arm of its own."""
        statements, here = self.statements, self.statements.current
        first = name.partition(".")[0].removesuffix("[]")
        index = here
        while index >= 0 and first not in statements.declared[index]:
            index = statements.scopes[index].parent
        if index >= 0 and index != here:
            binding = Binding(at, ((at, 0, 0),), Captured(value, here, value.at))
            statements.scopes[index].bindings.setdefault(name, []).append(binding)
            statements.changed.append(index)

    def names(self, target: Node, value: Expression, at: int, sign: str) -> Iterator[tuple[str, Expression]]:
        """(name, value) of each name in a target."""
        if self.depth > _MAX_DEPTH:
            self.statements.reader.truncated = True
            return
        self.depth += 1
        yield from self.inside(target, value, at, sign)
        self.depth -= 1

    def inside(self, target: Node, value: Expression, at: int, sign: str) -> Iterator[tuple[str, Expression]]:
        kind = target.type
        if kind in _NAMES:
            yield self.statements.reader.text(target), value
        elif kind in ("object_pattern", "object"):
            yield from self.of_object(target, value, at, sign)
        elif kind in ("array_pattern", "array"):
            yield from self.of_array(target, value, at, sign)
        elif kind in ("assignment_pattern", "object_assignment_pattern", "assignment_expression"):
            yield from self.defaulted(target, value, at, sign)
        elif kind in ("member_expression", "subscript_expression"):
            yield from self.of_member(target, value)
        elif kind in _WRAPPERS and target.named_children:
            yield from self.names(target.named_children[0], value, at, sign)

    def of_object(self, pattern: Node, value: Expression, at: int, sign: str) -> Iterator[tuple[str, Expression]]:
        for child in pattern.named_children:
            kind = child.type
            if kind in ("pair_pattern", "pair"):
                key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None and inner is not None:
                    yield from self.names(inner, self.entry(value, key), at, sign)
            elif kind == "object_assignment_pattern":
                left = child.child_by_field_name("left")
                if left is not None:
                    yield from self.defaulted(child, self.entry(value, left), at, sign)
            elif kind in _NAMES:
                yield from self.names(child, self.entry(value, child), at, sign)
            elif kind == "rest_pattern":
                yield from self.names(child, value, at, sign)

    def entry(self, value: Expression, key: Node) -> Expression:
        reader = self.statements.reader
        if key.type in ("property_identifier", *_NAMES):
            return part_of(value, reader.text(key), key.start_byte)
        return Subscript(value, reader.key(key), key.start_byte)

    def of_array(self, pattern: Node, value: Expression, at: int, sign: str) -> Iterator[tuple[str, Expression]]:
        place = 0
        for child in pattern.children:
            if child.type == ",":
                place += 1
            elif child.type == "rest_pattern":
                ends = Constant(place, at), Constant(None, at)
                yield from self.names(child, Subscript(value, Operator("slice", ends, at), value.at), at, sign)
            elif child.is_named and child.type not in EXTRA:
                yield from self.names(child, Unpacked(value, place, value.at), at, sign)

    def defaulted(self, node: Node, value: Expression, at: int, sign: str) -> Iterator[tuple[str, Expression]]:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            default = self.statements.reader.expression(right)
            yield from self.names(left, Operator(sign, (value, default), value.at), at, sign)

    def of_member(self, target: Node, value: Expression) -> Iterator[tuple[str, Expression]]:
        """`a.b = x` binds a.b; `a[k] = x` puts into a."""
        found = self.statements.reader.expression(target)
        if isinstance(found, Subscript):
            if name := dotted_name(found.base):
                yield name + "[]", Mapping(((found.key, value),), value.at)
        elif (name := dotted_name(found)) and len(name) < 120:
            yield name, value


_NAMES = frozenset({
    "identifier", "shorthand_property_identifier_pattern", "shorthand_property_identifier",
    "type_identifier", "undefined",
})  # fmt: skip
_WRAPPERS = frozenset(
    {"rest_pattern", "parenthesized_expression", "non_null_expression", "as_expression", "spread_element"}
)
