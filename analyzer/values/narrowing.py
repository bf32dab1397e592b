"""What the conditions around a use tell of a value: `if name == "a":` leaves one of several, its `else` the others.

Type narrowing as in type checkers, on strings. Only tests of the very name count, made after it was bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Binding,
    BranchPath,
    Call,
    Constant,
    Expression,
    Items,
    Mapping,
    Name,
    Operator,
    Scope,
    Subscript,
    Test,
    Text,
    dotted,
)
from analyzer.values import containers
from analyzer.values.objects import Const, Dict, Env, Inst, List, Ref, Str, Thing, Unknown, Value, Values, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Steps of defaults that a run can override.
_GIVEN_AT_RUN = frozenset({"argparse_default", "option_default", "environment_default", "launch_line"})
#: Signs of operators, and methods, whose outcome is a truth value.
_TESTS = frozenset({"==", "!=", "in", "not in", "is", "is not", "not", "and", "or"})
_ASKING = frozenset({"startswith", "endswith"})
_SAME = frozenset({"lower", "upper", "strip", "casefold"})
#: Types of which a string is one, or may be taken for one.
_STRINGS = frozenset({"builtins.str", "os.PathLike", "pathlib.Path", "typing.Text", "builtins.object", "typing.Any"})


def narrowed(ev: Evaluator, values: Values, use: tuple[Name, str], since: int, env: Env) -> Values:
    """The values that the name `use`, bound at offset `since`, can still have where it is used."""
    scope = ev.modules[env.module].scopes[env.scope]
    root, key = use
    asking = scope.tests_of(key)
    if scope.tests and (kept := _kept_tests(ev, scope, env)):
        spelled = (each for test in scope.tests for each in _spelled(scope, test, kept, key, since, root.at))
        asking = [*asking, *spelled]
    for test, holds in _in_force(asking, root.at, root.path) if asking else ():
        if since <= test.at and not ("." in key and _changed(scope, (key,), test.at, root.at)):
            values = _kept(ev, values, key, test.condition, env, holds=holds)
    return _not_replaced(ev, values, use, since, env) if asking else values


def _kept_tests(ev: Evaluator, scope: Scope, env: Env) -> dict[str, Binding]:
    """Names that hold the outcome of a test, and are asked for by tests: `is_clip = "openai" in name`."""
    key = "kept tests", env.module, env.scope
    known = ev.caches.get(key)
    if isinstance(known, dict) and known["tests"] == len(scope.tests):
        return known["names"]  # type: ignore[no-any-return]
    asked = {name for test in scope.tests for name in test.names}
    bound = {name: scope.bindings.get(name, []) for name in sorted(asked)}
    names = {name: found[0] for name, found in bound.items() if len(found) == 1 and _is_test(found[0].value)}
    ev.caches[key] = {"tests": len(scope.tests), "names": names}
    return names


def _is_test(value: Expression) -> bool:
    if isinstance(value, Operator):
        return value.sign in _TESTS
    return isinstance(value, Call) and isinstance(value.function, Attribute) and value.function.name in _ASKING


def _spelled(scope: Scope, test: Test, kept: dict[str, Binding], key: str, since: int, until: int) -> Iterator[Test]:
    """The test with what the names in it stand for, where that asks about `key`."""
    for name in test.names.intersection(kept):
        binding = kept[name]
        asks = name != key and since <= binding.at < test.at and key in _names_in(binding.value)
        if asks and not _changed(scope, (key,), binding.at, until):
            yield test._replace(condition=_replaced(test.condition, name, binding.value), names=frozenset({key}))


def _replaced(condition: Expression, name: str, value: Expression) -> Expression:
    if _key(condition) == name:
        return value
    if isinstance(condition, Operator) and condition.sign in ("and", "or", "not"):
        return condition._replace(operands=tuple(_replaced(each, name, value) for each in condition.operands))
    return condition


def _names_in(value: Expression) -> set[str]:
    match value:
        case Operator(operands=parts):
            return {name for part in parts for name in _names_in(part)}
        case Call(function=Attribute(base=base)):
            return _names_in(base)
    return {_key(value)}


def _not_replaced(ev: Evaluator, values: Values, use: tuple[Name, str], since: int, env: Env) -> Values:
    """Without the values for which the name was bound anew on the way: `if name in SHORT: name = SHORT[name]`."""
    root, key = use
    scope = ev.modules[env.module].scopes[env.scope]
    passed = {arm[0] for arm in root.path}
    for binding in scope.bindings.get(key, ()):
        if since < binding.at < root.at and binding.path and binding.path[-1][0] not in passed:
            at, arm, _ = binding.path[-1]
            tests = [t for t in scope.tests if t.at == at and t.arm <= arm and t.path == root.path[: len(t.path)]]
            if tests and tests[-1].arm == arm and at > since:
                values = tuple(v for v in values if not _takes(ev, tests, key, v, env))
    return values


def _takes(ev: Evaluator, tests: list[Test], key: str, value: Value, env: Env) -> bool:
    """Whether the value certainly goes into the last arm."""
    *before, last = tests
    if _truth(ev, last.condition, key, value, env) is not True:
        return False
    return all(_truth(ev, test.condition, key, value, env) is False for test in before)


def asked(scope: Scope, use: Name, names: frozenset[str]) -> list[tuple[Test, bool]]:
    """The tests of these names that decide whether control reaches the use, each with its outcome."""
    asking = [test for test in scope.tests if not names.isdisjoint(test.names)]
    return list(_in_force(asking, use.at, use.path)) if asking else []


def reached(ev: Evaluator, tests: list[tuple[Test, bool]], names: frozenset[str], env: Env) -> bool:
    """Whether control can pass the tests where the names are what they are in `env`."""
    return not any(
        values and all(_truth(ev, test.condition, name, value, env) is (not holds) for value in values)
        for test, holds in tests
        for name in sorted(names & test.names)
        for values in (ev.evaluate(_name(ev, name, test), env),)
    )


def _name(ev: Evaluator, name: str, test: Test) -> Expression:
    key = "asked", name, id(test)
    if key not in ev.caches:
        ev.caches[key] = ev.keep(Name(name, test.at, test.path)), test
    return ev.caches[key][0]  # type: ignore[index,no-any-return]


def excluded(ev: Evaluator, binding: Binding, use: Name, env: Env) -> bool:
    """Whether a test around the binding and one around the use cannot both have gone that way.

    `if cpu: name = "a"`, later `if not cpu: load(name)`; `kind == "x"` at the one, `kind == "y"` at the other.
    """
    scope = ev.modules[env.module].scopes[env.scope]
    if len(scope.tests) < 2 or not binding.path:
        return False
    there = list(_in_force(scope.tests, binding.at, binding.path))
    here = [each for each in _in_force(scope.tests, use.at, use.path) if each not in there] if there else []
    return any(
        _contradict(one, other) and not _changed(scope, one[0].names, one[0].at, other[0].at)
        for one in there
        for other in here
    )


def _contradict(one: tuple[Test, bool], other: tuple[Test, bool]) -> bool:
    (first, first_holds), (second, second_holds) = one, other
    if first.text == second.text:
        return first_holds != second_holds
    if not (first_holds and second_holds):
        return False
    left, right = _equated(first.condition), _equated(second.condition)
    return left is not None and right is not None and left[0] == right[0] and left[1] != right[1]


def _equated(condition: Expression) -> tuple[str, str] | None:
    """(name, text) of `name == "text"`."""
    if isinstance(condition, Operator) and condition.sign == "==" and isinstance(condition.operands[1], Text):
        return _key(condition.operands[0]), condition.operands[1].value
    return None


def _changed(scope: Scope, names: Iterable[str], start: int, end: int) -> bool:
    low, high = min(start, end), max(start, end)
    return any(low < binding.at < high for name in names for binding in scope.bindings.get(name, ()))


def derived(ev: Evaluator, binding: Binding, use: Name, env: Env) -> Values:
    """What `path = TABLE[name]` gives where tests around the use of `path` ask about `name`."""
    scope = ev.modules[env.module].scopes[env.scope]
    value = binding.value
    chain = dotted(value.key) if isinstance(value, Subscript) and scope.tests else None
    if chain is None or not isinstance(value, Subscript) or _changed(scope, (chain[1],), binding.at, use.at):
        return ()
    asking = scope.tests_of(chain[1])
    if not any(True for _ in _in_force(asking, use.at, use.path)):
        return ()
    bases = ev.evaluate(value.base, env)
    for keys in (ev.evaluate(value.key, env), _keys(ev, bases)):
        known = tuple(k for k in narrowed(ev, keys, (use, chain[1]), 0, env) if isinstance(k, Str))
        if known:
            return relabel(containers.item(ev, bases, known), "container")
    return ()


def _keys(ev: Evaluator, bases: Values) -> Values:
    """The keys that dicts are written with."""
    pairs = [pair for base in bases if isinstance(base, Dict) for pair in containers.pairs(ev, base)]
    return tuple(v for key, _, env in pairs if key is not None for v in ev.evaluate(key, env) if isinstance(v, Str))


def _in_force(tests: Iterable[Test], at: int, path: BranchPath) -> Iterator[tuple[Test, bool]]:
    """The tests that decide whether control reaches the use, each with its outcome."""
    arms = {arm[0]: arm[1] for arm in path}
    for test in tests:
        taken = arms.get(test.at)
        if taken is not None:
            if taken >= test.arm:
                yield test, taken == test.arm
        elif test.leaves and test.at < at and test.path == path[: len(test.path)]:
            yield test, False


def _kept(ev: Evaluator, values: Values, key: str, condition: Expression, env: Env, *, holds: bool) -> Values:
    kept = tuple(value for value in values if _truth(ev, condition, key, value, env) is not (not holds))
    if holds and any(isinstance(value, Unknown) for value in kept):
        named = _equals(ev, condition, key, env)
        if named:
            return (*(value for value in kept if not isinstance(value, Unknown)), *relabel(named, "local_variable"))
    if kept or env.frame is not None:
        return kept  # nothing: in this call, control does not come here
    is_default = any(isinstance(value, Str) and value.step in _GIVEN_AT_RUN for value in values)
    return (Unknown("runtime_input" if is_default else "parameter"),)


def _equals(ev: Evaluator, condition: Expression, key: str, env: Env) -> Values:
    """The strings that `key == "a"` or `key in ("a", "b")` lists."""
    if not isinstance(condition, Operator) or condition.sign not in ("==", "in") or _key(condition.operands[0]) != key:
        return ()
    found = _fixed(ev, condition.operands[1], env)
    if condition.sign == "in":
        found = containers.elements(ev, tuple(v for v in found if isinstance(v, List) and not v.open))
    return tuple(value for value in found if isinstance(value, Str) and not value.partial)


def _key(expression: Expression) -> str:
    if isinstance(expression, Name):
        return expression.id
    found = dotted(expression) if isinstance(expression, Attribute) else None
    return found[1] if found is not None else ""


def _truth(ev: Evaluator, condition: Expression, key: str, value: Value, env: Env) -> bool | None:
    """What the condition is for this value; None where that cannot be told."""
    if isinstance(condition, Operator):
        if condition.sign in ("and", "or", "not"):
            return _combined(condition.sign, [_truth(ev, each, key, value, env) for each in condition.operands])
        judge, is_negated = _COMPARISONS.get(condition.sign, (None, False))
        if judge is None or len(condition.operands) != 2:
            return None
        found = judge(ev, condition.operands, key, value, env)
        return found if found is None or not is_negated else not found
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
        return getattr(inner, expression.function.name)() if inner is not None else None
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
    if isinstance(whole, Attribute) and whole.name == "__all__":
        return _offered(ev, ev.evaluate(whole.base, env), text)
    found = ev.evaluate(whole, env) if isinstance(whole, Name) or _is_own(whole) else _fixed(ev, whole, env)
    if len(found) != 1:
        return None
    texts = _members(ev, found[0])
    return None if texts is None else text in texts


def _offered(ev: Evaluator, modules: Values, name: str) -> bool | None:
    """`name in library.__all__`: an id such as org/model never is; a class that the tables know is."""
    if not name.isidentifier():
        return False
    found = (ev.tables.offers(f"{v.qualified}.{name}") for v in modules if isinstance(v, Ref))
    return True if any(found) else None


def _is_own(whole: Expression) -> bool:
    """`self.sizes`: a collection that is an attribute."""
    return isinstance(whole, Attribute) and isinstance(whole.base, Name) and whole.base.id in ("self", "cls")


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


#: By sign: what decides, and whether the sign says the contrary.
_COMPARISONS: dict[str, tuple[Callable[[Evaluator, tuple[Expression, ...], str, Value, Env], bool | None], bool]] = {
    "==": (_equal, False),
    "!=": (_equal, True),
    "is": (_is, False),
    "is not": (_is, True),
    "in": (_inside, False),
    "not in": (_inside, True),
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
        return getattr(text, function.name)(tuple(texts)) if text is not None and texts else None
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
    if isinstance(value, Str):
        return not _STRINGS.isdisjoint(names)
    is_object = isinstance(value, Inst | Thing | Const | List | Dict)
    return False if is_object and set(names) == {"builtins.str"} else None
