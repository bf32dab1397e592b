"""The configs that Hydra puts together and hands to a program."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Imported, Mapping, Param, Referenced, Scope, Text
from analyzer.values import containers
from analyzer.values.configs import config_store, hydra_programs, open_configs, overrides
from analyzer.values.configs.config_apis import given, texts
from analyzer.values.configs.hydra_programs import folder_of, is_file, start_of
from analyzer.values.objects import (
    Arguments,
    Configs,
    Dict,
    Env,
    Held,
    List,
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
_GLOBAL = "_global_"


def handed(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """The config that `@hydra.main(config_path=…, config_name=…)` hands to the first parameter."""
    if env.parent is None or not scope.params or scope.params[0] is not param:
        return ()
    found: list[Values] = []
    for arguments in hydra_programs.mains(ev, scope, env):
        paths = texts(ev, given(ev, arguments, ("config_path",)))
        folders = [folder_of(path) for path in paths] or ["."]
        found += [_with_defaults(ev, path, "", env) for path in paths if is_file(path)]
        found += [_named(ev, folder, arguments, env, 1) for folder in folders]
        found += [_all_below(ev, path, env) for path in paths or ["."]]
        found += _stored(ev, folders, arguments, env)
        found.append(_overridden(ev, folders, env))
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
    starts = [start_of(ev, folder, env) for folder in folders] if said else []
    paths = (path.removeprefix(start + "/") for start in starts for path in ev.config_files(open_configs.YAML))
    stored = {one.group for one in config_store.stored(ev, env.module)} if said else set()
    docs = overrides.without(ev, said, frozenset(stored | {posixpath.dirname(path) for path in paths}))
    return (Configs(docs),) if docs else ()


def _all_below(ev: Evaluator, path: str, env: Env) -> Values:
    """Any config of the folder, each where Hydra puts it: a command line can ask for others than the defaults."""
    return _below(ev, start_of(ev, folder_of(path), env), env, flat=is_file(path))


def _below(ev: Evaluator, start: str, env: Env, *, flat: bool = False) -> Values:
    """`flat`: what a config of a group holds stands at the top, as before Hydra 1.0."""
    key = "below", start, flat
    if key not in ev.caches:
        below = [p for p in ev.config_files(open_configs.YAML) if p.startswith("" if start == "." else start + "/")]
        documents = ev.config_documents(below[: open_configs.MAX_CONFIGS], "") if start != "." else ()
        said = [(_GLOBAL if flat else ev.config_package(p), p, doc) for p, doc in documents]
        docs = [_placed(ev, doc, posixpath.relpath(p, start), package, env) for package, p, doc in said]
        ev.caches[key] = (Configs(tuple(docs)),) if docs else ()
    return ev.caches[key]  # type: ignore[return-value]


def referenced(ev: Evaluator, expression: Referenced, env: Env) -> Values:
    """`${model.name}` of a config: what stands there, and what command lines set there.

    Of a config that has no such key what any config of the folder has there, put where Hydra puts it.
    """
    said = _under(ev, hydra_programs.told(ev, ev.modules[env.module].path), expression.name)
    set_there = tuple(value for value in said if isinstance(value, Str))
    if expression.known is not None:
        known = ev.evaluate(expression.known, env)
        return merged(tuple(v for v in known if not set_there or not isinstance(v, Unknown)), set_there)
    root = _root(ev, ev.modules[env.module].path)
    values = _under(ev, _below(ev, root, env), expression.name) if root is not None else ()
    return merged(relabel(values, "config_choice"), set_there) or (Unknown("computed_string"),)


def _under(ev: Evaluator, values: Values, name: str) -> Values:
    for part in name.split(".") if values else ():
        values = containers.item(ev, values, (Str(part, 0, 0),))
    return values


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
    return [name for name in place.split(".") if name and name not in (_GLOBAL, "_here_")]


def composed(ev: Evaluator, arguments: Arguments, env: Env) -> Values | None:
    """`hydra.compose(config_name=…)`: of any folder."""
    return _named(ev, "*", arguments, env, 0) or None


def _named(ev: Evaluator, folder: str, arguments: Arguments, env: Env, position: int) -> Values:
    names = texts(ev, given(ev, arguments, ("config_name",), position))
    return merged(*(_with_defaults(ev, folder, name, env) for name in names))


def _with_defaults(ev: Evaluator, folder: str, name: str, env: Env) -> Values:
    """The config with what its `defaults:` list puts under the names of their groups.

    Without a name, the folder is the path of the config, and groups put what they hold at the top (before Hydra 1.0).
    """
    key = "hydra", folder, name, env.module
    if key not in ev.caches:
        path = posixpath.normpath(f"{folder}/{name}")
        held = ev.config(path if path.endswith((".yaml", ".yml")) else path + ".yaml", env.module)
        here = ev.env(env.module, 0)
        package = "" if name else _GLOBAL
        ev.caches[key] = tuple(_completed(ev, value, folder_of(folder), here, package) for value in held)
    return ev.caches[key]  # type: ignore[return-value]


def _completed(ev: Evaluator, value: Value, folder: str, env: Env, package: str) -> Value:
    if not isinstance(value, Dict):
        return value
    listed = containers.item(ev, (value,), (Str("defaults", 0, 0),))
    groups = []
    for entry in containers.elements(ev, tuple(v for v in listed if isinstance(v, List))):
        groups += [(key, made, env) for key, made in _group(ev, entry, folder, env, package)]
    return Dict((*groups, *value.entries)) if groups else value


def _group(
    ev: Evaluator, entry: Value, folder: str, here: Env, package: str = ""
) -> Iterator[tuple[Expression | None, Expression]]:
    """One entry of a `defaults:` list, as (name of the group, the config read); `package`: where that goes then."""
    if isinstance(entry, Str) and entry.text != "_self_":
        yield _mounted(ev, folder, package, posixpath.dirname(entry.text), entry.text, here)
    for key, expression, env in containers.pairs(ev, entry) if isinstance(entry, Dict) else ():
        words = key.value.split() if isinstance(key, Text) else []
        if not words or words[0] == "override":
            continue
        group, _, said = words[-1].partition("@")
        for option in ev.evaluate(expression, env):
            if isinstance(option, Str):
                own = (o for o in config_store.stored(ev, here.module) if (o.group, o.name) == (group, option.text))
                yield from (_at(ev, one) for one in own)
                yield _mounted(ev, folder, said or package, group, f"{group}/{option.text}", here)


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
