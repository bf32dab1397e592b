"""What a scan found: every load site and usage, what could not be read, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzer.records import CallSequence, Credential, Diagnostic, FileReport, LoadSite
from miner.copies import Copy
from miner.walk import Skip
from ptmscope.lookup import NOTHING, Lookup

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Counts:
    """`files` were read; `duplicates` of those with findings are exact copies of another.

    `skipped`: (reason, number) of what was left out; a folder counts as one.
    """

    files: int
    duplicates: int
    skipped: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the files of a tree told, before anything is selected. `files` were read, `duplicates` as in `Counts`."""

    files: int
    duplicates: int
    skipped: tuple[Skip, ...]
    reports: tuple[FileReport, ...]
    credentials: tuple[Credential, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of a scan, sorted: the same bytes in, the same records out.

    `copies` are the libraries whose source lies in the tree; `lookup` is what a catalog or the Hub say about the ids.
    `credentials`: where access tokens stand. `root`: the folder that the paths are relative to, where there is one.
    """

    sites: tuple[LoadSite, ...]
    usages: tuple[CallSequence, ...]
    diagnostics: tuple[Diagnostic, ...]
    counts: Counts
    copies: tuple[Copy, ...] = ()
    lookup: Lookup = NOTHING
    credentials: tuple[Credential, ...] = ()
    root: str | None = field(default=None, compare=False)

    def to_pandas(self) -> pandas.DataFrame:
        """One row per load site and model id; a site without an id has one row."""
        from ptmscope.export.frame import site_frame

        return site_frame(self.sites, self.lookup)

    def _repr_html_(self) -> str:
        from ptmscope.export.html import scan_html

        return scan_html(self)
