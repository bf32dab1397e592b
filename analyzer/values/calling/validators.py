"""What pydantic hands to the validators of a record, its fields or the value of one, and takes from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Constant, Expression, Param, Scope, Text, last_name
from analyzer.values import attributes, fields, hierarchy
from analyzer.values.objects import Cls, Dict, Env, Held, Inst, Str, Unknown, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_Entry = tuple[Expression | None, Expression, Env]
_OPEN = (Unknown("parameter"),)
_OF_ALL = frozenset({"model_validator", "root_validator", "pre_init"})
_OF_ONE = frozenset({"field_validator", "validator"})


def returned(ev: Evaluator, cls: Cls, name: str) -> Values:
    """The names that the validators of a class make of a field."""
    found = [ev.union(ev.scope(cls.module, at).returns, ev.env(cls.module, at)) for at in _of_field(ev, cls, name)]
    return tuple(value for value in merged(*found) if isinstance(value, Str))


def _of_field(ev: Evaluator, cls: Cls, name: str) -> tuple[int, ...]:
    """The validators of a field, as scopes."""
    key = "validators", cls.module, cls.scope
    if key not in ev.caches:
        bodies = ev.bodies[cls.module]
        is_checked = bodies is not None and any(bodies.mentions(word, cls.scope) for word in sorted(_OF_ONE))
        for word in sorted(_OF_ONE) if is_checked else ():
            ev.read_mentioning(cls.module, word, cls.scope)
        scopes = enumerate(ev.modules[cls.module].scopes) if is_checked else ()
        ev.caches[key] = tuple((at, scope.decorators) for at, scope in scopes if scope.parent == cls.scope)
    listed: tuple[tuple[int, tuple[Expression, ...]], ...] = ev.caches[key]  # type: ignore[assignment]
    return tuple(at for at, decorators in listed if any(_checks(each, name) for each in decorators))


def _checks(decorator: Expression, name: str) -> bool:
    """`@field_validator("name")`."""
    if not isinstance(decorator, Call) or last_name(decorator.function) not in _OF_ONE:
        return False
    return any(isinstance(arg, Text) and arg.value == name for arg in decorator.args)


def handed(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What a validator of the class around gets as its second parameter, behind `cls`."""
    if len(scope.params) < 2 or param is not scope.params[1]:
        return ()
    for decorator in scope.decorators:
        name = last_name(decorator.function if isinstance(decorator, Call) else decorator)
        owner = hierarchy.owner(ev, env.module, env.scope) if name in _OF_ALL or name in _OF_ONE else None
        if owner is not None and name in _OF_ALL:
            return _values(ev, owner, is_early=_is_early(decorator))
        if owner is not None and isinstance(decorator, Call):
            named = (arg.value for arg in decorator.args if isinstance(arg, Text))
            return merged(*(attributes.attribute(ev, Inst(owner, None), field) for field in named))
    return ()


def _values(ev: Evaluator, owner: Cls, *, is_early: bool) -> Values:
    return ev.remembered(("validated", owner, is_early), lambda: _fields(ev, owner, is_early=is_early))


def _is_early(decorator: Expression) -> bool:
    """Whether it runs before the fields are set: their defaults are not there yet."""
    said = dict(decorator.keywords) if isinstance(decorator, Call) else {}
    mode, pre = said.get("mode"), said.get("pre")
    return (isinstance(mode, Text) and mode.value == "before") or (isinstance(pre, Constant) and pre.value is True)


def _fields(ev: Evaluator, owner: Cls, *, is_early: bool) -> Values:
    env = ev.env(owner.module, owner.scope)
    of_object = ev.keep(Held((Inst(owner, None),)))
    entries: dict[str, _Entry] = {}
    for cls in hierarchy.lineage(ev, owner):
        declared = ev.modules[cls.module].scopes[cls.scope].fields if isinstance(cls, Cls) else ()
        for field in declared:
            if field.name in entries:
                continue
            value: Expression = ev.keep(Attribute(of_object, field.name, 0))
            if is_early:
                value = ev.keep(Held(fields.given(ev, owner, field) or _OPEN))
            entries[field.name] = Text(field.name, 0), value, env
    return (Dict(tuple(entries.values()), more=is_early),)
