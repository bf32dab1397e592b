"""Slices of a code search: ranges of sizes and folders that make up the whole, each small enough to be given in full.

A search gives 1,000 results however many there are. Slices of one query share no file, and no file is in none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, exp, log
from statistics import NormalDist

#: Files above this size are not in the index (GitHub's documentation).
LARGEST = 384 * 1024

#: Characters of a query at most, and operators.
LONGEST, OPERATORS = 256, 5

#: Results that a slice is meant to have, and slices of one cut at most.
WANTED, MOST = 600, 32

#: Folders that a single size is cut by: inside it, or not.
FOLDERS = ("src", "tests", "examples", "notebooks", "models")

#: Sizes of source files: logarithms in bytes. Only how evenly a cut falls depends on it.
_SIZES = NormalDist(log(5_000), 1.5)

_SIZE = re.compile(r" size:(\d+)\.\.(\d+)")
_FOLDER = re.compile(r" (-?)path:(\S+)")


@dataclass(frozen=True, slots=True)
class Slice:
    """Words and qualifiers of a query (`terms`), and the part of their results that it is about."""

    terms: str
    low: int = 0
    high: int = LARGEST
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Slice:
        """The slice that a query's text tells."""
        size = _SIZE.search(text)
        folders = _FOLDER.findall(text)
        return cls(
            _FOLDER.sub("", _SIZE.sub("", text)),
            *((int(size[1]), int(size[2])) if size else (0, LARGEST)),
            inside=tuple(name for sign, name in folders if not sign),
            outside=tuple(name for sign, name in folders if sign),
        )

    @property
    def is_whole(self) -> bool:
        return (self.low, self.high, self.inside, self.outside) == (0, LARGEST, (), ())

    @property
    def text(self) -> str:
        """The query as it is sent."""
        size = "" if (self.low, self.high) == (0, LARGEST) else f" size:{self.low}..{self.high}"
        folders = "".join([*(f" path:{name}" for name in self.inside), *(f" -path:{name}" for name in self.outside)])
        return self.terms + size + folders

    def cut(self, total: int) -> tuple[Slice, ...]:
        """Disjoint slices that make up this one, by the results it has; none where it cannot be cut further."""
        if self.low < self.high:
            return tuple(self._by_size(min(MOST, max(2, ceil(total / WANTED)))))
        folder = next((name for name in FOLDERS if name not in (*self.inside, *self.outside)), None)
        if folder is None or self.inside or len(self.outside) >= OPERATORS:
            return ()
        halves = (replace(self, inside=(folder,)), replace(self, outside=(*self.outside, folder)))
        return halves if all(len(half.text) <= LONGEST for half in halves) else ()

    def _by_size(self, count: int) -> Iterator[Slice]:
        """Ranges that the usual distribution of sizes fills evenly."""
        first, last = _share(self.low), _share(self.high + 1)
        inner = (_size(first + (last - first) * place / count) for place in range(1, count))
        edges = sorted({self.low, self.high + 1, *(edge for edge in inner if self.low < edge <= self.high)})
        if len(edges) == 2:
            edges.insert(1, (self.low + self.high + 1) // 2)
        for low, after in pairwise(edges):
            yield replace(self, low=low, high=after - 1)


def _share(size: int) -> float:
    return _SIZES.cdf(log(size)) if size else 0.0


def _size(share: float) -> int:
    return round(exp(_SIZES.inv_cdf(share))) if 0 < share < 1 else 0
