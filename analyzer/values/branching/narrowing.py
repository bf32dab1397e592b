"""What the conditions around a use tell of a value: `if name == "a":` leaves one of several, its `else` the others.

Type narrowing as in type checkers, on strings. Only tests of the very name count, made after it was bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from analyzer.program import (
    Attribute,
    Binding,
    Call,
    Expression,
    Generated,
    Name,
    Operator,
    Scope,
    Subscript,
    Test,
    Text,
    dotted,
    in_force,
)
from analyzer.values import containers
from analyzer.values.branching import called_under, indirect, kinds, predicates, questions, reach, truth
from analyzer.values.objects import (
    REPLACED,
    SOMEWHERE,
    Dict,
    Env,
    Ref,
    Str,
    Thing,
    Unknown,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Signs of operators, and methods, whose outcome is a truth value.
_TESTS = frozenset({"==", "!=", "in", "not in", "is", "is not", "not", "and", "or"})
#: Entries of a table that are looked at one by one.
_MAX_PAIRS = 100
_ASKING = frozenset({"startswith", "endswith"})
#: (a test, the name that it asks for, what that is bound to: the outcome of a test).
_Kept: TypeAlias = tuple[Test, str, Binding]


def narrowed(ev: Evaluator, values: Values, use: tuple[Name, str], since: int, env: Env) -> Values:
    """The values that the name `use`, bound at offset `since`, can still have where it is used."""
    scope = ev.modules[env.module].scopes[env.scope]
    root, key = use
    asking = scope.tests_of(key)
    if "." in key and scope.tests_of(root.id) and (by_methods := predicates.asking(ev, env, root.id, key)):
        asking = sorted({*asking, *by_methods}, key=lambda test: (test.at, test.arm))
    if scope.tests and (kept := _kept_tests(ev, scope, env).get(key)):
        asking = [*asking, *_spelled(scope, kept, key, since, root.at)]
    for test, holds in in_force(asking, root.at, root.path) if asking else ():
        if since <= test.at and not ("." in key and reach.changed(scope, (key,), test.at, root.at)):
            asked = kinds.asked(test.condition) if holds else None
            if asked is not None and truth.key_of(asked[0]) == key:
                values = kinds.as_found(ev, values, asked[1], env)
            values = _kept(ev, values, key, test.condition, env, holds=holds)
    values = _not_replaced(ev, values, use, since, env) if asking else values
    values = called_under.kept(ev, values, root.id, key, env) if "." in key and len(values) > 1 else values
    return indirect.kept(ev, values, use, since, env) if len(values) > 1 and scope.tests else values


def _kept_tests(ev: Evaluator, scope: Scope, env: Env) -> dict[str, list[_Kept]]:
    """Dotted name -> the tests that ask about it by a name that holds the outcome: `is_clip = "openai" in name`."""
    key = "kept tests", env.module, env.scope
    known = ev.caches.get(key)
    if isinstance(known, tuple) and known[0] == len(scope.tests):
        return known[1]  # type: ignore[no-any-return]
    found: dict[str, list[_Kept]] = {}
    for test in scope.tests:
        for name in sorted(test.names):
            bound = scope.bindings.get(name, ())
            if len(bound) == 1 and _is_test(bound[0].value):
                for asked in _names_in(bound[0].value) - {name}:
                    found.setdefault(asked, []).append((test, name, bound[0]))
    ev.caches[key] = len(scope.tests), found
    return found


def _is_test(value: Expression) -> bool:
    if isinstance(value, Operator):
        return value.sign in _TESTS
    if isinstance(value, Call) and isinstance(value.function, Name):
        return value.function.id in questions.OVER
    return isinstance(value, Call) and isinstance(value.function, Attribute) and value.function.name in _ASKING


def _spelled(scope: Scope, kept: Iterable[_Kept], key: str, since: int, until: int) -> Iterator[Test]:
    """The tests with what the names in them stand for, where that asks about `key`."""
    for test, name, binding in kept:
        if since <= binding.at < test.at and not reach.changed(scope, (key,), binding.at, until):
            yield test._replace(condition=truth.replaced(test.condition, name, binding.value), names=frozenset({key}))


def _names_in(value: Expression) -> set[str]:
    match value:
        case Operator(operands=parts):
            return {name for part in parts for name in _names_in(part)}
        case Call(function=Attribute(base=base)) | Generated(element=base):
            return _names_in(base)
        case Call(function=Name(), args=args):
            return {name for part in args for name in _names_in(part)}
    return {truth.key_of(value)}


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
    if truth.of(ev, last.condition, key, value, env) is not True:
        return False
    return all(truth.of(ev, test.condition, key, value, env) is False for test in before)


def excluded(ev: Evaluator, binding: Binding, use: Name, env: Env) -> bool:
    """Whether a test around the binding and one around the use cannot both have gone that way.

    `if cpu: name = "a"`, later `if not cpu: load(name)`; `kind == "x"` at the one, `kind == "y"` at the other.
    """
    scope = ev.modules[env.module].scopes[env.scope]
    if len(scope.tests) < 2 or not binding.path:
        return False
    there = scope.tests_to(binding.at, binding.path)
    here = [each for each in scope.tests_to(use.at, use.path) if each not in there] if there else []
    return any(
        _contradict(ev, env, one, other) and not reach.changed(scope, one[0].names, one[0].at, other[0].at)
        for one in there
        for other in here
    )


def _contradict(ev: Evaluator, env: Env, one: tuple[Test, bool], other: tuple[Test, bool]) -> bool:
    (first, first_holds), (second, second_holds) = one, other
    if first.text == second.text:
        return first_holds != second_holds
    for key in sorted(first.names & second.names):
        left = _texts(ev, first.condition, key, env, holds=first_holds)
        right = _texts(ev, second.condition, key, env, holds=second_holds) if left else None
        if left and right and left.isdisjoint(right):
            return True
    return False


def _texts(ev: Evaluator, condition: Expression, key: str, env: Env, *, holds: bool) -> set[str]:
    """What the name can be by the condition; of strings that are written out, without a look at their values."""
    if isinstance(condition, Operator) and condition.sign in ("==", "!=") and isinstance(condition.operands[1], Text):
        is_told = (condition.sign == "==") == holds and truth.key_of(condition.operands[0]) == key
        return {condition.operands[1].value} if is_told else set()
    return {value.text for value in listed(ev, condition, key, env, holds=holds)}


def derived(ev: Evaluator, binding: Binding, use: Name, env: Env) -> Values:
    """What `path = TABLE[name]` gives where tests around the use of `path` ask about `name`."""
    scope = ev.modules[env.module].scopes[env.scope]
    value = binding.value
    chain = dotted(value.key) if isinstance(value, Subscript) and scope.tests else None
    if chain is None or not isinstance(value, Subscript) or reach.changed(scope, (chain[1],), binding.at, use.at):
        return ()
    asking = scope.tests_of(chain[1])
    if not any(True for _ in in_force(asking, use.at, use.path)):
        return ()
    bases = ev.evaluate(value.base, env)
    asked = use, chain[1]
    known = tuple(k for k in narrowed(ev, ev.evaluate(value.key, env), asked, 0, env) if isinstance(k, Str))
    if known and not any(containers.is_variable(ev, key) for key in known):
        return relabel(containers.item(ev, bases, known), "container")
    sure = tuple(key._replace(step="container") for key in known if not key.partial)
    others = (containers.item(ev, (base,), sure) for base in bases if sure and not isinstance(base, Dict))
    return relabel(merged(*others, *_passing(ev, bases, asked, env)), "container")


def _passing(ev: Evaluator, bases: Values, asked: tuple[Name, str], env: Env) -> Iterator[Values]:
    """What dicts hold under the keys for which control can come to the use."""
    for base in bases:
        for key, value, where in islice(containers.pairs(ev, base), _MAX_PAIRS) if isinstance(base, Dict) else ():
            held = ev.evaluate(key, where)
            if not set(held).isdisjoint(narrowed(ev, held, asked, 0, env)):
                yield ev.evaluate(value, where)


def keys(ev: Evaluator, bases: Values) -> Values:
    """The keys that dicts are written with."""
    pairs = [pair for base in bases if isinstance(base, Dict) for pair in containers.pairs(ev, base)]
    return tuple(v for key, _, env in pairs if key is not None for v in ev.evaluate(key, env) if isinstance(v, Str))


def _kept(ev: Evaluator, values: Values, key: str, condition: Expression, env: Env, *, holds: bool) -> Values:
    kept = tuple(value for value in values if truth.of(ev, condition, key, value, env) is not (not holds))
    if ev.modules[env.module].language == "python":
        kept = tuple(value for value in kept if not truth.fails(condition, key, value))
    told = tuple(value for value in kept if not (isinstance(value, Unknown | Ref | Thing) or _is_half_known(value)))
    if len(told) < len(kept) or not (kept or env.frame is not None):
        named = listed(ev, condition, key, env, holds=holds)
        if named:
            return (*told, *relabel(named, "local_variable"))
    if kept or env.frame is not None:
        return kept  # nothing: in this call, control does not come here
    is_default = any(isinstance(value, Str) and value.step in REPLACED for value in values)
    return (Unknown("runtime_input" if is_default else "parameter"),)


def _is_half_known(value: Value) -> bool:
    """Whether it is a name of which a part is not known: `org/*`, one of the names that are allowed."""
    return isinstance(value, Str) and value.partial and value.text != SOMEWHERE


def listed(ev: Evaluator, condition: Expression, key: str, env: Env, *, holds: bool) -> tuple[Str, ...]:
    """The strings of which the name is one, where the condition holds or not: `key == "a"`, `key not in TABLE`."""
    if not isinstance(condition, Operator):
        return ()
    sign, parts = condition.sign, condition.operands
    if sign == "not":
        return listed(ev, parts[0], key, env, holds=not holds)
    if sign in ("and", "or"):
        each = [listed(ev, part, key, env, holds=holds) for part in parts]
        is_all = (sign == "and") == holds
        if is_all:
            return next(filter(None, each), ())
        return tuple(dict.fromkeys(value for one in each for value in one)) if all(each) else ()
    if sign not in (("==", "in") if holds else ("!=", "not in")) or truth.key_of(parts[0]) != key:
        return ()
    found = truth.fixed(ev, parts[1], env) if sign in ("==", "!=") else truth.listed(ev, parts[1], env)
    return tuple(value for value in found if isinstance(value, Str) and not value.partial)
