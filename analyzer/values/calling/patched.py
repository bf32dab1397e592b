"""Tests, and those that put a stand-in where a loader is: the ids that they pass on load nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from analyzer.loaders import tables
from analyzer.program import Attribute, Call, Expression, Module, Name, Scope, Text, last_name

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_TEST = re.compile(r"(?:^|/)(?:tests?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$|[^/]*\.test\.[jt]sx?$|__tests__/)")
#: `patch("lib.Model")`, `patch.object(Model, "load")`, `mocker.patch(…)`, `monkeypatch.setattr("lib.load", …)`.
_PATCHERS = frozenset({"patch", "mocker", "monkeypatch"})
_PARTS = re.compile(r"[^a-z]+")
#: Parts of names that stand for no model, and owners that have none.
_STAND_INS = frozenset(
    {"dummy", "fake", "mock", "mocked", "foo", "bar", "baz", "placeholder", "nonexistent", "invalid"}
)
_OWNERS = frozenset(
    {"org", "owner", "user", "username", "namespace", "author", "repo", "test", "tests", "example", "my"}
)
#: Names that stand alone for none.
_ALONE = frozenset({"test", "tests"})


def is_test(path: str) -> bool:
    """Whether the file is a test, by its name or its folder's."""
    return _TEST.search(path) is not None


def is_stand_in(text: str) -> bool:
    """Whether a test's name for a model says that there is none: `dummy/model1`, `org/model`, `mock_path`."""
    owner, slash, _ = text.lower().partition("/")
    return (owner in _OWNERS if slash else owner in _ALONE) or not _STAND_INS.isdisjoint(_PARTS.split(text.lower()))


def is_patching(ev: Evaluator, module: int, index: int) -> bool:
    """Whether the scope is, or stands in, a test function or class in which a class or a loader is patched."""
    patching, scopes = ev.index(module, _patching), ev.modules[module].scopes
    while index > 0:
        if index in patching:
            return True
        index = scopes[index].parent
    return False


def _patching(module: Module, index: int, scope: Scope) -> Iterator[tuple[int, str]]:
    if scope.name.lower().startswith("test") and _patches(scope):
        yield index, scope.name


def _patches(scope: Scope) -> bool:
    calls = [*scope.calls, *(decorator for decorator in scope.decorators if isinstance(decorator, Call))]
    return any(_is_patcher(call.function) and any(map(_may_load, _targets(call))) for call in calls)


def _is_patcher(function: Expression) -> bool:
    while isinstance(function, Attribute):
        if function.name in _PATCHERS:
            return True
        function = function.base
    return isinstance(function, Name) and function.id in _PATCHERS


def _targets(call: Call) -> Iterator[str]:
    """Last names of what is replaced."""
    for argument in call.args[:2]:
        yield argument.value.rpartition(".")[2] if isinstance(argument, Text) else last_name(argument)


def _may_load(name: str) -> bool:
    return name[:1].isupper() or name in _loaders()


@cache
def _loaders() -> frozenset[str]:
    return frozenset(token.rpartition(".")[2] for token, _ in tables().gate_tokens())
