"""How the models of a program changed between two states of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from analyzer.records import LoadSite
from ptmscope.components import revision

#: What can happen to a model, in the order in which it is told.
Kind = Literal["added", "removed", "repinned", "moved"]


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """One load of a model; `revision` is "" where none is pinned, `cell` -1 outside of notebooks."""

    path: str
    cell: int
    line: int
    api: str
    revision: str


@dataclass(frozen=True, slots=True)
class Change:
    """One model that changed, with its loads before and after."""

    kind: Kind
    model: str
    hub: str
    old: tuple[Load, ...]
    new: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes, by kind and name; `unresolved` are loads of no known model, before and after."""

    changes: tuple[Change, ...]
    unresolved: tuple[int, int]


_KINDS: tuple[Kind, ...] = ("added", "removed", "repinned", "moved")


def difference(old: Iterable[LoadSite], new: Iterable[LoadSite]) -> Difference:
    """What changed. Loads that are on other lines of the same file are none: the revisions that a model is loaded at
    count, and the files that load it. A model keeps its identity when the code takes up the hub's present name for it.
    """
    before, after = tuple(old), tuple(new)
    loads = _loads(before), _loads(after)
    found = [
        Change(kind, *key, pair[0], pair[1])
        for key in sorted(loads[0].keys() | loads[1].keys(), key=lambda key: (key[0].lower(), key))
        if (kind := _kind(pair := (loads[0].get(key, ()), loads[1].get(key, ())))) is not None
    ]
    unresolved = _unresolved(before), _unresolved(after)
    return Difference(tuple(sorted(found, key=lambda change: _KINDS.index(change.kind))), unresolved)


def _kind(pair: tuple[tuple[Load, ...], tuple[Load, ...]]) -> Kind | None:
    old, new = pair
    if not old or not new:
        return "removed" if old else "added"
    if {load.revision for load in old} != {load.revision for load in new}:
        return "repinned"
    return "moved" if {load.path for load in old} != {load.path for load in new} else None


def _loads(sites: Iterable[LoadSite]) -> dict[tuple[str, str], tuple[Load, ...]]:
    """(model, hub) -> where it is loaded; what comes from a path is no model that others know."""
    found: dict[tuple[str, str], set[Load]] = {}
    for site in sites:
        cell = -1 if site.cell is None else site.cell
        for model in site.models if site.status != "local" else ():
            load = Load(site.path, cell, site.line, site.api, revision(site, model) or "")
            found.setdefault((model.canonical_id or model.id, model.hub), set()).add(load)
    return {key: tuple(sorted(loads)) for key, loads in found.items()}


def _unresolved(sites: Iterable[LoadSite]) -> int:
    return sum(site.status == "unresolved" for site in sites)
