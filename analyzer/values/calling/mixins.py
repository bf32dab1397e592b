"""What a base class of a library hands to a method that a class defines for it: `_from_pretrained` of ModelHubMixin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Scope
from analyzer.values import hierarchy
from analyzer.values.calling import callers
from analyzer.values.objects import Cls, Env, Ref

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_HOOK, _CALLED = "_from_pretrained", "from_pretrained"
_BASE = "ModelHubMixin"
#: What `from_pretrained` calls the id, and what the method gets it as.
_NAMES = ("pretrained_model_name_or_path", "model_id")


def calls_of(ev: Evaluator, scope: Scope, owner: Cls | None) -> Iterator[tuple[Call, Env]]:
    """`Model.from_pretrained("org/name")` as a call of `Model._from_pretrained(model_id="org/name")`."""
    if scope.name != _HOOK or owner is None:
        return
    if not any(isinstance(base, Ref) and base.qualified.endswith(_BASE) for base in hierarchy.lineage(ev, owner)):
        return
    for call, env in callers.calls_named(ev, owner.module, _CALLED):
        if not isinstance(call.function, Attribute) or not _is_of(ev, call.function.base, owner, env):
            continue
        key = "hub mixin", id(call)
        if key not in ev.caches:
            ev.caches[key] = ev.keep(_handed(call, call.function))
        yield ev.caches[key], env  # type: ignore[misc]


def _is_of(ev: Evaluator, base: Expression, owner: Cls, env: Env) -> bool:
    return any(isinstance(value, Cls) and hierarchy.derives(ev, value, owner) for value in ev.evaluate(base, env))


def _handed(call: Call, function: Attribute) -> Call:
    named = tuple((_NAMES[1] if name == _NAMES[0] else name, value) for name, value in call.keywords)
    given = tuple((_NAMES[1], value) for value in call.args[:1])
    return Call(Attribute(function.base, _HOOK, function.at), (), (*given, *named), call.at, call.end)
