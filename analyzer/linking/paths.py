"""Which file of a repository a path means that code or a command line writes down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from posixpath import basename, dirname, join, normpath

#: Files that one path with unknown parts can mean, at most.
MAX_MATCHES = 8
#: Beginnings of paths that hold on one machine, or that whoever runs the command is to fill in.
_KEPT = re.compile(r"/\w|~/|(?i:(?:path|dir)_?to\b|\W?your?\b|\W?your?_|\W?my_?path|path/)")


class Paths:
    """The files of one tree by path. Written paths may hold `*` for what is not known."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        self.by_name: dict[str, list[str]] = {}
        self.listed = sorted(self.paths)
        for path in self.listed:
            self.by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def find(self, written: str, writer: str) -> tuple[str, ...]:
        """The files that `written` can mean in the file `writer`, likeliest first; several only where that is open.

        A path is taken from the folder of the writer, from those above it, and last as the end of any path.
        """
        plain = written.replace("\\", "/").removeprefix("file://")
        if "*" not in plain:
            for candidate in self._around(plain, writer):
                if candidate in self.paths:
                    return (candidate,)
        return tuple(self._ending(plain))[:MAX_MATCHES]

    def beside(self, written: str, writer: str) -> tuple[str, ...]:
        """The file of that name in the folder of the writer: both may have been moved since the path was written."""
        name = basename(written)
        candidate = join(dirname(writer), name)
        return (candidate,) if candidate in self.paths and _says_something(name) else ()

    def moved(self, written: str) -> tuple[str, ...]:
        """The file at the end of a path that begins where the writer keeps the tree: `/home/me/x/src/a.py`."""
        parts = written.split("/")
        if not _KEPT.match(written) or "*" in written:
            return ()
        ends = ("/".join(parts[start:]) for start in range(1, len(parts) - 1))
        return next((found for end in ends if (found := tuple(self._ending(end)))), ())

    def _around(self, plain: str, writer: str) -> Iterator[str]:
        folder = dirname(writer)
        while True:
            yield normpath(join(folder, plain.lstrip("/"))) if folder else normpath(plain.lstrip("/"))
            if not folder:
                return
            folder = dirname(folder)

    def _ending(self, plain: str) -> Iterator[str]:
        """Files whose path ends like the known end of the written one."""
        parts = [part for part in plain.split("/") if part not in ("", ".", "..")]
        while parts and parts[0] == "*":
            parts = parts[1:]
        if not parts or not _says_something(parts[-1]):
            return
        end = "/".join(parts)
        pool = self.listed if "*" in parts[-1] else self.by_name.get(parts[-1], ())
        found = [path for path in pool if fnmatchcase("/" + path, "*/" + end)]
        yield from found if "*" in plain or len(found) == 1 else ()


def _says_something(name: str) -> bool:
    """Whether a file name says more than its ending."""
    return len(name.rpartition(".")[0].replace("*", "") or name.replace("*", "")) > 1
