"""What the fields of records hold: dataclasses, pydantic models and their like, and descriptors with a default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Call,
    Constant,
    Expression,
    Field,
    Mapping,
    Name,
    Operator,
    Scope,
    Text,
    last_name,
)
from analyzer.values import containers, hierarchy
from analyzer.values.calling import callers, passing, patched
from analyzer.values.commandline import launched
from analyzer.values.configs import environment
from analyzer.values.objects import (
    PROMISED,
    RUNTIME,
    Arguments,
    Cls,
    Configs,
    Const,
    Dict,
    Env,
    Frame,
    Held,
    Inst,
    List,
    Parsed,
    Ref,
    Str,
    Unknown,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Keywords under which descriptors are given a default, and under which they say what they are for.
_DEFAULTS = frozenset({"default", "default_value", "initial"})
_SAID = frozenset({"help", "doc", "description", "desc", "label", "title", "help_text"})


def of_record(ev: Evaluator, cls: Cls, scope: Scope, field: Field, bound: Value | None) -> Values:
    """What the field of a record holds, and what the validators of its class make of that."""
    from analyzer.values.calling import validators

    held = _of_record(ev, cls, scope, field, bound)
    made = validators.returned(ev, cls, field.name)
    return merged(tuple(v for v in held if not made or not isinstance(v, Unknown)), relabel(made, "attribute"))


def _of_record(ev: Evaluator, cls: Cls, scope: Scope, field: Field, bound: Value | None) -> Values:
    env = ev.env(cls.module, cls.scope)
    outside = environment.setting(ev, cls, field)
    if any(isinstance(value, Str) and value.step == "config" for value in outside):
        return outside
    default = relabel(ev.evaluate(field.default, env), "field_default") if field.default is not None else ()
    default = merged(outside, default)
    classes = hierarchy.classes_in(ev, field.annotation, env)
    is_open = not default or all(isinstance(v, Unknown | Const) for v in default)
    annotated = tuple(Inst(value, None) for value in classes) if is_open else ()
    position = scope.fields.index(field) if field in scope.fields else None
    if isinstance(bound, Inst) and bound.frame is PROMISED:
        return default or annotated or (RUNTIME,)
    if isinstance(bound, Inst) and isinstance(bound.frame, Parsed) and bound.frame.started is not None:
        several = isinstance(field.annotation, Operator) and last_name(field.annotation.operands[0]) in hierarchy.LISTS
        known = tuple(value for value in default if not launched.is_nothing(value))
        said = launched.given(ev, field.name, bound.frame.started, several=several)
        if ev.supposed is not None and ev.supposed.default:
            return relabel(known, "argparse_default")
        if ev.supposed is not None and ev.supposed.commands:
            return relabel(launched.alone(ev, field.name, (), said, known), "argparse_default")
        default = merged(said, known, tuple(_choices(ev, field, env)))
        return relabel(default, "argparse_default") or annotated or (RUNTIME,)
    if isinstance(bound, Inst) and bound.frame is not None and bound.frame.arguments is not None:
        passed = passing.argument(ev, bound.frame.arguments, (field.name,), position)
        if passed is None:
            return default or annotated or (RUNTIME,)
        lacking = default if passing.may_lack(ev, bound.frame.arguments, field.name) else ()
        return merged(relabel(_built(ev, passed, classes, env), "call_argument"), lacking)
    return given(ev, cls, field, merged(default, annotated)) or (RUNTIME,)


def listed(ev: Evaluator, cls: Cls) -> Value:
    """`dataclasses.fields(cls)`: each field with its name and default."""
    key = "listed fields", cls
    if key not in ev.caches:
        ev.caches[key] = List(tuple(_described(ev, cls)))
    return ev.caches[key]  # type: ignore[return-value]


def _described(ev: Evaluator, cls: Cls) -> Iterator[tuple[Expression, Env]]:
    env = ev.env(cls.module, cls.scope)
    for here in (c for c in hierarchy.lineage(ev, cls) if isinstance(c, Cls)):
        for field in ev.modules[here.module].scopes[here.scope].fields:
            held = ev.evaluate(field.default, ev.env(here.module, here.scope)) if field.default is not None else ()
            default = ev.keep(Held(relabel(held, "field_default"), field.annotation.at))
            name = Text(field.name, field.annotation.at)
            yield ev.keep(Mapping(((Text("name", 0), name), (Text("default", 0), default)), name.at)), env


def given(ev: Evaluator, cls: Cls, field: Field, known: Values = ()) -> Values:
    """`known`, and what calls of the class give the field: those of tests where nothing else tells, or in tests."""
    found = merged(known, *_given(ev, cls, field, tests=False))
    if not found or patched.is_test(ev.modules[0].path):
        found = merged(found, *_given(ev, cls, field, tests=True))
    return found


def _choices(ev: Evaluator, field: Field, env: Env) -> Iterator[Value]:
    """The strings between which a command line can choose: `field(metadata={"choices": […]})`, `Literal[…]`."""
    if isinstance(field.default, Call):
        said = (value for name, value in field.default.keywords if name == "metadata")
        held = merged(*(ev.evaluate(value, env) for value in said))
        metadata = tuple(value for value in held if isinstance(value, Dict))
        listed = containers.known(ev, metadata[0], (Str("choices", 0, 0),)) if metadata else ()
        yield from (value for value in containers.elements(ev, listed) if isinstance(value, Str))
    for value in hierarchy.literals_in(field.annotation):
        yield from ev.evaluate(value, env)


def _given(ev: Evaluator, cls: Cls, field: Field, *, tests: bool) -> Iterator[Values]:
    """What calls of the class, in tests or elsewhere, give the field."""
    env = ev.env(cls.module, cls.scope)
    scope = ev.modules[cls.module].scopes[cls.scope]
    position = scope.fields.index(field) if field in scope.fields else None
    classes = hierarchy.classes_in(ev, field.annotation, env)
    for call, where in callers.calls_named(ev, cls.module, scope.name):
        if patched.is_test(ev.modules[where.module].path) is not tests:
            continue
        made_ = ev.evaluate(call.function, where)
        if any(isinstance(v, Cls) and (v.module, v.scope) == (cls.module, cls.scope) for v in made_):
            given = passing.argument(ev, passing.arguments_of(call, where), (field.name,), position)
            if given is not None:
                yield relabel(_built(ev, given, classes, env), "call_argument")


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


def described(ev: Evaluator, name: str, value: Expression, env: Env) -> Field | None:
    """The field that a descriptor of some library makes in a class: `model = Unicode("gpt2", help="…")`."""
    while isinstance(value, Call) and isinstance(value.function, Attribute) and isinstance(value.function.base, Call):
        value = value.function.base  # `Unicode("gpt2").tag(config=True)`
    if not isinstance(value, Call) or not last_name(value.function)[:1].isupper():
        return None
    default = next((given for key, given in value.keywords if key in _DEFAULTS), None)
    if default is None and any(key in _SAID for key, _ in value.keywords):
        default = next(iter(value.args), None)
    made = ev.evaluate(value, env) if isinstance(default, Text | Name) else ()
    is_open = made and all(isinstance(v, Ref) and v.qualified.endswith("()") for v in made)
    if default is not None and _is_name(default, name):  # `model_name = Parameter("model-name", required=True)`
        default = None
    return Field(name, Constant(None, value.at), default) if is_open else None


def _is_name(argument: Expression, name: str) -> bool:
    """Whether a string is the attribute's own name, as an option of a command line is written."""
    return isinstance(argument, Text) and argument.value.lstrip("-").replace("-", "_").lower() == name.lower()
