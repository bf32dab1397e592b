"""The database of a corpus: opening, transactions, rows. The only importer of sqlite3."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from miner import CORPUS
from miner.errors import Misuse

#: Of the tables; a corpus of another version is not opened.
VERSION = 1
#: Seconds to wait for another process that writes.
_PATIENCE = 60.0
#: What `lines` tells: a view of each table, the last column a time or a number of no meaning.
_VIEWS = ("asked", "facts", "found", "led", "held", "chosen", "judged", "decided")


class Database:
    """An open database. Several processes may have one open; they write in turn."""

    def __init__(self, folder: str | os.PathLike[str], connection: sqlite3.Connection) -> None:
        self.folder = Path(folder)
        self._connection = connection

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, create: bool) -> Database:
        """The database of a folder. Raises Misuse where there is none (unless `create`) or it cannot be read."""
        file = Path(folder) / CORPUS
        if not create and not file.is_file():
            raise Misuse(f"{os.fspath(folder)}: no corpus (no {CORPUS} in it)")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            found = cls(folder, sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None))
            found._prepare()
        except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
            raise Misuse(f"corpus {os.fspath(folder)}: {error}") from error
        return found

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self.writing():
            version = self.one("PRAGMA user_version")
            if version == 0:
                for statement in (resources.files("miner") / "corpus.sql").read_text("utf-8").split(";\n"):
                    self.run(statement)
                self.run(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION:
                raise Misuse(f"corpus {self.folder}: version {version}, but this release reads version {VERSION}")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: all that is written within it is stored, or nothing."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk ends one by itself
                self.run("ROLLBACK")
            raise

    def run(self, statement: str, *values: object) -> int:
        """Writes; how many rows were touched."""
        with self._failing():
            return self._connection.execute(statement, values).rowcount

    def run_all(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Writes row by row."""
        with self._failing():
            self._connection.executemany(statement, rows)

    def select(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as the tables hold them: texts and numbers."""
        with self._failing():
            rows = self._connection.execute(statement, values)
        while (row := self._next(rows)) is not None:
            yield row

    def _next(self, rows: sqlite3.Cursor) -> tuple[Any, ...] | None:
        with self._failing():
            found: tuple[Any, ...] | None = rows.fetchone()
        if found is not None and any(isinstance(value, bytes) for value in found):
            raise Misuse(f"corpus {self.folder}: damaged: bytes where text or a number stands")
        return found

    def one(self, statement: str, *values: object) -> Any:
        """The first column of the first row; None where there is none."""
        with self._failing():
            row = self._connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """A file that is damaged, changed by others, or on a disk that is full is no fault of the program."""
        try:
            yield
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise Misuse(f"corpus {self.folder}: {error}") from error

    def lines(self) -> Iterator[str]:
        """Everything as text, sorted, without times and without the numbers of rows: equal for equal corpora."""
        for view in _VIEWS:
            found = [row[:-1] for row in self.select(f"SELECT * FROM {view}")]  # noqa: S608
            yield from sorted(json.dumps([view, *row], ensure_ascii=False) for row in found)
