"""What an expression is in its file: what a name is bound to, an argument, a default, an item, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analyzer.program import (
    Attribute,
    Call,
    Choice,
    Element,
    Expression,
    Generated,
    Imported,
    Items,
    Joined,
    Mapping,
    Module,
    Operator,
    Parameter,
    Scope,
    Spread,
    Subscript,
    Text,
    dotted,
    last_name,
)

_OPTIONS = frozenset({"add_argument", "add_option", "option", "argument", "DEFINE_string", "DEFINE_enum"})
_ENVIRONMENT = frozenset({"getenv", "get", "setdefault", "pop", "config", "getattr"})


@dataclass(frozen=True, slots=True)
class Role:
    """`kind` names how `words` puts it; `holder` is the scope or expression it is part of."""

    kind: str
    holder: Any = None
    name: str = ""


class Roles:
    """The role of every expression of one file."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.found: dict[int, Role] = {}
        for scope in module.scopes:
            for expression, role in _stated(scope):
                self._put(expression, role)
        for scope in module.scopes:
            for call in (*reversed(scope.calls), *scope.decorators):  # outer calls before those in them
                self._put(call, Role("statement"))

    def _put(self, expression: Expression, role: Role) -> None:
        todo = [(expression, role)]
        while todo:
            here, role = todo.pop()
            if id(here) not in self.found:
                self.found[id(here)] = role
                todo.extend(_parts(here))

    def of(self, expression: Expression) -> Role:
        return self.found.get(id(expression), Role("part"))

    def words(self, expression: Expression, before: Expression | None) -> str:
        """How the value stands here, where it was asked for by `before`; empty if that says nothing new."""
        role = self.of(expression)
        return _WORDS[role.kind](self, role, expression, before)


def _stated(scope: Scope) -> Iterator[tuple[Expression, Role]]:
    """The expressions of a scope with what they are in it; the more telling role first."""
    for field in scope.fields:
        if field.default is not None:
            yield field.default, Role("field", scope, field.name)
    for name, bindings in scope.bindings.items():
        yield from ((binding.value, Role("bound", scope, name)) for binding in bindings)
    for param in scope.params:
        if param.default is not None:
            yield param.default, Role("default", scope, param.name)
    yield from ((value, Role("returned", scope)) for value in scope.returns)


def _parts(expression: Expression) -> Iterator[tuple[Expression, Role]]:
    """The expressions that an expression is made of."""
    match expression:
        case Call():
            yield expression.function, Role("part", expression)
            for index, value in enumerate(expression.args):
                inner = value.value if isinstance(value, Spread) else value
                yield inner, Role("argument", expression, str(index))
            yield from ((value, Role("argument", expression, name or "**")) for name, value in expression.keywords)
        case Items():
            yield from ((item, Role("item", expression)) for item in expression.items)
        case Mapping():
            for key, value in expression.pairs:
                if key is not None:
                    yield key, Role("key", expression)
                yield value, Role("item", expression, key.value if isinstance(key, Text) else "")
        case Joined():
            yield from ((part, Role("part", expression)) for part in expression.parts)
        case Choice():
            yield from ((option, Role("choice", expression)) for option in expression.options)
        case Operator():
            yield from ((operand, Role("part", expression)) for operand in expression.operands)
        case Generated():
            yield expression.element, Role("item", expression)
            if expression.key is not None:
                yield expression.key, Role("key", expression)
        case tuple():
            parts: Iterator[Any] = (part for part in expression if isinstance(part, tuple))
            yield from ((part, Role("part", expression)) for part in parts)


# -- words


def _bound(roles: Roles, role: Role, expression: Expression, before: Expression | None) -> str:
    scope: Scope = role.holder
    name = role.name.removesuffix("[]")
    if not name:  # the whole of a config file
        return ""
    if isinstance(expression, Parameter):
        return f"parameter `{name}` of {_scope(roles.module.scopes[expression.scope])}"
    if isinstance(expression, Imported):
        return "imported"
    if role.name.endswith("[]"):
        return f"put into `{name}`"
    if isinstance(expression, Element):
        return f"`{name}` is each item of {_named(expression.iterable)}"
    if "." in name:
        return f"attribute `{name}` set in {_scope(scope)}"
    if scope.kind == "class":
        return f"attribute `{name}` of {_scope(scope)}"
    return f"`{name}` set here" if scope.kind != "module" else f"`{name}` set at module level"


