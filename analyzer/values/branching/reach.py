"""Whether control can come to a place in one call of a function, by the tests on the way to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    LOOP,
    Binding,
    BranchPath,
    Expression,
    Scope,
    Test,
)
from analyzer.values.branching import outcome, questions
from analyzer.values.objects import Assumed, Env, Inst, Nobody

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
        found = (questions.given(scope, test.condition, own) for test, _ in scope.tests_to(at, path))
        scope.told[key] = frozenset(name for names in found if names for name in names)
    return scope.told[key]


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


def _comes(ev: Evaluator, env: Env, scope: Scope, at: int, path: BranchPath) -> bool | None:
    arms = {arm[0] for arm in path}
    decided: set[int] = set()
    open_: set[int] = set()
    for test, holds in scope.tests_to(at, path):
        found = outcome.of(ev, test.condition, env) if _is_asked(ev, scope, test, env) else None
        if found is not None and found is not holds:
            ev.tells()
            return False
        (open_ if found is None else decided).add(test.at)
    return True if arms and arms <= decided - open_ else None


def decides(ev: Evaluator, env: Env, at: int, path: BranchPath) -> bool:
    """Whether a test on the way to a place can be told in this call, and lets control pass."""
    scope = ev.modules[env.module].scopes[env.scope]
    tests = (each for each in scope.tests_to(at, path) if _is_asked(ev, scope, each[0], env))
    return any(outcome.of(ev, test.condition, env) is holds for test, holds in tests)


def _is_asked(ev: Evaluator, scope: Scope, test: Test, env: Env) -> bool:
    """Whether the test can be told in a call: of what the function is given, or of its object, where that is known.

    Where a value is supposed to be taken, also what any text is, unless it is some caller's.
    """
    if ev.supposed is not None and questions.is_textual(test.condition):
        return is_known(env) or not questions.takes(scope, test.condition)
    if isinstance(env.frame, Assumed):
        name = env.frame.name
        return (
            name in questions.records(scope, test.condition)
            or questions.given(scope, test.condition) == frozenset((name,))
            or ("." in name and set(questions.dotted_in(test.condition)) == {name})
        )
    bound = env.frame.bound if env.frame is not None else None
    own = scope.params[0].name if scope.params and isinstance(bound, Inst) and bound.frame is not None else ""
    return is_known(env) and bool(questions.given(scope, test.condition, own))


def changed(scope: Scope, names: Iterable[str], start: int, end: int) -> bool:
    """Whether one of the names is bound anew between two places."""
    low, high = min(start, end), max(start, end)
    return any(low < binding.at < high for name in names for binding in scope.bindings.get(name, ()))
