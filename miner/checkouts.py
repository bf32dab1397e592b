"""Repositories of a corpus as folders again, for all that reads folders."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from miner.corpus import Corpus
from miner.curate import LEFT_OUT
from miner.records import Repository
from miner.subjects import subject_of

#: Names of folders that mean something to git, wherever a data set has them from.
_NEVER = {".git", "", ".", ".."}
_LONGEST = 255  # bytes of a name
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.EROFS)

_COUNTABLE = f"""SELECT key, host, name FROM repositories WHERE EXISTS (SELECT 1 FROM files
    WHERE repository = repositories.key AND blob IS NOT NULL AND files.key NOT IN ({LEFT_OUT}))
    ORDER BY host, name"""  # noqa: S608
_LEFT_OUT_OF = f"{LEFT_OUT} AND file IN (SELECT key FROM files WHERE repository = ?)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Checkout:
    """A repository written to `folder`. `left_out`: paths whose usages do not count; they are there for what the others
    import from them. Of several versions of a file, the last that came."""

    repository: Repository
    folder: Path
    left_out: frozenset[str]


def countable(corpus: Corpus) -> Iterator[tuple[int, str, str]]:
    """(key, host, name) of every repository with a file that no rule leaves out, by host and name."""
    yield from corpus.database.select(_COUNTABLE)


def contents(corpus: Corpus, key: int) -> Iterator[tuple[str, str, bool]]:
    """(path, hash, whether a rule leaves it out) of each file of the repository with this key."""
    out = {file for (file,) in corpus.database.select(_LEFT_OUT_OF, key)}
    yield from ((file.hit.path, file.blob, file.key in out) for file in corpus.files(repository=key))


def checkout(corpus: Corpus, key: int, folder: Path) -> Checkout:
    """Writes the repository with this key into a folder, which must not be there yet."""
    subject = subject_of(corpus, key)
    last = {file.hit.path: file for file in subject.files if is_safe(file.hit.path)}
    folder.mkdir(parents=True)
    for file in last.values():
        written(folder / file.hit.path, subject.content(file.blob))
    out = {file for (file,) in corpus.database.select(_LEFT_OUT_OF, key)}
    return Checkout(subject.repository, folder, frozenset(path for path, file in last.items() if file.key in out))


def read(corpus: Corpus, key: int, path: str) -> bytes | None:
    """The content of a file of the repository with this key, as a checkout has it."""
    found = [file.blob for file in corpus.files(repository=key) if file.hit.path == path]
    return corpus.content(found[-1]) if found else None


def is_safe(path: str) -> bool:
    """Whether a file may be written under this path: it stays in its repository, and means nothing to git."""
    parts = path.split("/")
    return "\0" not in path and not any(part in _NEVER or len(os.fsencode(part)) > _LONGEST for part in parts)


def written(place: Path, content: bytes) -> bool:
    """Whether a file could be written: one commit has a folder where another has a file, or the system knows no such
    name. Raises OSError where no file could be."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    except OSError as error:
        if error.errno in _FULL:
            raise
        return False
    return True
