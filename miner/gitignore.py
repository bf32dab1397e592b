"""Which paths git ignores: the .gitignore files from the work tree's top down, and .git/info/exclude.

The only importer of pathspec. A user's global excludes file is not read: the result would differ between machines.
Outside of a work tree nothing is ignored: what stands in a snapshot of a repository was tracked there.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from miner.tracked import tracked

#: A longer pattern file is no pattern file.
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns of one file. `prefix` leads from the folder of the patterns to the scanned one, `depth` the
    other way: the number of characters that a path, relative to the scanned folder, loses."""

    spec: GitIgnoreSpec
    prefix: str = ""
    depth: int = 0

    def verdict(self, path: str) -> bool | None:
        """True: ignored; False: taken back with `!`; None: not named. Folders end in `/`."""
        return self.spec.check_file(self.prefix + path[self.depth :]).include


class WorkTree:
    """A folder with a `.git`. `prefix` leads from its top to the scanned folder, `depth` the other way, as for
    patterns."""

    __slots__ = ("_depth", "_files", "_folders", "_prefix", "_top")

    def __init__(self, top: str, prefix: str = "", depth: int = 0) -> None:
        self._top, self._prefix, self._depth = top, prefix, depth
        self._files: frozenset[str] | None = None
        self._folders: frozenset[str] = frozenset()

    def tracks(self, path: str) -> bool:
        """Whether git tracks a file, or something in a folder (its path ends in `/`)."""
        if self._files is None:  # read where something is ignored, not before
            self._files = tracked(self._top)
            self._folders = frozenset(above for file in self._files for above in _above(file))
        inside = self._prefix + path[self._depth :]
        return inside in (self._folders if inside.endswith("/") else self._files)

    def excluded(self, depth: int = 0) -> tuple[Patterns, ...]:
        """What .git/info/exclude ignores; `depth` as for patterns."""
        spec = read(os.path.join(self._top, ".git", "info"), "exclude")
        return (Patterns(spec, self._prefix, depth),) if spec else ()


def _above(file: str) -> Iterator[str]:
    end = file.rfind("/")
    while end > 0:
        yield file[: end + 1]
        end = file.rfind("/", 0, end)


def parse(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """The patterns that can be understood; None if there are none."""
    wanted = [line for line in lines if line.strip() and not line.startswith("#")]
    spec = _compile(wanted)
    if spec is None:
        spec = _compile([line for line in wanted if _compile([line])])
    return spec if spec and spec.patterns else None


def read(folder: str, name: str = ".gitignore") -> GitIgnoreSpec | None:
    """Patterns of a file in a folder; a file that cannot be read has none, as in git."""
    try:
        with open(os.path.join(folder, name), "rb", opener=_open) as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        return None
    if len(content) > MAX_BYTES:
        return None
    return parse(content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "backslashreplace").splitlines())


def outer(root: str) -> tuple[WorkTree | None, tuple[Patterns, ...]]:
    """The work tree around a folder, and its patterns from above that, weakest first: .git/info/exclude and the
    .gitignore files up to the top.

    A file that ignores the folder itself is left out: who names a folder wants it read.
    """
    levels = list(_levels(os.path.realpath(root)))
    if not levels:
        return None, ()
    tree = WorkTree(*levels[-1])
    found = list(tree.excluded())
    for folder, prefix in reversed(levels):
        spec = read(folder) if prefix else None
        if spec:
            found.append(Patterns(spec, prefix))
    return tree, tuple(each for each in found if not (each.prefix and each.verdict("")))


def is_ignored(path: str, patterns: tuple[Patterns, ...]) -> bool:
    """Whether the strongest pattern that names the path ignores it."""
    for each in reversed(patterns):
        verdict = each.verdict(path)
        if verdict is not None:
            return verdict
    return False


def _levels(folder: str) -> Iterator[tuple[str, str]]:
    """(folder, path from there down to the scanned one) from the scanned folder up to the repository's
    top."""
    levels = []
    prefix = ""
    while True:
        levels.append((folder, prefix))
        if os.path.lexists(os.path.join(folder, ".git")):
            yield from levels
            return
        parent, name = os.path.split(folder)
        if parent == folder:
            return
        folder, prefix = parent, f"{name}/{prefix}"


def _compile(lines: list[str]) -> GitIgnoreSpec | None:
    """RE2 keeps matching linear, whatever the pattern. What it or pathspec refuses, they refuse with many
    exceptions."""
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        try:
            return GitIgnoreSpec.from_lines(lines, backend="re2")
        except Exception:
            return None


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
