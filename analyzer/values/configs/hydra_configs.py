"""The configs that Hydra puts together and hands to a program."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Imported, Mapping, Param, Scope, Text, last_name
from analyzer.values import containers
from analyzer.values.configs import config_store, open_configs, overrides
from analyzer.values.configs.config_apis import given, texts
from analyzer.values.objects import (
    Arguments,
    Configs,
    Dict,
    Env,
    Held,
    List,
    Ref,
    Started,
    Str,
    Unknown,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Folders of groups in each other.
_MAX_GROUPS = 5
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
            found += _stored(ev, folders or ["."], arguments, env)
            found.append(_overridden(ev, folders or ["."], env))
    return merged(*found)


def _stored(ev: Evaluator, folders: Iterable[str], arguments: Arguments, env: Env) -> Iterator[Values]:
    """The config that code stores under the name, with what its defaults choose; and any other of its groups."""
    here = ev.env(env.module, 0)
    for name in texts(ev, given(ev, arguments, ("config_name",), 1)):
        for node in config_store.named(ev, name, env):
            listed = tuple(v for v in config_store.defaults(ev, node) if isinstance(v, List))
            chosen = [_group(ev, e, folder, here) for folder in folders for e in containers.elements(ev, listed)]
            entries = tuple((key, made, here) for group in chosen for key, made in group)
            yield (Dict(entries), node) if entries else (node,)
    groups = [one for one in config_store.stored(ev, env.module) if one.group]
    yield tuple(Dict(((*_at(ev, one), here),)) for one in groups)


def _at(ev: Evaluator, one: config_store.Stored) -> tuple[Expression | None, Expression]:
    """A stored config where Hydra puts it."""
    names = _package(one.package, one.group)
    held = ev.keep(Held((one.node,)))
    return (Text(names[0], 0), ev.keep(_nested(names[1:], held))) if names else (None, held)


def _overridden(ev: Evaluator, folders: Iterable[str], env: Env) -> Values:
    """What command lines set, but for the configs that they choose of a group."""
    said = overrides.documents(ev, Started(ev.env(env.module, env.scope), 0))
    starts = [_start(ev, folder, env) for folder in folders] if said else []
    paths = (path.removeprefix(start + "/") for start in starts for path in ev.config_files(open_configs.YAML))
    stored = {one.group for one in config_store.stored(ev, env.module)} if said else set()
    docs = overrides.without(ev, said, frozenset(stored | {posixpath.dirname(path) for path in paths}))
    return (Configs(docs),) if docs else ()


def _start(ev: Evaluator, folder: str, env: Env) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(ev.modules[env.module].path), folder))


def _all_below(ev: Evaluator, folder: str, env: Env) -> Values:
    """Any config of the folder, each where Hydra puts it: a command line can ask for others than the defaults."""
    return _below(ev, _start(ev, folder, env), env)


def _below(ev: Evaluator, start: str, env: Env) -> Values:
    key = "below", start
    if key not in ev.caches:
        below = [p for p in ev.config_files(open_configs.YAML) if p.startswith("" if start == "." else start + "/")]
        documents = ev.config_documents(below[: open_configs.MAX_CONFIGS], "") if start != "." else ()
        docs = [_placed(ev, doc, posixpath.relpath(p, start), ev.config_package(p), env) for p, doc in documents]
        ev.caches[key] = (Configs(tuple(docs)),) if docs else ()
    return ev.caches[key]  # type: ignore[return-value]


def referenced(ev: Evaluator, name: str, env: Env) -> Values:
    """`${model.name}` of a config of some group: what any config of the folder has there, put where Hydra puts it."""
    root = _root(ev, ev.modules[env.module].path)
    values = _below(ev, root, env) if root is not None else ()
    for part in name.split(".") if values else ():
        values = containers.item(ev, values, (Str(part, 0, 0),))
    return relabel(values, "config_choice") or (Unknown("computed_string"),)


def _root(ev: Evaluator, path: str) -> str | None:
    """The outermost folder around a config in which one names its defaults: that which Hydra is told."""
    key = "root", posixpath.dirname(path)
    if key not in ev.caches:
        above = list(_above(posixpath.dirname(path)))
        below = [p for p in ev.config_files(open_configs.YAML) if above and p.startswith(above[-1] + "/")]
        naming = {posixpath.dirname(named) for named, _ in ev.config_documents(below, "defaults:")}
        ev.caches[key] = next((folder for folder in reversed(above) if folder in naming), None)
    return ev.caches[key]  # type: ignore[return-value]


def _above(folder: str) -> Iterator[str]:
    for _ in range(_MAX_GROUPS):
        if not folder:
            return
        yield folder
        folder = posixpath.dirname(folder)


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
    if not isinstance(value, Dict):
        return value
    listed = containers.item(ev, (value,), (Str("defaults", 0, 0),))
    groups = []
    for entry in containers.elements(ev, tuple(v for v in listed if isinstance(v, List))):
        groups += [(key, made, env) for key, made in _group(ev, entry, folder, env)]
    return Dict((*groups, *value.entries)) if groups else value


def _group(ev: Evaluator, entry: Value, folder: str, here: Env) -> Iterator[tuple[Expression | None, Expression]]:
    """One entry of a `defaults:` list, as (name of the group, the config read)."""
    if isinstance(entry, Str) and entry.text != "_self_":
        yield _mounted(ev, folder, "", posixpath.dirname(entry.text), entry.text, here)
    for key, expression, env in containers.pairs(ev, entry) if isinstance(entry, Dict) else ():
        words = key.value.split() if isinstance(key, Text) else []
        if not words or words[0] == "override":
            continue
        group, _, package = words[-1].partition("@")
        for option in ev.evaluate(expression, env):
            if isinstance(option, Str):
                own = (o for o in config_store.stored(ev, here.module) if (o.group, o.name) == (group, option.text))
                yield from (_at(ev, one) for one in own)
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
