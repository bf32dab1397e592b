"""Lists of what tests are run with: marks of pytest, and decorators of parameterized and absl."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from analyzer.program import Attribute, Call, Expression, Param, Scope, last_name
from analyzer.values import containers
from analyzer.values.calling import passing
from analyzer.values.objects import Cls, Const, Dict, Env, List, Ref, Str, Value, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MARK = "parametrize"
#: What pytest and parameterized put around what one run of a test is given.
_RUNS = frozenset({"pytest.param()", "parameterized.param()"})
#: Decorators of a test that list its runs: whether as one list, and whether each run has its name first.
_LISTING = {"expand": (True, False), "parameters": (False, False), "named_parameters": (False, True)}


class Mark(NamedTuple):
    """`@pytest.mark.parametrize("a,b", [(1, 2), …])`; `indirect` are the names that fixtures get as `request.param`."""

    names: tuple[str, ...]
    indirect: frozenset[str]
    call: Call
    env: Env

    def values(self, ev: Evaluator, name: str) -> Values:
        """What it gives one of its names."""
        listed = passing.argument(ev, passing.arguments_of(self.call, self.env), ("argvalues",), 1) or ()
        return relabel(runs(ev, listed, self.names.index(name) if len(self.names) > 1 else None), "call_argument")


def runs(ev: Evaluator, listed: Values, place: int | None = None) -> Values:
    """What each of the runs in a list is given, or the part of it at a place."""
    return merged(*(_of_run(ev, run, place) for run in containers.elements(ev, listed)))


def given(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What a test is run with, of one of its parameters."""
    found = [mark.values(ev, param.name) for mark in marks(ev, env.module, env.scope) if _lists(mark, param.name)]
    return merged(*found, _of_decorators(ev, scope, param, env))


def of_class(ev: Evaluator, cls: Cls, name: str) -> Values:
    """What `@parameterized_class(("a", "b"), [(1, 2), …])`, or a list of dicts, gives an attribute of its class."""
    found: list[Values] = []
    for decorator in ev.modules[cls.module].scopes[cls.scope].decorators:
        if isinstance(decorator, Call) and last_name(decorator.function) == "parameterized_class":
            arguments = passing.arguments_of(decorator, cls.env)
            named = passing.argument(ev, arguments, ("attrs",), 0) or ()
            listed = passing.argument(ev, arguments, ("input_values",), 1)
            names = [v.text for v in (*named, *containers.elements(ev, named)) if isinstance(v, Str)]
            if listed is None:
                dicts = (value for value in containers.elements(ev, named) if isinstance(value, Dict))
                found += [containers.known(ev, each, (Str(name, 0, 0),)) for each in dicts]
            elif name in names:
                found.append(runs(ev, listed, names.index(name) if len(names) > 1 else None))
    return relabel(merged(*found), "attribute")


def _lists(mark: Mark, name: str) -> bool:
    return name in mark.names and name not in mark.indirect


def marks(ev: Evaluator, module: int, index: int) -> tuple[Mark, ...]:
    """The marks of a function, of the classes around it, and of its file."""
    key = "marks", module, index
    if key not in ev.caches:
        ev.caches[key] = ()
        ev.caches[key] = tuple(_marks(ev, module, index))
    return ev.caches[key]  # type: ignore[return-value]


def _marks(ev: Evaluator, module: int, index: int) -> Iterator[Mark]:
    bodies = ev.bodies[module]
    if bodies is not None and not bodies.mentions(_MARK, 0):
        return
    ev.scope(module, index)
    scopes = ev.modules[module].scopes
    while index:
        around = ev.env(module, scopes[index].parent)
        for decorator in scopes[index].decorators:
            yield from _read(ev, decorator, around)
        for binding in scopes[scopes[index].parent].bindings.get("pytestmark", ()):
            yield from _read(ev, binding.value, around)
        index = scopes[index].parent


def _read(ev: Evaluator, expression: Expression, env: Env) -> Iterator[Mark]:
    """The mark that a decorator is, or the marks of a list; one that is written out needs no question."""
    if isinstance(expression, Call) and last_name(expression.function) == _MARK:
        yield from _mark(ev, expression, env)
        return
    values: Values = ev.evaluate(expression, env) if not isinstance(expression, Call) else ()
    for value in (*values, *containers.elements(ev, tuple(v for v in values if isinstance(v, List)))):
        if isinstance(value, Ref) and value.qualified.endswith(f".{_MARK}()") and value.call and value.env:
            yield from _mark(ev, value.call, value.env)


def _mark(ev: Evaluator, call: Call, env: Env) -> Iterator[Mark]:
    arguments = passing.arguments_of(call, env)
    given = passing.argument(ev, arguments, ("argnames",), 0) or ()
    listed = containers.elements(ev, tuple(value for value in given if isinstance(value, List)))
    names = [name.strip() for v in (*given, *listed) if isinstance(v, Str) for name in v.text.split(",")]
    if names:
        indirect = passing.keyword(ev, arguments, "indirect") or ()
        some = containers.elements(ev, tuple(value for value in indirect if isinstance(value, List)))
        through = {v.text for v in some if isinstance(v, Str)}
        is_all = any(isinstance(value, Const) and value.value is True for value in indirect)
        yield Mark(tuple(names), frozenset(names if is_all else through), call, env)


def _of_run(ev: Evaluator, run: Value, place: int | None) -> Values:
    """What one run is given, or the part of it at a place."""
    if isinstance(run, Ref) and run.qualified in _RUNS and run.call is not None and run.env is not None:
        return passing.argument(ev, passing.arguments_of(run.call, run.env), (), place or 0) or ()
    return (run,) if place is None else containers.item(ev, (run,), (Const(place),))


def _of_decorators(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """`@parameterized.expand([("name", 1), …])`, `@parameterized.named_parameters(("name", 1), …)`."""
    found: list[Values] = []
    for decorator in scope.decorators:
        function = decorator.function if isinstance(decorator, Call) else None
        if isinstance(function, Attribute) and function.name in _LISTING and env.parent is not None:
            is_list, is_named = _LISTING[function.name]
            given = passing.arguments_of(decorator, env.parent)  # type: ignore[arg-type]
            listed = merged(*(ev.evaluate(*entry) for entry in passing.positional(ev, given) if entry is not None))
            if is_list or all(isinstance(run, List) and not _is_run(ev, run) for run in listed):
                listed = containers.elements(ev, listed)
            place = scope.params.index(param) - (0 if is_named else 1)
            found += [_of_test(ev, run, param.name, place) for run in listed]
    return relabel(merged(*found), "call_argument")


def _is_run(ev: Evaluator, listed: List) -> bool:
    """Whether a list is what one run is given, and not of several runs."""
    return not any(isinstance(value, List | Dict) for value in containers.elements(ev, (listed,)))


def _of_test(ev: Evaluator, run: Value, name: str, place: int) -> Values:
    if isinstance(run, Dict):
        return containers.known(ev, run, (Str(name, 0, 0),))
    if isinstance(run, Str | Const):
        return (run,) if place == 0 else ()
    return _of_run(ev, run, place)
