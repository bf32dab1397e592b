"""What `base.name` is: modules, classes of the files read with their instances and bases, enums, external names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer import names
from analyzer.program import (
    Attribute,
    Binding,
    Call,
    Definition,
    Expression,
    Field,
    Module,
    Name,
    Opaque,
    Operator,
    Scope,
    dotted,
    last_name,
)
from analyzer.values import (
    apis,
    callers,
    calls,
    environment,
    hierarchy,
    launched,
    open_configs,
    options,
    remote,
    strings,
    yacs,
)
from analyzer.values.objects import (
    PROMISED,
    Arguments,
    Bound,
    Cls,
    Configs,
    Const,
    Dict,
    Env,
    Fn,
    Frame,
    Held,
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

#: Ends of the names of classes whose objects parse command lines into objects.
_PARSERS = ("HfArgumentParser", "TrlParser")
_MISSING = Unknown("attribute_not_found")
_DICT_METHODS = frozenset({"get", "pop", "setdefault", "values", "keys", "items", "copy", "update"})


@dataclass(frozen=True, slots=True)
class Assigned:
    """What the scope itself binds to a dotted name; `final`: nothing else can be in force."""

    values: Values
    final: bool


def assigned(ev: Evaluator, expression: Attribute, env: Env) -> Assigned | None:
    """Bindings of `a.b` as a whole, in this scope or one around it."""
    chain = dotted(expression)
    if chain is None:
        return None
    root, name = chain
    nested: Scope | None = None
    here: Env | None = env
    while here is not None:
        scope = ev.scope(here.module, here.scope)
        bindings = scope.bindings.get(name, [])
        stores = scope.bindings.get(name + "[]", ())
        if bindings or stores:
            found = (
                names.final(bindings, nested.at, nested.path)
                if nested
                else names.reaching(bindings, root.at, root.path)
            )
            values = merged(
                *(ev.evaluate(binding.value, here) for binding in found),
                *(ev.evaluate(store.value, here) for store in stores),
            )
            certain = bool(found) and nested is None and any(b.path == root.path[: len(b.path)] for b in found)
            return Assigned(relabel(values, "attribute"), certain)
        if root.id in scope.bindings:
            return _elsewhere(ev, root, name, here) if here.parent is None else None
        nested, here = scope, here.parent
    return None


def _elsewhere(ev: Evaluator, root: Name, name: str, env: Env) -> Assigned | None:
    """What other functions set on a module-level object: `app.state.model = …`."""
    ev.read_mentioning(env.module, name.rpartition(".")[2])
    found: list[Values] = []
    scopes = ev.modules[env.module].scopes
    for index in ev.index("put", env.module, putting).get(name, ()):
        if root.id not in scopes[index].bindings:
            where = ev.env(env.module, index)
            found.extend(ev.evaluate(binding.value, where) for binding in scopes[index].bindings[name])
    return Assigned(relabel(merged(*found), "attribute"), final=False) if found else None


def putting(module: Module) -> dict[str, list[int]]:
    """Dotted name, or collection as `name[]`, -> the scopes inside the module that put something there."""
    found: dict[str, list[int]] = {}
    for index, scope in module.in_order():
        for name in scope.bindings if index else ():
            if "." in name or name[-1:] == "]":
                found.setdefault(name, []).append(index)
    return found


def attribute(ev: Evaluator, base: Value, name: str) -> Values:
    """The values of `base.name`."""
    match base:
        case Inst():
            return of_class(ev, base.cls, name, base)
        case Cls():
            found = of_class(ev, base, name, None)
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
            if given := apis.given_id(ev, base, name):
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
    qualified = base.qualified + "." + name
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
    """`thing[k]` is part of the thing; `os.environ["X"]` comes at run time."""
    if isinstance(base, Thing):
        return (base,)
    return (Unknown("runtime_input"),)


def indexed(ev: Evaluator, base: Value, keys: Values) -> Values:
    """The parts of what a parser returns."""
    return options.indexed(ev, base, keys) if isinstance(base, Ref) else ()


# -- classes


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
    for here in hierarchy.lineage(ev, cls):
        if isinstance(here, Ref):
            if here.qualified not in hierarchy.BARE:
                external.append(here)
            continue
        found.append(_on_self(ev, here, name, inst))
        if not level:
            level = _class_level(ev, here, name, inst if inst is not None else cls)
            found.append(level)
        if any(isinstance(value, Fn) for value in level):
            break
    if inst is not None and (inst.frame is None or inst.frame is PROMISED):
        for sub in hierarchy.subclasses(ev, cls):
            found += [_class_level(ev, sub, name, inst), _on_self(ev, sub, name, inst)]
    elif inst is None and cls.any:
        found.extend(_class_level(ev, sub, name, sub) for sub in hierarchy.subclasses(ev, cls))
    if inst is not None and not any(isinstance(value, Fn) for values in found for value in values):
        found.append(_set_from_outside(ev, cls, name))
    values = merged(*found)
    if not values and name == "__class__":
        return (cls,)
    if not values and inst is not None and inst.thing is not None:
        return attribute(ev, inst.thing, name)
    if not values and external and inst is not None and isinstance(inst.frame, Parsed) and inst.frame.started:
        values = launched.given(ev, name, inst.frame.started)
    if not values and external:
        if ev.follow:  # one call is one: of the first base that a table has it of
            known = (r for r in external if ev.tables.match(f"{r.qualified}.{name}"))
            external = [next(known, external[0])] if len(external) > 1 else external
        made = (_parser(ev, ref, inst) for ref in external if not ref.qualified.startswith("builtins."))
        return merged(*(_external(ev, ref, name) for ref in made))
    return values or (_MISSING,)


def _parser(ev: Evaluator, base: Ref, inst: Inst | None) -> Ref:
    """The base; of an object that parses command lines what its constructor call makes, as a library's does."""
    frame = inst.frame if inst is not None and base.qualified.endswith(_PARSERS) else None
    if frame is None or frame.arguments is None or frame.started is None or base.call is not None:
        return base
    key = "parser", frame
    if key not in ev.caches:
        args = tuple(expression for expression, _ in frame.arguments.args)
        named = tuple((name, expression) for name, expression, _ in frame.arguments.keywords)
        at = frame.started.at
        ev.caches[key] = Call(Opaque("call_not_followed", at), args, named, at, at)
    return Ref(base.qualified + "()", ev.caches[key], frame.started.env)  # type: ignore[arg-type]


