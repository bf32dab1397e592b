"""What lies at the end of a path: `for key in path.split("."): value = value[key]`, `reduce(getitem, path, value)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer import names
from analyzer.program import Attribute, Binding, Call, Element, Expression, Name, Subscript
from analyzer.values import containers
from analyzer.values.objects import Env, Fn, List, Ref, Str, Tuple, Value, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_STEPS = 10


def by_loop(ev: Evaluator, step: Expression, env: Env) -> Values | None:
    """What the variable is after the loop, asked where it takes the next step; None where this is no such step."""
    base, key = _step(step)
    if base is None or key is None:
        return None
    bindings = ev.modules[env.module].scopes[env.scope].bindings
    bound = bindings.get(base.id, ())
    own = next((binding for binding in bound if binding.value is step), None)
    loops = [each for each in bindings.get(key.id, ()) if isinstance(each.value, Element)]
    if own is None or len(loops) != 1 or not _is_within(own, loops[0]):
        return None
    loop = loops[0]
    start = names.reaching([each for each in bound if each.at < loop.at], loop.at, loop.path)
    assert isinstance(loop.value, Element)
    return end(ev, ev.union((each.value for each in start), env), ev.evaluate(loop.value.iterable, env))


def _step(step: Expression) -> tuple[Name | None, Name | None]:
    """The variable and the key of `value[key]` and `value.get(key, {})`."""
    match step:
        case Subscript(base=Name() as base, key=Name() as key):
            return base, key
        case Call(function=Attribute(base=Name() as base, name="get"), args=(Name() as key, *_)):
            return base, key
    return None, None


def by_function(ev: Evaluator, function: Value, paths: Values, start: Values) -> Values | None:
    """What `reduce` gives with `operator.getitem`, or a function that takes one step."""
    if isinstance(function, Fn):
        scope = ev.scope(function.module, function.scope)
        base, key = _step(scope.returns[0]) if len(scope.returns) == 1 else (None, None)
        is_step = base is not None and key is not None and [p.name for p in scope.params] == [base.id, key.id]
    else:
        is_step = isinstance(function, Ref) and function.qualified == "operator.getitem"
    return end(ev, start, paths) if is_step else None


def _is_within(step: Binding, loop: Binding) -> bool:
    """Whether the step is taken in the loop."""
    return loop.at < step.at and step.path[: len(loop.path)] == loop.path


def end(ev: Evaluator, start: Values, paths: Values) -> Values | None:
    """What the keys of the paths lead to, one after the other; None where they are not all known."""
    found: list[Values] = []
    for path in paths:
        keys = _keys(ev, path) if isinstance(path, List) else None
        if keys is None or len(keys) > _MAX_STEPS:
            return None
        values = start
        for key in keys:
            values = containers.item(ev, values, key)
        found.append(values)
    return merged(*found) if found else None


def _keys(ev: Evaluator, path: List) -> list[Values] | None:
    """The texts of a list that is known whole."""
    if isinstance(path, Tuple):
        keys: list[Values] = [(value,) for value in path.values]
    else:
        entries = () if path.open else containers.entries(ev, path)
        keys = [ev.evaluate(*entry) if entry is not None else () for entry in entries]
    return keys if keys and all(len(key) == 1 and isinstance(key[0], Str) for key in keys) else None
