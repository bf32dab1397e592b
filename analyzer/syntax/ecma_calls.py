"""JavaScript calls: option objects also as keywords, and callbacks called where they are handed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import (
    Attribute,
    Call,
    Definition,
    Element,
    Expression,
    Generated,
    Items,
    Mapping,
    Name,
    Spread,
    Subscript,
    Text,
)

if TYPE_CHECKING:
    from analyzer.syntax.ecma_expressions import Expressions

#: Methods that give the promise itself, whatever they are given.
_PROMISE = frozenset({"catch", "finally"})
#: Methods that call their first argument with each item: what they give, of (items, what the callback gives).
_EACH = frozenset({"map", "flatMap", "forEach", "filter", "find", "some", "every"})
#: Methods that put their arguments into an array.
_ADDS = frozenset({"push", "unshift", "add"})


def called(reader: Expressions, node: Node, function: Node, inside: Node | None) -> Expression:
    """A call or `new`; the arguments are read after the function."""
    name = function.child_by_field_name("property") if function.type == "member_expression" else None
    method = reader.text(name) if name is not None and node.type == "call_expression" else ""
    target = reader.expression(function)
    args = tuple(arguments(reader, inside))
    if isinstance(target, Attribute) and (method in _EACH or method in _PROMISE or method == "then"):
        found = _callback(reader, node, target, args)
        if found is not None:
            return found
    if function.type == "super":
        target = Attribute(target, "__init__", target.at)
    call = noted(reader, node, target, args)
    if method in _ADDS and isinstance(target, Attribute) and isinstance(target.base, Name) and args:
        reader.note(target.base.id + "[]", Items(args, call.end), call.end)
    return call


def arguments(reader: Expressions, inside: Node | None) -> Iterator[Expression]:
    if inside is None:
        return
    if inside.type == "template_string":
        yield reader.expression(inside)
        return
    for child in reader.named(inside):
        yield reader.expression(child)


def noted(reader: Expressions, node: Node, target: Expression, args: tuple[Expression, ...]) -> Call:
    call = Call(target, args, tuple(_keywords(args)), node.start_byte, node.end_byte)
    reader.scope.calls.append(call)
    return call


def _keywords(args: tuple[Expression, ...]) -> Iterator[tuple[str | None, Expression]]:
    """The entries of option objects. What is passed last by its name may be such an object."""
    for arg in args:
        for key, value in arg.pairs if isinstance(arg, Mapping) else ():
            if key is None or isinstance(key, Text):
                yield (key.value if isinstance(key, Text) else None), value
    if args and isinstance(args[-1], Name | Attribute | Subscript):
        yield None, args[-1]


def _callback(reader: Expressions, node: Node, target: Attribute, args: tuple[Expression, ...]) -> Expression | None:
    """`promise.then(f)` calls f with what was promised; `xs.map(f)` with each item."""
    method, base, at = target.name, target.base, node.start_byte
    if method in _PROMISE:
        return base
    if not args or isinstance(args[0], Spread) or not isinstance(args[0], Definition | Name | Attribute):
        return None
    if method == "then":
        return noted(reader, node, args[0], (base,))
    item = Element(base, at)
    made = noted(reader, node, args[0], (item,))
    results: dict[str, Expression] = {"filter": base, "find": item, "forEach": made, "some": made, "every": made}
    flat = Element(made, at) if method == "flatMap" else made
    return results.get(method, Generated(None, flat, at))
