"""Repositories on disk, each read as one: what it is called, what it loads and does, which version and licence."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.records import CallSequence, LoadSite
from miner.clones import Clone, clone_of
from miner.licences import licence_of
from miner.reader import read
from miner.walk import Skip
from ptmscope import corpora
from ptmscope.cache.version import version
from ptmscope.errors import Misuse
from ptmscope.findings import Counts
from ptmscope.pipeline import files_of, run
from ptmscope.settings import Settings

#: Bytes of a file that is shown, whatever may be scanned.
_LARGEST = 1 << 28


@dataclass(frozen=True, slots=True)
class Repository:
    """`folder` is what paths are relative to; what cannot be told is None. `url` is where people read it, `date` when
    it was last pushed to, `counts` what was read of it and what was left out."""

    name: str
    folder: str
    sites: tuple[LoadSite, ...]
    usages: tuple[CallSequence, ...]
    commit: str | None = None
    licence: str | None = None
    url: str | None = None
    date: str | None = None
    counts: Counts | None = None

    @property
    def files(self) -> int | None:
        """How many files were read."""
        return None if self.counts is None else self.counts.files

    def read(self, path: str) -> bytes | None:
        """The bytes of one of its files; None where it is not there any more."""
        if corpora.is_within(self.folder):
            return corpora.contents(self.folder, path)
        content = read(os.path.join(self.folder, path), path, _LARGEST)
        return None if isinstance(content, Skip) else content


def repository(path: str, name: str, settings: Settings) -> Repository:
    """The path scanned."""
    scan = run(path, settings)
    if corpora.is_within(path):
        known = corpora.facts(path)
        facts = (known.commit, known.licence, known.url or _address(known.host, known.name), known.pushed)
        return Repository(name, path, scan.sites, scan.usages, *facts, scan.counts)
    folder = path if os.path.isdir(path) else os.path.dirname(path) or "."
    clone = clone_of(Path(folder)) or Clone()
    facts = (clone.commit, licence_of(folder), clone.url, None)
    return Repository(name, folder, scan.sites, scan.usages, *facts, scan.counts)


def looks(path: str, settings: Settings) -> str:
    """What tells whether a path has to be read again: sizes and times of its files, or, of a repository in a corpus,
    which contents it has; and the version of what reads it."""
    told = corpora.files_of(path) if corpora.is_within(path) else files_of(path, settings)
    found = hashlib.sha256(version())
    for part in told:
        found.update(repr(part).encode("utf-8", "surrogateescape") + b"\n")
    return found.hexdigest()


def _address(host: str, name: str) -> str | None:
    return f"https://{host}/{name}" if "." in host else None


def renamed(repository: Repository) -> Repository:
    """With usages under the canonical ids of their models: what they are where the usage loads them."""
    there: dict[tuple[object, ...], str | None] = {}
    anywhere: dict[str, str | None] = {}
    for site in repository.sites:
        for model in site.models:
            key = (site.path, site.cell, site.line, model.id)
            there[key] = there.get(key) or model.canonical_id
            anywhere[model.id] = anywhere.get(model.id) or model.canonical_id
    usages = (replace(usage, model_id=_canonical(usage, there, anywhere)) for usage in repository.usages)
    return replace(repository, usages=tuple(usages))


def _canonical(
    usage: CallSequence, there: Mapping[tuple[object, ...], str | None], anywhere: Mapping[str, str | None]
) -> str:
    """Of one id, loaders may know more or less; an anchor can name a class of the repository, its site what that is."""
    places = [(usage.path, anchor.cell, anchor.line, usage.model_id) for anchor in usage.anchors]
    known = [there[place] for place in places if place in there] or [anywhere.get(usage.model_id)]
    return next(filter(None, known), usage.model_id)


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
