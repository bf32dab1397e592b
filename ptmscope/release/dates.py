"""When repositories were last changed, out of a file: for what is not told by where they come from."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

from ptmscope.errors import Misuse


def read_dates(path: str) -> dict[str, str]:
    """Source -> date, of a CSV file with the columns `source` and `date` (ISO 8601)."""
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            return {row["source"]: utc(row["date"]) for row in csv.DictReader(stream)}
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise Misuse(f"{path}: not a CSV file with columns source and date: {error!r}") from error


def utc(text: str) -> str:
    """A date so that all compare as texts; without a zone it is taken for UTC. ValueError if it is none."""
    found = datetime.fromisoformat(text)
    plain = (found if found.tzinfo is None else found.astimezone(UTC)).replace(tzinfo=None, microsecond=0)
    return plain.isoformat() + "Z"