def _class_level(ev: Evaluator, cls: Cls, name: str, bound: Value | None) -> Values:
    """What the class body binds; methods bound, properties called, fields as the constructor call sets them."""
    scope = ev.modules[cls.module].scopes[cls.scope]
    env = ev.env(cls.module, cls.scope)
    if hierarchy.is_record(ev, cls, scope):
        field = next((f for f in scope.fields if f.name == name), None)
        if field is not None:
            return _field(ev, cls, scope, field, bound)
    bindings = scope.bindings.get(name)
    if not bindings:
        return ()
    found: list[Values] = []
    for binding in names.reaching(bindings, 1 << 62, ()):
        if isinstance(binding.value, Definition):
            found.append(_member(ev, env, binding.value, bound))
        else:
            found.append(relabel(ev.evaluate(binding.value, env), _step(ev, cls)))
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


def _on_self(ev: Evaluator, cls: Cls, name: str, inst: Inst | None) -> Values:
    """What methods assign to `self.name`, each in the frame of the object's constructor where that is known."""
    if inst is None and ev.modules[cls.module].language == "python":
        return ()
    ev.read_mentioning(cls.module, name)
    found: list[Values] = []
    for index, binding in ev.index("self", cls.module, _set_on_self).get((cls.scope, name), ()):
        scope = ev.modules[cls.module].scopes[index]
        found.append(ev.evaluate(binding.value, _method_env(ev, cls, index, scope, inst)))
    return relabel(merged(*found), "attribute")


