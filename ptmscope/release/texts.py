"""The texts of files: what is at hand, and what may be passed on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from analyzer import notebooks
from analyzer.credentials import redacted
from analyzer.encoding import UnreadableError
from analyzer.excerpts import excerpt_of
from analyzer.records import CallSequence
from miner.clones import clone_of
from miner.licences import is_quotable
from ptmscope import corpora
from ptmscope.repositories import Repository


@dataclass(frozen=True, slots=True)
class Facts:
    """Of the content of one file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no text."""

    reason: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The files of repositories, read when they are asked for. `changed` are those that are at another commit now."""

    repositories: dict[str, Repository]
    changed: frozenset[str]
    _facts: dict[tuple[str, str], Facts | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, repositories: Iterable[Repository]) -> Texts:
        known = {each.name: each for each in repositories}
        return cls(known, frozenset(name for name, each in known.items() if _has_changed(each)))

    def content(self, source: str, path: str) -> bytes | None:
        """The bytes of a file; None where they are not at hand any more."""
        return None if source in self.changed else self.repositories[source].read(path)

    def facts(self, source: str, path: str) -> Facts | None:
        key = source, path
        if key not in self._facts:
            content = self.content(*key)
            self._facts[key] = None if content is None else Facts(hashlib.sha256(content).hexdigest(), len(content))
        return self._facts[key]

    def is_free(self, source: str) -> bool:
        """Whether code of a repository may be passed on."""
        return is_quotable(self.repositories[source].licence)

    def text(self, source: str, path: str) -> str | None:
        """The program in a file that may be passed on, without access tokens; of a notebook, the code of its cells."""
        found = self._program(source, path)
        return None if isinstance(found, Missing) else redacted(found.source.decode("utf-8", "replace"))

    def reason(self, source: str, path: str) -> str | None:
        """Why there is no text of a file."""
        found = self._program(source, path)
        return found.reason if isinstance(found, Missing) else None

    def cells(self, source: str, path: str) -> tuple[str, ...]:
        """`cell line`: where in the text of a notebook each of its cells begins."""
        found = self._program(source, path)
        return () if isinstance(found, Missing) else tuple(f"{cell} {line}" for line, cell in found.cells)

    def _program(self, source: str, path: str) -> notebooks.Program | Missing:
        if not self.is_free(source):
            return Missing("licence_not_permissive" if self.repositories[source].licence else "licence_unknown")
        content = self.content(source, path)
        if content is None:
            return Missing("changed" if source in self.changed else "not_at_hand")
        try:
            return notebooks.program(content, path)
        except (UnreadableError, notebooks.NotebookError):
            return Missing("unreadable")

    def excerpt(self, source: str, usage: CallSequence) -> str | None:
        """The lines of a usage, as a program of their own, where they may be passed on."""
        content = self.content(source, usage.path) if self.is_free(source) else None
        return None if content is None else excerpt_of(content, usage)


def _has_changed(repository: Repository) -> bool:
    """Whether a clone is at another commit than when it was read."""
    if repository.commit is None or corpora.is_within(repository.folder):
        return False
    clone = clone_of(Path(repository.folder))
    return clone is not None and clone.commit != repository.commit
