"""What the system says of a file without reading it, and what that is worth."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

#: (size in bytes, time of the last change in nanoseconds, number on its disk).
Stamp = tuple[int, int, int]
NONE: Stamp = (-1, 0, 0)
#: A file changed this short before it was looked at may change again under the same time.
RECENT = 2_000_000_000


def stamps(root: str, files: Iterable[str]) -> list[Stamp]:
    """The stamp of each file, of its target if it is a link; NONE where it is gone."""
    start = os.path.join(root, "")
    stat = os.stat
    found: list[Stamp] = []
    for file in files:
        try:
            status = stat(start + file)
        except (OSError, ValueError):
            found.append(NONE)
            continue
        found.append(stamp(status))
    return found


def stamp(status: os.stat_result) -> Stamp:
    return status.st_size, status.st_mtime_ns, status.st_ino


def settled(now: int | None = None) -> int:
    """Files that were changed before this time, in nanoseconds, are told by their stamp."""
    return (time.time_ns() if now is None else now) - RECENT
