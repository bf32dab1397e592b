"""What a release is made of: a study as it is on disk."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.records import LoadSite
from ptmscope import studied
from ptmscope.errors import Misuse
from ptmscope.release.clones import clusters
from ptmscope.release.dates import utc
from ptmscope.release.splits import Folds, Options, Placed, Scheme, splits
from ptmscope.release.texts import Texts
from ptmscope.release.usages import Usage, digest, usages_of
from ptmscope.repositories import Repository
from ptmscope.settings import Settings


@dataclass(frozen=True, slots=True)
class Material:
    """`patterns` are the lines of the study's patterns.jsonl, `readings` the settings under which it was read;
    `dates` is source -> when it was last changed."""

    repositories: tuple[Repository, ...]
    usages: tuple[Usage, ...]
    patterns: tuple[dict[str, Any], ...]
    texts: Texts
    dates: Mapping[str, str]
    placed: tuple[Placed, ...]
    splits: Mapping[Scheme, Folds]
    readings: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, study: str, dates: Mapping[str, str], options: Options) -> Material:
        if not studied.is_study(study):
            raise Misuse(f"{study}: not a study")
        repositories = tuple(sorted(studied.saved(study, Settings()), key=lambda each: each.name))
        usages = tuple(usages_of(repositories))
        texts = Texts.of(repositories)
        known = {each.name: utc(each.date) for each in repositories if each.date} | dict(dates)
        placed = tuple(_placed(usages, texts, known))
        made = splits(placed, options)
        return cls(repositories, usages, _patterns(study), texts, known, placed, made, tuple(studied.readings(study)))

    @property
    def cluster(self) -> dict[str, str]:
        """Usage -> what names the near duplicates that it is one of."""
        return {each.usage: each.cluster for each in self.placed}

    def of_member(self) -> dict[tuple[Any, ...], list[str]]:
        """What a pattern says of its member -> the usages of which that is so, mostly one."""
        found: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
        for usage in self.usages:
            found[usage.source, usage.sequence.path, usage.sequence.cell, usage.line, usage.model].append(usage.id)
        return found


def _placed(usages: Sequence[Usage], texts: Texts, dates: Mapping[str, str]) -> Iterator[Placed]:
    cluster = clusters(usages, texts)
    for usage in usages:
        facts = texts.facts(usage.source, usage.sequence.path)
        content = None if facts is None else facts.sha256
        yield Placed(usage.id, usage.source, content, cluster[usage.id], dates.get(usage.source))


def site_id(source: str, site: LoadSite) -> str:
    return digest(source, site.path, site.cell, site.line, site.column, site.api)


def _patterns(study: str) -> tuple[dict[str, Any], ...]:
    path = os.path.join(study, "patterns.jsonl")
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return tuple(map(json.loads, stream))
    except OSError as error:
        raise Misuse(f"{study}: no patterns yet: ptmscope study … -o {study} --step patterns") from error
    except (ValueError, RecursionError) as error:
        raise Misuse(f"{path}: {error}") from error
