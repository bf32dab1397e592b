"""Repositories on disk, each read as one: what it is called, what it loads and does, which version and licence."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.records import CallSequence, LoadSite
from miner.clones import clone_of
from miner.licences import licence_of
from ptmscope import corpora
from ptmscope.errors import Misuse
from ptmscope.pipeline import run
from ptmscope.settings import Settings


@dataclass(frozen=True, slots=True)
class Repository:
    """`folder` is what paths are relative to; `commit` and `licence` are None where they cannot be told."""

    name: str
    folder: str
    sites: tuple[LoadSite, ...]
    usages: tuple[CallSequence, ...]
    commit: str | None = None
    licence: str | None = None

    def read(self, path: str) -> bytes | None:
        """The bytes of one of its files; None where it is not there any more."""
        if corpora.is_within(self.folder):
            return corpora.contents(self.folder, path)
        try:
            with open(os.path.join(self.folder, path), "rb") as stream:
                return stream.read()
        except OSError:
            return None


def repository(path: str, name: str, settings: Settings) -> Repository:
    """The path scanned."""
    scan = run(path, settings)
    if corpora.is_within(path):
        known = corpora.facts(path)
        return Repository(name, path, scan.sites, scan.usages, known.commit, known.licence)
    folder = path if os.path.isdir(path) else os.path.dirname(path) or "."
    clone = clone_of(Path(folder))
    return Repository(name, folder, scan.sites, scan.usages, clone.commit if clone else None, licence_of(folder))


def renamed(repository: Repository) -> Repository:
    """With usages under the canonical ids of their models."""
    present = {model.id: model.canonical_id for site in repository.sites for model in site.models}
    usages = (replace(usage, model_id=present.get(usage.model_id) or usage.model_id) for usage in repository.usages)
    return replace(repository, usages=tuple(usages))


def names(paths: Sequence[str]) -> list[str]:
    """The last part of each path (of one in a corpus, its name there); of those that end alike, the whole path. No path
    may stand twice."""
    whole = [os.path.realpath(path) for path in paths]
    for path, times in Counter(whole).items():
        if times > 1:
            raise Misuse(f"{path}: given {times} times")
    last = [corpora.Place.of(path).name if corpora.is_within(path) else os.path.basename(path) for path in whole]
    alike = Counter(last)
    return [path if alike[name] > 1 else name for path, name in zip(whole, last, strict=True)]
