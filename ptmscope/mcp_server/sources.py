"""The repositories that questions about usage are answered from: those of a study, else the folders themselves."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from typing import Any

from ptmscope import studied
from ptmscope.errors import Misuse
from ptmscope.mcp_server.confined import Confined, Folders
from ptmscope.pipeline import run
from ptmscope.repositories import Repository, names, renamed
from ptmscope.settings import Settings

#: What `ptmscope study` writes of patterns, with the code of their exemplars.
PATTERNS = "patterns.jsonl"
#: Nothing of the user's is run, looked up or written.
READING = Settings(spawn=True, outside_links=False)

Mark = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class Sources:
    """Holds what a study says for as long as its files stay the same; folders are read anew each time."""

    folders: Folders
    study: str | None
    _readable: Folders  # the folders, and the study
    _mark: Mark = ()
    _repositories: tuple[Repository, ...] = ()
    _patterns: list[dict[str, Any]] | None = None

    @classmethod
    def of(cls, folders: tuple[str, ...], study: str | None) -> Sources:
        """Raises Misuse for what is no folder, or no study."""
        if study is None:
            return cls(named := Folders.of(folders), None, named)
        if not studied.is_study(study):
            raise Misuse(f"{study}: not a study, as ptmscope study writes it")
        return cls(Folders.of(folders), os.path.realpath(study), Folders.of((*folders, study)))

    def repositories(self) -> tuple[Repository, ...]:
        """Models are under their present names; no file outside of the folders is read."""
        if self.study is None:
            paths = self.folders.roots
            return tuple(renamed(self._scanned(*given)) for given in zip(paths, names(paths), strict=True))
        self._look(self.study)
        if not self._repositories:
            self._repositories = tuple(renamed(self._confined(each)) for each in studied.saved(self.study, READING))
        return self._repositories

    def patterns(self) -> list[dict[str, Any]]:
        """Patterns as `ptmscope patterns --format jsonl` gives them: those of the study, else found now."""
        if self.study is None:
            return self._found()
        self._look(self.study)
        if self._patterns is None:
            written = os.path.join(self.study, PATTERNS)
            self._patterns = _read(written) if os.path.isfile(written) else self._found()
        return self._patterns

    def _found(self) -> list[dict[str, Any]]:
        from ptmscope.export.patterns import wire
        from ptmscope.recurring import recurring

        return list(map(wire.pattern, recurring(self.repositories()).patterns))

    def _look(self, study: str) -> None:
        """Forgets what is held of a study whose files have changed."""
        mark = _mark([*studied.files(study), os.path.join(study, PATTERNS)])
        if mark != self._mark:
            self._mark, self._repositories, self._patterns = mark, (), None

    def _scanned(self, folder: str, name: str) -> Repository:
        scan = run(folder, READING)
        return Confined(name, folder, scan.sites, scan.usages, counts=scan.counts, within=self._readable)

    def _confined(self, found: Repository) -> Repository:
        told = {each.name: getattr(found, each.name) for each in fields(Repository)}
        return Confined(**told, within=self._readable)


def _read(path: str) -> list[dict[str, Any]]:
    try:
        with open(path, encoding="utf-8") as stream:
            return [found for found in map(json.loads, stream) if found["id"] is not None]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misuse(f"{path}: not the patterns of a study: {error}") from error


def _mark(files: list[str]) -> Mark:
    """What changes when a file is written anew."""
    states = ((path, os.stat(path)) for path in files if os.path.isfile(path))
    return tuple((path, state.st_mtime_ns, state.st_size) for path, state in states)
