"""Which files git tracks in a work tree: the paths in its index. Read from the file, nothing is run.

The format, versions 2 to 4: git-scm.com/docs/index-format.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from miner.clones import git_folder

#: A larger index is not read.
MAX_BYTES = 500_000_000
#: Bytes of an entry before its path: times, numbers, size, object id (SHA-1) and flags.
_FIXED = 62
_EXTENDED = 0x4000  # in the flags: two more bytes of them


def tracked(top: str) -> frozenset[str]:
    """The paths in the index of the work tree with this top, as the system knows them; none where it has no index that
    can be read."""
    folder = git_folder(Path(top))
    if folder is None:
        return frozenset()
    try:
        with open(folder / "index", "rb", opener=_open) as stream:
            content = stream.read(MAX_BYTES + 1)
        return frozenset(map(os.fsdecode, _paths(content))) if len(content) <= MAX_BYTES else frozenset()
    except (OSError, ValueError, IndexError):
        return frozenset()


def _paths(content: bytes) -> Iterator[bytes]:
    """The path of each entry; ValueError or IndexError where this is no index."""
    version, count = int.from_bytes(content[4:8], "big"), int.from_bytes(content[8:12], "big")
    if content[:4] != b"DIRC" or version not in (2, 3, 4):
        raise ValueError(content[:8])
    at, path = 12, b""
    for _ in range(count):
        start = at
        at += _FIXED
        if int.from_bytes(content[at - 2 : at], "big") & _EXTENDED:
            at += 2
        if version == 4:
            shared, at = _number(content, at)
            path = path[: len(path) - shared]
        else:
            path = b""
        end = content.index(b"\0", at)
        path += content[at:end]
        yield path
        at = end + 1 if version == 4 else start + (end - start) // 8 * 8 + 8


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the highest first, and where it ends."""
    value = content[at] & 127
    while content[at] & 128:
        at += 1
        value = (value + 1 << 7) + (content[at] & 127)
    return value, at + 1


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
