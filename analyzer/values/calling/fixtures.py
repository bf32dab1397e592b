"""What pytest passes to tests and fixtures: what fixtures of the parameter's name give, and what they are run with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Imported, Module, Param, Scope, Text, last_name
from analyzer.values import hierarchy
from analyzer.values.branching import reach
from analyzer.values.calling import calls, parametrized, passing
from analyzer.values.commandline import declarations, launched
from analyzer.values.objects import (
    RUNTIME,
    UNKNOWN_CALL,
    Arguments,
    Dict,
    Env,
    Fn,
    Held,
    Inst,
    Str,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Fixtures between a test and one that it uses, at most.
_MAX_BETWEEN = 4


def given(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What a parameter of a test or fixture holds, or of a function that a list of runs decorates."""
    if not scope.decorators and not scope.name.startswith("test"):
        return ()
    is_fixture = _is_fixture(scope)
    if is_fixture and param.name == "request":
        return _request(ev, scope, env)
    listed = parametrized.given(ev, scope, param, env)
    if listed or not (is_fixture or scope.name.startswith("test")):
        return listed
    made = _made(ev, scope, param.name, env)
    return relabel(made or (_through_tests(ev, scope, param.name, env) if is_fixture else ()), "call_argument")


def named(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`request.getfixturevalue("name")`."""
    asked = (v.text for v in passing.argument(ev, arguments, ("argname",), 0) or () if isinstance(v, Str))
    here = ev.modules[env.module].scopes[env.scope]
    return merged(*(_made(ev, here, name, env) for name in asked)) or (UNKNOWN_CALL,)


def option(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`config.getoption("--name")` of an option that `parser.addoption` declares."""
    asked = [v.text for v in passing.argument(ev, arguments, ("name",), 0) or () if isinstance(v, Str)]
    names = [text.lstrip("-").replace("-", "_") for text in asked]
    files = [*ev.fixture_files(env.module)]
    found = (declarations.declared(ev, f, name, launched.anywhere(ev, f)) for f in files for name in names)
    return merged(*found) or (RUNTIME,)


def calls_of(ev: Evaluator, module: int, index: int) -> Iterator[tuple[Call, Env]]:
    """Calls of a function that a fixture gives, by the fixture's name."""
    from analyzer.values.calling import callers

    parent = ev.modules[module].scopes[index].parent
    around = ev.modules[module].scopes[parent]
    if around.kind == "function" and _is_fixture(around):
        for name in _names(around):
            for other in ev.fixture_users(module, name):
                yield from callers.calls_in(ev, other, name)


def _made(ev: Evaluator, scope: Scope, name: str, env: Env) -> Values:
    """What the nearest fixture of a name gives or yields."""
    for module in ev.fixture_files(env.module):
        found = [fn for fn in _fixtures(ev, module, name) if ev.modules[fn.module].scopes[fn.scope] is not scope]
        if found:
            return merged(*(_value(ev, fn, env) for fn in found))
    return ()


def _fixtures(ev: Evaluator, module: int, name: str) -> Iterator[Fn]:
    """The fixtures of a file by that name, also those that it imports."""
    ev.read_mentioning(module, name)
    for index in ev.index(module, _by_name).get(name):
        owner = hierarchy.owner(ev, module, index)
        around = ev.env(module, ev.modules[module].scopes[index].parent)
        yield Fn(module, index, around, Inst(owner, None) if owner is not None else None)
    bound = ev.modules[module].scopes[0].bindings.get(name, ())
    if any(isinstance(binding.value, Imported) for binding in bound):
        imported = (value for value in ev.member(module, name) if isinstance(value, Fn))
        yield from (fn for fn in imported if _is_fixture(ev.modules[fn.module].scopes[fn.scope]))


def _by_name(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, int]]:
    """Name of a fixture -> its functions."""
    if scope.kind == "function" and _is_fixture(scope):
        yield from ((name, index) for name in _names(scope))


def _value(ev: Evaluator, fn: Fn, env: Env) -> Values:
    """What a fixture gives or yields, of any of its runs."""
    scope = ev.scope(fn.module, fn.scope)
    entered = calls.enter(ev, fn, None, "fixture", env)
    return ev.union(reach.returned(ev, scope, entered), entered) if entered is not None else ()


def _decorations(scope: Scope) -> Iterator[Expression]:
    """The decorators that make a fixture of a function."""
    for decorator in scope.decorators:
        if last_name(decorator.function if isinstance(decorator, Call) else decorator) == "fixture":
            yield decorator


def _is_fixture(scope: Scope) -> bool:
    return any(True for _ in _decorations(scope))


def _names(scope: Scope) -> list[str]:
    """The name of a fixture: its function's, or the one that `@fixture(name="x")` gives it."""
    keywords = (pair for each in _decorations(scope) if isinstance(each, Call) for pair in each.keywords)
    return [value.value for key, value in keywords if key == "name" and isinstance(value, Text)] or [scope.name]


def _request(ev: Evaluator, scope: Scope, env: Env) -> Values:
    """`request` with its `param`: what the fixture is run with, of its own list or through marks of tests."""
    key = "request", env.module, env.scope
    if key not in ev.caches:
        ev.caches[key] = ()
        listed = [value for call in _decorations(scope) if isinstance(call, Call) for value in _params(ev, call, env)]
        found = merged(tuple(listed), *(_through_marks(ev, name, env) for name in _names(scope)))
        entry = Text("param", scope.at), ev.keep(Held(relabel(found, "call_argument"), scope.at)), env
        ev.caches[key] = (Dict((entry,)),) if found else ()
    return ev.caches[key]  # type: ignore[return-value]


def _params(ev: Evaluator, decoration: Call, env: Env) -> Values:
    around = env.parent or env
    listed = passing.keyword(ev, passing.arguments_of(decoration, around), "params") or ()
    return parametrized.runs(ev, listed)


def _through_marks(ev: Evaluator, name: str, env: Env) -> Values:
    """What marks of tests give a fixture indirectly."""
    found = (mark for _, mark in _marked(ev, env.module, name) if name in mark.indirect)
    return merged(*(mark.values(ev, name) for mark in found))


def _through_tests(ev: Evaluator, scope: Scope, name: str, env: Env) -> Values:
    """What marks of tests that use a fixture give one of its parameters, which no fixture gives."""
    own = _names(scope)
    found = [
        mark.values(ev, name)
        for test, mark in _marked(ev, env.module, name)
        if name not in mark.indirect and any(_uses(ev, mark.env.module, test, each) for each in own)
    ]
    return merged(*found)


def _marked(ev: Evaluator, module: int, name: str) -> Iterator[tuple[Scope, parametrized.Mark]]:
    """Tests that can use what the file gives, each with its marks that list the name."""
    for other in ev.fixture_users(module, name):
        for index, scope in ev.modules[other].in_order():
            if scope.kind == "function" and scope.name.startswith("test"):
                yield from ((scope, mark) for mark in parametrized.marks(ev, other, index) if name in mark.names)


def _uses(ev: Evaluator, module: int, scope: Scope, name: str, depth: int = 0) -> bool:
    """Whether a test or fixture takes the fixture `name`, or one that does."""
    taken = [param.name for param in scope.params]
    if name in taken:
        return True
    inner = (fn for each in taken for where in ev.fixture_files(module) for fn in _fixtures(ev, where, each))
    return depth < _MAX_BETWEEN and any(
        _uses(ev, fn.module, ev.modules[fn.module].scopes[fn.scope], name, depth + 1) for fn in inner
    )
