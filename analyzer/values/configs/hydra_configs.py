"""The configs that Hydra puts together and hands to a program."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Imported, Mapping, Param, Scope, Text, last_name
from analyzer.values.configs import open_configs, overrides
from analyzer.values.configs.config_apis import given, texts
from analyzer.values.objects import Arguments, Configs, Dict, Env, Held, List, Ref, Started, Str, Value, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_HYDRA = frozenset({"hydra.main", "hydra.main.main"})


def handed(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """The config that `@hydra.main(config_path=…, config_name=…)` hands to the first parameter."""
    from analyzer.values.calling import calls

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
            found += [_all_below(ev, folder, env) for folder in folders or ["."]]
            found.append(_overridden(ev, folders or ["."], env))
    return merged(*found)


def _overridden(ev: Evaluator, folders: Iterable[str], env: Env) -> Values:
    """What command lines set, but for the configs that they choose of a group."""
    said = overrides.documents(ev, Started(ev.env(env.module, env.scope), 0))
    starts = [_start(ev, folder, env) for folder in folders] if said else []
    paths = (path.removeprefix(start + "/") for start in starts for path in ev.config_files(open_configs.YAML))
    docs = overrides.without(ev, said, frozenset(posixpath.dirname(path) for path in paths))
    return (Configs(docs),) if docs else ()


def _start(ev: Evaluator, folder: str, env: Env) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(ev.modules[env.module].path), folder))


def _all_below(ev: Evaluator, folder: str, env: Env) -> Values:
    """Any config of the folder, each where Hydra puts it: a command line can ask for others than the defaults."""
    start = _start(ev, folder, env)
    key = "below", start
    if key not in ev.caches:
        below = [p for p in ev.config_files(open_configs.YAML) if p.startswith("" if start == "." else start + "/")]
        documents = ev.config_documents(below[: open_configs.MAX_CONFIGS], "") if start != "." else ()
        docs = [_placed(ev, doc, posixpath.relpath(p, start), ev.config_package(p), env) for p, doc in documents]
        ev.caches[key] = (Configs(tuple(docs)),) if docs else ()
    return ev.caches[key]  # type: ignore[return-value]


def _placed(ev: Evaluator, doc: Dict, path: str, package: str, env: Env) -> Dict:
    names = _package(package, posixpath.dirname(path))
    if not names:
        return doc
    inner = ev.keep(_nested(names[1:], Held((doc,))))
    return Dict(((Text(names[0], 0), inner, env),))


def _package(said: str, group: str) -> list[str]:
    """The names under which Hydra puts a config of a group."""
    plain = group.replace("/", ".")
    place = said.replace("_group_", plain) if said else plain
    return [name for name in place.split(".") if name and name not in ("_global_", "_here_")]


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
    from analyzer.values import containers

    if not isinstance(value, Dict):
        return value
    listed = containers.item(ev, (value,), (Str("defaults", 0, 0),))
    groups = []
    for entry in containers.elements(ev, tuple(v for v in listed if isinstance(v, List))):
        groups += [(key, made, env) for key, made in _group(ev, entry, folder, env)]
    return Dict((*groups, *value.entries)) if groups else value


def _group(ev: Evaluator, entry: Value, folder: str, here: Env) -> Iterator[tuple[Expression | None, Expression]]:
    """One entry of a `defaults:` list, as (name of the group, the config read)."""
    from analyzer.values import containers

    if isinstance(entry, Str) and entry.text != "_self_":
        yield _mounted(ev, folder, "", posixpath.dirname(entry.text), entry.text, here)
    for key, expression, env in containers.pairs(ev, entry) if isinstance(entry, Dict) else ():
        words = key.value.split() if isinstance(key, Text) else []
        if not words or words[0] == "override":
            continue
        group, _, package = words[-1].partition("@")
        for option in ev.evaluate(expression, env):
            if isinstance(option, Str):
                yield _mounted(ev, folder, package, group, f"{group}/{option.text}", here)


def _mounted(
    ev: Evaluator, folder: str, package: str, group: str, path: str, env: Env
) -> tuple[Expression | None, Expression]:
    """(the first name of where Hydra puts a config, what stands there)."""
    loading = _loading(f"{folder}/{path}")
    files = ev.config_paths(loading.args[0].value, env.module)  # type: ignore[attr-defined]
    said = next((found for file in files if (found := ev.config_package(file))), "")
    names = _package(package or said, group.lstrip("/"))
    return (Text(names[0], 0), _nested(names[1:], loading)) if names else (None, loading)


def _loading(path: str) -> Call:
    """The expression `OmegaConf.load(path)`."""
    plain = posixpath.normpath(path.removesuffix(".yaml"))
    return Call(Imported("omegaconf.OmegaConf.load", 0), (Text(plain + ".yaml", 0),), (), 0, 0)


def _nested(names: list[str], inner: Expression) -> Expression:
    for name in reversed(names):
        inner = Mapping(((Text(name, 0), inner),), 0)
    return inner
