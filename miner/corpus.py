"""The store: one folder with all that was asked, answered and fetched.

What an answer brings is written in one transaction, contents included: a run that is killed at any point has stored an
answer whole or not at all, and asking goes on with the queries that have none.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from hashlib import sha1
from types import TracebackType
from typing import Any

from miner.database import Database
from miner.errors import Misuse
from miner.records import Answer, Hit, Query, Repository, StoredFile

#: Characters of a git hash.
_HASH = 40
#: Bytes of a content that are unpacked: no file of code is larger, but what a hostile corpus holds may be.
_LARGEST = 1 << 28

_FACTS = tuple(field.name for field in fields(Repository) if field.name not in ("host", "name"))
_COLUMNS = ", ".join(f'facts."{name}"' for name in ("host", "name", *_FACTS, "seen_at"))
_REPOSITORY = f"SELECT {_COLUMNS} FROM facts"  # noqa: S608
_KEY_OF = "SELECT key FROM queries WHERE (source, kind, text, page) = (?, ?, ?, ?)"
_ETAG_OF = "SELECT etag FROM queries WHERE (source, kind, text, page) = (?, ?, ?, ?)"
_FILE = """SELECT files.key, host, name, path, version, files."commit", files.url, blob, contents.size FROM files
    JOIN repositories ON repositories.key = files.repository JOIN contents USING (blob)"""


def blob_hash(content: bytes) -> str:
    """What git names this content: the key that code hosts and Software Heritage share."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Corpus:
    """An open corpus; a context manager. Several processes may have one open; they write in turn."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    @classmethod
    def open(
        cls, folder: str | os.PathLike[str], *, create: bool = False, clock: Callable[[], float] = time.time
    ) -> Corpus:
        """The corpus of a folder. Raises Misuse where there is none (unless `create`) or it cannot be read."""
        return cls(Database.open(folder, create=create), clock)

    def __enter__(self) -> Corpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()

    # What is asked

    def plan(self, queries: Iterable[Query]) -> int:
        """Adds queries to be answered; those it has already stay as they are. How many were new."""
        with self.database.writing():
            return sum(self._plan(query) for query in queries)

    def unanswered(self, source: str, kind: str | None = None, *, limit: int = 100) -> tuple[Query, ...]:
        """The first queries that have no answer yet, in the order they were planned."""
        rows = self.database.select(
            "SELECT source, kind, text, page, model, form FROM queries"
            " WHERE source = ? AND outcome IS NULL AND kind = ifnull(?, kind) ORDER BY key LIMIT ?",
            *(source, kind, limit),
        )
        return tuple(Query(*row) for row in rows)

    def answer(self, answer: Answer) -> None:
        """Stores all that an answered query brings, at once; nothing that is there already is stored twice."""
        now = self.clock()
        with self.database.writing():
            self._plan(answer.query)
            key = self._query(answer.query)
            self.database.run(
                "UPDATE queries SET outcome = ?, total = ?, etag = ifnull(?, etag), reason = ?, answered_at = ?"
                " WHERE key = ?",
                *(answer.outcome, answer.total, answer.etag, answer.reason, now, key),
            )
            for repository in answer.repositories:
                self._tell(repository, now)
            for hit in answer.hits:
                self._hit(key, hit)
            for fetched in answer.files:
                self._hit(key, fetched.hit)
                self._keep(fetched.hit, fetched.content, now)
            for query in answer.then:
                self._plan(query)

    def reopen(self, source: str, kind: str | None = None, *, outcome: str | None = None, before: float) -> int:
        """Makes queries that were answered before a time (and so) unanswered again. How many."""
        with self.database.writing():
            return self.database.run(
                "UPDATE queries SET outcome = NULL WHERE source = ? AND kind = ifnull(?, kind)"
                " AND outcome = ifnull(?, outcome) AND answered_at < ?",
                *(source, kind, outcome, before),
            )

    def ask_again(self, source: str, kind: str, text: str) -> None:
        """Makes all pages of a query unanswered again."""
        with self.database.writing():
            self.database.run(
                "UPDATE queries SET outcome = NULL WHERE (source, kind, text) = (?, ?, ?)", source, kind, text
            )

    def etag(self, query: Query) -> str | None:
        """What came with the last answer to a query, to be sent with the next asking."""
        found = self.database.one(_ETAG_OF, *_identity(query))
        return None if found is None else str(found)

    # Files

    def missing(self, host: str, *, limit: int = 100) -> tuple[Hit, ...]:
        """Among the first files of a host whose content is neither there nor known to be lost: one of each version."""
        rows = self.database.select(
            """SELECT host, name, path, version, files."commit", files.url FROM files
            JOIN repositories ON repositories.key = repository
            WHERE blob IS NULL AND files.reason IS NULL AND host = ? ORDER BY files.key LIMIT ?""",
            *(host, limit),
        )
        hits = [Hit(*row) for row in rows]
        return tuple({_content_of(hit): hit for hit in reversed(hits)}.values())[::-1]

    def keep(self, hit: Hit, content: bytes) -> None:
        """Stores the content of a file that a query found, for all files of its version."""
        with self.database.writing():
            self._keep(hit, content, self.clock())

    def lose(self, hit: Hit, reason: str) -> None:
        """Notes that the content of a file cannot be had."""
        with self.database.writing():
            self.database.run("UPDATE files SET reason = ? WHERE key = ?", reason, self._file(hit))

    def seek(self, host: str) -> int:
        """Makes files of a host that could not be had missing again, to look for them elsewhere. How many."""
        of_host = "repository IN (SELECT key FROM repositories WHERE host = ?)"
        with self.database.writing():
            return self.database.run(
                f"UPDATE files SET reason = NULL WHERE blob IS NULL AND reason IS NOT NULL AND {of_host}",  # noqa: S608
                host,
            )

    def has(self, blob: str) -> bool:
        """Whether the content with this git hash is there."""
        return self.database.one("SELECT 1 FROM contents WHERE blob = ?", blob) is not None

    def content(self, blob: str) -> bytes:
        """The bytes with this git hash. Raises Misuse where the corpus has none, or other ones."""
        packed = self.database.one("SELECT packed FROM contents WHERE blob = ?", blob)
        try:
            content = zlib.decompressobj().decompress(packed, _LARGEST)
        except (TypeError, zlib.error) as error:
            raise Misuse(f"corpus {self.database.folder}: no content {blob}") from error
        if blob_hash(content) != blob:
            raise Misuse(f"corpus {self.database.folder}: content {blob} is damaged")
        return content

    def files(self, *, repository: int | None = None, after: int = 0, limit: int = -1) -> Iterator[StoredFile]:
        """The files whose content is there, in the order of their keys, from behind a key on; those of one repository
        (also by its key), or all."""
        where = "WHERE files.key > ?" if repository is None else "WHERE files.key > ? AND repository = ?"
        given = (after,) if repository is None else (after, repository)
        rows = self.database.select(f"{_FILE} {where} ORDER BY files.key LIMIT ?", *given, limit)
        for key, *hit, blob, size in rows:
            if not all(isinstance(value, str | None) for value in (*hit, blob)):
                raise Misuse(f"corpus {self.database.folder}: file {key} is damaged")
            yield StoredFile(key, Hit(*hit), blob, size)

    def repositories(self) -> Iterator[Repository]:
        """The repositories whose facts are known, by host and name."""
        for *row, seen_at in self.database.select(f"{_REPOSITORY} ORDER BY host, name"):
            if seen_at is not None:
                yield _repository(row)

    def repository(self, key: int) -> Repository:
        """What is known of the repository with this key."""
        for *row, _ in self.database.select(
            f"{_REPOSITORY} JOIN repositories USING (host, name) WHERE repositories.key = ?", key
        ):
            return _repository(row)
        raise Misuse(f"corpus {self.database.folder}: no repository {key}")

    def lines(self) -> Iterator[str]:
        """Everything as text, sorted, without times and without the numbers of rows: equal for equal corpora."""
        return self.database.lines()

    def _plan(self, query: Query) -> int:
        return self.database.run(
            "INSERT OR IGNORE INTO queries (source, kind, text, page, model, form) VALUES (?, ?, ?, ?, ?, ?)",
            *(*_identity(query), query.model, query.form),
        )

    def _query(self, query: Query) -> int:
        return int(self.database.one(_KEY_OF, *_identity(query)))

    def _tell(self, repository: Repository, now: float) -> None:
        values = [_packed(getattr(repository, name)) for name in _FACTS]
        told = ", ".join(f'"{name}" = ifnull(?, "{name}")' for name in _FACTS)
        self.database.run(
            f"UPDATE repositories SET {told}, seen_at = ? WHERE key = ?",  # noqa: S608
            *(*values, now, self._named(repository.host, repository.name)),
        )

    def _named(self, host: str, name: str) -> int:
        self.database.run("INSERT OR IGNORE INTO repositories (host, name) VALUES (?, ?)", host, name)
        return int(self.database.one("SELECT key FROM repositories WHERE (host, name) = (?, ?)", host, name))

    def _hit(self, query: int, hit: Hit) -> None:
        repository = self._named(hit.host, hit.repository)
        known = hit.version if self.has(hit.version) else None
        self.database.run(
            'INSERT OR IGNORE INTO files (repository, path, version, "commit", url, blob, stored_at)'
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(repository, hit.path, hit.version, hit.commit, hit.url, known, known and self.clock()),
        )
        self.database.run("INSERT OR IGNORE INTO hits VALUES (?, ?)", query, self._file(hit))

    def _file(self, hit: Hit) -> int:
        return int(
            self.database.one(
                "SELECT key FROM files WHERE (repository, path, version) = (?, ?, ?)",
                *(self._named(hit.host, hit.repository), hit.path, hit.version),
            )
        )

    def _keep(self, hit: Hit, content: bytes, now: float) -> None:
        blob = blob_hash(content)
        if not self.has(blob):
            self.database.run("INSERT INTO contents VALUES (?, ?, ?)", blob, len(content), zlib.compress(content))
        done = "UPDATE files SET blob = ?, reason = NULL, stored_at = ? WHERE blob IS NULL AND "
        self.database.run(done + "key = ?", blob, now, self._file(hit))
        if hit.version == blob:
            self.database.run(done + "version = ?", blob, now, blob)


def _identity(query: Query) -> tuple[str, str, str, int]:
    return query.source, query.kind, query.text, query.page


def _packed(value: object) -> object:
    """A value as a column holds it: a list as JSON; one without elements is not told."""
    return (json.dumps(value) if value else None) if isinstance(value, tuple) else value


def _content_of(hit: Hit) -> object:
    """The same for files that hold the same bytes, as far as one knows before they are fetched."""
    return hit.version if len(hit.version) == _HASH else hit


def _repository(row: list[Any]) -> Repository:
    host, name, *values = row
    facts = dict(zip(_FACTS, values, strict=True))
    flags = {flag: None if facts[flag] is None else bool(facts[flag]) for flag in ("fork", "archived", "template")}
    try:
        topics = tuple(json.loads(facts["topics"] or "[]"))
    except (TypeError, ValueError, RecursionError) as error:
        raise Misuse(f"repository {name} of a corpus: its topics are damaged") from error
    return Repository(host, name, **{**facts, **flags, "topics": topics})
