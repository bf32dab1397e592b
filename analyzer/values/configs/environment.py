"""Environment variables that .env files set: `load_dotenv`, decouple, environs, the settings classes of pydantic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Field, Mapping, Text, last_name
from analyzer.values.configs.config_apis import given, texts
from analyzer.values.indexes import libraries
from analyzer.values.objects import Cls, Dict, Ref, Str, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

DOTENV = ".env"
DOTENV_READERS = frozenset({"dotenv", "decouple", "environs", "starlette"})


def variable(ev: Evaluator, names: Values, module: int) -> tuple[Str, ...]:
    """What .env files that the program loads, or else what starts the program, give an environment variable."""
    from analyzer.values import containers

    known = tuple(name for name in names if isinstance(name, Str) and not name.partial)
    files = [_document(ev, path, module) for path in _dotenv_files(ev)] if known else []
    found = containers.item(ev, merged(*files), known) if any(files) else ()
    told = tuple(value for value in found if isinstance(value, Str))
    started = merged(*(ev.deployed(name.text, module) for name in known))
    return (*told, *(value for value in started if isinstance(value, Str)))


def _document(ev: Evaluator, path: str, module: int) -> Values:
    """What a .env file holds; where the tree lacks it, which is usual, what the examples of one hold."""
    return ev.config(path, module) or ev.environment_examples(path, module)


def setting(ev: Evaluator, cls: Cls, field: Field) -> Values:
    """What the environment gives a field of a pydantic settings class: a .env file that `env_file` names or that is
    loaded, or else what starts the program."""
    from analyzer.values import containers, hierarchy

    line = list(hierarchy.lineage(ev, cls))
    if not any(isinstance(base, Ref) and base.qualified.endswith(".BaseSettings") for base in line):
        return ()
    listed = _settings_options(ev, cls)
    paths = dict.fromkeys((*listed.get("env_file", ()), *_dotenv_files(ev)))
    prefix = "".join(listed.get("env_prefix", ())[:1])
    names = list(dict.fromkeys(_aliases(ev, cls, field))) or [prefix + field.name]
    wanted = {name.lower() for name in names}
    found: list[Values] = []
    for value in merged(*(_document(ev, path, cls.module) for path in paths)):
        for key, expression, env in containers.pairs(ev, value) if isinstance(value, Dict) else ():
            if isinstance(key, Text) and key.value.lower() in wanted:
                found.append(ev.evaluate(expression, env))
    written = dict.fromkeys(each for name in names for each in (name.upper(), name))
    found += [ev.deployed(name, cls.module) for name in written]
    return tuple(value for value in merged(*found) if isinstance(value, Str))


def _aliases(ev: Evaluator, cls: Cls, field: Field) -> Iterator[str]:
    """The variables that a field says to be filled from: `Field(validation_alias=…)`, `Field(env=…)` of old."""
    keywords = field.default.keywords if isinstance(field.default, Call) else ()
    for keyword, expression in keywords:
        if keyword in ("env", "alias", "validation_alias"):
            named = expression.args if isinstance(expression, Call) else (expression,)
            for each in named:
                yield from texts(ev, ev.evaluate(each, ev.env(cls.module, cls.scope)))


def _settings_options(ev: Evaluator, cls: Cls) -> dict[str, list[str]]:
    """`model_config = SettingsConfigDict(env_file=…)`, or the same names in `class Config`."""
    module = ev.modules[cls.module]
    found: dict[str, list[str]] = {}
    inner = [(i, s) for i, s in enumerate(module.scopes) if s.parent == cls.scope and s.name == "Config"]
    for index, scope in inner:
        for name in ("env_file", "env_prefix"):
            values = [ev.evaluate(b.value, ev.env(cls.module, index)) for b in scope.bindings.get(name, ())]
            found.setdefault(name, []).extend(texts(ev, merged(*values)))
    for binding in module.scopes[cls.scope].bindings.get("model_config", ()):
        keywords = binding.value.keywords if isinstance(binding.value, Call) else ()
        options = [(n, e) for n, e in keywords if n is not None]
        if isinstance(binding.value, Mapping):
            options = [(k.value, e) for k, e in binding.value.pairs if isinstance(k, Text)]
        for name, expression in options:
            found.setdefault(name, []).extend(texts(ev, ev.evaluate(expression, ev.env(cls.module, cls.scope))))
    return found


def _dotenv_files(ev: Evaluator) -> tuple[str, ...]:
    """The .env files that the program loads into its environment."""
    if "dotenv" not in ev.caches:
        ev.caches["dotenv"] = ()
        paths: list[str] = []
        for module in ev.environment_files():
            if any(reader in ev.index(module, libraries) for reader in DOTENV_READERS):
                paths += _loaded(ev, module)
        ev.caches["dotenv"] = tuple(dict.fromkeys(paths))
    return ev.caches["dotenv"]  # type: ignore[return-value]


def _loaded(ev: Evaluator, module: int) -> list[str]:
    """The paths that `load_dotenv` calls name; `.env` where they name none."""
    from analyzer.values.calling import passing

    ev.read_mentioning(module, "load_dotenv")
    found: list[str] = []
    for index, scope in enumerate(ev.modules[module].scopes):
        for node in scope.calls:
            if last_name(node.function) == "load_dotenv":
                path = given(ev, passing.arguments_of(node, ev.env(module, index)), ("dotenv_path",))
                found += [v.text for v in path if isinstance(v, Str)]
    return found or [DOTENV]
