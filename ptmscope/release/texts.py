"""The texts of files: what is at hand, and what may be passed on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from analyzer import notebooks
from analyzer.encoding import UnreadableError
from analyzer.excerpts import excerpt_of
from analyzer.records import CallSequence
from miner.licences import is_quotable
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
    """The files of repositories, read when they are asked for."""

    repositories: dict[str, Repository]
    _facts: dict[tuple[str, str], Facts | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, repositories: Iterable[Repository]) -> Texts:
        return cls({each.name: each for each in repositories})

    def content(self, source: str, path: str) -> bytes | None:
        """The bytes of a file; None where they are not at hand any more."""
        return self.repositories[source].read(path)

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
        """The program in a file that may be passed on; of a notebook, the code of its cells."""
        found = self._text(source, path)
        return found if isinstance(found, str) else None

    def reason(self, source: str, path: str) -> str | None:
        """Why there is no text of a file."""
        found = self._text(source, path)
        return found.reason if isinstance(found, Missing) else None

    def _text(self, source: str, path: str) -> str | Missing:
        if not self.is_free(source):
            return Missing("licence_not_permissive" if self.repositories[source].licence else "licence_unknown")
        content = self.content(source, path)
        if content is None:
            return Missing("not_at_hand")
        try:
            return notebooks.program(content, path).source.decode("utf-8", "replace")
        except (UnreadableError, notebooks.NotebookError):
            return Missing("unreadable")

    def excerpt(self, source: str, usage: CallSequence) -> str | None:
        """The lines of a usage, as a program of their own, where they may be passed on."""
        content = self.content(source, usage.path) if self.is_free(source) else None
        return None if content is None else excerpt_of(content, usage)
