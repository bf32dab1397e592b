"""The store: one folder with all that was asked, answered, fetched and decided. The only importer of sqlite3.

What an answer brings is written in one transaction, contents included: a run that is killed at any point has stored an
answer whole or not at all, and asking goes on with the queries that have none.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from hashlib import sha1
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any

from analyzer.errors import Misuse
from miner.records import Answer, Hit, Query, Repository, StoredFile

#: The database within the folder.
NAME = "corpus.sqlite"
#: Of the tables; a corpus of another version is not opened.
VERSION = 1
#: Seconds to wait for another process that writes.
_PATIENCE = 60.0
#: Characters of a git hash.
_HASH = 40

_FACTS = tuple(field.name for field in fields(Repository) if field.name not in ("host", "name"))
#: What `lines` tells: a view of each table, the last column a time or a number of no meaning.
_VIEWS = ("asked", "facts", "found", "led", "held")
_FILE = """SELECT files.key, host, name, path, version, files."commit", files.url, blob, contents.size FROM files
    JOIN repositories ON repositories.key = files.repository JOIN contents USING (blob)"""


def blob_hash(content: bytes) -> str:
    """What git names this content: the key that code hosts and Software Heritage share."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Corpus:
    """An open corpus; a context manager. Several processes may have one open; they write in turn."""

    def __init__(self, folder: str | os.PathLike[str], connection: sqlite3.Connection, clock: Callable[[], float]):
        self.folder = Path(folder)
        self._database = connection
        self._clock = clock

    @classmethod
    def open(
        cls, folder: str | os.PathLike[str], *, create: bool = False, clock: Callable[[], float] = time.time
    ) -> Corpus:
        """The corpus of a folder. Raises Misuse where there is none (unless `create`) or it cannot be read."""
        file = Path(folder) / NAME
        if not create and not file.is_file():
            raise Misuse(f"{folder}: no corpus (no {NAME} in it)")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
            corpus = cls(folder, connection, clock)
            corpus._prepare()
        except (OSError, sqlite3.Error) as error:
            raise Misuse(f"corpus {folder}: {error}") from error
        return corpus

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA foreign_keys = ON")
        with self._writing():
            version = self._one("PRAGMA user_version")
            if version == 0:
                for statement in (resources.files("miner") / "corpus.sql").read_text("utf-8").split(";\n"):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION:
                raise Misuse(f"corpus {self.folder}: version {version}, but this release reads version {VERSION}")

    def __enter__(self) -> Corpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    # What is asked

    def plan(self, queries: Iterable[Query]) -> int:
        """Adds queries to be answered; those it has already stay as they are. How many were new."""
        with self._writing():
            return sum(self._plan(query) for query in queries)

    def unanswered(self, source: str, kind: str | None = None, *, limit: int = 100) -> tuple[Query, ...]:
        """The first queries that have no answer yet, in the order they were planned."""
        rows = self.select(
            "SELECT source, kind, text, page, model, form FROM queries"
            " WHERE source = ? AND outcome IS NULL AND kind = ifnull(?, kind) ORDER BY key LIMIT ?",
            *(source, kind, limit),
        )
        return tuple(Query(*row) for row in rows)

    def answer(self, answer: Answer) -> None:
        """Stores all that an answered query brings, at once; nothing that is there already is stored twice."""
        now = self._clock()
        with self._writing():
            self._plan(answer.query)
            key = self._query(answer.query)
            self._database.execute(
                "UPDATE queries SET outcome = ?, total = ?, etag = ifnull(?, etag), reason = ?, answered_at = ?"
                " WHERE key = ?",
                (answer.outcome, answer.total, answer.etag, answer.reason, now, key),
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
        with self._writing():
            return self._database.execute(
                "UPDATE queries SET outcome = NULL WHERE source = ? AND kind = ifnull(?, kind)"
                " AND outcome = ifnull(?, outcome) AND answered_at < ?",
                (source, kind, outcome, before),
            ).rowcount

    def etag(self, query: Query) -> str | None:
        """What came with the last answer to a query, to be sent with the next asking."""
        found = self._one("SELECT etag FROM queries WHERE (source, kind, text, page) = (?, ?, ?, ?)", *_identity(query))
        return None if found is None else str(found)

    # Files

    def missing(self, host: str, *, limit: int = 100) -> tuple[Hit, ...]:
        """Among the first files of a host whose content is neither there nor known to be lost: one of each version."""
        rows = self.select(
            """SELECT host, name, path, version, files."commit", files.url FROM files
            JOIN repositories ON repositories.key = repository
            WHERE blob IS NULL AND files.reason IS NULL AND host = ? ORDER BY files.key LIMIT ?""",
            *(host, limit),
        )
        hits = [Hit(*row) for row in rows]
        return tuple({_content_of(hit): hit for hit in reversed(hits)}.values())[::-1]

    def keep(self, hit: Hit, content: bytes) -> None:
        """Stores the content of a file that a query found, for all files of its version."""
        with self._writing():
            self._keep(hit, content, self._clock())

    def lose(self, hit: Hit, reason: str) -> None:
        """Notes that the content of a file cannot be had."""
        with self._writing():
            self._database.execute("UPDATE files SET reason = ? WHERE key = ?", (reason, self._file(hit)))

    def has(self, blob: str) -> bool:
        """Whether the content with this git hash is there."""
        return self._one("SELECT 1 FROM contents WHERE blob = ?", blob) is not None

    def content(self, blob: str) -> bytes:
        """The bytes with this git hash. Raises Misuse where the corpus has none, or other ones."""
        packed = self._one("SELECT packed FROM contents WHERE blob = ?", blob)
        try:
            content = zlib.decompress(packed)
        except (TypeError, zlib.error) as error:
            raise Misuse(f"corpus {self.folder}: no content {blob}") from error
        if blob_hash(content) != blob:
            raise Misuse(f"corpus {self.folder}: content {blob} is damaged")
        return content

    def files(self, *, after: int = 0, limit: int = -1) -> Iterator[StoredFile]:
        """The files whose content is there, by their keys, from behind a key on."""
        rows = self.select(f"{_FILE} WHERE files.key > ? ORDER BY files.key LIMIT ?", after, limit)
        for key, *hit, blob, size in rows:
            yield StoredFile(key, Hit(*hit), blob, size)

    def repositories(self) -> Iterator[Repository]:
        """The repositories whose facts are known, by host and name."""
        for *row, seen_at in self.select("SELECT * FROM facts ORDER BY host, name"):
            if seen_at is not None:
                yield _repository(row)

    # The database

    def select(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as the tables hold them."""
        yield from self._database.execute(statement, values)

    def lines(self) -> Iterator[str]:
        """Everything as text, sorted, without times and without the numbers of rows: equal for equal corpora."""
        for view in _VIEWS:
            found = [row[:-1] for row in self.select(f"SELECT * FROM {view}")]  # noqa: S608
            yield from sorted(json.dumps([view, *row], ensure_ascii=False) for row in found)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _one(self, statement: str, *values: object) -> Any:
        row = self._database.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def _plan(self, query: Query) -> int:
        return self._database.execute(
            "INSERT OR IGNORE INTO queries (source, kind, text, page, model, form) VALUES (?, ?, ?, ?, ?, ?)",
            (*_identity(query), query.model, query.form),
        ).rowcount

    def _query(self, query: Query) -> int:
        return int(
            self._one("SELECT key FROM queries WHERE (source, kind, text, page) = (?, ?, ?, ?)", *_identity(query))
        )

    def _tell(self, repository: Repository, now: float) -> None:
        values = [json.dumps(value) if name == "topics" else value for name, value in _facts(repository)]
        told = ", ".join(f'"{name}" = ?' for name in _FACTS)
        self._database.execute(
            f"UPDATE repositories SET {told}, seen_at = ? WHERE key = ?",  # noqa: S608
            (*values, now, self._named(repository.host, repository.name)),
        )

    def _named(self, host: str, name: str) -> int:
        self._database.execute("INSERT OR IGNORE INTO repositories (host, name) VALUES (?, ?)", (host, name))
        return int(self._one("SELECT key FROM repositories WHERE (host, name) = (?, ?)", host, name))

    def _hit(self, query: int, hit: Hit) -> None:
        repository = self._named(hit.host, hit.repository)
        known = hit.version if self.has(hit.version) else None
        self._database.execute(
            'INSERT OR IGNORE INTO files (repository, path, version, "commit", url, blob, stored_at)'
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (repository, hit.path, hit.version, hit.commit, hit.url, known, known and self._clock()),
        )
        self._database.execute("INSERT OR IGNORE INTO hits VALUES (?, ?)", (query, self._file(hit)))

    def _file(self, hit: Hit) -> int:
        return int(
            self._one(
                "SELECT key FROM files WHERE (repository, path, version) = (?, ?, ?)",
                *(self._named(hit.host, hit.repository), hit.path, hit.version),
            )
        )

    def _keep(self, hit: Hit, content: bytes, now: float) -> None:
        blob = blob_hash(content)
        if not self.has(blob):
            self._database.execute(
                "INSERT INTO contents VALUES (?, ?, ?)", (blob, len(content), zlib.compress(content))
            )
        done = "UPDATE files SET blob = ?, reason = NULL, stored_at = ? WHERE blob IS NULL AND "
        self._database.execute(done + "key = ?", (blob, now, self._file(hit)))
        if hit.version == blob:
            self._database.execute(done + "version = ?", (blob, now, blob))


def _identity(query: Query) -> tuple[str, str, str, int]:
    return query.source, query.kind, query.text, query.page


def _facts(repository: Repository) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(repository, name)) for name in _FACTS)


def _content_of(hit: Hit) -> object:
    """The same for files that hold the same bytes, as far as one knows before they are fetched."""
    return hit.version if len(hit.version) == _HASH else hit


def _repository(row: list[Any]) -> Repository:
    host, name, *values = row
    facts = dict(zip(_FACTS, values, strict=True))
    flags = {flag: None if facts[flag] is None else bool(facts[flag]) for flag in ("fork", "archived", "template")}
    return Repository(host, name, **{**facts, **flags, "topics": tuple(json.loads(facts["topics"] or "[]"))})
