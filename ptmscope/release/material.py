"""What a release is made of: a study as it is on disk."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from analyzer.records import LoadSite
from ptmscope import studied
from ptmscope.errors import Misuse
from ptmscope.release.clones import clusters
from ptmscope.release.splits import Placed
from ptmscope.release.texts import Texts
from ptmscope.release.usages import Usage, digest, usages_of
from ptmscope.repositories import Repository
from ptmscope.settings import Settings


@dataclass(frozen=True, slots=True)
class Material:
    """`patterns` are the lines of the study's patterns.jsonl; `cluster` is usage -> the near duplicates it is one of,
    `dates` source -> when it was last changed."""

    repositories: tuple[Repository, ...]
    usages: tuple[Usage, ...]
    patterns: tuple[dict[str, Any], ...]
    texts: Texts
    cluster: dict[str, str]
    dates: dict[str, str]

    @classmethod
    def of(cls, study: str, dates: dict[str, str]) -> Material:
        if not studied.is_study(study):
            raise Misuse(f"{study}: not a study")
        repositories = tuple(sorted(studied.saved(study, Settings()), key=lambda each: each.name))
        usages = tuple(usages_of(repositories))
        texts = Texts.of(repositories)
        known = {each.name: each.date for each in repositories if each.date} | dates
        return cls(repositories, usages, _patterns(study), texts, clusters(usages, texts), known)

    def placed(self) -> tuple[Placed, ...]:
        return tuple(map(self._placed, self.usages))

    def _placed(self, usage: Usage) -> Placed:
        facts = self.texts.facts(usage.source, usage.sequence.path)
        content = None if facts is None else facts.sha256
        return Placed(usage.id, usage.source, content, self.cluster[usage.id], self.dates.get(usage.source))

    def of_member(self) -> dict[tuple[Any, ...], list[str]]:
        """What a pattern says of its member -> the usages of which that is so, mostly one."""
        found: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
        for usage in self.usages:
            found[usage.source, usage.sequence.path, usage.sequence.cell, usage.line, usage.model].append(usage.id)
        return found


def site_id(source: str, site: LoadSite) -> str:
    return digest(source, site.path, site.cell, site.line, site.column, site.api)


def _patterns(study: str) -> tuple[dict[str, Any], ...]:
    path = os.path.join(study, "patterns.jsonl")
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return tuple(map(json.loads, stream))
    except OSError as error:
        raise Misuse(f"{study}: no patterns yet: ptmscope study … -o {study} --step patterns") from error
    except ValueError as error:
        raise Misuse(f"{path}: {error}") from error
