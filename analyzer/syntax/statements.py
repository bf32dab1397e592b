"""Statement nodes to scopes and bindings. Function bodies wait in `pending` until something asks for them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from analyzer.program import (
    LOOP,
    Attribute,
    Binding,
    BranchPath,
    Call,
    Constant,
    Definition,
    Element,
    Entered,
    Expression,
    Field,
    Imported,
    Items,
    Joined,
    Mapping,
    Name,
    Operator,
    Param,
    Parameter,
    Scope,
    Test,
    Text,
)
from analyzer.syntax import conditions
from analyzer.syntax.expressions import _EXTRA, Expressions, dotted_name

_MAX_NESTING = 60
_ADDS = {"append": 0, "add": 0, "insert": 1, "appendleft": 0}


class Statements:
    """Lowers one file. `scopes` grows as definitions are met."""

    def __init__(self, source: bytes) -> None:
        self.reader = Expressions(source, self)
        self.scopes: list[Scope] = []
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
        node, scope = self.pending.pop(index), self.scopes[index]
        scope.lowered = True
        outer = self.enter(scope.parent)
        self.reader.path = scope.path
        if node.start_byte > scope.at and node.parent is not None:
            scope.decorators = self.decorators(node.parent)
        scope.params = self.params(node.child_by_field_name("parameters"))
        self.leave(outer)
        self.parameters(index)
        body = node.child_by_field_name("body")
        if body is not None:
            self.inside(index, body)

    def open(self, scope: Scope) -> int:
        self.scopes.append(scope)
        return len(self.scopes) - 1

    # -- walking

    def block(self, node: Node) -> None:
        if self.nesting > _MAX_NESTING:
            self.reader.truncated = True
            return
        self.nesting += 1
        for child in node.named_children:
            self.statement(child)
        self.nesting -= 1

    def statement(self, node: Node) -> None:
        handler = _STATEMENTS.get(node.type)
        if handler is not None:
            handler(self, node)
        elif node.kind_id not in _EXTRA:
            self.reader.expression(node)

    def arm(self, node: Node | None, arm: tuple[int, int, int]) -> None:
        """Walk `node` as one arm of a branching statement."""
        if node is None:
            return
        outer = self.reader.path
        self.reader.path = (*outer, arm)
        self.block(node)
        self.reader.path = outer

    def expression_statement(self, node: Node) -> None:
        for child in node.named_children:
            self.statement(child) if child.type in _STATEMENTS else self.grow(self.reader.expression(child))

    def grow(self, expression: Expression) -> None:
        """`names.append(x)`, `names.extend(xs)`, `d.update(e)`, `d.setdefault(k, v)` put into a collection."""
        if not isinstance(expression, Call):
            return
        if not isinstance(expression.function, Attribute):
            self.set_attribute(expression)
            return
        method, base = expression.function.name, dotted_name(expression.function.base)
        args, at = expression.args, expression.end
        if base is None:
            return
        value: Expression | None = None
        if method in _ADDS and len(args) > _ADDS[method]:
            value = Items((args[_ADDS[method]],), at)
        elif method in ("extend", "update") and args:
            value = args[0]
        elif method == "update" and expression.keywords:
            value = Mapping(tuple((None, v) if k is None else (Text(k, at), v) for k, v in expression.keywords), at)
        elif method == "setdefault" and len(args) == 2:
            value = Mapping(((args[0], args[1]),), at)
        if value is not None:
            self.reader.note(base + "[]", Binding(at, self.reader.path, value))

    def set_attribute(self, call: Call) -> None:
        """`setattr(x, "name", value)` binds x.name."""
        if isinstance(call.function, Name) and call.function.id == "setattr" and len(call.args) == 3:
            base, name, value = dotted_name(call.args[0]), call.args[1], call.args[2]
            if base is not None and isinstance(name, Text):
                self.reader.note(f"{base}.{name.value}", Binding(call.end, self.reader.path, value))

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
        self.reader.bind(target, value, at)

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

    def imported(self, node: Node) -> None:
        """`import a.b` binds a, `import a.b as c` binds c to a.b."""
        for child in node.named_children:
            name, alias = self.alias(child)
            target = alias or name.split(".")[0]
            self.note_import(target, name if alias else target, node)

    def imported_from(self, node: Node) -> None:
        source = node.child_by_field_name("module_name")
        base = self.reader.text(source).replace(" ", "") if source is not None else "__future__"
        for child in node.named_children:
            if source is not None and child == source:
                continue
            if child.type == "wildcard_import":
                self.note_import("*", base, node)
            elif child.kind_id not in _EXTRA:
                name, alias = self.alias(child)
                joint = "" if base.endswith(".") else "."
                self.note_import(alias or name, base + joint + name, node)

    def alias(self, node: Node) -> tuple[str, str | None]:
        if node.type != "aliased_import":
            return self.reader.text(node).replace(" ", ""), None
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        return self.reader.text(name) if name else "", self.reader.text(alias) if alias else None

    def note_import(self, name: str, qualified: str, node: Node) -> None:
        value = Imported(qualified, node.start_byte)
        self.reader.note(name, Binding(node.end_byte, self.reader.path, value))

    # -- branches

    def if_(self, node: Node) -> None:
        arms = list(node.children_by_field_name("alternative"))
        bodies = [node.child_by_field_name("consequence")]
        bodies += [c.child_by_field_name("consequence") or c.child_by_field_name("body") for c in arms]
        going = sum(not _leaves(body) for body in bodies)
        exhaustive = going if arms and arms[-1].type == "else_clause" else 0
        for number, clause in enumerate((node, *arms)):
            body = bodies[number]
            self.test(clause.child_by_field_name("condition"), node.start_byte, number, leaves=_leaves(body))
            self.arm(body, (node.start_byte, number, -1 if _leaves(body) else exhaustive))

    def test(self, condition: Node | None, at: int, arm: int, *, leaves: bool) -> None:
        """Note what decides whether control enters an arm."""
        if condition is None:
            return
        found = conditions.condition(self.reader, condition)
        names = frozenset(conditions.named(found))
        if names:
            text = " ".join(self.reader.text(condition).split())
            test = Test(at, arm, self.reader.path, found, names, text, leaves, condition.end_byte)
            self.scopes[self.current].tests.append(test)

    def for_(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        body = node.child_by_field_name("body")
        if left is not None and right is not None:
            value = Element(self.reader.expression(right), left.start_byte)
            self.bind(left, value, right.end_byte)
        self.loop(node, body)

    def while_(self, node: Node) -> None:
        condition = node.child_by_field_name("condition")
        if condition is not None:
            self.reader.expression(condition)
        self.loop(node, node.child_by_field_name("body"))

    def loop(self, node: Node, body: Node | None) -> None:
        self.arm(body, (node.start_byte, LOOP, 0))
        for clause in node.children_by_field_name("alternative"):
            self.arm(clause.child_by_field_name("body"), (clause.start_byte, 0, 0))

    def try_(self, node: Node) -> None:
        """A handler sees what its body bound before it failed, so body and handlers do not exclude each other."""
        self.arm(node.child_by_field_name("body"), (node.start_byte, 0, 0))
        for clause in node.named_children:
            if clause.type in ("except_clause", "except_group_clause"):
                for child in clause.named_children:
                    if child.type == "block":
                        self.arm(child, (clause.start_byte, 0, 0))
            elif clause.type in ("else_clause", "finally_clause"):
                for child in clause.named_children:
                    if child.type == "block":
                        self.block(child)

    def with_(self, node: Node) -> None:
        for clause in node.named_children:
            if clause.type == "with_clause":
                for item in clause.named_children:
                    self.entered(item)
        body = node.child_by_field_name("body")
        if body is not None:
            self.block(body)

    def entered(self, item: Node) -> None:
        value = item.child_by_field_name("value")
        if value is None:
            return
        if value.type != "as_pattern":
            self.reader.expression(value)
            return
        context, target = value.named_children[0], value.child_by_field_name("alias")
        found = Entered(self.reader.expression(context), value.start_byte)
        if target is not None:
            for part in target.named_children:
                self.bind(part, found, value.end_byte)

    def match(self, node: Node) -> None:
        subject = node.child_by_field_name("subject")
        if subject is not None:
            self.reader.expression(subject)
        body = node.child_by_field_name("body")
        clauses = [c for c in body.named_children if c.type == "case_clause"] if body is not None else []
        last = self.reader.text(clauses[-1].named_children[0]) if clauses and clauses[-1].named_children else ""
        exhaustive = len(clauses) if last == "_" else 0
        for number, clause in enumerate(clauses):
            arm = (node.start_byte, number, exhaustive)
            self.arm(clause.child_by_field_name("consequence"), arm)

    # -- definitions

    def function(self, node: Node) -> None:
        """Only the name: parameters, decorators and body wait until something asks for them."""
        name = node.child_by_field_name("name")
        if name is None:
            return
        outer = node.parent if node.parent is not None and node.parent.type == "decorated_definition" else node
        scope = Scope(
            "function",
            self.reader.text(name),
            self.current,
            outer.start_byte,
            node.end_byte,
            path=self.reader.path,
            lowered=False,
        )
        index = self.open(scope)
        self.reader.note(scope.name, Binding(node.end_byte, self.reader.path, Definition(index, node.start_byte)))
        self.pending[index] = node

    def lambda_(self, node: Node) -> Expression:
        body, parameters = node.child_by_field_name("body"), node.child_by_field_name("parameters")
        scope = Scope(
            "lambda",
            "<lambda>",
            self.current,
            node.start_byte,
            node.end_byte,
            path=self.reader.path,
            params=self.params(parameters),
        )
        index = self.open(scope)
        self.parameters(index)
        outer = self.enter(index)
        if body is not None:
            scope.give([self.reader.expression(body)], ())
        self.leave(outer)
        return Definition(index, node.start_byte)

    def parameters(self, index: int) -> None:
        scope = self.scopes[index]
        for number, param in enumerate(scope.params):
            value = Parameter(index, number, scope.at)
            scope.bindings.setdefault(param.name, []).append(Binding(scope.at, (), value))

    def params(self, node: Node | None) -> tuple[Param, ...]:
        found: list[Param] = []
        keyword_only = False
        for child in node.named_children if node is not None else ():
            if child.type == "keyword_separator":
                keyword_only = True
                continue
            param = self.param(child, keyword_only=keyword_only)
            if param is not None:
                found.append(param)
                keyword_only = keyword_only or param.kind == "args"
        return tuple(found)

    def param(self, node: Node, *, keyword_only: bool) -> Param | None:
        name = node.child_by_field_name("name") or (node if node.type == "identifier" else None)
        inner = name or next(iter(node.named_children), None)
        if inner is None or node.kind_id in _EXTRA:
            return None
        star = {"list_splat_pattern": "args", "dictionary_splat_pattern": "kwargs"}
        kind = star.get(node.type) or star.get(inner.type) or ("keyword" if keyword_only else "positional")
        default, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
        return Param(
            self.reader.text(inner).lstrip("*"),
            kind,  # type: ignore[arg-type]
            self.reader.expression(default) if default is not None else None,
            self.reader.expression(annotation) if annotation is not None else None,
        )

    def class_(self, node: Node, decorators: tuple[Expression, ...] = ()) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        bases: list[Expression] = []
        listed = node.child_by_field_name("superclasses")
        for child in listed.named_children if listed is not None else ():
            self.reader.argument(child, bases, [])
        scope = Scope(
            "class",
            self.reader.text(name),
            self.current,
            node.start_byte,
            node.end_byte,
            path=self.reader.path,
            decorators=decorators,
            bases=tuple(bases),
        )
        index = self.open(scope)
        self.reader.note(scope.name, Binding(node.end_byte, self.reader.path, Definition(index, node.start_byte)))
        self.inside(index, body)

    def decorated(self, node: Node) -> None:
        definition = node.child_by_field_name("definition")
        if definition is not None and definition.type == "class_definition":
            self.class_(definition, self.decorators(node))
        elif definition is not None:
            self.function(definition)

    def decorators(self, node: Node) -> tuple[Expression, ...]:
        return tuple(self.reader.inner(child) for child in node.named_children if child.type == "decorator")

    def returned(self, node: Node) -> None:
        found = self.reader.all(node.named_children)
        self.reader.scope.give(found or (Constant(None, node.start_byte),), self.reader.path)

    def broken(self, node: Node) -> None:
        """Inside an ERROR node: whatever still looks like a statement is read as one."""
        self.block(node)


_LEAVING = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})


def _leaves(body: Node | None) -> bool:
    """Whether control never goes on behind the block."""
    for last in reversed(body.named_children if body is not None else ()):
        if last.kind_id not in _EXTRA:
            return last.type in _LEAVING
    return False


_STATEMENTS: dict[str, Callable[[Statements, Node], None]] = {
    "expression_statement": Statements.expression_statement,
    "assignment": Statements.assignment,
    "augmented_assignment": Statements.augmented,
    "global_statement": Statements.global_,
    "nonlocal_statement": Statements.global_,
    "delete_statement": Statements.delete,
    "import_statement": Statements.imported,
    "import_from_statement": Statements.imported_from,
    "future_import_statement": Statements.delete,
    "if_statement": Statements.if_,
    "for_statement": Statements.for_,
    "while_statement": Statements.while_,
    "try_statement": Statements.try_,
    "with_statement": Statements.with_,
    "match_statement": Statements.match,
    "function_definition": Statements.function,
    "class_definition": Statements.class_,
    "decorated_definition": Statements.decorated,
    "return_statement": Statements.returned,
    "block": Statements.block,
    "ERROR": Statements.broken,
}
