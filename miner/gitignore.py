"""Which paths git ignores: the .gitignore files from the repository's top down, and .git/info/exclude.

The only importer of pathspec. A user's global excludes file is not read: the result would differ between
machines. Files that git tracks in spite of a pattern count as ignored, since the index is not read.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

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


def outer(root: str) -> tuple[Patterns, ...]:
    """Patterns from above a folder, weakest first: .git/info/exclude and .gitignore files up to the
    repository's top.

    A file that ignores the folder itself is left out: who names a folder wants it read.
    """
    levels = list(_levels(os.path.realpath(root)))
    if not levels:
        return ()
    top, to_top = levels[-1]
    found = [Patterns(spec, to_top) for spec in (read(os.path.join(top, ".git", "info"), "exclude"),) if spec]
    for folder, prefix in reversed(levels):
        spec = read(folder) if prefix else None
        if spec:
            found.append(Patterns(spec, prefix))
    return tuple(each for each in found if not (each.prefix and each.verdict("")))


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
