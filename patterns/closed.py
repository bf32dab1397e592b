"""Closed frequent subsequences: a depth-first search in the manner of BIDE.

J. Wang, J. Han: BIDE: Efficient Mining of Frequent Closed Sequences, ICDE 2004. Differences: sequences are collapsed to
weights first; a node is a set of arrays, one entry per row, so that a projection is a few array operations; support may
count groups (repositories).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from patterns.database import Database, Ints, collapse, database, narrow
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


#: Nodes are taken together until they have so many rows, or so many (node, symbol) pairs.
_ROWS, _CELLS = 50_000, 1 << 18


def _search(rows: Database, threshold: int, max_length: int | None) -> Iterator[tuple[str, int]]:
    """Patterns in codes, in no particular order."""
    stack = _extensions(rows, [Node("", 0, np.arange(len(rows.starts), dtype=np.int32), rows.starts - 1)], threshold)
    while stack:
        nodes: list[Node] = []
        doubtful: set[str] = set()
        for node in _taken(rows, stack):
            if insertable(rows, node, closing=True, sampled=True):
                if insertable(rows, node, closing=False):
                    continue  # BackScan: all that follows is found from the longer pattern, too
                doubtful.add(node.pattern)
            nodes.append(node)
        further = _extensions(rows, nodes, threshold)
        alike = {(node.pattern[:-1], node.support) for node in further}
        for node in nodes:
            if (node.pattern, node.support) in alike:
                continue
            if node.pattern not in doubtful or not insertable(rows, node, closing=True):
                yield node.pattern, node.support
        stack += (node for node in further if max_length is None or len(node.pattern) <= max_length)


def _taken(rows: Database, stack: list[Node]) -> Iterator[Node]:
    """The last nodes of the stack, as many as are worked on at once."""
    count, most = 0, max(1, _CELLS // len(rows.symbols))
    for _ in range(min(most, len(stack))):
        node = stack.pop()
        yield node
        count += len(node.rows)
        if count > _ROWS:
            return


def _extensions(db: Database, nodes: Sequence[Node], threshold: int) -> list[Node]:
    """The nodes longer by one frequent symbol, which follows the first instance of the pattern."""
    if not nodes:
        return []
    sizes = [len(node.rows) for node in nodes]
    rows, at, entries = _following(db, nodes)
    base = np.repeat(np.arange(len(nodes), dtype=np.int32) * len(db.symbols), sizes)
    keys = base[entries] + db.codes[at]
    supports: NDArray[np.number] = np.bincount(keys, None if db.uniform else db.weights[rows])
    is_frequent = supports >= threshold  # of groups, not more than this
    frequent = np.flatnonzero(is_frequent)
    number = narrow(np.cumsum(is_frequent) - 1, len(frequent))
    kept = is_frequent[keys]
    at, rows, numbers = at[kept], rows[kept], number[keys[kept]]
    order = np.argsort(numbers, kind="stable")
    at, rows, numbers = at[order], rows[order], numbers[order]
    supports = _groups(db, numbers, rows) if db.grouped else supports[frequent]
    edges = np.searchsorted(numbers, np.arange(len(frequent) + 1)).tolist()
    found = []
    for key, support, low, high in zip(frequent.tolist(), supports.tolist(), edges, edges[1:], strict=False):
        if support >= threshold:
            place, code = divmod(key, len(db.symbols))
            found.append(Node(nodes[place].pattern + chr(code), int(support), rows[low:high], at[low:high]))
    return found


def _following(db: Database, nodes: Sequence[Node]) -> tuple[Ints, Ints, Ints]:
    """The first place of each symbol behind each instance: its row, the place, and the number of the instance."""
    rows = np.concatenate([node.rows for node in nodes])
    begin = np.concatenate([node.at for node in nodes]) + 1
    lengths = db.ends[rows] - begin
    entries = np.repeat(np.arange(len(begin), dtype=np.int32), lengths)
    shift = begin - np.cumsum(lengths, dtype=np.int32) + lengths
    at = np.arange(len(entries), dtype=np.int32) + shift[entries]
    first = db.before[at] < begin[entries]
    at, entries = at[first], entries[first]
    return rows[entries], at, entries


def _groups(db: Database, numbers: NDArray[np.integer], rows: Ints) -> NDArray[np.integer]:
    """Different groups of each number; numbers are sorted, and the groups of each one too, as rows are by group."""
    groups = db.groups[rows]
    fresh = np.ones(len(numbers), dtype=bool)
    fresh[1:] = (numbers[1:] != numbers[:-1]) | (groups[1:] != groups[:-1])
    return np.bincount(numbers[fresh])
