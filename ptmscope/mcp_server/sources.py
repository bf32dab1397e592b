"""The repositories that questions about usage are answered from: those of a study, else the folders themselves."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, fields
from typing import Any

from ptmscope import studied
from ptmscope.errors import Misuse
from ptmscope.export.patterns import wire
from ptmscope.mcp_server.confined import Confined, Folders
from ptmscope.pipeline import run
from ptmscope.recurring import recurring
from ptmscope.repositories import Repository, names, renamed
from ptmscope.settings import Settings

#: What `ptmscope study` writes of patterns, with the code of their exemplars.
PATTERNS = "patterns.jsonl"
#: Nothing of the user's is run, looked up or written.
READING = Settings(spawn=True)

Mark = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class Sources:
    """Holds what a study says for as long as its files stay the same; folders are read anew each time."""

    folders: Folders
    study: str | None
    _mark: Mark = ()
    _held: tuple[Repository, ...] = field(default=())

    @classmethod
    def of(cls, folders: tuple[str, ...], study: str | None) -> Sources:
        """Raises Misuse for what is no folder, or no study."""
        if study is not None and not studied.is_study(study):
            raise Misuse(f"{study}: not a study, as ptmscope study writes it")
        named = Folders.of((*folders, *([study] if study is not None else ())))
        return cls(named, None if study is None else os.path.realpath(study))

    def repositories(self) -> tuple[Repository, ...]:
        """Models are under their present names; no file outside of the folders is read."""
        if self.study is None:
            paths = self.folders.roots
            return tuple(renamed(self._scanned(*given)) for given in zip(paths, names(paths), strict=True))
        mark = _mark(studied.files(self.study))
        if mark != self._mark or not self._held:
            self._held = tuple(renamed(self._confined(each)) for each in studied.saved(self.study, READING))
            self._mark = mark
        return self._held

    def patterns(self) -> list[dict[str, Any]]:
        """Patterns as `ptmscope patterns --format jsonl` gives them: those of the study, else found now."""
        written = os.path.join(self.study or "", PATTERNS)
        if self.study is None or not os.path.isfile(written):
            return list(map(wire.pattern, recurring(self.repositories()).patterns))
        try:
            with open(written, encoding="utf-8") as stream:
                return [found for found in map(json.loads, stream) if found["id"] is not None]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Misuse(f"{written}: not the patterns of a study: {error}") from error

    def _scanned(self, folder: str, name: str) -> Repository:
        scan = run(folder, READING)
        return Confined(name, folder, scan.sites, scan.usages, counts=scan.counts, within=self.folders)

    def _confined(self, found: Repository) -> Repository:
        told = {each.name: getattr(found, each.name) for each in fields(Repository)}
        return Confined(**told, within=self.folders)


def _mark(files: list[str]) -> Mark:
    """What changes when a file is written anew."""
    states = ((path, os.stat(path)) for path in files)
    return tuple((path, state.st_mtime_ns, state.st_size) for path, state in states)
