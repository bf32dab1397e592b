"""Expression nodes to `program` expressions; every call met is noted in its scope, in evaluation order."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import (
    Attribute,
    Binding,
    BranchPath,
    Call,
    Choice,
    Constant,
    Element,
    Expression,
    Generated,
    Items,
    Joined,
    Mapping,
    Name,
    Opaque,
    Operator,
    Scope,
    Spread,
    Subscript,
    Text,
    Unpacked,
    number,
)
from analyzer.syntax.tree import MAX_DEPTH, language

if TYPE_CHECKING:
    from analyzer.syntax.statements import Statements

_MAX_ITEMS = 5_000
_MAX_TEXT = 4_000
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\\'\"nrtabfv0\n]))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])


class Expressions:
    """Lowers the expressions of one file. `scope` and `path` are where the walk stands now."""

    def __init__(self, source: bytes, statements: Statements) -> None:
        self.source = source
        self.statements: Statements = weakref.proxy(statements)  # no cycle: the syntax tree goes with the last user
        self.scope: Scope
        self.path: BranchPath = ()
        self.depth = 0
        self.truncated = self.too_large = False

    def close(self) -> None:
        """Break the cycle with the statements."""
        del self.statements

    def expression(self, node: Node) -> Expression:
        lowered = _BY_KIND.get(node.kind_id)
        if lowered is None:
            return self.other(node)
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

    # -- names and literals

    def name(self, node: Node) -> Expression:
        return Name(self.text(node), node.start_byte, self.path)

    def dotted(self, node: Node) -> Expression:
        first, *rest = self.text(node).split(".")
        found: Expression = Name(first, node.start_byte, self.path)
        for part in rest:
            found = Attribute(found, part, node.start_byte)
        return found

    def number(self, node: Node) -> Expression:
        text = self.source[node.start_byte : node.end_byte]
        try:
            return Constant(int(text), node.start_byte) if len(text) < 18 else Constant(0, node.start_byte)
        except ValueError:
            return self.real(text, node.start_byte)

    def real(self, text: bytes, at: int) -> Expression:
        try:
            return number(float(text), at)
        except ValueError:
            return Opaque("unsupported_syntax", at)

    def constant(self, node: Node) -> Expression:
        return Constant(_CONSTANTS[node.type], node.start_byte)

    def string(self, node: Node) -> Expression:
        at = node.start_byte
        parts: list[Expression] = []
        for child in node.children:
            kind = child.type
            if kind == "string_content":
                parts.append(Text(self.content(child, node), at))
            elif kind == "interpolation":
                inner = child.named_children
                parts.append(self.expression(inner[0]) if inner else Opaque("unsupported_syntax", at))
        if not parts:
            return Text("", at)
        return parts[0] if len(parts) == 1 and isinstance(parts[0], Text) else Joined(tuple(parts), at)

    def content(self, node: Node, string: Node) -> str:
        raw = self.source[node.start_byte : min(node.end_byte, node.start_byte + _MAX_TEXT)]
        text = raw.decode("utf-8", "replace")
        prefix = self.source[string.start_byte : string.start_byte + 3].lower()
        if b"\\" not in raw or b"r" in prefix.split(b'"')[0].split(b"'")[0]:
            return text
        return _ESCAPE.sub(_unescaped, text)

    def concatenated(self, node: Node) -> Expression:
        parts = self.all(node.named_children)
        if all(isinstance(part, Text) for part in parts):
            return Text("".join(part.value for part in parts if isinstance(part, Text)), node.start_byte)
        return Joined(parts, node.start_byte)

    # -- displays

    def items(self, node: Node) -> Expression:
        if node.named_child_count > _MAX_ITEMS:
            self.too_large = True
            return Opaque("bound_reached", node.start_byte)
        return Items(self.all(node.named_children), node.start_byte)

    def mapping(self, node: Node) -> Expression:
        if node.named_child_count > _MAX_ITEMS:
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
        """A comprehension. Its variables are bound in the enclosing scope, visible inside it only."""
        body, *clauses = [child for child in node.named_children if child.kind_id not in EXTRA]
        for clause in clauses:
            if clause.type == "for_in_clause":
                left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
                if left is not None and right is not None:
                    iterable = Element(self.expression(right), node.start_byte)
                    self.bind(left, iterable, node.start_byte, node.end_byte)
            else:
                self.all(clause.named_children)
        if body.type == "pair":
            key, value = self.all(body.named_children)[:2]
            return Generated(key, value, node.start_byte)
        return Generated(None, self.expression(body), node.start_byte)

    # -- operators

    def parenthesized(self, node: Node) -> Expression:
        inner = self.all(node.named_children)
        return inner[0] if len(inner) == 1 else Items(inner, node.start_byte)

    def inner(self, node: Node) -> Expression:
        """`await x`, `type` and other wrappers that change nothing here."""
        found = self.all(node.named_children)
        return found[0] if found else Constant(None, node.start_byte)

    def conditional(self, node: Node) -> Expression:
        """`x if x else y`, also with `is None` or `not`, is `x or y`; otherwise it is either."""
        parts = self.all(node.named_children)
        written = [self.text(child) for child in node.named_children if child.kind_id not in EXTRA]
        if len(parts) != 3:
            return Choice(parts[:1] + parts[2:], node.start_byte)
        then, asked, other = written
        if asked in (f"{other} is None", f"not {other}"):
            return Choice((parts[2], parts[0]), node.start_byte, first=True)
        return Choice((parts[0], parts[2]), node.start_byte, first=asked in (then, f"{then} is not None"))

    def boolean(self, node: Node) -> Expression:
        """`a or b` is one of them, `a and b` the second. Chains nest to the left: walked in a loop."""
        operands: list[tuple[str, Node]] = []
        while node.type == "boolean_operator":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None:
                break
            operands.append((node.children[1].type, right))
            node = left
        found = self.expression(node)
        for sign, right in reversed(operands):
            second = self.expression(right)
            found = second if sign == "and" else Choice((found, second), found.at, first=True)
        return found

    def binary(self, node: Node) -> Expression:
        """`+` joins; the rest is kept by sign. Chains nest to the left: walked in a loop."""
        start = node.start_byte
        operands: list[tuple[str, Node]] = []
        while node.type == "binary_operator":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None:
                break
            sign = node.child_by_field_name("operator")
            operands.append((sign.type if sign is not None else "?", right))
            node = left
        if len(operands) > _MAX_ITEMS:
            return Opaque("bound_reached", start)
        found = self.expression(node)
        for sign_text, right in reversed(operands):
            second = self.expression(right)
            if sign_text != "+":
                found = Operator(sign_text, (found, second), start)
            elif isinstance(found, Joined):
                found = Joined((*found.parts, second), start)
            else:
                found = Joined((found, second), start)
        return found

    def other(self, node: Node) -> Expression:
        """Comparisons and whatever has no meaning here; looked into for the calls it holds."""
        if node.named_child_count > _MAX_ITEMS or self.depth > MAX_DEPTH:
            self.truncated = True
            return Opaque("bound_reached", node.start_byte)
        self.depth += 1
        operands = self.all(node.named_children)
        self.depth -= 1
        sign = node.children[1].type if node.type == "comparison_operator" and len(operands) == 2 else node.type
        return Operator(_SIGNS.get(sign, sign), operands, node.start_byte)

    # -- calls and access

    def attribute(self, node: Node) -> Expression:
        base, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if base is None or name is None:
            return self.other(node)
        return Attribute(self.expression(base), self.text(name), node.start_byte)

    def subscript(self, node: Node) -> Expression:
        parts = self.all(node.named_children)
        if len(parts) < 2:
            return Opaque("unsupported_syntax", node.start_byte)
        key = parts[1] if len(parts) == 2 else Items(parts[1:], node.start_byte)
        return Subscript(parts[0], key, node.start_byte)

    def slice(self, node: Node) -> Expression:
        """`a:b` as an operator on its two ends; with a step it is opaque."""
        ends: list[Expression] = [Constant(None, node.start_byte)]
        for child in node.children:
            if child.type == ":":
                ends.append(Constant(None, node.start_byte))
            else:
                ends[-1] = self.expression(child)
        if len(ends) != 2:
            return Opaque("computed_string", node.start_byte)
        return Operator("slice", tuple(ends), node.start_byte)

    def unary(self, node: Node) -> Expression:
        inner = self.all(node.named_children)
        if len(inner) == 1 and isinstance(inner[0], Constant) and node.children[0].type == "-":
            return Constant(-(inner[0].value or 0), node.start_byte)
        return Operator("unary_operator", inner, node.start_byte)

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
            return self.other(node)
        found = self.expression(value)
        self.bind(name, found, node.end_byte)
        return found

    def yielded(self, node: Node) -> Expression:
        self.scope.yields = True
        found = self.all(node.named_children)
        self.scope.give(found, self.path)
        return Opaque("call_not_followed", node.start_byte)

    def function(self, node: Node) -> Expression:
        return self.statements.lambda_(node)

    def bind(self, target: Node, value: Expression, at: int, until: int = 0) -> None:
        """Bind `value` to a target: a name, `a.b`, `a[k]` or a pattern of them."""
        kind = target.type
        if kind == "identifier":
            self.note(self.text(target), Binding(at, self.path, value, until))
        elif kind in _PATTERNS:
            parts = [part for part in target.named_children if part.kind_id not in EXTRA]
            for index, part in enumerate(parts):
                if part.type == "list_splat_pattern":
                    behind = index + 1 - len(parts)
                    ends = Constant(index, at), Constant(behind or None, at)
                    self.bind(part, Subscript(value, Operator("slice", ends, at), value.at), at, until)
                else:
                    place = index if all(p.type != "list_splat_pattern" for p in parts[:index]) else index - len(parts)
                    self.bind(part, Unpacked(value, place, value.at), at, until)
        elif kind == "list_splat_pattern":
            for part in target.named_children:
                self.bind(part, value, at, until)
        elif kind == "attribute":
            self.expression(target)
            name = self.text(target)
            if len(name) < 120 and name.replace(".", "").replace("_", "a").isalnum():
                self.note(name, Binding(at, self.path, value, until))
        elif kind == "subscript":
            self.store(self.expression(target), value, at)

    def store(self, target: Expression, value: Expression, at: int) -> None:
        if isinstance(target, Subscript) and (name := dotted_name(target.base)):
            pair = Mapping(((target.key, value),), value.at)
            self.note(name + "[]", Binding(at, self.path, pair))

    def note(self, name: str, binding: Binding) -> None:
        self.scope.bindings.setdefault(name, []).append(binding)
        outer = self.statements.globals.get(name)
        if outer is not None:
            # An assignment from a function may or may not have run: an arm of its own.
            path = ((binding.at, 0, 0),)
            self.statements.scopes[outer].bindings.setdefault(name, []).append(binding._replace(path=path))


def dotted_name(expression: Expression) -> str | None:
    """`a.b.c` of a chain of attributes on a name; None for anything else."""
    parts: list[str] = []
    while isinstance(expression, Attribute):
        parts.append(expression.name)
        expression = expression.base
    if not isinstance(expression, Name):
        return None
    return ".".join([expression.id, *reversed(parts)])


_CONSTANTS = {"true": True, "false": False, "none": None, "ellipsis": None}
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"})
#: Operators under another name than that of their node.
_SIGNS = {"not_operator": "not"}
_HANDLERS: dict[str, Callable[[Expressions, Node], Expression]] = {
    "identifier": Expressions.name,
    "dotted_name": Expressions.dotted,
    "keyword_identifier": Expressions.name,
    "integer": Expressions.number,
    "float": Expressions.number,
    "true": Expressions.constant,
    "false": Expressions.constant,
    "none": Expressions.constant,
    "ellipsis": Expressions.constant,
    "string": Expressions.string,
    "concatenated_string": Expressions.concatenated,
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
    "conditional_expression": Expressions.conditional,
    "boolean_operator": Expressions.boolean,
    "binary_operator": Expressions.binary,
    "attribute": Expressions.attribute,
    "subscript": Expressions.subscript,
    "slice": Expressions.slice,
    "unary_operator": Expressions.unary,
    "call": Expressions.call,
    "list_splat": Expressions.spread,
    "named_expression": Expressions.walrus,
    "yield": Expressions.yielded,
    "lambda": Expressions.function,
}


def _kinds(*names: str) -> frozenset[int]:
    found = (language().id_for_node_kind(name, True) for name in names)
    return frozenset(kind for kind in found if kind is not None)


EXTRA = _kinds("comment", "line_continuation")
_BY_KIND = {
    kind: handler
    for name, handler in _HANDLERS.items()
    if (kind := language().id_for_node_kind(name, True)) is not None
}
