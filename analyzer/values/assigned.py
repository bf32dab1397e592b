"""What code assigns to attributes: to a dotted name as a whole, on self in methods, from outside the class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer import names
from analyzer.program import (
    Attribute,
    Binding,
    Call,
    Constant,
    Expression,
    Module,
    Name,
    Scope,
    dotted,
)
from analyzer.values import attributes, hierarchy
from analyzer.values.branching import reach
from analyzer.values.calling import callers, calls, passing, patched
from analyzer.values.objects import (
    Cls,
    Dict,
    Env,
    Fn,
    Inst,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


#: Attributes that a method of another name sets.
_SETTING = {"hparams": "save_hyperparameters"}


@dataclass(frozen=True, slots=True)
class Assigned:
    """What the scope itself binds to a dotted name; `final`: nothing else can be in force."""

    values: Values
    final: bool


def to_name(ev: Evaluator, expression: Attribute, env: Env) -> Assigned | None:
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
            held = merged(*(ev.evaluate(binding.value, here) for binding in found))
            if any(type(value) is Dict for value in held):
                held = _filled(ev, held, Name(name, root.at, root.path), here, nested=nested is not None)
            values = merged(held, *(ev.evaluate(store.value, here) for store in stores))
            certain = bool(found) and nested is None and any(b.path == root.path[: len(b.path)] for b in found)
            return Assigned(relabel(values, "attribute"), certain)
        if root.id in scope.bindings:
            return _elsewhere(ev, root, name, here) if here.parent is None else None
        nested, here = scope, here.parent
    return None


def _filled(ev: Evaluator, held: Values, name: Name, env: Env, *, nested: bool) -> Values:
    from analyzer.values import stores

    return stores.filled(ev, held, name, env, nested=nested)


def _elsewhere(ev: Evaluator, root: Name, name: str, env: Env) -> Assigned | None:
    """What other functions set on a module-level object: `app.state.model = …`."""
    ev.read_mentioning(env.module, name.rpartition(".")[2])
    found: list[Values] = []
    scopes = ev.modules[env.module].scopes
    for index in ev.index(env.module, putting).get(name):
        if root.id not in scopes[index].bindings:
            where = ev.env(env.module, index)
            found.extend(ev.evaluate(binding.value, where) for binding in scopes[index].bindings[name])
    return Assigned(relabel(merged(*found), "attribute"), final=False) if found else None


def putting(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, int]]:
    """Dotted name, or collection as `name[]`, -> the scopes inside the module that put something there."""
    for name in scope.bindings if index else ():
        if "." in name or name[-1:] == "]":
            yield name, index


def on_self(ev: Evaluator, cls: Cls, name: str, inst: Inst | None) -> Values:
    """What methods assign to `self.name`, each in the frame of the object's constructor where that is known."""
    if inst is None:
        return _on_class(ev, cls, name)
    ev.read_mentioning(cls.module, _SETTING.get(name, name))
    ev.read_mentioning(cls.module, name)
    found: list[Values] = []
    by_method: dict[int, list[Binding]] = {}
    for index, binding in ev.index(cls.module, _set_on_self).get((cls.scope, name)):
        by_method.setdefault(index, []).append(binding)
    for index, bindings in by_method.items():
        env = method_env(ev, cls, index, ev.modules[cls.module].scopes[index], inst)
        made = tuple(reach.bound(ev, reversed(bindings), env)) if len(bindings) > 1 else bindings
        found += [ev.evaluate(binding.value, env) for binding in bindings if binding in made]
    return relabel(merged(*found), "attribute")


def _on_class(ev: Evaluator, cls: Cls, name: str) -> Values:
    """What class methods assign to `cls.name`, or put into it."""
    from analyzer.values.calling import registries

    ev.read_mentioning(cls.module, name)
    found: list[Values] = []
    for index, binding in ev.index(cls.module, _set_on_self).get((cls.scope, name)):
        if hierarchy.decorated(ev, ev.modules[cls.module].scopes[index], ev.env(cls.module, index), "classmethod"):
            where = registries.putting(ev, binding, cls.module, index)
            found.extend(ev.evaluate(binding.value, env) for env in where)
    return relabel(merged(*found), "attribute")


def from_outside(ev: Evaluator, cls: Cls, name: str, *, made: bool = True) -> Values:
    """What is assigned to the attribute by code elsewhere: of an object of the class (`app.config.model = …`), or of
    the class itself (`Config.model = …`)."""
    key = "outside", cls.module, cls.scope, name, made
    if key in ev.caches:
        return ev.caches[key]  # type: ignore[return-value]
    if key in ev.busy:
        ev.comes_back(ev.busy[key])
        return ()
    ev.busy[key] = ev.depth
    setting = list(ev.setters_of(cls.module, name))
    tests = [module for module in setting if patched.is_test(ev.modules[module].path)]
    found = list(_set_in(ev, cls, name, (module for module in setting if module not in tests), made=made))
    if not found or patched.is_test(ev.modules[0].path):
        found.extend(_set_in(ev, cls, name, tests, made=made))
    del ev.busy[key]
    values = relabel(merged(*found), "attribute")
    ev.caches[key] = values
    ev.note(ev.caches, key)
    return values


