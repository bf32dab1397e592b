"""Methods that the object calls only behind tests: what these leave of an attribute holds in the method, too.

`if "xl" in self.name: self.load_xl()`, and `load_xl` reads `self.name`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Name
from analyzer.values import hierarchy
from analyzer.values.objects import Env, Str, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_CALLS = 8


def kept(ev: Evaluator, values: Values, own: str, key: str, env: Env) -> Values:
    """The values that an attribute `key` of the object `own` can still have in a method of it."""
    texts = [value for value in values if isinstance(value, Str) and not value.partial]
    if len(texts) < 2 or not key.startswith(f"{own}.") or ("called under", key, env.module, env.scope) in ev.busy:
        return values
    calls = _calls(ev, own, env)
    if not calls:
        return values
    ev.busy["called under", key, env.module, env.scope] = ev.depth
    left = {value for root, where in calls for value in _narrowed(ev, values, root, key, where)}
    del ev.busy["called under", key, env.module, env.scope]
    return tuple(value for value in values if value in left) or values


def _narrowed(ev: Evaluator, values: Values, root: Name, key: str, env: Env) -> Values:
    from analyzer.values.branching import narrowing

    return narrowing.narrowed(ev, values, (root, f"{root.id}.{key.partition('.')[2]}"), 0, env)


def _calls(ev: Evaluator, own: str, env: Env) -> list[tuple[Name, Env]]:
    """Where the object is written in each call of the method, and that call's function; none where others call it."""
    scope = ev.modules[env.module].scopes[env.scope]
    is_method = scope.kind == "function" and bool(scope.params) and scope.params[0].name == own
    if not is_method or (scope.name.startswith("__") and scope.name.endswith("__")):
        return []
    kept_under = "called under", env.module, env.scope
    if kept_under not in ev.caches:
        ev.caches[kept_under] = _found(ev, env)
    return ev.caches[kept_under]  # type: ignore[return-value]


def _found(ev: Evaluator, env: Env) -> list[tuple[Name, Env]]:
    from analyzer.values.calling import callers

    scope = ev.modules[env.module].scopes[env.scope]
    owner = hierarchy.owner(ev, env.module, env.scope)
    if owner is None or hierarchy.decorated(ev, scope, env, "property", "cached_property", "classmethod"):
        return []
    found: list[tuple[Name, Env]] = []
    for call, where in callers.callers(ev, env.module, scope, owner):
        root = _root(ev, call, where)
        caller = hierarchy.owner(ev, where.module, where.scope)
        if root is None or caller != owner or len(found) == _MAX_CALLS:
            return []
        found.append((root, where))
    is_told = any(ev.modules[where.module].scopes[where.scope].tests for _, where in found)
    return found if is_told else []


def _root(ev: Evaluator, call: Call, env: Env) -> Name | None:
    """`self` of `self.load()`."""
    function, params = call.function, ev.modules[env.module].scopes[env.scope].params
    if not isinstance(function, Attribute) or not isinstance(function.base, Name) or not params:
        return None
    return function.base if function.base.id == params[0].name else None