def _set_from_outside(ev: Evaluator, cls: Cls, name: str) -> Values:
    """What is assigned to the attribute of an object of the class by code elsewhere: `app.config.model = …`."""
    key = "outside", cls.module, cls.scope, name
    if key in ev.caches:
        return ev.caches[key]  # type: ignore[return-value]
    if key in ev.busy:
        ev.comes_back(ev.busy[key])
        return ()
    ev.busy[key] = ev.depth
    found: list[Values] = []
    for module in ev.setters_of(cls.module, name):
        ev.read_mentioning(module, name)
        for index, chain, binding in ev.index("set", module, _set_on_others).get(name, ()):
            env = ev.env(module, index)
            owners = ev.evaluate(ev.keep(_expression(chain, binding)), env)
            if any(isinstance(v, Inst) and hierarchy.derives(ev, v.cls, cls) for v in owners):
                found.append(ev.evaluate(binding.value, env))
    del ev.busy[key]
    values = relabel(merged(*found), "attribute")
    ev.caches[key] = values
    ev.note(ev.caches, key)
    return values


def _set_on_others(module: Module) -> dict[str, list[tuple[int, tuple[str, ...], Binding]]]:
    """Attribute -> (scope, the object as names, assignment) of each that is not on self."""
    found: dict[str, list[tuple[int, tuple[str, ...], Binding]]] = {}
    for index, scope in module.in_order():
        for name, bindings in scope.bindings.items():
            *chain, last = name.split(".")
            if chain and chain != ["self"] and not last.endswith("[]"):
                found.setdefault(last, []).extend((index, tuple(chain), binding) for binding in bindings)
    return found


def _expression(chain: tuple[str, ...], binding: Binding) -> Expression:
    """The object of an assignment to an attribute, as it is written there."""
    found: Expression = Name(chain[0], binding.at, binding.path)
    for name in chain[1:]:
        found = Attribute(found, name, binding.at)
    return found


def _set_on_self(module: Module) -> dict[tuple[int, str], list[tuple[int, Binding]]]:
    """(class, attribute) -> (method, binding) of each assignment to `self.attribute`."""
    found: dict[tuple[int, str], list[tuple[int, Binding]]] = {}
    for index, scope in module.in_order():
        if scope.kind != "function" or not scope.params or module.scopes[scope.parent].kind != "class":
            continue
        start = scope.params[0].name + "."
        for name, bindings in scope.bindings.items():
            if name.startswith(start):
                attribute = name[len(start) :].removesuffix("[]")
                found.setdefault((scope.parent, attribute), []).extend((index, binding) for binding in bindings)
    return found


def _method_env(ev: Evaluator, cls: Cls, index: int, scope: Scope, inst: Inst | None) -> Env:
    """`__init__` runs in the constructor call of the object; other methods in any call on one of its class."""
    anywhere = ev.env(cls.module, index)
    if inst is None:
        return anywhere
    around = ev.env(cls.module, cls.scope)
    fn = Fn(cls.module, index, around, inst)
    own = {(constructor.module, constructor.scope) for constructor in constructors(ev, inst.cls)}
    if inst.frame is not None and inst.frame.arguments is not None and (cls.module, index) in own:
        return calls.enter(ev, fn, inst.frame.arguments, ("init", inst.frame), around) or anywhere
    if (called := _by_constructor(ev, fn, inst)) is not None:
        return called
    if (cls.module, cls.scope) == (inst.cls.module, inst.cls.scope):
        return anywhere
    return calls.enter(ev, fn._replace(bound=Inst(inst.cls, None)), None, ("self", inst.cls), around) or anywhere


