"""Settings that an application object is filled with: Flask's `app.config`, Dynaconf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Module, Scope, last_name
from analyzer.values import attributes, containers
from analyzer.values.calling import passing
from analyzer.values.configs import config_apis
from analyzer.values.objects import (
    Bound,
    Cls,
    Dict,
    Inst,
    Mod,
    Ref,
    Str,
    Unknown,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_FLASK = frozenset({"flask.Flask().config", "flask.current_app.config", "quart.Quart().config"})
_FILLING = ("from_object", "from_pyfile", "from_mapping")
_DYNACONF = frozenset({"dynaconf.Dynaconf()", "dynaconf.LazySettings()", "dynaconf.settings"})
#: Files that Dynaconf reads where nothing names others, and the tables of its files that stand for environments.
_USUAL = ("settings.toml", "settings.yaml", "settings.yml", "settings.json", "config/settings.toml")
_NAMING = ("settings_files", "settings_file", "preload")
_LAYERS = ("default", "development", "global")


def attribute(ev: Evaluator, base: Ref, name: str) -> Values:
    """`app.config["NAME"]`, `settings.name`; empty of anything else."""
    if base.qualified not in _FLASK and base.qualified not in _DYNACONF:
        return ()
    if name == "get":
        return (Bound(base, name),)
    found = _flask(ev, base, name) if base.qualified in _FLASK else _dynaconf(ev, base, name)
    return tuple(value for value in found if not isinstance(value, Unknown | Ref))


def _flask(ev: Evaluator, base: Ref, name: str) -> Values:
    module = base.env.module if base.env is not None else 0
    return merged(*(_held(ev, value, name) for value in _filled(ev, module)))


def _filled(ev: Evaluator, module: int) -> Values:
    """What the config of the application is filled with, in files around."""
    key = "application config", module
    if key not in ev.caches:
        ev.caches[key] = ()
        files = dict.fromkeys(index for word in ("config", *_FILLING) for index in ev.option_files(module, word))
        ev.caches[key] = merged(*(found for index in files for found in _of_file(ev, index)))
    return ev.caches[key]  # type: ignore[return-value]


def _of_file(ev: Evaluator, module: int) -> Iterator[Values]:
    ev.read_mentioning(module, "config")
    for call, scope in ev.index(module, _fillings).get(True):
        env = ev.env(module, scope)
        given = passing.arguments_of(call, env)
        values = passing.first(ev, given)
        match last_name(call.function):
            case "from_object":
                yield merged(*(_named(ev, value, module) for value in values))
            case "from_pyfile":
                yield merged(*(ev.program(value.text, module) for value in values if isinstance(value, Str)))
            case _:
                named = Dict(tuple((None, e, where) for e, where in given.args), more=True)
                yield (named, *(Dict(((None, e, where),)) for key, e, where in given.keywords if key is None))
    for value, scope in ev.index(module, _stores).get(True):
        yield ev.evaluate(value, ev.env(module, scope))


def _fillings(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[Call, int]]]:
    """Calls of what fills the config of an application."""
    for call in scope.calls:
        function = call.function
        if isinstance(function, Attribute) and function.name in _FILLING and last_name(function.base) == "config":
            yield True, (call, index)


def _stores(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[Expression, int]]]:
    """What `app.config["NAME"] = value` puts there, as mappings."""
    for name, bindings in scope.bindings.items():
        if name.endswith(".config[]"):
            yield from ((True, (binding.value, index)) for binding in bindings)


def _named(ev: Evaluator, value: Value, module: int) -> Values:
    """A class or module, by itself or by its name."""
    return ev.external(value.text, module) if isinstance(value, Str) else (value,)


def _held(ev: Evaluator, value: Value, name: str) -> Values:
    if isinstance(value, Dict):
        return containers.known(ev, value, (Str(name, 0, 0),))
    return attributes.attribute(ev, value, name) if isinstance(value, Cls | Mod | Inst) else ()


def _dynaconf(ev: Evaluator, base: Ref, name: str) -> Values:
    """A setting, in whatever case it is written, of the files or of the tables for environments in them."""
    documents = [value for value in _files(ev, base) if isinstance(value, Dict)]
    layers = (containers.known(ev, doc, (Str(layer, 0, 0),)) for doc in documents for layer in _LAYERS)
    documents += [value for layer in layers for value in layer if isinstance(value, Dict)]
    words = tuple(Str(word, 0, 0) for word in dict.fromkeys((name, name.lower(), name.upper())))
    held = (containers.known(ev, doc, (word,)) for doc in documents for word in words)
    return next((found for found in held if found), ())


def _files(ev: Evaluator, base: Ref) -> Values:
    """What the files hold that the settings object is made of, or the usual ones."""
    module = base.env.module if base.env is not None else 0
    paths: list[str] = []
    if base.call is not None and base.env is not None:
        given = passing.arguments_of(base.call, base.env)
        paths = [text for name in _NAMING for text in config_apis.texts(ev, passing.keyword(ev, given, name) or ())]
    return merged(*(ev.config(path, module) for path in paths or _USUAL))
