"""Closed frequent subsequences: a depth-first search in the manner of BIDE.

J. Wang, J. Han: BIDE: Efficient Mining of Frequent Closed Sequences, ICDE 2004. Differences: sequences are collapsed to
weights first; a node is a set of arrays, one entry per row, so that a projection is a few array operations; support may
count groups (repositories).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.database import Database, Ints, collapse, database
from patterns.errors import PatternError
from patterns.gapped import closed_with_gap
from patterns.insertions import Node, insertable

Pattern = tuple[tuple[str, ...], int]


def closed_subsequences(
    sequences: Iterable[Sequence[str]],
    *,
    min_support: int | float,
    weights: Iterable[int] | None = None,
    groups: Iterable[Hashable] | None = None,
    max_gap: int | None = None,
    max_length: int | None = None,
) -> list[Pattern]:
    """All closed frequent subsequences as (subsequence, support), sorted by subsequence.

    A sequence contains a pattern if it has the pattern's symbols in that order, with at most `max_gap` other symbols
    between two neighbours (None: any number). Support is the number of sequences that contain the pattern; with
    `weights`, the sum of their weights; with `groups`, one per sequence, the number of different groups among them.
    `min_support` is a number, or as a float at most 1.0 a share of the sequences, weights or groups.

    A pattern is closed if no longer one with the same support contains it in just that sense: under a gap, the pattern
    must occur within the gap in the longer one, since leaving out symbols from the middle may break the gap. With
    `max_length`, longer patterns are not returned, but those longer by one still count in deciding what is closed;
    without a gap this is the same as all longer ones. Empty input, or nothing frequent, gives an empty list.

    Raises PatternError for arguments that make no sense.
    """
    if max_gap is not None and max_gap < 0:
        raise PatternError(f"max_gap is 0 or more, not {max_gap!r}")
    if max_length is not None and max_length < 1:
        raise PatternError(f"max_length is 1 or more, not {max_length!r}")
    collapsed = collapse(sequences, weights, groups)
    threshold = collapsed.threshold(min_support)
    if max_gap is not None:
        return closed_with_gap(collapsed, threshold, max_gap, max_length)
    rows = database(collapsed, threshold)
    found = ((_spelled(rows, pattern), support) for pattern, support in _search(rows, threshold, max_length))
    return sorted(found)


def _spelled(rows: Database, pattern: str) -> tuple[str, ...]:
    return tuple(rows.symbols[ord(code)] for code in pattern)


class _Extension(NamedTuple):
    """A node that is not laid out yet: its parent, one more symbol, and where that first follows in which entries."""

    parent: Node
    code: int
    support: int
    at: Ints
    entries: Ints

    def node(self) -> Node:
        parent = self.parent
        firsts = np.empty((len(parent.firsts) + 1, len(self.at)), dtype=np.int32)
        np.take(parent.firsts, self.entries, axis=1, out=firsts[:-1])
        firsts[-1] = self.at
        return Node(parent.pattern + chr(self.code), parent.rows[self.entries], firsts)


def _search(rows: Database, threshold: int, max_length: int | None) -> Iterator[tuple[str, int]]:
    """Patterns in codes, in no particular order."""
    root = Node("", np.arange(len(rows.starts), dtype=np.int32), (rows.starts - 1)[np.newaxis])
    stack = _extensions(rows, root, threshold)
    while stack:
        extension = stack.pop()
        node, support = extension.node(), extension.support
        if insertable(rows, node, None):  # BackScan: all that follows is found from the longer pattern, too
            continue
        further = _extensions(rows, node, threshold)
        if all(longer.support < support for longer in further) and not insertable(rows, node, support):
            yield node.pattern, support
        if max_length is None or len(node.pattern) < max_length:
            stack += further


def _extensions(rows: Database, node: Node, threshold: int) -> list[_Extension]:
    """The frequent symbols that follow the first instance of the node's pattern."""
    begin = node.firsts[-1] + 1
    lengths = rows.ends[node.rows] - begin
    done = np.cumsum(lengths, dtype=np.int32)
    if not done.size or not done[-1]:
        return []
    entries = np.repeat(np.arange(len(begin), dtype=np.int32), lengths)
    at = np.arange(done[-1], dtype=np.int32) + (begin - done + lengths)[entries]
    new = rows.before[at] < begin[entries]  # the first of its symbol there
    at, entries = at[new], entries[new]
    codes = rows.codes[at]
    supports: NDArray[np.number]
    if not rows.grouped:
        weights = None if rows.uniform else rows.weights[node.rows][entries]
        supports = np.bincount(codes, weights)
        kept = supports[codes] >= threshold
        at, entries, codes = at[kept], entries[kept], codes[kept]
    order = np.argsort(codes, kind="stable")
    at, entries, codes = at[order], entries[order], codes[order]
    if rows.grouped:
        supports = _groups(rows, node, codes, entries)
    edges = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    found = []
    for low, high in pairwise(edges):
        if high > low and (support := int(supports[code := int(codes[low])])) >= threshold:
            found.append(_Extension(node, code, support, at[low:high], entries[low:high]))
    return found


def _groups(rows: Database, node: Node, codes: NDArray[np.integer], entries: Ints) -> NDArray[np.integer]:
    """Different groups of each code; codes are sorted, and the groups of each one too, as entries are by group."""
    groups = rows.groups[node.rows][entries]
    fresh = np.ones(len(codes), dtype=bool)
    fresh[1:] = (codes[1:] != codes[:-1]) | (groups[1:] != groups[:-1])
    return np.bincount(codes[fresh])
