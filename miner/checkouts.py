"""Repositories of a corpus as folders again, for all that reads folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from miner.corpus import Corpus
from miner.curate import kept
from miner.records import Repository, StoredFile
from miner.subjects import Subject, subjects

#: Names of folders that mean something to git, wherever a data set has them from.
_NEVER = {".git", "", ".", ".."}
_LONGEST = 255  # bytes of a name


@dataclass(frozen=True, slots=True)
class Checkout:
    """A repository written to `folder`. `left_out`: paths whose usages do not count; they are there for what the others
    import from them. Of several versions of a file, the last that came."""

    repository: Repository
    folder: Path
    left_out: frozenset[str]


def checkouts(corpus: Corpus, folder: Path) -> Iterator[Checkout]:
    """Every repository with a file that no rule leaves out, each below a folder of its own."""
    counting = {file.key for file in kept(corpus)}
    for number, subject in enumerate(subjects(corpus)):
        if any(file.key in counting for file in subject.files):
            yield _written(subject, folder / str(number), counting)


def _written(subject: Subject, folder: Path, counting: set[int]) -> Checkout:
    last = {file.hit.path: file for file in subject.files if _is_safe(file.hit.path)}
    folder.mkdir(parents=True)
    for file in last.values():
        _write(file, folder, subject)
    left_out = frozenset(path for path, file in last.items() if file.key not in counting)
    return Checkout(subject.repository, folder, left_out)


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return "\0" not in path and not any(part in _NEVER or len(os.fsencode(part)) > _LONGEST for part in parts)


def _write(file: StoredFile, folder: Path, subject: Subject) -> None:
    place = folder / file.hit.path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(subject.content(file.blob))
    except OSError:
        return  # one commit has a folder where another has a file, or the system knows no such name
