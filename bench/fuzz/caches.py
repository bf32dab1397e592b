"""A cache that was damaged on disk: the next scan must come out as if there were none."""

from __future__ import annotations

import sqlite3
import tempfile
from functools import cache
from pathlib import Path
from random import Random

import ptmscope
from bench.fuzz.mutators import bent, mutated
from ptmscope.cache.store import NAME, TABLES

_TREE = Path(__file__).resolve().parents[2] / "examples" / "sample"


def damaged(draw: Random) -> bytes:
    """The file with a few bytes changed anywhere, or with some of its records made worse and the database whole."""
    return bent(draw, _sound()) if draw.random() < 0.5 else _with_worse_records(draw)


def is_harmless(content: bytes) -> bool:
    """Whether a scan with this cache finds what one without it finds."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        Path(folder, NAME).write_bytes(content)
        return ptmscope.scan(_TREE, jobs=1, cache=folder) == _fresh()


def _with_worse_records(draw: Random) -> bytes:
    database = sqlite3.connect(":memory:")
    database.deserialize(_sound())
    rows = [
        (table, key, value) for table in TABLES for key, value in database.execute(f"SELECT key, value FROM {table}")
    ]
    every = tuple(value for _, _, value in rows)
    for table, key, value in draw.sample(rows, draw.randint(1, len(rows))):
        worse = draw.choice((mutated(draw, value, every), bent(draw, value)))
        database.execute(f"UPDATE {table} SET value = ? WHERE key = ?", (worse, key))
    database.commit()
    return database.serialize()


@cache
def _sound() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        ptmscope.scan(_TREE, jobs=1, cache=folder)
        database = sqlite3.connect(Path(folder, NAME))
        database.execute("PRAGMA journal_mode = DELETE")  # all of it in one file
        database.close()
        return Path(folder, NAME).read_bytes()


@cache
def _fresh() -> object:
    return ptmscope.scan(_TREE, jobs=1)