def _set_in(ev: Evaluator, cls: Cls, name: str, modules: Iterable[int], *, made: bool) -> Iterator[Values]:
    """What these files assign to the attribute of an object of the class, or of the class.

    Where several classes set it on an object of their own (`self.config.model = …`), each means its own: of these only
    what stands in the file asked about.
    """
    found: list[tuple[Cls | None, Binding, Env]] = []
    for holders, chain, binding, env in on_others(ev, name, modules):
        classes = (v.cls if isinstance(v, Inst) else v for v in holders if isinstance(v, Inst if made else Cls))
        if any(isinstance(v, Cls) and hierarchy.derives(ev, v, cls) for v in classes):
            owner = hierarchy.owner(ev, env.module, env.scope) if chain[0] == "self" else None
            found.append((owner, binding, env))
    several = len({(owner.module, owner.scope) for owner, _, _ in found if owner is not None}) > 1
    for owner, binding, env in found:
        if owner is None or not several or owner.module == 0:
            yield ev.evaluate(binding.value, env)


def on_others(
    ev: Evaluator, name: str, modules: Iterable[int], *, constants: bool = True
) -> Iterator[tuple[Values, tuple[str, ...], Binding, Env]]:
    """(what the object may be, its name, the assignment, where) of each assignment to an attribute, but on self.

    Those of numbers, True, False and None only with `constants`.
    """
    for module in modules:
        ev.read_mentioning(module, name)
        for index, chain, binding in ev.index(module, _set_on_others).get(name):
            if not constants and isinstance(binding.value, Constant):
                continue
            env = ev.env(module, index)
            yield ev.evaluate(ev.keep(_expression(chain, binding)), env), chain, binding, env


def _set_on_others(
    module: Module, index: int, scope: Scope
) -> Iterator[tuple[str, tuple[int, tuple[str, ...], Binding]]]:
    """Attribute -> (scope, the object as names, assignment) of each that is not on self."""
    for name, bindings in scope.bindings.items():
        *chain, last = name.split(".") if "." in name else (name,)
        if chain and chain != ["self"] and not last.endswith("[]"):
            yield from ((last, (index, tuple(chain), binding)) for binding in bindings)


def _expression(chain: tuple[str, ...], binding: Binding) -> Expression:
    """The object of an assignment to an attribute, as it is written there."""
    found: Expression = Name(chain[0], binding.at, binding.path)
    for name in chain[1:]:
        found = Attribute(found, name, binding.at)
    return found


def _set_on_self(module: Module, index: int, scope: Scope) -> Iterator[tuple[tuple[int, str], tuple[int, Binding]]]:
    """(class, attribute) -> (method, binding) of each assignment to `self.attribute`."""
    if scope.kind != "function" or not scope.params or module.scopes[scope.parent].kind != "class":
        return
    start = scope.params[0].name + "."
    for name, bindings in scope.bindings.items():
        if name.startswith(start):
            attribute = name[len(start) :].removesuffix("[]")
            yield from (((scope.parent, attribute), (index, binding)) for binding in bindings)


def method_env(ev: Evaluator, cls: Cls, index: int, scope: Scope, inst: Inst | None) -> Env:
    """`__init__` runs in the constructor call of the object; other methods in any call on one of its class."""
    anywhere = ev.env(cls.module, index)
    if inst is None:
        return anywhere
    around = ev.env(cls.module, cls.scope)
    fn = Fn(cls.module, index, around, inst)
    own = {(constructor.module, constructor.scope) for constructor in attributes.constructors(ev, inst.cls)}
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
    for init in attributes.constructors(ev, inst.cls):
        listed = list(callers.calls_in(ev, init.module, name))
        if len(listed) != 1 or listed[0][1].scope != init.scope or not _is_on_self(ev, listed[0][0], init):
            continue
        made = calls.enter(ev, init._replace(bound=inst), inst.frame.arguments, ("init", inst.frame), init.env)
        if made is not None:
            return calls.enter(ev, fn, passing.arguments_of(listed[0][0], made), listed[0][0].end, made)
    return None


def _is_on_self(ev: Evaluator, call: Call, init: Fn) -> bool:
    params = ev.scope(init.module, init.scope).params
    chain = dotted(call.function) if isinstance(call.function, Attribute) else None
    return chain is not None and bool(params) and chain[1].rpartition(".")[0] == params[0].name
