"""Objects that mappings give their attributes: `self.__dict__.update(kwargs)`, `setattr` by key, subclasses of dict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Module, Name, Scope, Text, last_name
from analyzer.values import assigned, attributes, copies, hierarchy
from analyzer.values.calling import passing
from analyzer.values.configs import overlays
from analyzer.values.objects import Arguments, Bound, Cls, Dict, Inst, Ref, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Library classes whose objects have what the constructor is given, by the ends of their names.
_KEEPING = frozenset({"PretrainedConfig", "PreTrainedConfig", "SimpleNamespace", "Namespace"})
_DICTS = frozenset({"builtins.dict", "collections.OrderedDict", "collections.UserDict"})
_METHODS = frozenset({"get", "pop", "setdefault", "values", "keys", "items"})


def given(ev: Evaluator, inst: Inst, name: str) -> Values:
    """What mappings laid over the object hold under the name, and what it gave a base that keeps its arguments."""
    found: list[Values] = []
    for here in hierarchy.lineage(ev, inst.cls):
        if isinstance(here, Cls):
            found.extend(_laid(ev, here, name, inst))
        elif here.qualified in _DICTS or here.qualified.rpartition(".")[2] in _KEEPING:
            found.extend(_kept(ev, passed, name) for passed in _passed(ev, inst))
    return relabel(merged(*found), "attribute")


def method(ev: Evaluator, inst: Inst, name: str) -> Values:
    """A method that the object of a subclass of dict has of it, or one that copies a record."""
    if name in copies.METHODS and copies.is_record(ev, inst):
        return (Bound(inst, name),)
    lineage = hierarchy.lineage(ev, inst.cls) if name in _METHODS else ()
    if not any(isinstance(here, Ref) and here.qualified in _DICTS for here in lineage):
        return ()
    return tuple(Bound(_dict(ev, passed), name) for passed in _passed(ev, inst))


def _laid(ev: Evaluator, cls: Cls, name: str, inst: Inst) -> Iterator[Values]:
    for word in overlays.WORDS:
        ev.read_mentioning(cls.module, word)
    for index, mapping in ev.index(cls.module, _on_self).get(cls.scope):
        scope = ev.modules[cls.module].scopes[index]
        held = ev.evaluate(mapping, assigned.method_env(ev, cls, index, scope, inst))
        yield merged(*(passing.passed_under(ev, value, name) for value in held))


def _on_self(module: Module, index: int, scope: Scope) -> Iterator[tuple[int, tuple[int, Expression]]]:
    """Class -> (method, mapping) of each mapping that gives its object attributes."""
    if scope.kind != "function" or not scope.params or module.scopes[scope.parent].kind != "class":
        return
    name = scope.params[0].name
    laid = (given for call in scope.calls for given in overlays.laid(scope, call))
    yield from ((scope.parent, (index, m)) for holder, m in laid if isinstance(holder, Name) and holder.id == name)
    yield from ((scope.parent, (index, b.value)) for b in scope.bindings.get(f"{name}.__dict__", ()))


def _passed(ev: Evaluator, inst: Inst) -> Iterator[Arguments]:
    """What the constructor of the library class that the object's class derives from is given."""
    constructors = attributes.constructors(ev, inst.cls)
    if not constructors and inst.frame is not None and inst.frame.arguments is not None:
        yield inst.frame.arguments
    for init in constructors:
        scope = ev.scope(init.module, init.scope)
        env = assigned.method_env(ev, Cls(init.module, scope.parent, init.env), init.scope, scope, inst)
        for call in scope.calls:
            if _is_super(call):
                yield passing.arguments_of(call, env)


def _is_super(call: Call) -> bool:
    """`super().__init__(…)`."""
    function = call.function
    base = function.base if isinstance(function, Attribute) and function.name == "__init__" else None
    return isinstance(base, Call) and last_name(base.function) == "super"


def _kept(ev: Evaluator, passed: Arguments, name: str) -> Values:
    first = [value for expression, env in passed.args for value in ev.evaluate(expression, env)]
    return passing.keyword(ev, passed, name) or merged(*(passing.passed_under(ev, value, name) for value in first))


def _dict(ev: Evaluator, passed: Arguments) -> Dict:
    key = "held", passed
    if key not in ev.caches:
        named = ((Text(k, e.at) if k is not None else None, e, env) for k, e, env in passed.keywords)
        ev.caches[key] = Dict((*((None, e, env) for e, env in passed.args), *named))
    return ev.caches[key]  # type: ignore[return-value]
