"""Classes of the files read: their bases and subclasses, what decorates them, and which of them are records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Expression,
    Items,
    Module,
    Name,
    Operator,
    Scope,
    Subscript,
    Text,
    last_name,
)
from analyzer.values.calling import renamed
from analyzer.values.objects import (
    Cls,
    Env,
    Inst,
    Ref,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Bases that have no attributes of their own.
BARE = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "builtins.object"})
#: Classes that derive from one, at most.
_MAX_DERIVED = 64
_RECORD_BASES = frozenset(
    {"Tap", "BaseModel", "BaseSettings", "NamedTuple", "TypedDict", "Struct", "SQLModel", "Serializable"}
)
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar", "Required", "NotRequired"})
LISTS = frozenset({"list", "List", "Sequence", "tuple", "Tuple"})
_RECORD_MAKERS = frozenset({"dataclass", "define", "frozen", "attrs", "s", "mutable", "dataclass_json", "configclass"})


def owner(ev: Evaluator, module: int, index: int) -> Cls | None:
    """The class whose body defines the function, if one does."""
    parent = ev.modules[module].scopes[index].parent
    if parent < 0 or ev.modules[module].scopes[parent].kind != "class":
        return None
    env = ev.env(module, parent)
    return Cls(module, parent, env.parent) if env.parent is not None else None


def decorated(ev: Evaluator, scope: Scope, env: Env, *wanted: str) -> bool:
    """Whether a decorator's last name is one of `wanted`."""
    return any(_decorator(expression) in wanted for expression in scope.decorators)


def _decorator(expression: Expression) -> str:
    return last_name(getattr(expression, "function", expression))


def bases(ev: Evaluator, cls: Cls) -> tuple[Value, ...]:
    """Evaluated bases: classes of the files read and external names."""
    key = "bases", cls.module, cls.scope
    if key not in ev.caches:
        ev.caches[key] = ()
        ev.opening += 1
        found: list[Value] = []
        for expression in ev.modules[cls.module].scopes[cls.scope].bases:
            plain = expression.base if isinstance(expression, Subscript) else expression
            found.extend(ev.evaluate(plain, cls.env))
        ev.opening -= 1
        ev.caches[key] = tuple(value for value in found if isinstance(value, Cls | Ref))
    return ev.caches[key]  # type: ignore[return-value]


def lineage(ev: Evaluator, cls: Cls) -> Iterator[Cls | Ref]:
    """The class and its bases, nearest first, each once."""
    known = ev.caches.get(("lineage", cls))
    return iter(known) if known is not None else _lineage(ev, cls)  # type: ignore[call-overload]


def _lineage(ev: Evaluator, cls: Cls) -> Iterator[Cls | Ref]:
    todo: list[Cls | Ref] = [cls]
    seen: dict[object, Cls | Ref] = {}
    while todo:
        here = todo.pop(0)
        key = here.qualified if isinstance(here, Ref) else (here.module, here.scope)
        if key in seen:
            continue
        seen[key] = here
        yield here
        if isinstance(here, Cls):
            todo.extend(value for value in bases(ev, here) if isinstance(value, Cls | Ref))
    if not ev.opening:
        ev.caches["lineage", cls] = tuple(seen.values())


def subclasses(ev: Evaluator, cls: Cls) -> tuple[Cls, ...]:
    """Classes of the files read that derive from `cls`."""
    key = "subclasses", cls.module, cls.scope
    if key not in ev.caches:
        ev.caches[key] = ()
        ev.opening += 1
        found: dict[tuple[int, int], Cls] = {}
        todo = [cls]
        while todo and len(found) < _MAX_DERIVED:
            for other in _derived(ev, todo.pop(0)):
                if (other.module, other.scope) not in found:
                    found[other.module, other.scope] = other
                    todo.append(other)
        ev.opening -= 1
        ev.caches[key] = tuple(found.values())
    return ev.caches[key]  # type: ignore[return-value]


