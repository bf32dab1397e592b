"""The classes that `isinstance(x, …)` asks about, and what the answer tells of an object of the files read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Name, Operator
from analyzer.values import containers, hierarchy
from analyzer.values.objects import PROMISED, Cls, Inst, List, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator
    from analyzer.values.objects import Env


def asked(call: Expression) -> tuple[Expression, Expression] | None:
    """(object, class) of `isinstance(object, class)`."""
    if not isinstance(call, Call) or not isinstance(call.function, Name) or len(call.args) != 2:
        return None
    return (call.args[0], call.args[1]) if call.function.id == "isinstance" else None


def named(ev: Evaluator, kind: Expression, env: Env) -> Values:
    """The classes: `A`, `(A, B)`, `A | B`."""
    if isinstance(kind, Operator) and kind.sign == "|":
        return tuple(value for each in kind.operands for value in named(ev, each, env))
    found = ev.evaluate(kind, env)
    return containers.elements(ev, found) if len(found) == 1 and isinstance(found[0], List) else found


def is_one(ev: Evaluator, value: Inst, kinds: Values) -> bool | None:
    """Whether the object is of one of these; None where it may be of a class derived from its own, or of others."""
    own = [kind for kind in kinds if isinstance(kind, Cls)]
    if any(hierarchy.derives(ev, value.cls, kind) for kind in own):
        return True
    is_below = _is_any(value) and any(hierarchy.derives(ev, kind, value.cls) for kind in own)
    return None if is_below or len(own) < len(kinds) else False


def as_found(ev: Evaluator, values: Values, kind: Expression, env: Env) -> Values:
    """Objects of which only a base class is known, as objects of the class that they are found to be."""
    if not any(isinstance(value, Inst) and _is_any(value) for value in values):
        return values
    kinds = [found for found in named(ev, kind, env) if isinstance(found, Cls)]
    return tuple(one for value in values for one in _below(ev, value, kinds) or [value])


def _below(ev: Evaluator, value: Value, kinds: list[Cls]) -> list[Value]:
    """The object as one of each of the classes that derive from its own."""
    if not isinstance(value, Inst) or not _is_any(value) or any(hierarchy.derives(ev, value.cls, k) for k in kinds):
        return []
    return [Inst(kind, value.frame) for kind in kinds if hierarchy.derives(ev, kind, value.cls)]


def _is_any(value: Inst) -> bool:
    """Whether it is some object of the class, not one whose making is known."""
    return value.thing is None and (value.frame is None or value.frame is PROMISED)
