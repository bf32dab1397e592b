"""Config files of which code does not say which: the path is an option of the program, or some caller's argument.

Then each config of the repository that has the whole key path that the code reads is a possible one: of the kind that
the reader opens, and nearest to the reader. `Configs` stands for them all until a key is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from posixpath import dirname
from typing import TYPE_CHECKING

from analyzer.values.objects import RUNTIME, Bound, Configs, Const, Dict, Str, Value, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Configs that can be meant at one place, at most; nearest first.
MAX_CONFIGS = 160
RUNTIME = RUNTIME

YAML = (".yaml", ".yml")
#: Of all configs that a framework builds from.
ENDINGS = (*YAML, ".json", ".py")
_KINDS = (
    (re.compile(r"yaml|omegaconf|yacs|CfgNode|sconf|Munch"), YAML),
    (re.compile(r"toml"), (".toml",)),
    (re.compile(r"json"), (".json",)),
    (re.compile(r"^ini$"), (".cfg", ".ini", ".conf")),
    (re.compile(r"^(?:mmengine|mmcv|mmcv_full)\b"), (".py", *YAML, ".json")),
    (re.compile(r"^(?:importlib|imp)\b"), (".py",)),
    (re.compile(r"anyconfig|monai"), (*YAML, ".json")),
)
#: Folders and names that say that a file is there to set a program up.
_SETS_UP = re.compile(
    r"conf|cfg|settings?|options?|params?|parameters|hparams?|args|arguments|experiments?|exps?|recipes?|templates?"
    r"|presets?|profiles?|yamls?|scenarios?|runs?|hyper\w*|default"
)
_WORD = re.compile(r"[a-z]+")
#: Files of known tools, and data.
_OTHERS = re.compile(
    r"(?:^|/)(?:\.[^/]+/.*|node_modules/.*|[^/]*\b(?:docker-)?compose\b[^/]*|package\.json|composer\.json|vercel\.json"
    r"|mkdocs\.ya?ml|_config\.ya?ml|\.[^/]+|pyproject\.toml|Cargo\.toml|environment[^/]*\.ya?ml|[^/]*schema[^/]*"
    r"|codecov\.ya?ml|netlify\.toml|cog\.yaml|[^/]*index\.json|[^/]*requirements[^/]*)$"
)
_TESTS = re.compile(r"(?:^|/)tests?/")
METHODS = frozenset({"get", "pop", "setdefault", "copy", "items", "keys", "values", "to_dict", "as_dict", "dict"})


def kind_of(reader: str) -> tuple[str, ...]:
    """The endings of the files that a reader reads, by its qualified name."""
    return next((endings for pattern, endings in _KINDS if pattern.search(reader)), ())


def any_of(ev: Evaluator, reader: str, module: int) -> Values:
    """Any config of the repository that the reader can read, nearest to `module` first."""
    endings = kind_of(reader)
    key = "configs", endings, module
    if key not in ev.caches:
        groups = tuple(_near(ev.config_files(endings), ev.modules[module].path)) if endings else ()
        ev.caches[key] = (Configs((), groups),) if groups else ()
    return ev.caches[key]  # type: ignore[return-value]


def beside(ev: Evaluator, paths: Iterable[str], reader: str, module: int) -> Values:
    """The configs around these, which a run can name as well: in the folder that holds them, seen from the reader."""
    endings = kind_of(reader)
    named = tuple(dict.fromkeys(paths))
    key = "beside", endings, named, module
    if key not in ev.caches:
        around = tuple(dict.fromkeys(_holder(path, ev.modules[module].path) for path in named))
        others = (path for path in ev.config_files(endings) if path not in named and _counts(path, ""))
        found = tuple(path for path in others if any(_lies_in(path, folder) for folder in around))
        ev.caches[key] = (Configs((), (found[:MAX_CONFIGS],)),) if found else ()
    return ev.caches[key]  # type: ignore[return-value]


def _holder(path: str, reader: str) -> tuple[str, bool]:
    """(the folder around the file that the reader does not lie in, whether what is below it counts)."""
    parts = dirname(path).split("/")
    there = dirname(reader).split("/")
    common = next((i for i, (one, two) in enumerate(zip(parts, there, strict=False)) if one != two), len(there))
    common = min(common, len(parts)) if there != [""] else 0
    inner = parts[: common + 1]
    return ("/".join(inner), True) if len(parts) > common and inner != [""] else (dirname(path), False)


def _lies_in(path: str, folder: tuple[str, bool]) -> bool:
    return path.startswith(folder[0] + "/") if folder[1] else dirname(path) == folder[0]


def _near(paths: Iterable[str], reader: str) -> Iterator[tuple[str, ...]]:
    """The paths in groups: below the reader's folder, below the one above it, and so on."""
    left = [path for path in paths if _counts(path, reader)]
    folder = dirname(reader)
    while left:
        start = folder + "/" if folder else ""
        group = tuple(path for path in left if path.startswith(start))
        if group:
            yield group[:MAX_CONFIGS]
        left = [path for path in left if not path.startswith(start)]
        folder = dirname(folder)


