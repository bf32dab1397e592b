"""Whether control can come to a place in one call of a function, by the tests on the way to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    LOOP,
    Binding,
    BranchPath,
    Expression,
    Parameter,
    Scope,
    Test,
)
from analyzer.values.branching import outcome, questions
from analyzer.values.objects import Assumed, Env, Inst, Nobody, Str

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def comes(ev: Evaluator, env: Env, at: int, path: BranchPath) -> bool | None:
    """Whether control comes to a place in the call that `env` stands for; None where that cannot be told."""
    scope = ev.modules[env.module].scopes[env.scope]
    if not scope.tests or (ev.supposed is None and not is_known(env)):
        return None
    key = "comes", env, at, path
    if key not in ev.caches:
        ev.caches[key] = None  # while it is being found out
        ev.caches[key] = _comes(ev, env, scope, at, path)
        ev.note(ev.caches, key)
    return ev.caches[key]  # type: ignore[return-value]


def comes_by_texts(ev: Evaluator, env: Env, at: int, path: BranchPath) -> bool | None:
    """Whether tests on the way that ask about texts keep control from a place; None where they do not."""
    tests = ev.modules[env.module].scopes[env.scope].tests_to(at, path)
    found = ((told(ev, t.condition, env), holds) for t, holds in tests if questions.is_textual(t.condition))
    return False if any(one is not None and one is not holds for one, holds in found) else None


def comes_in_all(ev: Evaluator, env: Env, at: int, path: BranchPath) -> bool | None:
    """The same as far as it was told of all runs, whatever value is supposed to be taken now."""
    return ev.in_all(("comes", env, at, path))  # type: ignore[return-value]


def returned(ev: Evaluator, scope: Scope, env: Env) -> list[Expression]:
    """What the function can return in this call."""
    if len(scope.returns) < 2 or not scope.tests:
        return scope.returns
    found: list[Expression] = []
    for value, path in zip(scope.returns, scope.return_paths, strict=True):
        if comes(ev, env, value.at, path) is not False:
            found.append(value)
    return found


def told(ev: Evaluator, condition: Expression, env: Env) -> bool | None:
    """What a condition is in the call that `env` stands for; None where that cannot be told."""
    if ev.supposed is None and not is_known(env):
        return None
    scope = ev.modules[env.module].scopes[env.scope]
    found = outcome.of(ev, condition, env) if _is_asked(ev, scope, condition, env) else None
    if found is not None:
        ev.tells()
    return found


def bound(ev: Evaluator, bindings: Iterable[Binding], env: Env) -> Iterator[Binding]:
    """Of the bindings of a name, latest first, those that are made in this call; one that is made hides older ones."""
    if not ev.modules[env.module].scopes[env.scope].tests or (ev.supposed is None and not is_known(env)):
        yield from bindings
        return
    hidden = False
    for binding in bindings:
        comes_there = comes(ev, env, binding.at, binding.path) if not hidden and binding.path else None
        if not hidden and comes_there is not False:
            yield binding
        hidden = hidden or (comes_there is True and not any(arm[1] == LOOP for arm in binding.path))


def asked(scope: Scope, at: int, path: BranchPath, own: str = "") -> frozenset[str]:
    """The parameters that tests on the way to a place ask about."""
    key = "asked", at, path, len(scope.tests), own
    if key not in scope.told:
        tests = (test for test, _ in scope.tests_to(at, path) if _is_worth(test))
        found = (questions.given(scope, test.condition, own) for test in tests)
        scope.told[key] = frozenset(name for names in found if names for name in names)
    return scope.told[key]


def tells(scope: Scope, at: int, path: BranchPath, *, flags: bool) -> bool:
    """Whether tests on the way to a place ask about texts, or, with `flags`, about what the function is given."""
    key = "tells", at, path, len(scope.tests), flags
    if key not in scope.told:
        own = scope.params[0].name if scope.params else ""
        tests = (test.condition for test, _ in scope.tests_to(at, path))
        found = any(questions.is_textual(each) or (flags and questions.given(scope, each, own)) for each in tests)
        scope.told[key] = frozenset(("",) if found else ())
    return bool(scope.told[key])


def records(scope: Scope, at: int, path: BranchPath) -> frozenset[str]:
    """The names of which tests on the way to a place ask an entry or attribute."""
    key = "records", at, path, len(scope.tests)
    if key not in scope.told:
        found = (questions.records(scope, test.condition) for test, _ in scope.tests_to(at, path))
        scope.told[key] = frozenset(name for names in found for name in names)
    return scope.told[key]


def is_known(env: Env) -> bool:
    """Whether the environment is one call, an object that one call made, or one value of what a name holds."""
    frame = env.frame
    if frame is None or isinstance(frame, Nobody):
        return False
    if isinstance(frame, Assumed):
        return True
    return frame.arguments is not None or (isinstance(frame.bound, Inst) and frame.bound.frame is not None)


def _is_worth(test: Test) -> bool:
    """Whether the test may take an answer for each call: within expressions, objects are asked if they are there."""
    return not test.inline or questions.is_textual(test.condition)


def _comes(ev: Evaluator, env: Env, scope: Scope, at: int, path: BranchPath) -> bool | None:
    arms = {arm[0] for arm in path}
    decided: set[int] = set()
    open_: set[int] = set()
    for test, holds in scope.tests_to(at, path):
        is_worth = ev.supposed is not None or _is_worth(test)
        is_asked = is_worth and _is_asked(ev, scope, test.condition, env)
        found = outcome.of(ev, test.condition, env) if is_asked else None
        if found is not None:
            ev.tells()
        if found is not None and found is not holds:
            return False
        (open_ if found is None else decided).add(test.at)
    return True if arms and arms <= decided - open_ else None


def decides(ev: Evaluator, env: Env, at: int, path: BranchPath) -> bool:
    """Whether a test on the way to a place can be told in this call, and lets control pass."""
    scope = ev.modules[env.module].scopes[env.scope]
    tests = (each for each in scope.tests_to(at, path) if _is_asked(ev, scope, each[0].condition, env))
    return any(outcome.of(ev, test.condition, env) is holds for test, holds in tests)


def _is_asked(ev: Evaluator, scope: Scope, condition: Expression, env: Env) -> bool:
    """Whether the condition can be told in a call: of what the function is given, or of its object, if that is known.

    Where a value is supposed to be taken, also what any text is, unless it is some caller's.
    """
    if ev.supposed is not None and questions.is_textual(condition):
        return is_known(env) or not questions.takes(scope, condition) or _is_of_supposed(ev, scope, condition, env)
    if isinstance(env.frame, Assumed):
        name = env.frame.name
        return (
            name in questions.records(scope, condition)
            or questions.given(scope, condition) == frozenset((name,))
            or ("." in name and set(questions.dotted_in(condition)) == {name})
        )
    bound = env.frame.bound if env.frame is not None else None
    own = scope.params[0].name if scope.params and isinstance(bound, Inst) and bound.frame is not None else ""
    return is_known(env) and bool(questions.given(scope, condition, own))


def _is_of_supposed(ev: Evaluator, scope: Scope, condition: Expression, env: Env) -> bool:
    """Whether all that the condition asks of callers is the value that is supposed to be taken."""
    assert ev.supposed is not None
    names = questions.given(scope, condition) or ()
    bound = [scope.bindings[name] for name in names]
    if not bound or any(len(each) > 1 or not isinstance(each[0].value, Parameter) for each in bound):
        return False
    held = [ev.evaluate(each[0].value, env) for each in bound]
    return all(len(v) == 1 and isinstance(v[0], Str) and (v[0].module, v[0].at) == ev.supposed[:2] for v in held)


def changed(scope: Scope, names: Iterable[str], start: int, end: int) -> bool:
    """Whether one of the names is bound anew between two places."""
    low, high = min(start, end), max(start, end)
    return any(low < binding.at < high for name in names for binding in scope.bindings.get(name, ()))