def _by_constructor(ev: Evaluator, fn: Fn, inst: Inst) -> Env | None:
    """The call of a method that the constructor of the object makes, where its file has no other call of it."""
    name = ev.modules[fn.module].scopes[fn.scope].name
    if inst.frame is None or inst.frame.arguments is None or name.startswith("__"):
        return None
    for init in constructors(ev, inst.cls):
        listed = list(callers.calls_in(ev, init.module, name))
        if len(listed) != 1 or listed[0][1].scope != init.scope or not _is_on_self(ev, listed[0][0], init):
            continue
        made = calls.enter(ev, init._replace(bound=inst), inst.frame.arguments, ("init", inst.frame), init.env)
        if made is not None:
            return calls.enter(ev, fn, calls.arguments_of(listed[0][0], made), listed[0][0].end, made)
    return None


def _is_on_self(ev: Evaluator, call: Call, init: Fn) -> bool:
    params = ev.scope(init.module, init.scope).params
    chain = dotted(call.function) if isinstance(call.function, Attribute) else None
    return chain is not None and bool(params) and chain[1].rpartition(".")[0] == params[0].name


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


# -- dataclasses and their like


def _field(ev: Evaluator, cls: Cls, scope: Scope, field: Field, bound: Value | None) -> Values:
    env = ev.env(cls.module, cls.scope)
    if set_outside := environment.setting(ev, cls, field.name):
        return set_outside
    default = relabel(ev.evaluate(field.default, env), "field_default") if field.default is not None else ()
    classes = hierarchy.classes_in(ev, field.annotation, env)
    is_open = not default or all(isinstance(v, Unknown | Const) for v in default)
    annotated = tuple(Inst(value, None) for value in classes) if is_open else ()
    position = scope.fields.index(field)
    if isinstance(bound, Inst) and bound.frame is PROMISED:
        return default or annotated or (Unknown("runtime_input"),)
    if isinstance(bound, Inst) and isinstance(bound.frame, Parsed) and bound.frame.started is not None:
        several = isinstance(field.annotation, Operator) and last_name(field.annotation.operands[0]) in hierarchy.LISTS
        known = tuple(value for value in default if not launched.is_nothing(value))
        default = merged(launched.given(ev, field.name, bound.frame.started, several=several), known)
        return relabel(default, "argparse_default") or annotated or (Unknown("runtime_input"),)
    if isinstance(bound, Inst) and bound.frame is not None and bound.frame.arguments is not None:
        given = calls.argument(ev, bound.frame.arguments, (field.name,), position)
        if given is None:
            return default or annotated or (Unknown("runtime_input"),)
        lacking = default if calls.may_lack(ev, bound.frame.arguments, field.name) else ()
        return merged(relabel(_built(ev, given, classes, env), "call_argument"), lacking)
    found = [default, annotated]
    for call, where in callers.calls_named(ev, cls.module, scope.name):
        if any(
            isinstance(v, Cls) and (v.module, v.scope) == (cls.module, cls.scope)
            for v in ev.evaluate(call.function, where)
        ):
            given = calls.argument(ev, calls.arguments_of(call, where), (field.name,), position)
            found.append(relabel(_built(ev, given, classes, env), "call_argument") if given is not None else ())
    return merged(*found) or (Unknown("runtime_input"),)


def _built(ev: Evaluator, given: Values, classes: tuple[Cls, ...], env: Env) -> Values:
    """What a field that is annotated with a record holds where it is given a dict: an object made of that."""
    records = tuple(cls for cls in classes if hierarchy.is_record(ev, cls, ev.modules[cls.module].scopes[cls.scope]))
    if not records or not any(isinstance(value, Dict | Configs) for value in given):
        return given
    found: list[Value] = []
    for value in given:
        found += [made(ev, cls, (value,), env) for cls in records] if isinstance(value, Dict | Configs) else [value]
    return tuple(found)


def made(ev: Evaluator, cls: Cls, values: Values, env: Env) -> Inst:
    """The object `cls(**value)`, of any of the values."""
    key = "made of", cls, values
    if key not in ev.caches:
        ev.caches[key] = Frame(Arguments((), ((None, ev.keep(Held(values)), env),)), None, 1)
    return Inst(cls, ev.caches[key])  # type: ignore[arg-type]