def _derived(ev: Evaluator, cls: Cls) -> Iterator[Cls]:
    """Classes with a base that is `cls`, in files that have a class with a base of its name."""
    name = ev.modules[cls.module].scopes[cls.scope].name
    for module in ev.derived_in(cls.module, name):
        ev.read_mentioning(module, name)
        by_base = ev.index(module, _bases)
        others = renamed.others(ev, module, name)
        for index in sorted({index for each in (name, *others) for index in by_base.get(each)}):
            env = ev.env(module, index)
            if env.parent is not None and (module, index) != (cls.module, cls.scope):
                other = Cls(module, index, env.parent)
                if derives(ev, other, cls):
                    yield other


def _bases(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, int]]:
    """Last names of bases -> the class."""
    for base in scope.bases if scope.kind == "class" else ():
        yield last_name(base.base if isinstance(base, Subscript) else base), index


def external_constructor(ev: Evaluator, cls: Cls) -> Ref | None:
    """The library class whose constructor a class of the files read inherits."""
    for here in lineage(ev, cls):
        if isinstance(here, Ref):
            return here
        if "__init__" in ev.modules[here.module].scopes[here.scope].bindings:
            return None
    return None


def configs_of(ev: Evaluator, cls: Cls) -> Values:
    """Some object of the class of configs that a model names: `config_class = MyConfig`."""
    from analyzer.values import attributes

    here = (c for c in lineage(ev, cls) if isinstance(c, Cls))
    if not any("config_class" in ev.modules[c.module].scopes[c.scope].bindings for c in here):
        return ()
    named = attributes.of_class(ev, cls, "config_class", None)
    return tuple(Inst(value, None) for value in named if isinstance(value, Cls))


def is_enum(ev: Evaluator, cls: Cls) -> bool:
    return any(isinstance(base, Ref) and base.qualified.endswith("Enum") for base in lineage(ev, cls))


def derives(ev: Evaluator, cls: Cls, other: Cls) -> bool:
    """Whether the class is the other one, or derives from it."""
    return any(isinstance(c, Cls) and (c.module, c.scope) == (other.module, other.scope) for c in lineage(ev, cls))


def is_record(ev: Evaluator, cls: Cls, scope: Scope) -> bool:
    """Whether annotated names of the class are parameters of its constructor."""
    if "__init__" in scope.bindings or not scope.fields:
        return False
    if any(_decorator(expression) in _RECORD_MAKERS for expression in scope.decorators):
        return True
    return any(
        (isinstance(here, Ref) and here.qualified.rpartition(".")[2] in _RECORD_BASES)
        or (isinstance(here, Cls) and here.scope != cls.scope and _makes_record(ev, here))
        for here in lineage(ev, cls)
    )


def _makes_record(ev: Evaluator, cls: Cls) -> bool:
    scope = ev.modules[cls.module].scopes[cls.scope]
    return any(_decorator(expression) in _RECORD_MAKERS for expression in scope.decorators)


def literals_in(annotation: Expression) -> Iterator[Text]:
    """The strings of `Literal["a", "b"]`, also within `Optional`."""
    match annotation:
        case Operator(sign="|" | "type_parameter" | "union_type", operands=operands):
            yield from (text for each in operands for text in literals_in(each))
        case Operator(sign="generic_type", operands=(base, key)) if last_name(base) in _WRAPPERS:
            yield from literals_in(key)
        case Operator(sign="generic_type", operands=(base, Operator() as keys)) if last_name(base) == "Literal":
            yield from (each for each in keys.operands if isinstance(each, Text))
        case Subscript(base=base, key=Items(items=operands)) if last_name(base) == "Literal":
            yield from (each for each in operands if isinstance(each, Text))
        case Subscript(base=base, key=Text() as text) if last_name(base) == "Literal":
            yield text


def classes_in(ev: Evaluator, annotation: Expression, env: Env) -> tuple[Cls, ...]:
    """The classes of the files read that an annotation names: `X`, `Optional[X]`, `X | None`, `Annotated[X, …]`."""
    match annotation:
        case Operator(sign="|" | "type_parameter" | "union_type", operands=operands):
            return tuple(cls for each in operands for cls in classes_in(ev, each, env))
        case Operator(sign="generic_type", operands=(base, key)) if last_name(base) in _WRAPPERS:
            return classes_in(ev, key, env)
        case Name() | Attribute():
            return tuple(value for value in ev.evaluate(annotation, env) if isinstance(value, Cls))
    return ()
