"""The file that holds a cache: tables of bytes by key, in SQLite. One that is broken or foreign is made anew."""

from __future__ import annotations

import contextlib
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

T = TypeVar("T")
Table: TypeAlias = Literal["trees", "results", "glances", "reports"]

NAME = "cache.sqlite"
TABLES: tuple[Table, ...] = ("trees", "results", "glances", "reports")
#: Of the tables; another number means another form.
FORM = 2
#: Marks a file as one of these caches (SQLite's `application_id`).
MARK = 0x70746D73
#: Bytes that the file may take; what was not used for longest goes first.
MAX_BYTES = 500_000_000
#: Milliseconds to wait for another scan that writes.
PATIENCE = 2_000
#: Keys that one query asks for.
ASKED = 500


#: What reading a damaged file raises: tables may have other columns, and a message that quotes them need be no UTF-8.
_BROKEN = (ValueError, sqlite3.DatabaseError)
#: Bytes of a checksum.
_SEAL = 4


class Store:
    """Bytes by table and key. Whatever is wrong with the file costs what it holds, and nothing else."""

    def __init__(self, folder: str) -> None:
        self.path = Path(folder) / NAME
        self.day = int(time.time()) // 86_400
        self.database: sqlite3.Connection | None = None

    def __enter__(self) -> Store:
        with contextlib.suppress(OSError, sqlite3.Error):
            self.database = self._opened()
        return self

    def __exit__(self, *_: object) -> None:
        self._careful(self._trim, None)
        if self.database is not None:
            self.database.close()

    def get(self, table: Table, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What the table holds of these keys."""
        return self._careful(lambda database: self._get(database, table, list(keys)), {})

    def put(self, table: Table, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Writes the rows at once, over what was there."""
        self._careful(lambda database: self._put(database, table, rows), None)

    def _get(self, database: sqlite3.Connection, table: Table, keys: list[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        old: list[bytes] = []
        for start in range(0, len(keys), ASKED):
            part = keys[start : start + ASKED]
            marks = ",".join("?" * len(part))
            for key, value, used in database.execute(f"SELECT * FROM {table} WHERE key IN ({marks})", part):
                if (sound := _unsealed(key, value)) is None:
                    continue
                found[key] = sound
                if used != self.day:
                    old.append(key)
        if old:
            with database:
                database.executemany(f"UPDATE {table} SET used = {self.day} WHERE key = ?", ((key,) for key in old))
        return found

    def _put(self, database: sqlite3.Connection, table: Table, rows: Iterable[tuple[bytes, bytes]]) -> None:
        sealed = ((key, _sealed(key, value)) for key, value in rows)
        with database:
            database.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, {self.day})", sealed)

    def _careful(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What comes of the database; `otherwise` where there is none, or it fails. One that is broken goes."""
        if self.database is None:
            return otherwise
        try:
            return work(self.database)
        except sqlite3.OperationalError:  # busy, full, read-only: no reason to lose what it holds
            return otherwise
        except _BROKEN:
            self.database.close()
            self.database = None
            self._remove()
            return otherwise

    def _opened(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return self._connected()
        except _BROKEN as error:
            if _is_in_use(error):
                raise
            self._remove()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=PATIENCE / 1000)
        try:
            self._set_up(database)
        except BaseException:
            database.close()
            raise
        return database

    def _set_up(self, database: sqlite3.Connection) -> None:
        (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # first: marks come before tables
        (mark,) = database.execute("PRAGMA application_id").fetchone()
        (form,) = database.execute("PRAGMA user_version").fetchone()
        if tables and (mark, form) != (MARK, FORM):
            raise _Foreign
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        with database:
            database.execute(f"PRAGMA application_id = {MARK}")
            database.execute(f"PRAGMA user_version = {FORM}")
            for table in TABLES:
                database.execute(
                    f"CREATE TABLE IF NOT EXISTS {table} (key BLOB PRIMARY KEY, value BLOB, used INTEGER) WITHOUT ROWID"
                )

    def _trim(self, database: sqlite3.Connection) -> None:
        """Drops the days used longest ago until the rest fits."""
        while _size(database) > MAX_BYTES:
            days = [database.execute(f"SELECT min(used) FROM {table}").fetchone()[0] for table in TABLES]
            oldest = min(day for day in days if day is not None)
            with database:
                for table in TABLES:
                    database.execute(f"DELETE FROM {table} WHERE used <= ?", (oldest,))
            database.execute("VACUUM")

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self.path.with_name(NAME + ending).unlink()


class _Foreign(sqlite3.DatabaseError):
    """A file of another program, or of another version of this one."""


def _is_in_use(error: Exception) -> bool:
    """Whether another scan has the file for itself at the moment."""
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _sealed(key: bytes, value: bytes) -> bytes:
    """The value with a checksum: a disk that fails, or a hand that edits, makes no other record of it."""
    return value + zlib.crc32(value, zlib.crc32(key)).to_bytes(_SEAL, "big")


def _unsealed(key: bytes, stored: object) -> bytes | None:
    """What was sealed; None where that is not what is there."""
    if not isinstance(stored, bytes):
        return None
    value = stored[:-_SEAL]
    return value if _sealed(key, value) == stored else None


def _size(database: sqlite3.Connection) -> int:
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    (page,) = database.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(page)
