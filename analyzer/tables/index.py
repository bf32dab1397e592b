"""Finds the row of a loader table that a dotted name belongs to."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase, translate
from typing import NamedTuple

from analyzer.tables.rows import Consumer, Loader


class Pattern(NamedTuple):
    """One row below one import path."""

    row: Loader | Consumer
    module: str  # with the final dot
    segments: tuple[str, ...]  # each a name or a glob

    @property
    def key(self) -> tuple[str, str]:
        """Top-level package and last segment; `*` where that is a glob."""
        last = self.segments[-1]
        return self.module.partition(".")[0], "*" if is_glob(last) else last

    def api(self, qualified: str) -> str | None:
        """The public name, or None if the row does not cover `qualified`."""
        if not qualified.startswith(self.module):
            return None
        rest = qualified[len(self.module) :].split(".")
        start = len(rest) - len(self.segments)
        if start < 0 or any(is_class(segment) for segment in rest[:start]):
            return None
        tail = rest[start:]
        if not all(_fits(wanted, segment) for wanted, segment in zip(self.segments, tail, strict=True)):
            return None
        if any(fnmatchcase(tail[0], glob) for glob in self.row.exclude):
            return None
        public = self.row.modules[0] if self.row.fold else self.module[:-1]
        return ".".join((public, *tail)).replace("()", "")


def is_class(segment: str) -> bool:
    return segment.lstrip("_")[:1].isupper()


def is_glob(segment: str) -> bool:
    return "*" in segment or "[" in segment


def _fits(wanted: str, segment: str) -> bool:
    return wanted == segment or (is_glob(wanted) and _glob(wanted).match(segment) is not None)


@functools.cache
def _glob(text: str) -> re.Pattern[str]:
    """Compiled when it is first needed: few globs are, in one run, and compiling all takes as long as reading them."""
    return re.compile(translate(text))


def patterns(rows: Iterable[Loader | Consumer], name: str) -> Iterator[Pattern]:
    for row in rows:
        segments = tuple(str(getattr(row, name)).split("."))
        yield from (Pattern(row, module + ".", segments) for module in row.modules)


Index = Mapping[tuple[str, str], tuple[Pattern, ...]]


def index_of(rows: Iterable[Pattern]) -> Index:
    """Patterns by package and last segment, the deepest import path first, then as written."""
    index: defaultdict[tuple[str, str], list[tuple[int, int, Pattern]]] = defaultdict(list)
    for number, pattern in enumerate(rows):
        index[pattern.key].append((-pattern.module.count("."), number, pattern))
    for (root, last), found in index.items():
        if last != "*":
            found.extend(index.get((root, "*"), ()))
    return {key: tuple(pattern for _, _, pattern in sorted(found)) for key, found in index.items()}


def first(index: Index, qualified: str) -> tuple[Pattern, str] | None:
    root, last = qualified.partition(".")[0], qualified.rpartition(".")[2]
    for pattern in index.get((root, last)) or index.get((root, "*"), ()):
        if (api := pattern.api(qualified)) is not None:
            return pattern, api
    return None


def row_tokens(row: Loader) -> Iterator[str]:
    """What the text of a call holds: the last segment, behind its sub-module; of a glob, an argument it requires."""
    before, _, last = row.callable.rpartition(".")
    if before and before.islower() and row.receiver is None:
        last = f"{before}.{last}"
    if is_glob(last):
        yield from (f"{name}={value}" for name, value in row.requires)
    else:
        yield last
