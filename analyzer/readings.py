"""What code reads of the results of calls on loaded objects, wherever it does: `return outputs.logits[0]`."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.program import (
    Attribute,
    Call,
    Choice,
    Element,
    Expression,
    Generated,
    Items,
    Joined,
    Mapping,
    Operator,
    Scope,
    Subscript,
    Unpacked,
)
from analyzer.values.evaluator import Evaluator

#: Expressions within expressions.
_DEPTH = 5


def read(ev: Evaluator, module: int) -> None:
    """Evaluate what is read of results wherever an API call on a loaded object stands, so that its event knows.

    Only what is read of a call, or of a name for one, is looked at: most attributes are settings of something else.
    """
    scopes = ev.modules[module].scopes
    for index in sorted({event.env.scope for event in ev.events.values() if event.env.module == module}):
        scope = scopes[index]
        for value in _values(scope):
            for chain in _chains(value, _DEPTH):
                if _is_result(chain, scope):
                    ev.evaluate(chain, ev.env(module, index))


def _values(scope: Scope) -> Iterator[Expression]:
    """What is bound, passed and returned."""
    for bindings in scope.bindings.values():
        yield from (binding.value for binding in bindings)
    for call in scope.calls:
        yield from call.args
        yield from (value for _, value in call.keywords)
    yield from scope.returns


def _chains(value: Expression, depth: int) -> Iterator[Attribute | Subscript]:
    """The outermost attributes and items in an expression; not those in calls, which are evaluated anyway."""
    if isinstance(value, Attribute | Subscript):
        yield value
    elif depth:
        for part in _parts(value):
            yield from _chains(part, depth - 1)


def _parts(value: Expression) -> tuple[Expression, ...]:
    match value:
        case Operator(operands=parts) | Joined(parts=parts) | Choice(options=parts) | Items(items=parts):
            return tuple(parts)
        case Mapping(pairs=pairs):
            return tuple(entry for _, entry in pairs)
        case Element(iterable=part) | Generated(element=part) | Unpacked(value=part):
            return (part,)
    return ()


def _is_result(chain: Expression, scope: Scope) -> bool:
    """Whether a chain begins with a call, or with a name that the scope gives the result of one."""
    root = _root(chain)
    if isinstance(root, Call):
        return True
    name = getattr(root, "id", "")
    return any(isinstance(_root(binding.value), Call) for binding in scope.bindings.get(name, ()))


def _root(value: Expression) -> Expression:
    while isinstance(value, Attribute | Subscript | Element | Unpacked):
        value = value[0]
    return value
