"""JavaScript functions, classes and enums to scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import (
    Binding,
    Constant,
    Definition,
    Expression,
    Imported,
    Name,
    Param,
    Parameter,
    Scope,
)

if TYPE_CHECKING:
    from analyzer.syntax.ecma_statements import Statements

#: What marks a method -> the decorator that means the same in Python.
_DECORATORS = {"static": "classmethod", "get": "property"}
_PATTERNS = frozenset({"object_pattern", "array_pattern"})


class Definitions:
    def __init__(self, statements: Statements) -> None:
        self.statements = statements

    # -- functions

    def function(self, node: Node, name: str) -> Expression:
        """Only the name: parameters and body wait until something asks for them."""
        statements, reader = self.statements, self.statements.reader
        own = node.child_by_field_name("name")
        plain = name or (reader.text(own) if own is not None else "")
        kind = "function" if plain.replace("#", "").isidentifier() else "lambda"
        scope = Scope(
            kind,  # type: ignore[arg-type]
            plain if kind == "function" else "<lambda>",
            statements.current,
            node.start_byte,
            node.end_byte,
            path=reader.path,
            lowered=False,
        )
        statements.changed.append(len(statements.scopes))
        statements.scopes.append(scope)
        index = len(statements.scopes) - 1
        statements.pending[index] = node
        return Definition(index, node.start_byte)

    def lower_body(self, index: int) -> None:
        """Walk a function body that was left out so far."""
        statements = self.statements
        node, scope = statements.pending.pop(index), statements.scopes[index]
        scope.lowered = True
        statements.changed.append(index)
        outer = statements.enter(index)
        self.parameters(node, index, scope)
        body = node.child_by_field_name("body")
        if body is not None and body.type == "statement_block":
            statements.each(body)
        elif body is not None:
            scope.give([statements.reader.expression(body)], ())
        statements.leave(outer)

    def parameters(self, node: Node, index: int, scope: Scope) -> None:
        """`this` first, in a method; of a pattern, what it takes apart."""
        found: list[Param] = []
        patterns: list[tuple[Node, int]] = []
        if self.statements.scopes[scope.parent].kind == "class":
            found.append(Param("this", "positional", None, None))
        listed = node.child_by_field_name("parameters")
        single = node.child_by_field_name("parameter")
        for child in self.statements.reader.named(listed) if listed is not None else [single] if single else ():
            param, pattern = self.parameter(child, len(found))
            if pattern is not None:
                patterns.append((pattern, len(found)))
            if param is not None:
                found.append(param)
        scope.params = tuple(found)
        for place, param in enumerate(found):
            self.statements.declared[index].add(param.name)
            value = Parameter(index, place, scope.at)
            scope.bindings.setdefault(param.name, []).append(Binding(scope.at, (), value))
        for pattern, place in patterns:
            value = Parameter(index, place, scope.at)
            if pattern.type in _PATTERNS:
                self.statements.targets.declare(pattern, value, scope.at, sign="?=")
            else:
                scope.bindings["this." + found[place].name] = [Binding(scope.at, (), value)]

    def parameter(self, node: Node, place: int) -> tuple[Param | None, Node | None]:
        """The parameter; and the pattern it is taken apart by, or itself where it is also a field."""
        default, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
        target = node.child_by_field_name("pattern") or node
        if target.type == "assignment_pattern":
            default, target = target.child_by_field_name("right"), target.child_by_field_name("left") or target
        if target.type == "this" or target.type not in (*_PATTERNS, "identifier", "rest_pattern"):
            return None, None
        kind = "args" if target.type == "rest_pattern" else "positional"
        if kind == "args" and target.named_children:
            target = target.named_children[0]
        is_field = any(child.type in ("accessibility_modifier", "readonly") for child in node.children)
        is_pattern = target.type in _PATTERNS
        reader = self.statements.reader
        param = Param(
            f"{{{place}}}" if is_pattern else reader.text(target),
            kind,  # type: ignore[arg-type]
            reader.expression(default) if default is not None else None,
            self.annotation(annotation),
        )
        return param, (target if is_pattern or is_field else None)

    def annotation(self, node: Node | None) -> Expression | None:
        """The class a parameter is an object of."""
        inner = node.named_children[0] if node is not None and node.named_children else None
        if inner is None or inner.type != "type_identifier":
            return None
        return Name(self.statements.reader.text(inner), inner.start_byte, self.statements.reader.path)

    # -- classes

    def class_(self, node: Node) -> Expression:
        statements, reader = self.statements, self.statements.reader
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        text = reader.text(name) if name is not None else "<class>"
        bases = tuple(self.bases(node))
        scope = Scope("class", text, statements.current, node.start_byte, node.end_byte, path=reader.path, bases=bases)
        statements.changed.append(len(statements.scopes))
        statements.scopes.append(scope)
        index = len(statements.scopes) - 1
        value = Definition(index, node.start_byte)
        if name is not None:
            statements.declared[statements.current].add(text)
            reader.note(text, value, node.start_byte)
        outer = statements.enter(index)
        reader.note("this", value, node.start_byte)
        for child in body.named_children if body is not None else ():
            self.class_member(child, scope)
        statements.leave(outer)
        return value

    def bases(self, node: Node) -> list[Expression]:
        heritage = next((child for child in node.named_children if child.type == "class_heritage"), None)
        if heritage is None or not heritage.named_children:
            return []
        first = heritage.named_children[0]
        base = first.child_by_field_name("value") if first.type == "extends_clause" else first
        return (
            [self.statements.reader.expression(base)] if base is not None and first.type != "implements_clause" else []
        )

    def class_member(self, node: Node, scope: Scope) -> None:
        statements, reader = self.statements, self.statements.reader
        name = node.child_by_field_name("name") or node.child_by_field_name("property")
        if node.type == "class_static_block":
            statements.statement(node)
        if name is None or node.type not in ("method_definition", "field_definition", "public_field_definition"):
            return
        text = reader.text(name).strip("'\"")
        marks = {child.type for child in node.children}
        if node.type == "method_definition":
            if "set" in marks:
                return
            plain = "__init__" if text == "constructor" else text
            found = self.function(node, plain)
            method = statements.scopes[-1]
            method.decorators = tuple(
                Name(_DECORATORS[mark], node.start_byte, ()) for mark in sorted(marks & _DECORATORS.keys())
            )
            reader.note(plain, found, node.end_byte)
            return
        value = node.child_by_field_name("value")
        if value is not None:
            reader.note(text, reader.named_value(value, text), node.end_byte)

    def enum(self, node: Node) -> None:
        """Members of an enum, as Python's."""
        statements, reader = self.statements, self.statements.reader
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        at, text = node.start_byte, reader.text(name)
        base = Imported("enum.Enum", at)
        scope = Scope("class", text, statements.current, at, node.end_byte, path=reader.path, bases=(base,))
        statements.changed.append(len(statements.scopes))
        statements.scopes.append(scope)
        statements.declared[statements.current].add(text)
        reader.note(text, Definition(len(statements.scopes) - 1, at), at)
        outer = statements.enter(len(statements.scopes) - 1)
        for child in body.named_children:
            key, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if key is not None and value is not None:
                reader.note(reader.text(key).strip("'\""), reader.expression(value), child.end_byte)
            else:
                scope.bindings.setdefault(reader.text(child), []).append(Binding(at, (), Constant(None, at)))
        statements.leave(outer)
