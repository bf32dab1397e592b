"""JavaScript and TypeScript expressions to `program` expressions; every call met is noted, in evaluation order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import (
    Attribute,
    Binding,
    BranchPath,
    Call,
    Choice,
    Constant,
    Expression,
    Imported,
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
    number,
)
from analyzer.syntax import specifiers
from analyzer.syntax.ecma_calls import called
from analyzer.syntax.tree import MAX_DEPTH

if TYPE_CHECKING:
    from analyzer.syntax.ecma_statements import Statements

_MAX_ITEMS = 5_000
_MAX_TEXT = 4_000
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,5})\}|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
#: `0xfe` is no `1e5`.
_WHOLE = re.compile(r"0[xXoObB].*|[^.eE]*")
EXTRA = frozenset({"comment", "html_comment", "empty_statement"})


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[4], match[4])


class Expressions:
    """Lowers the expressions of one file. `scope`, `path` and `until` (end of the block) are where the walk stands."""

    def __init__(self, source: bytes, statements: Statements) -> None:
        self.source = source
        self.statements = statements
        self.scope: Scope
        self.path: BranchPath = ()
        self.until = 0
        self.depth = 0
        self.truncated = self.too_large = False

    def close(self) -> None:
        """Break the cycle with the statements."""
        del self.statements

    def expression(self, node: Node) -> Expression:
        lowered = _HANDLERS.get(node.type, Expressions.other)
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

    def named(self, node: Node) -> list[Node]:
        return [child for child in node.named_children if child.type not in EXTRA]

    def all(self, nodes: Iterable[Node]) -> tuple[Expression, ...]:
        return tuple(self.expression(node) for node in nodes)

    # -- names and literals

    def name(self, node: Node) -> Expression:
        return Name(self.text(node), node.start_byte, self.path)

    def meta(self, node: Node) -> Expression:
        return Imported("import.meta", node.start_byte)

    def parent(self, node: Node) -> Expression:
        """`super` is what `super()` is in Python."""
        at = node.start_byte
        return Call(Imported("builtins.super", at), (), (), at, node.end_byte)

    def number(self, node: Node) -> Expression:
        text = self.text(node).replace("_", "").rstrip("n")
        try:
            return number(int(text, 0) if _WHOLE.fullmatch(text) else float(text), node.start_byte)
        except (ValueError, OverflowError):
            return Opaque("unsupported_syntax", node.start_byte)

    def constant(self, node: Node) -> Expression:
        return Constant(_CONSTANTS.get(node.type), node.start_byte)

    def string(self, node: Node) -> Expression:
        return Text(self.content(node.start_byte + 1, node.end_byte - 1), node.start_byte)

    def template(self, node: Node) -> Expression:
        """A template: text between `${…}`."""
        at, start = node.start_byte, node.start_byte + 1
        parts: list[Expression] = []
        for child in node.named_children:
            if child.type == "template_substitution":
                if child.start_byte > start:
                    parts.append(Text(self.content(start, child.start_byte), at))
                parts.extend(self.all(self.named(child)[:1]))
                start = child.end_byte
        if node.end_byte - 1 > start:
            parts.append(Text(self.content(start, node.end_byte - 1), at))
        if not parts:
            return Text("", at)
        return parts[0] if len(parts) == 1 and isinstance(parts[0], Text) else Joined(tuple(parts), at)

    def content(self, start: int, end: int) -> str:
        text = self.source[start : min(end, start + _MAX_TEXT)].decode("utf-8", "replace")
        return _ESCAPE.sub(_unescaped, text) if "\\" in text else text

    def regex(self, node: Node) -> Expression:
        return Opaque("computed_string", node.start_byte)

    # -- displays

    def array(self, node: Node) -> Expression:
        if node.named_child_count > _MAX_ITEMS:
            return self.cut(node)
        return Items(self.all(self.named(node)), node.start_byte)

    def cut(self, node: Node) -> Expression:
        self.too_large = True
        return Opaque("bound_reached", node.start_byte)

    def object(self, node: Node) -> Expression:
        if node.named_child_count > _MAX_ITEMS:
            return self.cut(node)
        return Mapping(tuple(self.pairs(node)), node.start_byte)

    def pairs(self, node: Node) -> Iterator[tuple[Expression | None, Expression]]:
        for child in self.named(node):
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "pair" and key is not None and value is not None:
                yield self.key(key), self.named_value(value, self.text(key))
            elif child.type == "shorthand_property_identifier":
                yield Text(self.text(child), child.start_byte), self.name(child)
            elif child.type == "spread_element":
                yield None, self.inner(child)
            elif child.type == "method_definition" and (name := child.child_by_field_name("name")) is not None:
                yield self.key(name), self.statements.function(child, self.text(name))

    def key(self, node: Node) -> Expression:
        if node.type == "computed_property_name":
            return self.inner(node)
        return self.string(node) if node.type == "string" else Text(self.text(node), node.start_byte)

    def named_value(self, node: Node, name: str) -> Expression:
        """The value bound to a name: a function is called by that name."""
        if node.type in FUNCTIONS:
            return self.statements.function(node, name)
        return self.expression(node)

    # -- operators

    def inner(self, node: Node) -> Expression:
        """`await x`, `(x)`, `x!`, `x as T` and other wrappers that change nothing here."""
        found = self.named(node)
        return self.expression(found[0]) if found else Constant(None, node.start_byte)

    def last(self, node: Node) -> Expression:
        """`(a, b)`, `<T>x`: the last counts."""
        found = self.named(node)
        return self.all(found if node.type == "sequence_expression" else found[-1:])[-1] if found else self.meta(node)

    def ternary(self, node: Node) -> Expression:
        parts = self.all(self.named(node))
        return Choice(parts[1:], node.start_byte) if len(parts) > 1 else Opaque("unsupported_syntax", node.start_byte)

    def binary(self, node: Node) -> Expression:
        """`a ?? b` and `a || b` are the first or the second; `+` joins. Chains nest to the left: walked in a loop."""
        start = node.start_byte
        operands: list[tuple[str, Node]] = []
        while node.type == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            sign = node.child_by_field_name("operator")
            if left is None or right is None or sign is None:
                break
            operands.append((sign.type, right))
            node = left
        if len(operands) > _MAX_ITEMS:
            return Opaque("bound_reached", start)
        found = self.expression(node) if node.type != "binary_expression" else self.other(node)
        for text, right in reversed(operands):
            found = operated(text, found, self.expression(right), start)
        return found

    def unary(self, node: Node) -> Expression:
        inner = self.all(self.named(node))
        if len(inner) == 1 and isinstance(inner[0], Constant) and node.children[0].type == "-":
            return Constant(-(inner[0].value or 0), node.start_byte)
        return Operator("unary_operator", inner, node.start_byte)

    def other(self, node: Node) -> Expression:
        """Whatever has no meaning here, JSX too; looked into for the calls it holds."""
        if node.named_child_count > _MAX_ITEMS or self.depth > MAX_DEPTH:
            self.truncated = True
            return Opaque("bound_reached", node.start_byte)
        operands = self.all(child for child in self.named(node) if child.type not in _SKIPPED)
        return Operator(node.type, operands, node.start_byte)

    # -- calls and access

    def member(self, node: Node) -> Expression:
        base, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if base is None or name is None:
            return self.other(node)
        return part_of(self.expression(base), self.text(name), node.start_byte)

    def subscript(self, node: Node) -> Expression:
        parts = self.all(self.named(node)[:2])
        if len(parts) < 2:
            return Opaque("unsupported_syntax", node.start_byte)
        return Subscript(parts[0], parts[1], node.start_byte)

    def call(self, node: Node) -> Expression:
        function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        inside = node.child_by_field_name("arguments")
        if function is None:
            return self.other(node)
        loaded = self.loaded_module(function, inside)
        return loaded if loaded is not None else called(self, node, function, inside)

    def loaded_module(self, function: Node, inside: Node | None) -> Expression | None:
        """`require("x")` and `import("x")`; and what compilers must not see: `Function('return import("x")')()`."""
        made = function.child_by_field_name("function") or function.child_by_field_name("constructor")
        if made is not None and self.text(made) == "Function":
            function, inside = made, function.child_by_field_name("arguments")
        name = "import" if function.type == "import" else self.text(function)
        given = self.named(inside) if inside is not None and name in _LOADING else []
        if not given or given[0].type not in ("string", "template_string"):
            return None
        text = self.expression(given[0])
        found = _LOADING[name].fullmatch(text.value) if isinstance(text, Text) else None
        return Imported(specifiers.root(found[1]), function.start_byte) if found else None

    def spread(self, node: Node) -> Expression:
        return Spread(self.inner(node), node.start_byte)

    # -- bindings and definitions inside expressions

    def assignment(self, node: Node) -> Expression:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self.other(node)
        found = self.named_value(right, self.text(left).rpartition(".")[2])
        self.statements.targets.assign(left, found, node.end_byte)
        return found

    def augmented(self, node: Node) -> Expression:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = node.child_by_field_name("operator")
        if left is None or right is None or sign is None:
            return self.other(node)
        before, value = self.expression(left), self.expression(right)
        found = operated(sign.type.removesuffix("="), before, value, node.start_byte)
        self.statements.targets.assign(left, found, node.end_byte)
        return found

    def yielded(self, node: Node) -> Expression:
        self.scope.yields = True
        self.scope.give(self.all(self.named(node)), self.path)
        return Opaque("call_not_followed", node.start_byte)

    def function(self, node: Node) -> Expression:
        return self.statements.function(node, "")

    def class_(self, node: Node) -> Expression:
        return self.statements.class_(node)

    def note(self, name: str, value: Expression, at: int, until: int = 0) -> None:
        self.scope.bindings.setdefault(name, []).append(Binding(at, self.path, value, until))


def operated(sign: str, first: Expression, second: Expression, at: int) -> Expression:
    """Signs that also mean something in Python are marked: `/` joins no paths here."""
    if sign in ("??", "||"):
        return Operator("??", (first, second), at)
    if sign == "&&":
        return second
    if sign == "+":
        return Joined((*first.parts, second) if isinstance(first, Joined) else (first, second), at)
    return Operator("js " + sign, (first, second), at)


def part_of(base: Expression, name: str, at: int) -> Expression:
    """`base.name`; of a module, the name imported from it."""
    if isinstance(base, Imported) and base.qualified not in ("import.meta", "builtins.super") and name not in _PROMISED:
        return Imported(specifiers.member(base.qualified, name), at)
    return Attribute(base, name, at)


#: What a promise has, and no module hands out.
_PROMISED = frozenset({"then", "catch", "finally"})
_HIDDEN = re.compile(r"""\s*(?:return\s+)?import\(\s*["']([^"']+)["']\s*\);?\s*""")
#: What loads a module -> where its first argument says which.
_LOADING = {**dict.fromkeys(("import", "require"), re.compile("(.*)", re.DOTALL)), "Function": _HIDDEN, "eval": _HIDDEN}
FUNCTIONS = frozenset({"arrow_function", "function_expression", "function", "generator_function"})
#: Parts of a node that are no expressions.
_SKIPPED = frozenset({
    "type_annotation", "type_arguments", "property_identifier", "statement_identifier", "jsx_text",
    "optional_chain", "predefined_type", "type_identifier", "type_parameters", "type_predicate",
})  # fmt: skip
_CONSTANTS = {"true": True, "false": False}
_HANDLERS: dict[str, Callable[[Expressions, Node], Expression]] = {
    **dict.fromkeys(("identifier", "this", "shorthand_property_identifier", "type_identifier"), Expressions.name),
    **dict.fromkeys(("true", "false", "null", "undefined"), Expressions.constant),
    "super": Expressions.parent,
    "meta_property": Expressions.meta,
    "number": Expressions.number,
    "string": Expressions.string,
    "template_string": Expressions.template,
    "regex": Expressions.regex,
    "array": Expressions.array,
    "object": Expressions.object,
    **dict.fromkeys(("parenthesized_expression", "await_expression", "non_null_expression"), Expressions.inner),
    **dict.fromkeys(("as_expression", "satisfies_expression", "instantiation_expression"), Expressions.inner),
    **dict.fromkeys(("sequence_expression", "type_assertion"), Expressions.last),
    "ternary_expression": Expressions.ternary,
    "binary_expression": Expressions.binary,
    "unary_expression": Expressions.unary,
    "member_expression": Expressions.member,
    "subscript_expression": Expressions.subscript,
    **dict.fromkeys(("call_expression", "new_expression"), Expressions.call),
    "spread_element": Expressions.spread,
    "assignment_expression": Expressions.assignment,
    "augmented_assignment_expression": Expressions.augmented,
    "yield_expression": Expressions.yielded,
    **dict.fromkeys(FUNCTIONS, Expressions.function),
    "class": Expressions.class_,
}
