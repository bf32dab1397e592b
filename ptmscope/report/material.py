"""What a report is made of: repositories and patterns, and what of them is about each model."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.records import CallSequence, LoadSite
from patterns.compare import is_name
from patterns.pattern import Member, Pattern, Patterns
from patterns.together import Together, together
from ptmscope.collection import repositories
from ptmscope.report.kept import patterns_of
from ptmscope.repositories import Repository
from ptmscope.settings import Settings

Usage = tuple[str, CallSequence]
Site = tuple[str, LoadSite]


@dataclass(frozen=True, slots=True)
class Model:
    """One model; usages and sites are given with the names of their repositories."""

    name: str
    usages: tuple[Usage, ...]
    sites: tuple[Site, ...]
    patterns: tuple[tuple[Pattern, tuple[Member, ...]], ...]
    companions: tuple[Together, ...]

    @property
    def repositories(self) -> int:
        return len({source for source, _ in self.usages})

    @property
    def files(self) -> int:
        return len({(source, usage.path) for source, usage in self.usages})


@dataclass(frozen=True, slots=True)
class Material:
    """Models are those whose name is known in full; those of most repositories come first."""

    repositories: dict[str, Repository]
    patterns: Patterns
    models: tuple[Model, ...]


def key(model: str) -> str:
    """The name of a model as part of an address and of a file name."""
    plain = re.sub(r"[^a-z0-9]+", "-", model.lower())[:60].strip("-")
    return f"{plain or 'model'}-{hashlib.sha256(model.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def material(paths: Sequence[str], settings: Settings) -> Material:
    """Of studies, or of repositories, which are read."""
    known = {each.name: each for each in repositories(paths, settings)}
    found = patterns_of(paths, tuple(known.values()))
    return Material(known, found, models(tuple(known.values()), found))


def models(given: Sequence[Repository], found: Patterns) -> tuple[Model, ...]:
    usages: defaultdict[str, list[Usage]] = defaultdict(list)
    sites: defaultdict[str, list[Site]] = defaultdict(list)
    for each in given:
        for usage in each.usages:
            usages[usage.model_id].append((each.name, usage))
        for site in each.sites:
            for name in {model.canonical_id or model.id for model in site.models}:
                sites[name].append((each.name, site))
    members = _members(found)
    companions = _companions(given)
    made = [
        Model(name, tuple(usages[name]), tuple(sites[name]), tuple(members[name]), tuple(companions[name]))
        for name in filter(is_name, usages)
    ]
    return tuple(sorted(made, key=lambda model: (-model.repositories, -len(model.usages), model.name)))


def _members(found: Patterns) -> defaultdict[str, list[tuple[Pattern, tuple[Member, ...]]]]:
    """Model -> its patterns, each with the members that are of the model; those of most members first."""
    of_model: defaultdict[str, list[tuple[Pattern, tuple[Member, ...]]]] = defaultdict(list)
    for pattern in found.patterns:
        own: defaultdict[str, list[Member]] = defaultdict(list)
        for member in pattern.members:
            own[member.model_id].append(member)
        for name, held in own.items():
            of_model[name].append((pattern, tuple(held)))
    for each in of_model.values():
        each.sort(key=lambda entry: (-len({m.source for m in entry[1]}), -len(entry[1]), entry[0].id))
    return of_model


def _companions(given: Sequence[Repository]) -> defaultdict[str, list[Together]]:
    named = ((each.name, usage) for each in given for usage in each.usages if is_name(usage.model_id))
    found: defaultdict[str, list[Together]] = defaultdict(list)
    for pair in together(named):
        for name in pair.models:
            found[name].append(pair)
    return found
