"""Names under which a repository's files know a loader of a library: own subclasses, re-exports, other names.

Found in the text, before anything is parsed. A name too many only costs the look at a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from analyzer.linking.layout import Layout
from analyzer.linking.survey import Glance
from analyzer.loaders import tables

_MAX_ROUNDS = 3


def loader_words(
    glances: Mapping[str, Glance], importers: Mapping[str, tuple[str, ...]], layout: Layout
) -> dict[str, tuple[str, ...]]:
    """File -> names that may be loaders there, though the file imports them from another of the repository."""
    found: dict[str, dict[str, None]] = {}
    edge = {path: names for path, glance in sorted(glances.items()) if (names := _exports(glance))}
    for _ in range(_MAX_ROUNDS):
        reached: dict[str, dict[str, None]] = {}
        for path, names in edge.items():
            for importer in importers.get(path, ()):
                for name in _taken(glances[importer], path, names, layout):
                    if name not in found.get(importer, ()):
                        reached.setdefault(importer, {})[name] = None
        for path, names in reached.items():
            found.setdefault(path, {}).update(names)
        edge = {path: _handed_on(glances[path], names) for path, names in reached.items()}
    return {path: tuple(sorted(names)) for path, names in found.items()}


def _taken(glance: Glance, path: str, names: Mapping[str, None], layout: Layout) -> Iterator[str]:
    """Of the names that `path` exports, those that the file can use: imported, or behind the module's name."""
    for qualified in glance.imports:
        target = layout.find(qualified, glance.path) if layout.may_hold(qualified) else None
        if target is None or target.path != path:
            continue
        if qualified in glance.stars and not target.rest:
            yield from names
        elif not target.rest:
            yield from (name for name in names if name[:1].isupper())
        elif len(target.rest) == 1 and target.rest[0] in names:
            yield target.rest[0]


def _exports(glance: Glance) -> dict[str, None]:
    """What others can import from here: classes that derive from a loader's, loaders, functions that give a library."""
    if not glance.gated:
        return dict.fromkeys(glance.giving)
    imported = (name.rpartition(".")[2] for name in glance.imports if _is_loader(name))
    derived = (name for name, bases in glance.classes if not _classes().isdisjoint(bases))
    return dict.fromkeys([*imported, *derived, *glance.giving])


def _handed_on(glance: Glance, names: Mapping[str, None]) -> dict[str, None]:
    """Of the names that reach a file: those it imports, and its own classes that derive from them."""
    imported = names if glance.stars else {name.rpartition(".")[2] for name in glance.imports}
    derived = [name for name, bases in glance.classes if any(base in names for base in bases)]
    return dict.fromkeys([*(name for name in names if name in imported), *derived])


@lru_cache(maxsize=1 << 14)
def _is_loader(qualified: str) -> bool:
    root = qualified.partition(".")[0]
    return root in tables().roots and tables().match(qualified) is not None


@cache
def _classes() -> frozenset[str]:
    """Last names of classes whose constructor loads."""
    tokens = (token.rpartition(".")[2] for token, _ in tables().gate_tokens())
    return frozenset(token for token in tokens if token[:1].isupper())
