"""Repositories on disk, each read as one: what it is called, what it loads and does, which version and licence."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.records import CallSequence, LoadSite
from ptmscope import provenance
from ptmscope.errors import Misuse
from ptmscope.findings import Scan
from ptmscope.pipeline import run
from ptmscope.settings import Settings

#: Called with (repositories done, repositories in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Repository:
    """`folder` is what paths are relative to; usages are under the canonical ids of their models.

    `commit` and `licence` are None where they cannot be told.
    """

    name: str
    folder: str
    sites: tuple[LoadSite, ...]
    usages: tuple[CallSequence, ...]
    commit: str | None = None
    licence: str | None = None

    def read(self, path: str) -> bytes | None:
        """The bytes of one of its files; None where it is not there any more."""
        try:
            with open(os.path.join(self.folder, path), "rb") as stream:
                return stream.read()
        except OSError:
            return None


def repositories(paths: Sequence[str], settings: Settings, progress: Progress | None = None) -> Iterator[Repository]:
    """Each path scanned. A path that is a file is a repository of one file."""
    for number, (path, name) in enumerate(zip(paths, names(paths), strict=True), 1):
        yield repository(path, name, settings)
        if progress:
            progress(number, len(paths))


def repository(path: str, name: str, settings: Settings) -> Repository:
    scan = run(path, settings)
    folder = path if os.path.isdir(path) else os.path.dirname(path) or "."
    origin = provenance.commit(folder), provenance.licence(folder)
    return Repository(name, folder, scan.sites, tuple(_renamed(scan)), *origin)


def names(paths: Sequence[str]) -> list[str]:
    """The last part of each path; of those that end alike, the whole path. No path may stand twice."""
    whole = [os.path.realpath(path) for path in paths]
    for path, times in Counter(whole).items():
        if times > 1:
            raise Misuse(f"{path}: given {times} times")
    last = [os.path.basename(path) for path in whole]
    alike = Counter(last)
    return [path if alike[name] > 1 else name for path, name in zip(whole, last, strict=True)]


def _renamed(scan: Scan) -> Iterator[CallSequence]:
    """The usages, each under the canonical id of its model."""
    present = {model.id: model.canonical_id for site in scan.sites for model in site.models}
    for usage in scan.usages:
        yield replace(usage, model_id=present.get(usage.model_id) or usage.model_id)
