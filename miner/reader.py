"""Bytes of a source file, or why there are none."""

from __future__ import annotations

import os
import stat

from miner.walk import Skip, shown

#: O_NONBLOCK: a pipe put in the place of a file since the walk must not stop the run.
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read(file: str, path: str, max_size: int) -> bytes | Skip:
    """The whole of a regular file of at most `max_size` bytes; `path` is its name in messages."""
    content, _ = read_with_status(file, path, max_size)
    return content


def read_with_status(file: str, path: str, max_size: int) -> tuple[bytes | Skip, os.stat_result | None]:
    """The same, and what the system said of the file before it was read, where it could be opened."""
    try:
        descriptor = os.open(file, FLAGS)
    except (OSError, ValueError) as error:
        return _unreadable(path, error), None
    try:
        status = os.fstat(descriptor)
        return _read(descriptor, status, path, max_size), status
    except OSError as error:
        return _unreadable(path, error), None
    finally:
        os.close(descriptor)


def _read(descriptor: int, status: os.stat_result, path: str, max_size: int) -> bytes | Skip:
    if not stat.S_ISREG(status.st_mode):
        return Skip(shown(path), "special")
    if status.st_size > max_size:
        return Skip(shown(path), "too_large", message=f"{status.st_size} bytes, more than {max_size}")
    content = os.read(descriptor, status.st_size + 1)
    if len(content) == status.st_size:
        return content
    while len(content) <= max_size and (more := os.read(descriptor, max_size + 1 - len(content))):
        content += more
    if len(content) > max_size:
        return Skip(shown(path), "too_large", message=f"more than {max_size} bytes")
    return content


def _unreadable(path: str, error: OSError | ValueError) -> Skip:
    reason = error.strerror if isinstance(error, OSError) else None
    return Skip(shown(path), "unreadable", message=reason or type(error).__name__)