def _scope(scope: Scope) -> str:
    names = {"module": "the module", "lambda": "a lambda"}
    return names.get(scope.kind) or f"`{scope.name}`"


def _argument(roles: Roles, role: Role, expression: Expression, before: Expression | None) -> str:
    call: Call = role.holder
    name = last_name(call.function)
    if name in _OPTIONS:
        return f"{_option_part(role)} of {_flag(call)}"
    if name == "set_defaults":
        return f"default of --{role.name}"
    if before is not call:
        return f"given by this call of `{_callee(call)}`"
    if name in _ENVIRONMENT and role.name in ("1", "2", "default"):
        return f"default of `{_callee(call)}`"
    return f"argument of `{_callee(call)}`"


def _option_part(role: Role) -> str:
    return "choice" if role.name in ("choices", "type") else "default"


def _flag(call: Call) -> str:
    """The option that a call declares, as it is written on a command line."""
    written = [arg.value for arg in call.args if isinstance(arg, Text)]
    return next((text for text in written if text.startswith("--")), (written or ["an option"])[0])


def _callee(call: Call) -> str:
    function = call.function
    if isinstance(function, Subscript):
        return f"{_written(function.base)}[…]"
    return _written(function)


def _written(expression: Expression) -> str:
    found = dotted(expression)
    return found[1] if found is not None else last_name(expression) or "…"


def _item(roles: Roles, role: Role, expression: Expression, before: Expression | None) -> str:
    if role.kind == "key":
        return _item(roles, Role("item", role.holder), expression, before).replace("item", "key", 1)
    keys = [role.name] if role.name else []
    holder = roles.of(role.holder)
    container: Expression = role.holder
    while holder.kind == "item":
        keys += [holder.name] if holder.name else []
        container, holder = holder.holder, roles.of(holder.holder)
    if holder.kind == "bound" and not holder.name:
        return f"`{'.'.join(reversed(keys))}` in this file" if keys else "in this file"
    what = "item" if not keys else f"item `{'.'.join(reversed(keys))}`"
    if holder.kind == "argument" and last_name(holder.holder.function) in _OPTIONS:
        return _argument(roles, holder, container, None)
    where = {
        "bound": f" of `{holder.name}`",
        "returned": f" of what {_scope(holder.holder)} returns" if holder.kind == "returned" else "",
        "default": f" of the default of `{holder.name}`",
        "field": f" of the default of `{holder.name}`",
        "argument": f" given to `{_callee(holder.holder)}`" if holder.kind == "argument" else "",
    }
    return what + where.get(holder.kind, "")


def _named(expression: Expression) -> str:
    found = dotted(expression)
    return f"`{found[1]}`" if found is not None else "this"


def _nothing(roles: Roles, role: Role, expression: Expression, before: Expression | None) -> str:
    return ""


def _returned(roles: Roles, role: Role, expression: Expression, before: Expression | None) -> str:
    return f"{'yielded' if role.holder.yields else 'returned'} by {_scope(role.holder)}"


def _default(roles: Roles, role: Role, expression: Expression, before: Expression | None) -> str:
    return f"default of parameter `{role.name}` of {_scope(role.holder)}"


def _field(roles: Roles, role: Role, expression: Expression, before: Expression | None) -> str:
    return f"default of field `{role.name}` of {_scope(role.holder)}"


_WORDS: dict[str, Callable[[Roles, Role, Expression, Expression | None], str]] = {
    "bound": _bound,
    "argument": _argument,
    "item": _item,
    "key": _item,
    "returned": _returned,
    "default": _default,
    "field": _field,
    "choice": _nothing,
    "part": _nothing,
    "statement": _nothing,
}


def is_composed(expression: Expression) -> bool:
    """Whether it puts strings together by its form: concatenation, an operator, a method call."""
    return isinstance(expression, Joined | Operator | Call)


def composed_of(expression: Expression) -> tuple[Expression, ...]:
    """What a composed expression puts together, in order."""
    match expression:
        case Joined():
            return expression.parts
        case Operator():
            return expression.operands
        case Call():
            base = (expression.function.base,) if isinstance(expression.function, Attribute) else ()
            return (*base, *expression.args, *(value for _, value in expression.keywords))
        case _:
            return ()
