"""Tables on disk or behind a URL as a stream of rows: JSON Lines, CSV, Parquet; plain, gzip or zstd.

All is told by content, not by name. The only importer of pyarrow here, and of fsspec.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, TypeAlias, cast

from miner.errors import Misuse

Row: TypeAlias = dict[str, Any]
#: Called with a row's number and what is wrong with it.
Complaint = Callable[[int, str], None]

#: Rows of Parquet that are held at a time.
BATCH = 256
#: The largest field of CSV: whole files stand in some.
_FIELD = 1 << 30
_PARQUET, _GZIP, _ZSTD = b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def rows(location: str, *, keys: Collection[str], complain: Complaint) -> Iterator[tuple[int, Row]]:
    """(number, row), in order; text that is neither JSON nor has a header with one of the `keys` is one key a line.

    `location` is a path or a URL that fsspec knows. A row that is none is told to `complain` and left out. Raises
    Misuse where the whole cannot be read.
    """
    with _failing(location), _opened(location) as stream:
        start = stream.peek(4)[:4]
        if start == _PARQUET:
            yield from enumerate(_of_parquet(stream), 1)
        else:
            with _text(stream, start) as text:
                yield from _of_text(text, tuple(keys), complain)


@contextmanager
def _failing(location: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise Misuse(f"{location}: no UTF-8 text") from error
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        what = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise Misuse(f"{location}: {what}") from error


@contextmanager
def _opened(location: str) -> Iterator[io.BufferedReader]:
    if "://" not in location:
        with open(location, "rb") as stream:
            yield stream
        return
    try:
        import fsspec
    except ImportError as error:
        raise Misuse(f"{location}: URLs need fsspec: pip install 'ptmscope[mine]'") from error
    try:
        opened = fsspec.open(location, "rb").open()
    except (ValueError, ImportError) as error:
        raise Misuse(f"{location}: {error}") from error
    with opened:
        yield io.BufferedReader(cast(io.RawIOBase, opened))


def _text(stream: io.BufferedReader, start: bytes) -> io.TextIOWrapper:
    packed: Any = stream
    if start[:2] == _GZIP:
        packed = gzip.GzipFile(fileobj=stream)
    elif start == _ZSTD:
        packed = io.BufferedReader(_arrow().CompressedInputStream(stream, "zstd"))
    return io.TextIOWrapper(packed, encoding="utf-8", newline="")


def _of_text(lines: Iterable[str], keys: tuple[str, ...], complain: Complaint) -> Iterator[tuple[int, Row]]:
    first = next(iter(lines), "").removeprefix("\ufeff")
    every = chain((first,), lines)
    if first.startswith("{"):
        return _of_json(every, complain)
    if "," in first or first.strip() in keys:
        return _of_csv(every, keys, complain)
    return _of_list(every, keys[0])


def _of_json(lines: Iterable[str], complain: Complaint) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            complain(number, "no JSON")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            complain(number, "no JSON object")


def _of_csv(lines: Iterable[str], keys: tuple[str, ...], complain: Complaint) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(_FIELD)
    table = csv.DictReader(lines)
    if set(keys).isdisjoint(table.fieldnames or ()):
        complain(1, f"no column {', '.join(keys[:-1])} or {keys[-1]}")
        return
    for row in table:
        yield table.line_num, row


def _of_list(lines: Iterable[str], key: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield number, {key: text}


def number(value: object) -> int | None:
    """A whole number that a database can hold; None for anything else."""
    try:
        found = None if isinstance(value, bool) else int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):  # no number, not a number, infinity
        return None
    return found if found is not None and abs(found) < 1 << 63 else None


def _of_parquet(stream: io.BufferedReader) -> Iterator[Row]:
    arrow = _arrow()
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(stream, pre_buffer=False)
        for batch in file.iter_batches(BATCH):
            yield from batch.to_pylist()
    except (ValueError, OverflowError, arrow.ArrowException) as error:
        raise OSError(str(error)) from error


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise Misuse("Parquet and zstd need pyarrow: pip install 'ptmscope[parquet]'") from error
    return pyarrow
