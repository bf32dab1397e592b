"""Functions and classes to scopes. The body of a function waits in `pending` until something asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import Binding, Definition, Expression, Param, Parameter, Scope
from analyzer.syntax.tree import EXTRA

if TYPE_CHECKING:
    from analyzer.syntax.statements import Statements


def lower_body(statements: Statements, index: int) -> None:
    """Walk a function body that was left out so far."""
    node, scope = statements.pending.pop(index), statements.scopes[index]
    scope.lowered = True
    around = statements.scopes[scope.parent]
    before = statements.reader.noted, len(around.calls)
    outer = statements.enter(scope.parent)
    statements.reader.path = scope.path
    if node.start_byte > scope.at and node.parent is not None:
        scope.decorators = _decorators(statements, node.parent)
    scope.params = _params(statements, node.child_by_field_name("parameters"))
    statements.leave(outer)
    statements.changed.append(index)
    if (statements.reader.noted, len(around.calls)) != before:  # decorators and defaults belong to what is around
        statements.changed.append(scope.parent)
    _parameters(statements, index)
    body = node.child_by_field_name("body")
    if body is not None:
        statements.inside(index, body)


def function(statements: Statements, node: Node) -> None:
    """Only the name: parameters, decorators and body wait until something asks for them."""
    name = node.child_by_field_name("name")
    if name is None:
        return
    outer = node.parent if node.parent is not None and node.parent.type == "decorated_definition" else node
    scope = Scope(
        "function",
        statements.reader.text(name),
        statements.current,
        outer.start_byte,
        node.end_byte,
        path=statements.reader.path,
        lowered=False,
    )
    index = statements.open(scope)
    _named(statements, index, node)
    statements.pending[index] = node


def _named(statements: Statements, index: int, node: Node) -> None:
    value = Definition(index, node.start_byte)
    statements.reader.note(statements.scopes[index].name, Binding(node.end_byte, statements.reader.path, value))


def lambda_(statements: Statements, node: Node) -> Expression:
    body, parameters = node.child_by_field_name("body"), node.child_by_field_name("parameters")
    scope = Scope(
        "lambda",
        "<lambda>",
        statements.current,
        node.start_byte,
        node.end_byte,
        path=statements.reader.path,
        params=_params(statements, parameters),
    )
    index = statements.open(scope)
    _parameters(statements, index)
    outer = statements.enter(index)
    if body is not None:
        scope.give([statements.reader.expression(body)], ())
    statements.leave(outer)
    return Definition(index, node.start_byte)


def _parameters(statements: Statements, index: int) -> None:
    scope = statements.scopes[index]
    for number, param in enumerate(scope.params):
        value = Parameter(index, number, scope.at)
        scope.bindings.setdefault(param.name, []).append(Binding(scope.at, (), value))


def _params(statements: Statements, node: Node | None) -> tuple[Param, ...]:
    found: list[Param] = []
    keyword_only = False
    for child in node.named_children if node is not None else ():
        if child.type == "keyword_separator":
            keyword_only = True
            continue
        param = _param(statements, child, keyword_only=keyword_only)
        if param is not None:
            found.append(param)
            keyword_only = keyword_only or param.kind == "args"
    return tuple(found)


def _param(statements: Statements, node: Node, *, keyword_only: bool) -> Param | None:
    name = node.child_by_field_name("name") or (node if node.type == "identifier" else None)
    inner = name or next(iter(node.named_children), None)
    if inner is None or node.kind_id in EXTRA:
        return None
    star = {"list_splat_pattern": "args", "dictionary_splat_pattern": "kwargs"}
    kind = star.get(node.type) or star.get(inner.type) or ("keyword" if keyword_only else "positional")
    default, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
    return Param(
        statements.reader.text(inner).lstrip("*"),
        kind,  # type: ignore[arg-type]
        statements.reader.expression(default) if default is not None else None,
        statements.reader.expression(annotation) if annotation is not None else None,
    )


def class_(statements: Statements, node: Node, decorators: tuple[Expression, ...] = ()) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    bases: list[Expression] = []
    listed = node.child_by_field_name("superclasses")
    for child in listed.named_children if listed is not None else ():
        statements.reader.argument(child, bases, [])
    scope = Scope(
        "class",
        statements.reader.text(name),
        statements.current,
        node.start_byte,
        node.end_byte,
        path=statements.reader.path,
        decorators=decorators,
        bases=tuple(bases),
    )
    index = statements.open(scope)
    _named(statements, index, node)
    statements.inside(index, body)


def decorated(statements: Statements, node: Node) -> None:
    definition = node.child_by_field_name("definition")
    if definition is not None and definition.type == "class_definition":
        class_(statements, definition, _decorators(statements, node))
    elif definition is not None:
        function(statements, definition)


def _decorators(statements: Statements, node: Node) -> tuple[Expression, ...]:
    return tuple(statements.reader.inner(child) for child in node.named_children if child.type == "decorator")
