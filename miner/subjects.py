"""What curation looks at: a repository with all of its files that a corpus has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from miner.corpus import Corpus
from miner.records import Repository, StoredFile


@dataclass(frozen=True, slots=True)
class Subject:
    """A repository, as far as it is known. `content` gives the bytes of a file by their hash."""

    repository: Repository
    files: tuple[StoredFile, ...]
    content: Callable[[str], bytes]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.hit.path for file in self.files)


def subjects(corpus: Corpus) -> Iterator[Subject]:
    """All repositories with files, in the order in which they came."""
    for (key,) in list(corpus.database.select("SELECT key FROM repositories ORDER BY key")):
        subject = subject_of(corpus, key)
        if subject.files:
            yield subject


def subject_of(corpus: Corpus, key: int) -> Subject:
    """The repository with this key."""
    return Subject(corpus.repository(key), tuple(corpus.files(repository=key)), corpus.content)
