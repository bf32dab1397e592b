"""Closed frequent subsequences under a maximum gap.

Under a gap a part of a frequent pattern may be rare, and the first instance decides nothing: the search is that of
PrefixSpan over all places where a pattern can end, without BackScan, and what is closed is decided among the patterns
found. `closed.closed_subsequences` defines containment. Give `max_length` where long sequences are alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from patterns.database import Collapsed, Row

Ends = Mapping[int, Sequence[int]]  # row -> the places where an instance of the pattern ends


def contains(sequence: Sequence[str], pattern: Sequence[str], max_gap: int | None = None) -> bool:
    """Whether the sequence has the pattern's symbols in order, at most `max_gap` others between two neighbours."""
    if not pattern:
        return True
    ends = [at for at, symbol in enumerate(sequence) if symbol == pattern[0]]
    for wanted in pattern[1:]:
        near = _following(ends, len(sequence), max_gap)
        ends = [at for at in near if sequence[at] == wanted]
    return bool(ends)


def _following(ends: Sequence[int], length: int, max_gap: int | None) -> Iterable[int]:
    """The places that can come next after any of these, ascending."""
    if not ends:
        return ()
    if max_gap is None:
        return range(ends[0] + 1, length)
    near: dict[int, None] = {}
    for end in ends:
        near |= dict.fromkeys(range(end + 1, min(end + max_gap + 2, length)))
    return near


def closed_with_gap(
    collapsed: Collapsed, threshold: int, max_gap: int, max_length: int | None
) -> list[tuple[Row, int]]:
    """Closed patterns with supports, sorted; patterns longer by one than `max_length` are looked at, not returned."""
    limit = None if max_length is None else max_length + 1
    frequent = dict(_frequent(collapsed, threshold, max_gap, limit))
    holders: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
    for pattern, support in frequent.items():
        for symbol in set(pattern):
            holders[support, symbol].append(pattern)
    return sorted(
        (pattern, support)
        for pattern, support in frequent.items()
        if len(pattern) != limit and not _covered(pattern, [holders[support, symbol] for symbol in pattern], max_gap)
    )


def _covered(pattern: Row, holders: Sequence[Sequence[Row]], max_gap: int) -> bool:
    """Whether one of the patterns of one support contains this one; `holders` are those with each of its symbols."""
    candidates = min(holders, key=len)
    return any(len(longer) > len(pattern) and contains(longer, pattern, max_gap) for longer in candidates)


def _frequent(collapsed: Collapsed, threshold: int, max_gap: int, max_length: int | None) -> Iterator[tuple[Row, int]]:
    rows, weights, groups = collapsed.rows, collapsed.weights, collapsed.groups
    stack: list[tuple[Row, Ends]] = [((), dict.fromkeys(range(len(rows)), ()))]
    while stack:
        pattern, ends = stack.pop()
        if pattern:
            yield pattern, _support(ends, weights, groups)
        if max_length is not None and len(pattern) == max_length:
            continue
        for symbol, further in _extended(rows, ends, max_gap, at_start=not pattern).items():
            if _support(further, weights, groups) >= threshold:
                stack.append(((*pattern, symbol), further))


def _support(ends: Ends, weights: Sequence[int], groups: Sequence[Hashable] | None) -> int:
    if groups is not None:
        return len({groups[row] for row in ends})
    return sum(weights[row] for row in ends)


def _extended(rows: Sequence[Row], ends: Ends, max_gap: int, *, at_start: bool) -> dict[str, dict[int, list[int]]]:
    found: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)
    for index, places in ends.items():
        row = rows[index]
        for at in range(len(row)) if at_start else sorted(_following(places, len(row), max_gap)):
            found[row[at]].setdefault(index, []).append(at)
    return found
