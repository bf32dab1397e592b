"""Code that reads config files: what the readers of YAML, JSON, TOML, INI, .env and Hydra give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Opaque, Text
from analyzer.values.calling import passing
from analyzer.values.configs import open_configs, overrides
from analyzer.values.objects import (
    REPLACED,
    Arguments,
    Configs,
    Dict,
    Env,
    Inst,
    List,
    Ref,
    Started,
    Str,
    Unknown,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: A file that was opened; its call says which.
_OPENED = "builtins.open()"
_DOTENV = ".env"
_MAX_PATHS = 8
#: What is put into the name of a config that is there to be copied.
_EXAMPLES = ("example", "sample", "template", "default", "dist")

#: Readers of an open file, of the text of one, or (where the library takes it) of a path.
_STREAMS = frozenset(
    f"{module}.{function}"
    for module, functions in {
        "yaml": "load safe_load full_load unsafe_load load_all safe_load_all "
        + " ".join(
            f"{loader}().{method}"
            for loader in ("SafeLoader", "FullLoader", "Loader", "CSafeLoader", "UnsafeLoader")
            for method in ("get_single_data", "get_data")
        ),
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
        "hjson": "load loads",
        "globalThis.JSON": "parse",
        "npm:js-yaml": "load safeLoad",
        "npm:yaml": "parse",
        "npm:json5": "parse",
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
    "sconf.Config": ("default",),
    "munch.Munch.fromYAML": ("stream",),
    "pyhocon.ConfigFactory.parse_file": ("filename",),
    "npm:fs-extra.readJson": (),
    "npm:fs-extra.readJsonSync": (),
}
#: Those that make a module of a Python file, whose path stands second.
_PROGRAMS = frozenset({
    "importlib.util.spec_from_file_location", "importlib.machinery.SourceFileLoader().load_module", "imp.load_source",
})  # fmt: skip
_LINES = re.compile(re.escape(_OPENED) + r"(?:\.(?:read|readlines|strip|splitlines|split)\(\))*$")
_OPENERS = frozenset({
    "builtins.open", "io.open", "codecs.open", "gzip.open", "fsspec.open", "smart_open.open", "aiofiles.open",
    *(f"{root}{module}{name}" for root in ("npm:", "node:") for module in ("fs", "fs.promises", "fs-extra")
      for name in (".readFileSync", ".readFile", ".promises.readFile")),
    "globalThis.Deno.readTextFile", "globalThis.Deno.readTextFileSync", "globalThis.Bun.file", "globalThis.fetch",
})  # fmt: skip
_INI = frozenset(
    f"{module}.{name}()" for module in ("configparser", "ConfigParser", "backports.configparser")
    for name in ("ConfigParser", "RawConfigParser", "SafeConfigParser")
)  # fmt: skip
#: What a command line sets.
_OVERRIDES = frozenset({"omegaconf.OmegaConf.from_cli", "omegaconf.OmegaConf.from_dotlist"})
_MERGES = frozenset({"omegaconf.OmegaConf.merge", "omegaconf.OmegaConf.unsafe_merge"})


def call(ev: Evaluator, ref: Ref, arguments: Arguments, node: Call, env: Env) -> Values | None:
    """What a reader of config files gives; None if the name is none, or the file is not known."""
    from analyzer.values.configs import hydra_configs

    name = ref.qualified
    if name in _OPENERS:
        return (Ref(_OPENED, node, env),)
    if name in _MERGES:
        parts = [ev.evaluate(expression, where) for expression, where in arguments.args]
        return tuple(v for v in merged(*parts) if isinstance(v, Dict | Configs | Inst)) or None
    if name.endswith(".get") and name.removesuffix(".get") in _INI:
        return _option(ev, ref, arguments, env)
    if name in _OVERRIDES:
        docs = overrides.documents(ev, Started(env, node.end))
        return (Configs(docs),) if docs else None
    if name in ("hydra.compose", "hydra.experimental.compose"):
        return hydra_configs.composed(ev, arguments, env)
    if name in _PROGRAMS:
        if not arguments.args and ref.call is not None and ref.env is not None:
            arguments = passing.arguments_of(ref.call, ref.env)  # `SourceFileLoader(name, path).load_module()`
        return _program(ev, name, arguments, env)
    if name not in _STREAMS and name not in _PATHS:
        return None
    if "()." in name and ref.call is not None and ref.env is not None and not arguments.args:
        arguments = passing.arguments_of(ref.call, ref.env)  # `SafeLoader(stream).get_single_data()`
    held = given(ev, arguments, _PATHS.get(name, ("stream", "fp", "s", "f")))
    paths = list(_read_from(ev, held))
    if name in _PATHS:
        paths += [value.text for value in held if isinstance(value, Str)]
    if name.endswith("dotenv_values") and not held:
        paths.append(_DOTENV)
    named = merged(*(ev.config(path, env.module) for path in dict.fromkeys(paths)))
    read = tuple(path for value in held for path in _path_of(ev, name, value))
    return merged(named, _others(ev, name, read, env, found=bool(named))) or None


def _program(ev: Evaluator, name: str, arguments: Arguments, env: Env) -> Values | None:
    """The module that a Python file is made into, or any config in Python where its path is open."""
    held = given(ev, arguments, ("location", "path"), 1)
    paths = dict.fromkeys(value.text for value in held if isinstance(value, Str))
    named = merged(*(ev.program(path, env.module) for path in paths))
    return merged(named, _others(ev, name, held, env, found=bool(named))) or None


def documents(ev: Evaluator, reader: str, paths: Values, env: Env) -> Values:
    """What the files hold that a reader of paths is given; any that it can read where they are not known."""
    known = dict.fromkeys(path.text for path in paths if isinstance(path, Str))
    named = merged(*(ev.config(path, env.module) for path in known))
    return merged(named, _others(ev, reader, paths, env, found=bool(named)))


def _others(ev: Evaluator, reader: str, paths: Values, env: Env, *, found: bool) -> Values:
    """The configs that the reader can read where its path is open: not known, or what is taken if nobody names one."""
    replaced = [v for v in paths if isinstance(v, Str) and v.step in REPLACED]
    if any(isinstance(value, Unknown) for value in paths) or (replaced and not found):
        return open_configs.any_of(ev, reader, env.module)
    if replaced:
        files = [path for v in replaced for path in ev.config_paths(v.text, env.module)]
        return open_configs.beside(ev, files, reader, env.module)
    return () if found else merged(*(_examples(ev, v.text, env) for v in paths if isinstance(v, Str)))


def _examples(ev: Evaluator, path: str, env: Env) -> Values:
    """What the examples hold that stand for a config that each user makes: `config.example.yaml` for `config.yaml`."""
    stem, dot, ending = path.rpartition(".")
    names = [f"{stem}{sign}{word}.{ending}" for word in _EXAMPLES for sign in ".-_"] if dot and "*" not in path else []
    files = [file for name in names for file in ev.config_paths(name, env.module)]
    return tuple(doc for _, doc in ev.config_documents(dict.fromkeys(files), ""))


def _path_of(ev: Evaluator, reader: str, value: Value) -> Values:
    """What the path is, or can be, that is read: of an open file, or given to a reader of paths."""
    if isinstance(value, Ref) and value.qualified.startswith(_OPENED) and value.call and value.env:
        return given(ev, passing.arguments_of(value.call, value.env), ("file", "filename", "urlpath", "uri"))
    return (value,) if reader in _PATHS else ()


def given(ev: Evaluator, arguments: Arguments, names: tuple[str, ...], position: int = 0) -> Values:
    return passing.argument(ev, arguments, names, position) or ()


def _read_from(ev: Evaluator, values: Values) -> Iterator[str]:
    """The paths of open files, and of those whose text was read."""
    for value in values:
        if isinstance(value, Ref) and value.qualified.startswith(_OPENED) and value.call and value.env:
            arguments = passing.arguments_of(value.call, value.env)
            found = given(ev, arguments, ("file", "filename", "urlpath", "uri"))
            yield from [v.text for v in found if isinstance(v, Str)][:_MAX_PATHS]


def lines(ev: Evaluator, base: Ref) -> Values:
    """What iterating over an open file gives, or over the lines of its text."""
    if base.call is None or base.env is None or not _LINES.match(base.qualified):
        return ()
    paths = given(ev, passing.arguments_of(base.call, base.env), ("file", "filename", "urlpath", "uri"))
    known = [path.text for path in paths if isinstance(path, Str)][:_MAX_PATHS]
    return merged(*(ev.lines(path, base.env.module) for path in known))


def opened(ev: Evaluator, path: Str, env: Env) -> Values:
    """`Path(p).open()`, `.read_text()`, `.read_bytes()`: the same as an open file."""
    key = "opened", path
    if key not in ev.caches:
        ev.caches[key] = Call(Opaque("call_not_followed", path.at), (Text(path.text, path.at),), (), path.at, path.at)
    return (Ref(_OPENED, ev.caches[key], env),)  # type: ignore[arg-type]


# -- configparser


def indexed(ev: Evaluator, base: Ref, keys: Values) -> Values:
    """`parser["section"]` of a configparser that has read a known file."""
    from analyzer.values import containers

    files = _ini_files(ev, base) if base.qualified in _INI else ()
    found = containers.item(ev, files, keys) if files else ()
    return tuple(value for value in found if not isinstance(value, Unknown))


def _option(ev: Evaluator, ref: Ref, arguments: Arguments, env: Env) -> Values | None:
    """`parser.get("section", "option", fallback=…)`."""
    from analyzer.values import containers

    section = indexed(
        ev, ref._replace(qualified=ref.qualified.removesuffix(".get")), given(ev, arguments, ("section",))
    )
    found = containers.item(ev, section, given(ev, arguments, ("option",), 1)) if section else ()
    known = tuple(value for value in found if not isinstance(value, Unknown))
    return known or passing.keyword(ev, arguments, "fallback")


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
    function = node.function
    if not isinstance(function, Attribute) or function.name not in ("read", "read_file", "readfp"):
        return
    if not any(isinstance(v, Ref) and v.call is made for v in ev.evaluate(function.base, env)):
        return
    held = given(ev, passing.arguments_of(node, env), ("filenames", "f"))
    yield from _read_from(ev, held)
    yield from texts(ev, held)


def texts(ev: Evaluator, values: Values) -> list[str]:
    from analyzer.values import containers

    several = containers.elements(ev, tuple(v for v in values if isinstance(v, List)))
    return [v.text for v in (*values, *several) if isinstance(v, Str)]
