"""What `base.name` is: modules, classes of the files read with their instances and bases, enums, external names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer import names
from analyzer.program import (
    Definition,
)
from analyzer.values import assigned, built, constructed, fields, filled, hierarchy, loading, lookups, strings
from analyzer.values.calling import calls, parametrized, remote
from analyzer.values.commandline import argument_records, launched, options
from analyzer.values.configs import open_configs, yacs
from analyzer.values.objects import (
    PROMISED,
    RUNTIME,
    Bound,
    Cls,
    Configs,
    Const,
    Dict,
    Env,
    Fn,
    Inst,
    List,
    Mod,
    Parsed,
    Partial,
    Ref,
    Str,
    Super,
    Thing,
    Unknown,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MISSING = Unknown("attribute_not_found")
#: What paths are made of.
_PATHS = {"os.pardir": "..", "os.curdir": ".", "os.sep": "/", "os.path.sep": "/"}
_DICT_METHODS = frozenset({"__getitem__", "get", "pop", "setdefault", "values", "keys", "items", "copy", "update"})


def attribute(ev: Evaluator, base: Value, name: str) -> Values:
    """The values of `base.name`."""
    match base:
        case Inst():
            return of_class(ev, base.cls, name, base)
        case Cls() if name == "__name__":
            scope = ev.modules[base.module].scopes[base.scope]
            return (Str(scope.name, base.module, scope.at),)
        case Cls():
            found = of_class(ev, base, name, None)
            if making := built.method(ev, base, name, found):
                return making
            return (remote.attribute(base, name) or found) if found == (_MISSING,) else found
        case Fn():
            return remote.attribute(base, name) or (_MISSING,)
        case Super():
            return _of_super(ev, base, name)
        case _ if name == "__dict__":
            return (base,)
        case Ref():
            return options.attribute(ev, base, name) or yacs.option(ev, base, name) or _external(ev, base, name)
        case Mod():
            return ev.member(base.module, name)
        case Thing():
            if given := loading.given_id(ev, base, name):
                return given
            base.event.reads.add(name)
            api = base.api + "." + name
            return (Thing(api, base.library, base.kind, base.event, attribute=True),)
        case Str():
            if name == "parent":
                return (strings.parent(base),)
            return (base,) if name in ("value", "_value_", "name") else (Bound(base, name),)
        case Dict():
            return _of_dict(ev, base, name)
        case Configs():
            return open_configs.attribute(ev, base, name)
        case List():
            return (Bound(base, name),)
        case Partial():
            return attribute(ev, base.function, name)
        case Unknown():
            return (base,)
        case _:
            return (_MISSING,)


def _external(ev: Evaluator, base: Ref, name: str) -> Values:
    qualified = base.qualified.removesuffix(".__dict__") + "." + name
    if qualified in _PATHS:
        return (Str(_PATHS[qualified], 0, 0),)
    if base.call is None:
        return ev.external(qualified, -1)
    return (Ref(qualified, base.call, base.env),)


def _of_dict(ev: Evaluator, base: Dict, name: str) -> Values:
    from analyzer.values import containers

    if name in _DICT_METHODS:
        return (Bound(base, name),)
    found = containers.item(ev, (base,), (Str(name, 0, 0),))
    is_object = any(ev.modules[env.module].language == "javascript" for _, _, env in base.entries[:1])
    return relabel(found, "container") if is_object else found


def subscripted(ev: Evaluator, base: Value, keys: Values) -> Values:
    """`thing[k]` is part of the thing, and `outputs["logits"]` reads it; `os.environ["X"]` comes at run time."""
    if isinstance(base, Thing):
        base.event.reads.update(key.text for key in keys if isinstance(key, Str) and key.text.isidentifier())
        return (base,)
    return (RUNTIME,)


def indexed(ev: Evaluator, base: Value, keys: Values) -> Values:
    """The parts of what a parser returns."""
    return options.indexed(ev, base, keys) if isinstance(base, Ref) else ()


# -- classes


def maker(ev: Evaluator, cls: Cls) -> tuple[Fn, ...]:
    """The `__new__` that the class itself defines."""
    if "__new__" not in ev.modules[cls.module].scopes[cls.scope].bindings:
        return ()
    return tuple(value for value in _class_level(ev, cls, "__new__", cls) if isinstance(value, Fn))


def constructors(ev: Evaluator, cls: Cls) -> tuple[Fn, ...]:
    """The `__init__` that making an object of the class runs."""
    return ev.remembered(("constructors", cls), lambda: _constructors(ev, cls))  # type: ignore[return-value]


def _constructors(ev: Evaluator, cls: Cls) -> tuple[Fn, ...]:
    for here in hierarchy.lineage(ev, cls):
        if isinstance(here, Cls):
            found = _class_level(ev, here, "__init__", None)
            if found:
                return tuple(value for value in found if isinstance(value, Fn))
    return ()


def of_class(ev: Evaluator, cls: Cls, name: str, inst: Inst | None) -> Values:
    """An attribute of a class or its object: set on self, set in the class, from bases, from subclasses."""
    return ev.remembered(("of class", cls, name, inst), lambda: _of_class(ev, cls, name, inst))


def _of_class(ev: Evaluator, cls: Cls, name: str, inst: Inst | None) -> Values:
    if inst is not None and name in ("value", "name", "_value_") and hierarchy.is_enum(ev, cls):
        return members(ev, cls)
    found: list[Values] = []
    external: list[Ref] = []
    level: Values = ()
    handed = constructed.given(ev, inst, name) if inst is not None else ()
    for here in hierarchy.lineage(ev, cls):
        if isinstance(here, Ref):
            if here.qualified not in hierarchy.BARE:
                external.append(here)
            continue
        found += [assigned.on_self(ev, here, name, inst), parametrized.of_class(ev, here, name)]
        if not level:
            level = handed or _class_level(ev, here, name, inst if inst is not None else cls)
            found.append(level)
        if any(isinstance(value, Fn) for value in level):
            break
    if inst is not None and (inst.frame is None or inst.frame is PROMISED):
        for sub in hierarchy.subclasses(ev, cls):
            found += [_class_level(ev, sub, name, inst), assigned.on_self(ev, sub, name, inst)]
            found.append(constructed.given(ev, Inst(sub, None), name))
    elif inst is None and cls.any:
        found.extend(_class_level(ev, sub, name, sub) for sub in hierarchy.subclasses(ev, cls))
    if inst is not None and not any(isinstance(value, Fn) for values in found for value in values):
        found.append(assigned.from_outside(ev, cls, name))
    values = merged(*found)
    if inst is None and values == (Const(None),) and (set_later := assigned.from_outside(ev, cls, name, made=False)):
        values = set_later
    if inst is not None and not name.startswith("__") and not any(isinstance(value, Fn) for value in values):
        laid = filled.given(ev, inst, name)
        values = merged(laid, values if inst.frame is None or not laid else ())
        values = values or filled.method(ev, inst, name)
    return values or _else_of_class(ev, cls, name, inst, external) or (_MISSING,)


def _else_of_class(ev: Evaluator, cls: Cls, name: str, inst: Inst | None, external: list[Ref]) -> Values:
    """An attribute that no class of the files read has: of what the object loaded, of `__getattr__`, of the library."""
    if name == "__class__":
        return (cls,)
    if inst is not None and inst.thing is not None:
        return attribute(ev, inst.thing, name)
    values: Values = ()
    if inst is not None and not name.startswith("__"):
        values = lookups.given(ev, inst, "__getattr__", (Str(name, cls.module, 0),))
    if not values and external and inst is not None and name == "config":
        values = hierarchy.configs_of(ev, cls)
    if not values and external and inst is not None and isinstance(inst.frame, Parsed) and inst.frame.started:
        values = launched.given(ev, name, inst.frame.started)
    if not values and external:
        if ev.follow:  # one call is one: of the first base that a table has it of
            known = (r for r in external if ev.tables.match(f"{r.qualified}.{name}"))
            external = [next(known, external[0])] if len(external) > 1 else external
        made = (argument_records.parser(ev, ref, inst) for ref in external if not ref.qualified.startswith("builtins."))
        return merged(*(_external(ev, ref, name) for ref in made))
    return values


def _class_level(ev: Evaluator, cls: Cls, name: str, bound: Value | None) -> Values:
    """What the class body binds; methods bound, properties called, fields as the constructor call sets them."""
    scope = ev.modules[cls.module].scopes[cls.scope]
    env = ev.env(cls.module, cls.scope)
    if hierarchy.is_record(ev, cls, scope):
        field = next((f for f in scope.fields if f.name == name), None)
        if field is not None:
            return fields.of_record(ev, cls, scope, field, bound)
    bindings = scope.bindings.get(name)
    if not bindings:
        return ()
    found: list[Values] = []
    for binding in names.reaching(bindings, 1 << 62, ()):
        if isinstance(binding.value, Definition):
            found.append(_member(ev, env, binding.value, bound))
        else:
            field = fields.described(ev, name, binding.value, env)
            values = fields.of_record(ev, cls, scope, field, bound) if field else ev.evaluate(binding.value, env)
            found.append(relabel(values, _step(ev, cls)))
    return merged(*found)


def members(ev: Evaluator, cls: Cls) -> Values:
    """The members of an enum."""
    names_ = [name for name in ev.modules[cls.module].scopes[cls.scope].bindings if name.isidentifier()]
    found = [_class_level(ev, cls, name, None) for name in names_] if hierarchy.is_enum(ev, cls) else []
    return tuple(value for value in merged(*found) if not isinstance(value, Fn))


def _step(ev: Evaluator, cls: Cls) -> str:
    return "enum_member" if hierarchy.is_enum(ev, cls) else "attribute"


def _member(ev: Evaluator, env: Env, definition: Definition, bound: Value | None) -> Values:
    made = ev.definition(definition, env)
    fn = made[0]
    if not isinstance(fn, Fn):
        return made
    scope = ev.scope(fn.module, fn.scope)
    if hierarchy.decorated(ev, scope, env, "staticmethod"):
        return (fn,)
    if hierarchy.decorated(ev, scope, env, "classmethod") and isinstance(bound, Inst):
        bound = bound.cls
    method = fn._replace(bound=bound)
    if hierarchy.decorated(ev, scope, env, "property", "cached_property", "computed_field", "hybrid_property"):
        entered = calls.enter(ev, method, None, "property", env)
        return ev.union(scope.returns, entered) if entered is not None else ()
    return (method,)


def _of_super(ev: Evaluator, base: Super, name: str) -> Values:
    """An attribute of the first base that has it."""
    rest = list(hierarchy.lineage(ev, base.cls))[1:]
    for here in rest:
        if isinstance(here, Cls):
            found = _class_level(ev, here, name, base.bound or Inst(base.cls, None))
            if found:
                return found
    external = [here for here in rest if isinstance(here, Ref) and here.qualified not in hierarchy.BARE]
    return merged(*(_external(ev, ref, name) for ref in external)) or (_MISSING,)