def _counts(path: str, reader: str) -> bool:
    return not _is_another_tools(path) and (not _TESTS.search(path) or bool(_TESTS.search(reader)))


@lru_cache(maxsize=1 << 14)
def _is_another_tools(path: str) -> bool:
    return _OTHERS.search(path) is not None


def sets_up(path: str) -> bool:
    """Whether the name of the file, or of a folder it lies in, says that it sets something up."""
    words = _WORD.findall(path.rpartition(".")[0].lower())
    return any(
        _SETS_UP.fullmatch(word) or word.startswith(("conf", "cfg", "config")) or word.endswith("config")
        for word in words
    )


def entry(ev: Evaluator, base: Configs, name: str) -> Values:
    """What stands under the key: strings and lists as they are, what is nested as one value again."""
    key = "entry", base, name
    if key not in ev.caches:
        ev.caches[key] = ()
        ev.caches[key] = _split(_under(ev, base, name))
    return ev.caches[key]  # type: ignore[return-value]


def _under(ev: Evaluator, base: Configs, name: str) -> Values:
    from analyzer.values import containers

    keys = (Str(name, 0, 0),)
    if base.docs:
        return _all(containers.known(ev, doc, keys) for doc in base.docs)
    is_weak = name.isalpha() and name.islower()
    for group in base.groups:
        found = []
        for path, doc in ev.config_documents(group, name):
            held = containers.known(ev, doc, keys)
            if not is_weak or sets_up(path):
                found.append(held)
            else:
                found.append(tuple(value for value in held if not isinstance(value, Str)))
        if any(found):
            return _all(found)
    return ()


def documents(ev: Evaluator, base: Configs, name: str) -> tuple[Dict, ...]:
    """The documents that have the key, nearest first."""
    from analyzer.values import containers

    for group in () if base.docs else base.groups:
        found = tuple(
            doc for _, doc in ev.config_documents(group, name) if containers.known(ev, doc, (Str(name, 0, 0),))
        )
        if found:
            return found
    return base.docs


def _all(found: Iterable[Values]) -> Values:
    """Each value once: of equal strings the first."""
    strings: dict[object, Value] = {}
    for value in (value for values in found for value in values):
        strings.setdefault(value.text if isinstance(value, Str) else value, value)
    return tuple(strings.values())


def _split(found: Values) -> Values:
    nested = tuple(value for value in found if isinstance(value, Dict))
    rest = merged(tuple(value for value in found if not isinstance(value, Dict)), limit=MAX_CONFIGS)
    return (Configs(nested), *rest) if nested else rest


def attribute(ev: Evaluator, base: Configs, name: str) -> Values:
    if name in METHODS:
        return (Bound(base, name),)
    return entry(ev, base, name) or (RUNTIME,)


def item(ev: Evaluator, base: Configs, keys: Values) -> Values:
    found = [entry(ev, base, key.text) for key in keys if isinstance(key, Str) and not key.partial]
    return merged(*found) or (RUNTIME,)


def method(ev: Evaluator, base: Configs, name: str, args: list[Values]) -> Values:
    from analyzer.values import containers

    if name in ("get", "pop", "setdefault") and args:
        known = item(ev, base, args[0])
        default = args[1] if len(args) > 1 else (Const(None),)
        if known == (RUNTIME,):
            return default
        is_there = bool(base.docs) and all(containers.known(ev, doc, args[0]) for doc in base.docs)
        return known if is_there else merged(known, tuple(value for value in default if value not in args[0]))
    return (base,) if name in ("copy", "to_dict", "as_dict", "dict") else (RUNTIME,)
