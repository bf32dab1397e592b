"""Code that reads config files: what the readers of YAML, JSON, TOML, INI, .env and Hydra give."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.objects import (
    Arguments,
    Cls,
    Dict,
    Env,
    List,
    Ref,
    Str,
    Unknown,
    Value,
    Values,
    merged,
)
from analyzer.program import Attribute, Call, Expression, Imported, Mapping, Module, Opaque, Param, Scope, Text

if TYPE_CHECKING:
    from analyzer.values import Evaluator

#: A file that was opened; its call says which.
_OPENED = "builtins.open()"
_DOTENV = ".env"
_MAX_PATHS = 8

#: Readers of an open file, of the text of one, or (where the library takes it) of a path.
_STREAMS = frozenset(
    f"{module}.{function}"
    for module, functions in {
        "yaml": "load safe_load full_load unsafe_load load_all safe_load_all",
        "ruamel.yaml": "load safe_load round_trip_load YAML().load",
        "ruyaml": "load safe_load YAML().load",
        "json": "load loads",
        "simplejson": "load loads",
        "ujson": "load loads",
        "json5": "load loads",
        "commentjson": "load loads",
        "pyjson5": "load loads",
        "orjson": "loads",
        "toml": "load loads",
        "tomli": "load loads",
        "tomllib": "load loads",
        "pytoml": "load loads",
        "rtoml": "load loads",
        "tomlkit": "load loads parse",
        "omegaconf": "OmegaConf.load",
    }.items()
    for function in functions.split()
)
#: Those that take a path, by these keywords or first.
_PATHS: dict[str, tuple[str, ...]] = {
    "omegaconf.OmegaConf.load": ("file_",),
    "toml.load": ("f",),
    "rtoml.load": ("toml",),
    "ruamel.yaml.YAML().load": ("stream",),
    "ruyaml.YAML().load": ("stream",),
    "dotenv.dotenv_values": ("dotenv_path",),
    "dotenv.main.dotenv_values": ("dotenv_path",),
    "mmengine.Config.fromfile": ("filename",),
    "mmengine.config.Config.fromfile": ("filename",),
    "mmcv.Config.fromfile": ("filename",),
    "box.Box.from_yaml": ("filename",),
    "box.Box.from_json": ("filename",),
    "box.Box.from_toml": ("filename",),
    "srsly.read_yaml": ("path",),
    "srsly.read_json": ("path",),
    "monai.bundle.ConfigParser.load_config_file": ("filepath",),
    "datasets.utils.py_utils.load_json": ("path",),
    "anyconfig.load": ("path_specs",),
}
_OPENERS = frozenset(
    {"builtins.open", "io.open", "codecs.open", "gzip.open", "fsspec.open", "smart_open.open", "aiofiles.open"}
)
_INI = frozenset(
    f"{module}.{name}()" for module in ("configparser", "ConfigParser", "backports.configparser")
    for name in ("ConfigParser", "RawConfigParser", "SafeConfigParser")
)  # fmt: skip
_MERGES = frozenset({"omegaconf.OmegaConf.merge", "omegaconf.OmegaConf.unsafe_merge"})
_HYDRA = frozenset({"hydra.main", "hydra.main.main"})
_DOTENV_READERS = frozenset({"dotenv", "decouple", "environs", "starlette"})


def call(ev: Evaluator, ref: Ref, arguments: Arguments, node: Call, env: Env) -> Values | None:
    """What a reader of config files gives; None if the name is none, or the file is not known."""
    name = ref.qualified
    if name in _OPENERS:
        return (Ref(_OPENED, node, env),)
    if name in _MERGES:
        parts = [ev.evaluate(expression, where) for expression, where in arguments.args]
        return tuple(v for v in merged(*parts) if isinstance(v, Dict)) or None
    if name.endswith(".get") and name.removesuffix(".get") in _INI:
        return _option(ev, ref, arguments, env)
    if name in ("hydra.compose", "hydra.experimental.compose"):
        return _composed(ev, arguments, env)
    if name not in _STREAMS and name not in _PATHS:
        return None
    given = _given(ev, arguments, _PATHS.get(name, ("stream", "fp", "s", "f")))
    paths = list(_read_from(ev, given))
    if name in _PATHS:
        paths += [value.text for value in given if isinstance(value, Str)]
    if name.endswith("dotenv_values") and not given:
        paths.append(_DOTENV)
    return merged(*(ev.config(path, env.module) for path in dict.fromkeys(paths))) or None


def _given(ev: Evaluator, arguments: Arguments, names: tuple[str, ...], position: int = 0) -> Values:
    from analyzer import calls

    return calls.argument(ev, arguments, names, position) or ()


def _read_from(ev: Evaluator, values: Values) -> Iterator[str]:
    """The paths of open files, and of those whose text was read."""
    from analyzer import calls

    for value in values:
        if isinstance(value, Ref) and value.qualified.startswith(_OPENED) and value.call and value.env:
            arguments = calls.arguments_of(value.call, value.env)
            found = _given(ev, arguments, ("file", "filename", "urlpath", "uri"))
            yield from [v.text for v in found if isinstance(v, Str)][:_MAX_PATHS]


def opened(ev: Evaluator, path: Str, env: Env) -> Values:
    """`Path(p).open()`, `.read_text()`, `.read_bytes()`: the same as an open file."""
    key = "opened", path
    if key not in ev.caches:
        ev.caches[key] = Call(Opaque("call_not_followed", path.at), (Text(path.text, path.at),), (), path.at, path.at)
    return (Ref(_OPENED, ev.caches[key], env),)  # type: ignore[arg-type]


# -- configparser


def indexed(ev: Evaluator, base: Ref, keys: Values) -> Values:
    """`parser["section"]` of a configparser that has read a known file."""
    from analyzer import containers

    files = _ini_files(ev, base) if base.qualified in _INI else ()
    found = containers.item(ev, files, keys) if files else ()
    return tuple(value for value in found if not isinstance(value, Unknown))


def _option(ev: Evaluator, ref: Ref, arguments: Arguments, env: Env) -> Values | None:
    """`parser.get("section", "option", fallback=…)`."""
    from analyzer import calls, containers

    section = indexed(
        ev, ref._replace(qualified=ref.qualified.removesuffix(".get")), _given(ev, arguments, ("section",))
    )
    found = containers.item(ev, section, _given(ev, arguments, ("option",), 1)) if section else ()
    known = tuple(value for value in found if not isinstance(value, Unknown))
    return known or calls.keyword(ev, arguments, "fallback")


def _ini_files(ev: Evaluator, parser: Ref) -> Values:
    """What the files hold that `parser.read(…)` and its like name."""
    if parser.call is None or parser.env is None:
        return ()
    key = "ini", id(parser.call), parser.env.module
    if key not in ev.caches:
        ev.caches[key] = ()
        module = parser.env.module
        ev.read_mentioning(module, "read")
        found = [
            ev.config(path, module)
            for index, scope in enumerate(ev.modules[module].scopes)
            for node in scope.calls
            for path in _ini_paths(ev, node, ev.env(module, index), parser.call)
        ]
        ev.caches[key] = merged(*found)
    return ev.caches[key]  # type: ignore[return-value]


def _ini_paths(ev: Evaluator, node: Call, env: Env, made: Call) -> Iterator[str]:
    from analyzer import calls, containers

    function = node.function
    if not isinstance(function, Attribute) or function.name not in ("read", "read_file", "readfp"):
        return
    if not any(isinstance(v, Ref) and v.call is made for v in ev.evaluate(function.base, env)):
        return
    given = _given(ev, calls.arguments_of(node, env), ("filenames", "f"))
    several = containers.elements(ev, tuple(v for v in given if isinstance(v, List)))
    yield from _read_from(ev, given)
    yield from (v.text for v in (*given, *several) if isinstance(v, Str))


# -- the environment


def variable(ev: Evaluator, names: Values, module: int) -> Values:
    """What .env files that the program loads give an environment variable."""
    from analyzer import containers

    known = tuple(name for name in names if isinstance(name, Str) and not name.partial)
    files = [ev.config(path, module) for path in _dotenv_files(ev)] if known else []
    found = containers.item(ev, merged(*files), known) if any(files) else ()
    return tuple(value for value in found if isinstance(value, Str))


def setting(ev: Evaluator, cls: Cls, field: str) -> Values:
    """What a .env file gives a field of a pydantic settings class: one that `env_file` names, or that is loaded."""
    from analyzer import attributes, containers

    line = list(attributes.lineage(ev, cls))
    if not any(isinstance(base, Ref) and base.qualified.endswith(".BaseSettings") for base in line):
        return ()
    texts = _settings_options(ev, cls)
    paths = dict.fromkeys((*texts.get("env_file", ()), *_dotenv_files(ev)))
    prefix = "".join(texts.get("env_prefix", ())[:1])
    wanted = (prefix + field).lower()
    found: list[Values] = []
    for value in merged(*(ev.config(path, cls.module) for path in paths)):
        for key, expression, env in containers.pairs(ev, value) if isinstance(value, Dict) else ():
            if isinstance(key, Text) and key.value.lower() == wanted:
                found.append(ev.evaluate(expression, env))
    return tuple(value for value in merged(*found) if isinstance(value, Str))


def _settings_options(ev: Evaluator, cls: Cls) -> dict[str, list[str]]:
    """`model_config = SettingsConfigDict(env_file=…)`, or the same names in `class Config`."""
    module = ev.modules[cls.module]
    found: dict[str, list[str]] = {}
    inner = [(i, s) for i, s in enumerate(module.scopes) if s.parent == cls.scope and s.name == "Config"]
    for index, scope in inner:
        for name in ("env_file", "env_prefix"):
            values = [ev.evaluate(b.value, ev.env(cls.module, index)) for b in scope.bindings.get(name, ())]
            found.setdefault(name, []).extend(_texts(ev, merged(*values)))
    for binding in module.scopes[cls.scope].bindings.get("model_config", ()):
        keywords = binding.value.keywords if isinstance(binding.value, Call) else ()
        given = [(n, e) for n, e in keywords if n is not None]
        if isinstance(binding.value, Mapping):
            given = [(k.value, e) for k, e in binding.value.pairs if isinstance(k, Text)]
        for name, expression in given:
            found.setdefault(name, []).extend(_texts(ev, ev.evaluate(expression, ev.env(cls.module, cls.scope))))
    return found


def _texts(ev: Evaluator, values: Values) -> list[str]:
    from analyzer import containers

    several = containers.elements(ev, tuple(v for v in values if isinstance(v, List)))
    return [v.text for v in (*values, *several) if isinstance(v, Str)]


def _dotenv_files(ev: Evaluator) -> tuple[str, ...]:
    """The .env files that the program loads into its environment."""
    if "dotenv" not in ev.caches:
        ev.caches["dotenv"] = ()
        paths: list[str] = []
        for module in range(len(ev.modules)):
            if ev.index("reads .env", module, _reads_dotenv):
                paths += _loaded(ev, module)
        ev.caches["dotenv"] = tuple(dict.fromkeys(paths))
    return ev.caches["dotenv"]  # type: ignore[return-value]


def _reads_dotenv(module: Module) -> bool:
    """Whether the file imports something that reads .env files."""
    return any(
        isinstance(binding.value, Imported) and binding.value.qualified.partition(".")[0] in _DOTENV_READERS
        for scope in module.scopes
        for bindings in scope.bindings.values()
        for binding in bindings
    )


def _loaded(ev: Evaluator, module: int) -> list[str]:
    """The paths that `load_dotenv` calls name; `.env` where they name none."""
    from analyzer import calls

    ev.read_mentioning(module, "load_dotenv")
    found: list[str] = []
    for index, scope in enumerate(ev.modules[module].scopes):
        for node in scope.calls:
            if calls.last_name(node.function) == "load_dotenv":
                given = _given(ev, calls.arguments_of(node, ev.env(module, index)), ("dotenv_path",))
                found += [v.text for v in given if isinstance(v, Str)]
    return found or [_DOTENV]


# -- Hydra


def hydra(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """The config that `@hydra.main(config_path=…, config_name=…)` hands to the first parameter."""
    from analyzer import calls

    if env.parent is None or not scope.params or scope.params[0] is not param:
        return ()
    found: list[Values] = []
    for decorator in scope.decorators:
        if not isinstance(decorator, Call) or calls.last_name(decorator.function) != "main":
            continue
        made = ev.evaluate(decorator.function, env.parent)
        if any(isinstance(v, Ref) and v.qualified in _HYDRA for v in made):
            arguments = calls.arguments_of(decorator, env.parent)
            folders = _texts(ev, _given(ev, arguments, ("config_path",)))
            found += [_named(ev, folder, arguments, env, 1) for folder in folders or ["."]]
    return merged(*found)


def _composed(ev: Evaluator, arguments: Arguments, env: Env) -> Values | None:
    """`hydra.compose(config_name=…)`: of any folder."""
    return _named(ev, "*", arguments, env, 0) or None


def _named(ev: Evaluator, folder: str, arguments: Arguments, env: Env, position: int) -> Values:
    names = _texts(ev, _given(ev, arguments, ("config_name",), position))
    return merged(*(_with_defaults(ev, folder, name, env) for name in names))


def _with_defaults(ev: Evaluator, folder: str, name: str, env: Env) -> Values:
    """The config with what its `defaults:` list puts under the names of their groups."""
    key = "hydra", folder, name, env.module
    if key not in ev.caches:
        path = posixpath.normpath(f"{folder}/{name}")
        held = ev.config(path if path.endswith((".yaml", ".yml")) else path + ".yaml", env.module)
        here = ev.env(env.module, 0)
        ev.caches[key] = tuple(_completed(ev, value, folder, here) for value in held)
    return ev.caches[key]  # type: ignore[return-value]


def _completed(ev: Evaluator, value: Value, folder: str, env: Env) -> Value:
    from analyzer import containers

    if not isinstance(value, Dict):
        return value
    listed = containers.item(ev, (value,), (Str("defaults", 0, 0),))
    groups = []
    for entry in containers.elements(ev, tuple(v for v in listed if isinstance(v, List))):
        groups += [(key, made, env) for key, made in _group(ev, entry, folder)]
    return Dict((*groups, *value.entries)) if groups else value


def _group(ev: Evaluator, entry: Value, folder: str) -> Iterator[tuple[Expression | None, Expression]]:
    """One entry of a `defaults:` list, as (name of the group, the config read)."""
    from analyzer import containers

    if isinstance(entry, Str) and entry.text != "_self_":
        yield None, _loading(f"{folder}/{entry.text}")
    for key, expression, env in containers.pairs(ev, entry) if isinstance(entry, Dict) else ():
        words = key.value.split() if isinstance(key, Text) else []
        if not words or words[0] == "override":
            continue
        group, _, package = words[-1].partition("@")
        for option in ev.evaluate(expression, env):
            if isinstance(option, Str):
                first, *inner = (package or group).replace("/", ".").split(".")
                yield Text(first, 0), _nested(inner, _loading(f"{folder}/{group}/{option.text}"))


def _loading(path: str) -> Expression:
    """The expression `OmegaConf.load(path)`."""
    plain = posixpath.normpath(path.removesuffix(".yaml"))
    return Call(Imported("omegaconf.OmegaConf.load", 0), (Text(plain + ".yaml", 0),), (), 0, 0)


def _nested(names: list[str], inner: Expression) -> Expression:
    for name in reversed(names):
        inner = Mapping(((Text(name, 0), inner),), 0)
    return inner
