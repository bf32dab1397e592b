"""What a condition comes out as in one call of a function, where what it asks about is known there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Name, Operator
from analyzer.values.branching import questions, truth
from analyzer.values.objects import REPLACED, Cls, Const, Dict, Env, Fn, Inst, List, Ref, Str, Thing, Value

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Pairs of values of a comparison that are looked at.
_MAX_PAIRS = 64
#: Steps of strings of which a run can make others: they decide nothing.
_OPEN = REPLACED | {"field_default", "config", "config_choice"}
#: The same where the command line is known.
_OF_RUNS = frozenset({"environment_default", "config", "config_choice"})
_MEMBER = "enum.auto()"


def of(ev: Evaluator, condition: Expression, env: Env) -> bool | None:
    """What the condition is in this call; None where that cannot be told, or is not always the same."""
    if isinstance(condition, Operator):
        if condition.sign in ("and", "or", "not"):
            return truth.combined(condition.sign, [of(ev, each, env) for each in condition.operands])
        judge, is_negated = _COMPARISONS.get(condition.sign, (None, False))
        if judge is None or len(condition.operands) != 2:
            return None
        left, right = (ev.evaluate(each, env) for each in condition.operands)
        if len(left) * len(right) > _MAX_PAIRS:
            return None
        found = _agreed(judge(ev, one, two) for one, two in product(left, right))
        return found if found is None or not is_negated else not found
    if isinstance(condition, Call):
        found = _asked_for(ev, condition, env)
        if found is not None:
            return found
    if ev.supposed is not None and isinstance(condition, Name) and (kept := _kept(ev, condition, env)) is not None:
        return of(ev, kept, env)
    is_weak = _is_of_runs(ev) and not isinstance(condition, Call)
    values = ev.evaluate(condition, env)
    return _agreed(None if _is_open(ev, v) or (is_weak and isinstance(v, Const)) else truth.truthy(v) for v in values)


def _kept(ev: Evaluator, name: Name, env: Env) -> Expression | None:
    """The test whose outcome a name of the function holds: `is_clip = "openai" in name`."""
    bound = ev.modules[env.module].scopes[env.scope].bindings
    value = bound[name.id][0].value if len(bound.get(name.id, ())) == 1 else None
    if value is None or not (isinstance(value, Operator) or (isinstance(value, Call) and truth.subject(value))):
        return None
    return value if all(len(bound.get(each, ())) < 2 for each in questions.names_in(value)) else None


def _asked_for(ev: Evaluator, call: Call, env: Env) -> bool | None:
    """`name.startswith("a")`, `isinstance(name, str)`, `any(part in name for part in PARTS)`."""
    if isinstance(call.function, Name) and call.function.id in questions.OVER and len(call.args) == 1:
        each = [of(ev, ev.keep(one), env) for one in truth.asked_of_each(ev, call.args[0], env)]
        return truth.combined(questions.OVER[call.function.id], each) if each else None
    base = truth.subject(call)
    key = truth.key_of(base) if base is not None else ""
    values = ev.evaluate(base, env) if base is not None and key else ()
    return _agreed(None if _is_open(ev, value) else truth.called(ev, call, key, value, env) for value in values)


def _agreed(found: Iterable[bool | None]) -> bool | None:
    seen = set(found)
    return seen.pop() if len(seen) == 1 else None


def _is_open(ev: Evaluator, value: Value) -> bool:
    """Whether a run can have another string there; one that is supposed to be taken it has."""
    if not isinstance(value, Str) or value.partial or ev.supposed is None:
        return isinstance(value, Str) and (value.partial or value.step in _OPEN)
    if (value.module, value.at) == ev.supposed[:2]:
        return False
    if value.step in _OPEN and value.text and value.text.lower() in ev.supposed.default:
        return False  # `--type bert` beside `--name bert-base`: whoever leaves one as it is leaves the other
    if ev.supposed.config and value.module == ev.supposed.module:
        return False
    if value.step == "function_default":
        return _is_of_runs(ev)
    return value.step in (_OF_RUNS if ev.supposed.commands else _OPEN)


def _is_of_runs(ev: Evaluator) -> bool:
    """Whether a value is supposed to be taken that command lines or configs give: what flags they give is not told."""
    return ev.supposed is not None and bool(ev.supposed.config or ev.supposed.commands or ev.supposed.default)


def _is_object(value: Value) -> bool:
    return isinstance(value, Inst | Thing | List | Dict | Cls | Fn)


def _equal(ev: Evaluator, left: Value, right: Value) -> bool | None:
    if _is_open(ev, left) or _is_open(ev, right):
        return None
    match left, right:
        case (Str(text=one), Str(text=two)):
            return one == two
        case (Const(value=one), Const(value=two)):
            return None if _is_of_runs(ev) else one == two
        case (Str(), Const()) | (Const(), Str()):
            return False
        case (Cls(), Cls()):
            return (left.module, left.scope) == (right.module, right.scope)
        case (Ref(qualified=one), Ref(qualified=two)) if one == two == _MEMBER:
            return left == right
    return None


def _is(ev: Evaluator, left: Value, right: Value) -> bool | None:
    if right == Const(None) and (_is_object(left) or isinstance(left, Str)):
        return False
    return _equal(ev, left, right)


def _inside(ev: Evaluator, part: Value, whole: Value) -> bool | None:
    if _is_open(ev, part) or _is_open(ev, whole) or not isinstance(part, Str):
        return None
    texts = truth.members(ev, whole)
    return None if texts is None else part.text in texts


_COMPARISONS = {
    "==": (_equal, False),
    "!=": (_equal, True),
    "is": (_is, False),
    "is not": (_is, True),
    "in": (_inside, False),
    "not in": (_inside, True),
}
SIGNS = frozenset(_COMPARISONS)
