"""The usages of a release: each with an id that stays the same, and what is known of where it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.records import CallSequence
from ptmscope.repositories import Repository

#: Hexadecimal digits of an id: among a million usages, two alike are one in 37 million.
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Usage:
    """`id` is a digest of where the usage is and of its model; `canonical_id` the model's present name, None where the
    facts do not know it; `library` that of its first load site. Code that loads one of several models is a usage of
    each, and one `declaration`: the id of the first of them."""

    id: str
    source: str
    sequence: CallSequence
    canonical_id: str | None
    library: str
    declaration: str

    @property
    def model(self) -> str:
        """The model's present name, or what the code calls it."""
        return self.canonical_id or self.sequence.model_id

    @property
    def line(self) -> int:
        return self.sequence.anchors[0].line if self.sequence.anchors else 0

    @property
    def apis(self) -> tuple[str, ...]:
        return tuple(call.api for call in self.sequence.calls)


def usages_of(repositories: Iterable[Repository]) -> Iterator[Usage]:
    """All usages, by repository, path, place and model."""
    for repository in sorted(repositories, key=lambda each: each.name):
        yield from _usages(repository)


def digest(*parts: object) -> str:
    """A short name for something that these parts tell from all else."""
    text = "\0".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:DIGITS]


def _usages(repository: Repository) -> Iterator[Usage]:
    present = {model.id: model.canonical_id for site in repository.sites for model in site.models}
    libraries = {(site.path, site.cell, site.line): site.library for site in repository.sites}
    seen: Counter[str] = Counter()
    first_of: dict[tuple[object, ...], str] = {}
    for each in sorted(repository.usages, key=_order):
        first = each.anchors[0] if each.anchors else None
        name = digest(repository.name, each.path, each.cell, first and first.line, each.model_id)
        seen[name] += 1
        identity = name if seen[name] == 1 else digest(name, seen[name])
        place = (each.path, first.cell, first.line) if first else None
        known = (libraries.get(place) if place else None) or (first.api.partition(".")[0] if first else "")
        code = (each.path, each.anchors, tuple(call.api for call in each.calls))
        declaration = first_of.setdefault(code, identity)
        yield Usage(identity, repository.name, each, present.get(each.model_id), known, declaration)


def declarations(usages: Iterable[Usage]) -> list[tuple[Usage, ...]]:
    """The usages of one code together, in the order of the first of each."""
    found: dict[str, list[Usage]] = {}
    for usage in usages:
        found.setdefault(usage.declaration, []).append(usage)
    return list(map(tuple, found.values()))


def _order(usage: CallSequence) -> tuple[str, int, int, str, tuple[str, ...]]:
    first = usage.anchors[0] if usage.anchors else None
    cell = -1 if first is None or first.cell is None else first.cell
    calls = tuple(call.api for call in usage.calls)
    return usage.path, cell, first.line if first else 0, usage.model_id, calls
