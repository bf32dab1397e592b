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
        except (OSError, sqlite3.Error) as error:
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
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def run(self, statement: str, *values: object) -> int:
        """Writes; how many rows were touched."""
        return self._connection.execute(statement, values).rowcount

    def run_all(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Writes row by row."""
        self._connection.executemany(statement, rows)

    def select(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as the tables hold them."""
        yield from self._connection.execute(statement, values)

    def one(self, statement: str, *values: object) -> Any:
        """The first column of the first row; None where there is none."""
        row = self._connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def lines(self) -> Iterator[str]:
        """Everything as text, sorted, without times and without the numbers of rows: equal for equal corpora."""
        for view in _VIEWS:
            found = [row[:-1] for row in self.select(f"SELECT * FROM {view}")]  # noqa: S608
            yield from sorted(json.dumps([view, *row], ensure_ascii=False) for row in found)
