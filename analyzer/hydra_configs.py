"""The configs that Hydra puts together and hands to a program."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.config_apis import given, texts
from analyzer.objects import Arguments, Dict, Env, List, Ref, Str, Value, Values, merged
from analyzer.program import Call, Expression, Imported, Mapping, Param, Scope, Text, last_name

if TYPE_CHECKING:
    from analyzer.values import Evaluator

_HYDRA = frozenset({"hydra.main", "hydra.main.main"})


def handed(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """The config that `@hydra.main(config_path=…, config_name=…)` hands to the first parameter."""
    from analyzer import calls

    if env.parent is None or not scope.params or scope.params[0] is not param:
        return ()
    found: list[Values] = []
    for decorator in scope.decorators:
        if not isinstance(decorator, Call) or last_name(decorator.function) != "main":
            continue
        made = ev.evaluate(decorator.function, env.parent)
        if any(isinstance(v, Ref) and v.qualified in _HYDRA for v in made):
            arguments = calls.arguments_of(decorator, env.parent)
            folders = texts(ev, given(ev, arguments, ("config_path",)))
            found += [_named(ev, folder, arguments, env, 1) for folder in folders or ["."]]
    return merged(*found)


def composed(ev: Evaluator, arguments: Arguments, env: Env) -> Values | None:
    """`hydra.compose(config_name=…)`: of any folder."""
    return _named(ev, "*", arguments, env, 0) or None


def _named(ev: Evaluator, folder: str, arguments: Arguments, env: Env, position: int) -> Values:
    names = texts(ev, given(ev, arguments, ("config_name",), position))
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
