"""What the conditions around a use tell of a value: `if name == "a":` leaves one of several, its `else` the others.

Type narrowing as in type checkers, on strings. Only tests of the very name count, made after it was bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from analyzer import containers
from analyzer.objects import Const, Dict, Env, Inst, List, Ref, Str, Thing, Unknown, Value, Values, relabel
from analyzer.program import (
    Attribute,
    BranchPath,
    Call,
    Constant,
    Expression,
    Items,
    Mapping,
    Name,
    Operator,
    Scope,
    Test,
    Text,
    dotted,
)

if TYPE_CHECKING:
    from analyzer.values import Evaluator

_SAME = frozenset({"lower", "upper", "strip", "casefold"})


def narrowed(ev: Evaluator, values: Values, use: tuple[Name, str], since: int, env: Env) -> Values:
    """The values that the name `use`, bound at offset `since`, can still have where it is used."""
    scope = ev.modules[env.module].scopes[env.scope]
    if not scope.tests:
        return values
    root, key = use
    for test, holds in _in_force(scope, root.at, root.path):
        if key in test.names and since <= test.at and not _bound_between(scope, key, test.at, root.at):
            values = _kept(ev, values, key, test.condition, env, holds=holds)
    return values


def _in_force(scope: Scope, at: int, path: BranchPath) -> Iterator[tuple[Test, bool]]:
    """The tests that decide whether control reaches the use, each with its outcome."""
    arms = {arm[0]: arm[1] for arm in path}
    for test in scope.tests:
        taken = arms.get(test.at)
        if taken is not None:
            if taken >= test.arm:
                yield test, taken == test.arm
        elif test.leaves and test.at < at and test.path == path[: len(test.path)]:
            yield test, False


def _bound_between(scope: Scope, key: str, start: int, end: int) -> bool:
    return "." in key and any(start < binding.at < end for binding in scope.bindings.get(key, ()))


def _kept(ev: Evaluator, values: Values, key: str, condition: Expression, env: Env, *, holds: bool) -> Values:
    kept = tuple(value for value in values if _truth(ev, condition, key, value, env) is not (not holds))
    if holds and any(isinstance(value, Unknown) for value in kept):
        named = _equals(ev, condition, key, env)
        if named:
            return (*(value for value in kept if not isinstance(value, Unknown)), *relabel(named, "local_variable"))
    return kept or tuple(value for value in values if isinstance(value, Unknown)) or (Unknown("parameter"),)


def _equals(ev: Evaluator, condition: Expression, key: str, env: Env) -> Values:
    """The strings that `key == "a"` or `key in ("a", "b")` lists."""
    if not isinstance(condition, Operator) or condition.sign not in ("==", "in") or _key(condition.operands[0]) != key:
        return ()
    found = _fixed(ev, condition.operands[1], env)
    if condition.sign == "in":
        found = containers.elements(ev, tuple(v for v in found if isinstance(v, List) and not v.open))
    return tuple(value for value in found if isinstance(value, Str) and not value.partial)


def _key(expression: Expression) -> str:
    found = dotted(expression)
    return found[1] if found is not None else ""


def _truth(ev: Evaluator, condition: Expression, key: str, value: Value, env: Env) -> bool | None:
    """What the condition is for this value; None where that cannot be told."""
    if isinstance(condition, Operator):
        if condition.sign in ("and", "or", "not"):
            return _combined(condition.sign, [_truth(ev, each, key, value, env) for each in condition.operands])
        judge = _COMPARISONS.get(condition.sign.removeprefix("not ").replace("!=", "==").replace("is not", "is"))
        if judge is None or len(condition.operands) != 2:
            return None
        found = judge(ev, condition.operands, key, value, env)
        return found if found is None or condition.sign in ("==", "in", "is") else not found
    if isinstance(condition, Call):
        return _called(ev, condition, key, value, env)
    return _truthy(value) if _key(condition) == key else None


def _combined(sign: str, found: list[bool | None]) -> bool | None:
    if sign == "not":
        return None if found[0] is None else not found[0]
    decisive = sign == "or"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _truthy(value: Value) -> bool | None:
    match value:
        case Str(text=text, partial=False):
            return bool(text)
        case Const(value=held):
            return bool(held)
        case Inst() | Thing():
            return True
    return None


def _fixed(ev: Evaluator, expression: Expression, env: Env) -> Values:
    """Values of what a test compares with, where that is written out or a constant by its name; else nothing.

    Two variables compared tell little, and following both ways round would not end.
    """
    chain = dotted(expression)
    if chain is not None:
        root = chain[0].id
        is_constant = root[:1].isupper() or chain[1].rpartition(".")[2].isupper()
        return ev.evaluate(expression, env) if is_constant else ()
    return ev.evaluate(expression, env) if isinstance(expression, Text | Constant | Items | Mapping) else ()


def _text(expression: Expression, key: str, value: Value) -> str | None:
    """What the expression is as text, where it is the name itself or its lower case and the like."""
    if not isinstance(value, Str) or value.partial:
        return None
    if _key(expression) == key:
        return value.text
    if isinstance(expression, Call) and isinstance(expression.function, Attribute) and not expression.args:
        inner = _text(expression.function.base, key, value) if expression.function.name in _SAME else None
        return getattr(inner, expression.function.name)() if inner is not None else None  # type: ignore[no-any-return]
    return None


def _strings(values: Values) -> list[str] | None:
    """The texts, where every value is one."""
    texts = [value.text for value in values if isinstance(value, Str) and not value.partial]
    return texts if texts and len(texts) == len(values) else None


def _equal(ev: Evaluator, operands: tuple[Expression, ...], key: str, value: Value, env: Env) -> bool | None:
    """`name == "a"`, either way round."""
    for this, other in (operands, operands[::-1]):
        text = _text(this, key, value)
        if text is None and _key(this) == key and isinstance(value, Const):
            given = _fixed(ev, other, env)
            return False if _strings(given) else None
        if text is not None:
            texts = _strings(_fixed(ev, other, env))
            if texts is None:
                return None
            return text in texts if len(texts) == 1 else (None if text in texts else False)
    return None


def _is(ev: Evaluator, operands: tuple[Expression, ...], key: str, value: Value, env: Env) -> bool | None:
    """`name is None`."""
    if _key(operands[0]) != key or _fixed(ev, operands[1], env) != (Const(None),):
        return None
    return value.value is None if isinstance(value, Const) else (None if isinstance(value, Unknown | Ref) else False)


def _inside(ev: Evaluator, operands: tuple[Expression, ...], key: str, value: Value, env: Env) -> bool | None:
    """`"a" in name`, `name in ("a", "b")`, `name in table`."""
    part, whole = operands
    text = _text(whole, key, value)
    if text is not None:
        parts = _strings(_fixed(ev, part, env))
        return parts[0] in text if parts is not None and len(parts) == 1 else None
    text = _text(part, key, value)
    if text is None:
        return None
    found = _fixed(ev, whole, env)
    if len(found) != 1:
        return None
    texts = _members(ev, found[0])
    return None if texts is None else text in texts


def _members(ev: Evaluator, whole: Value) -> list[str] | str | None:
    match whole:
        case Str(text=text, partial=False):
            return text
        case Dict(open=False):
            keys = [ev.evaluate(key, env) for key, _, env in containers.pairs(ev, whole) if key is not None]
            return [v.text for each in keys for v in each if isinstance(v, Str)] if all(map(_strings, keys)) else None
        case List(open=False):
            return _strings(containers.elements(ev, (whole,)))
    return None


_COMPARISONS: dict[str, Callable[[Evaluator, tuple[Expression, ...], str, Value, Env], bool | None]] = {
    "==": _equal,
    "is": _is,
    "in": _inside,
}


def _called(ev: Evaluator, call: Call, key: str, value: Value, env: Env) -> bool | None:
    """`name.startswith("a")`, `isinstance(name, str)`."""
    function = call.function
    if isinstance(function, Attribute) and function.name in ("startswith", "endswith") and len(call.args) == 1:
        text = _text(function.base, key, value)
        found = _fixed(ev, call.args[0], env)
        if len(found) == 1 and isinstance(found[0], List):
            found = containers.elements(ev, found)
        texts = _strings(found)
        return getattr(text, function.name)(tuple(texts)) if text is not None and texts else None  # type: ignore[no-any-return]
    if isinstance(function, Name) and function.id == "isinstance" and len(call.args) == 2 and _key(call.args[0]) == key:
        return _is_instance(ev, call.args[1], value, env)
    return None


def _is_instance(ev: Evaluator, kind: Expression, value: Value, env: Env) -> bool | None:
    """Only whether it is a string can be told."""
    found = ev.evaluate(kind, env)
    if len(found) == 1 and isinstance(found[0], List):
        found = containers.elements(ev, found)
    names = [v.qualified for v in found if isinstance(v, Ref) and v.call is None]
    if len(names) != len(found) or not names:
        return False if isinstance(value, Str) and found and not names else None
    strings = {"builtins.str", "os.PathLike", "pathlib.Path", "typing.Text", "builtins.object", "typing.Any"}
    if isinstance(value, Str):
        return not strings.isdisjoint(names)
    is_object = isinstance(value, Inst | Thing | Const | List | Dict)
    return False if is_object and set(names) == {"builtins.str"} else None
