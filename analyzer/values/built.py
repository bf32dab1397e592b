"""Records that a library makes of data: `Settings.model_validate(data)`, `dacite.from_dict(Settings, data)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analyzer.program import Call
from analyzer.values import fields, hierarchy
from analyzer.values.calling import passing
from analyzer.values.configs import config_apis
from analyzer.values.objects import (
    PROMISED,
    UNKNOWN_CALL,
    Arguments,
    Bound,
    Cls,
    Configs,
    Dict,
    Env,
    Fn,
    Held,
    Inst,
    Ref,
    Values,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: What reads text, an open file, or the file at a path.
_READER = Ref("omegaconf.OmegaConf.load")
#: Methods of the class itself, by what they take: data, or what it is read from.
_OF_DATA = frozenset({"model_validate", "parse_obj", "from_dict", "from_obj", "schema_load"})
_OF_FILES = frozenset({
    "model_validate_json", "parse_raw", "parse_file", "from_json", "from_yaml", "from_toml", "from_json_file",
    "from_yaml_file", "from_toml_file", "load_json", "load_yaml", "load_toml",
})  # fmt: skip


class Builder(NamedTuple):
    """Keyword and place of the class, and of the data or (`reads`) what it is read from."""

    record: tuple[str, int]
    data: tuple[str, int]
    reads: bool = False


_DATA_FIRST = Builder(("cl", 1), ("obj", 0))
_CLASS_FIRST = Builder(("cls", 0), ("data", 1))
_FUNCTIONS = {
    "dacite.from_dict": Builder(("data_class", 0), ("data", 1)),
    "dacite.core.from_dict": Builder(("data_class", 0), ("data", 1)),
    "cattrs.structure": _DATA_FIRST,
    "cattr.structure": _DATA_FIRST,
    "cattrs.Converter().structure": _DATA_FIRST,
    "cattrs.GenConverter().structure": _DATA_FIRST,
    "msgspec.convert": Builder(("type", 1), ("obj", 0)),
    "msgspec.json.decode": Builder(("type", 1), ("buf", 0), reads=True),
    "msgspec.yaml.decode": Builder(("type", 1), ("buf", 0), reads=True),
    "msgspec.toml.decode": Builder(("type", 1), ("buf", 0), reads=True),
    "pydantic.parse_obj_as": Builder(("type_", 0), ("obj", 1)),
    "pydantic.tools.parse_obj_as": Builder(("type_", 0), ("obj", 1)),
    "pydantic.parse_file_as": Builder(("type_", 0), ("path", 1), reads=True),
    "pydantic.parse_raw_as": Builder(("type_", 0), ("b", 1), reads=True),
    "pydantic_yaml.parse_yaml_file_as": Builder(("model_type", 0), ("file", 1), reads=True),
    "pydantic_yaml.parse_yaml_raw_as": Builder(("model_type", 0), ("raw", 1), reads=True),
    "serde.from_dict": Builder(("c", 0), ("o", 1)),
    "serde.json.from_json": Builder(("c", 0), ("s", 1), reads=True),
    "serde.yaml.from_yaml": Builder(("c", 0), ("s", 1), reads=True),
    "serde.toml.from_toml": Builder(("c", 0), ("s", 1), reads=True),
    "dataclass_wizard.fromdict": _CLASS_FIRST,
    "pyrallis.load": Builder(("t", 0), ("stream", 1), reads=True),
    "draccus.load": Builder(("t", 0), ("stream", 1), reads=True),
}


def method(ev: Evaluator, cls: Cls, name: str, found: Values) -> Values:
    """The method of a record that makes one of data, where no class of the files read defines it."""
    if (name not in _OF_DATA and name not in _OF_FILES) or any(isinstance(value, Fn) for value in found):
        return ()
    is_record = hierarchy.is_record(ev, cls, ev.modules[cls.module].scopes[cls.scope])
    return (Bound(cls, name),) if is_record else ()


def by_method(ev: Evaluator, cls: Cls, name: str, arguments: Arguments, env: Env) -> Values:
    """The record that such a method makes of its first argument, whatever that is called."""
    given = next(((value, where) for value, where in arguments.args), None)
    given = given or next(((value, where) for _, value, where in arguments.keywords), None)
    if given is None:
        return (UNKNOWN_CALL,)
    values = _read(ev, ev.evaluate(*given), env) if name in _OF_FILES else ev.evaluate(*given)
    return _made(ev, cls, values, env)


def by_function(ev: Evaluator, ref: Ref, arguments: Arguments, node: Call, env: Env) -> Values | None:
    """What `structure(data, Settings)` gives; None if the name is no such function."""
    builder = _FUNCTIONS.get(ref.qualified)
    if builder is None:
        return _by_adapter(ev, ref, arguments, env)
    (kind, place), (name, at) = builder.record, builder.data
    records = passing.argument(ev, arguments, (kind,), place) or ()
    values = passing.argument(ev, arguments, (name,), at) or ()
    values = _read(ev, values, env) if builder.reads else values
    return tuple(v for cls in records if isinstance(cls, Cls) for v in _made(ev, cls, values, env)) or values


def _by_adapter(ev: Evaluator, ref: Ref, arguments: Arguments, env: Env) -> Values | None:
    """`TypeAdapter(Settings).validate_python(data)`."""
    name = ref.qualified.removeprefix("pydantic.TypeAdapter().")
    if name not in ("validate_python", "validate_json") or ref.call is None or ref.env is None:
        return None
    records = passing.first(ev, passing.arguments_of(ref.call, ref.env))
    values = passing.first(ev, arguments)
    values = _read(ev, values, env) if name == "validate_json" else values
    return tuple(v for cls in records if isinstance(cls, Cls) for v in _made(ev, cls, values, env)) or None


def _read(ev: Evaluator, values: Values, env: Env) -> Values:
    arguments = Arguments(((ev.keep(Held(values)), env),))
    return config_apis.call(ev, _READER, arguments, Call(ev.keep(Held(())), (), (), 0, 0), env) or (UNKNOWN_CALL,)


def _made(ev: Evaluator, cls: Cls, values: Values, env: Env) -> Values:
    """An object of the class for each of the data; of what is not known, one with its defaults."""
    known = tuple(v for v in values if isinstance(v, Dict | Configs))
    made = tuple(fields.made(ev, cls, (value,), env) for value in known)
    made += tuple(v for v in values if isinstance(v, Inst))
    return made or (Inst(cls, PROMISED),)
