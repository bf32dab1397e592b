"""What statistics count: all usages and load sites of repositories, each with what it is counted under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.records import LoadSite, ModelRef
from analyzer.symbols import tasks
from patterns.compare import is_name
from ptmscope.repositories import Repository


@dataclass(frozen=True, slots=True)
class Entry:
    """One usage."""

    source: str
    path: str
    model: str
    tasks: tuple[str, ...]
    libraries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """`named` are the usages of models whose name is known in full, `references` the ids that reach the sites."""

    entries: tuple[Entry, ...]
    named: tuple[Entry, ...]
    sites: tuple[LoadSite, ...]
    references: tuple[ModelRef, ...]


def ledger(repositories: Iterable[Repository]) -> Ledger:
    given = tuple(repositories)
    entries = tuple(entry for each in given for entry in _entries(each))
    sites = tuple(site for each in given for site in each.sites)
    references = tuple(model for site in sites for model in site.models)
    return Ledger(entries, tuple(entry for entry in entries if is_name(entry.model)), sites, references)


def _entries(repository: Repository) -> Iterable[Entry]:
    library = {(site.path, site.cell, site.line): site.library for site in repository.sites}
    for usage in repository.usages:
        places = [((usage.path, anchor.cell, anchor.line), anchor.api) for anchor in usage.anchors]
        libraries = sorted({library.get(place) or api.partition(".")[0] for place, api in places})
        yield Entry(repository.name, usage.path, usage.model_id, tuple(tasks(usage)), tuple(libraries))
