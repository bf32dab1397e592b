"""A local list of the models that exist: JSON Lines as the Hub's API gives them, CSV, or one id a line; gzip or not."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ptmscope.errors import Misuse

#: Keys and columns that hold the id, the first that is there counts.
KEYS = ("id", "modelId", "model_id")

#: The whole name of a repository: `name` or `owner/name`.
ID = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[\w.-]+)?", re.ASCII)


def read_catalog(path: str) -> frozenset[str]:
    """The ids of a catalog in lower case, since the Hub finds them in any. Raises Misuse where there are none."""
    try:
        with open(path, "rb") as stream:
            is_packed = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rt", encoding="utf-8") if is_packed else open(path, encoding="utf-8") as text:
            ids = frozenset(each.lower() for each in _ids(text))
    except (OSError, EOFError, zlib.error) as error:
        raise Misuse(f"catalog {path}: {getattr(error, 'strerror', None) or error}") from error
    except (ValueError, csv.Error) as error:
        raise Misuse(f"catalog {path}: {_reason(error)}") from error
    if not ids:
        raise Misuse(f"catalog {path}: no model ids")
    return ids


def _ids(text: Iterable[str]) -> Iterator[str]:
    """Ids, by the format that the first line tells. Raises ValueError with the line that does not follow it."""
    lines = iter(text)
    first = next(lines, "").removeprefix("\ufeff")
    every = chain((first,), lines)
    if first.startswith("{"):
        return _of_records(every)
    if "," in first or first.strip() in KEYS:
        return _of_table(csv.DictReader(every))
    return _of_list(every)


def _of_records(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _checked(_first(_record(line, number)), number)


def _record(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number}: no JSON") from error
    if not isinstance(record, dict):
        raise ValueError(f"line {number}: no JSON object")
    return record


def _of_table(rows: csv.DictReader[str]) -> Iterator[str]:
    if not set(KEYS) & set(rows.fieldnames or ()):
        raise ValueError(f"no column {', '.join(KEYS[:-1])} or {KEYS[-1]}")
    for row in rows:
        yield _checked(_first(row), rows.line_num)


def _of_list(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield _checked(text, number)


def _first(record: dict[str, Any]) -> object:
    return next((record[key] for key in KEYS if record.get(key)), None)


def _checked(found: object, number: int) -> str:
    if not isinstance(found, str) or not ID.fullmatch(found):
        raise ValueError(f"line {number}: no model id" + (f" in {found[:60]!r}" if isinstance(found, str) else ""))
    return found


def _reason(error: Exception) -> str:
    return "no UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
