"""Sequences as the miners read them: coded, collapsed to weights, laid out flat."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from patterns.errors import PatternError

Ints: TypeAlias = NDArray[np.int32]
Row: TypeAlias = tuple[str, ...]
_T = TypeVar("_T")
_MAX_SYMBOLS = 0x10FFFF  # one character each; the last one ends a row


@dataclass(frozen=True, slots=True)
class Collapsed:
    """Distinct sequences with their weights, or distinct (sequence, group) pairs, each of weight 1.

    `total` is what a relative support refers to: the groups, or else the weights of all sequences.
    """

    rows: tuple[Row, ...]
    weights: tuple[int, ...]
    groups: tuple[Hashable, ...] | None
    total: int

    def threshold(self, min_support: int | float) -> int:
        """An int is a number of sequences or groups; a float between 0 and 1 is a share of all, rounded up."""
        if isinstance(min_support, bool) or not (isinstance(min_support, int | float) and min_support > 0):
            raise PatternError(f"min_support is a positive number, not {min_support!r}")
        if isinstance(min_support, int):
            return min_support
        if min_support > 1:
            raise PatternError(f"min_support as a share is at most 1.0, not {min_support!r}")
        return max(1, math.ceil(min_support * self.total - 1e-9))


def collapse(
    sequences: Iterable[Sequence[str]], weights: Iterable[int] | None, groups: Iterable[Hashable] | None
) -> Collapsed:
    """Counts equal sequences once: their weights add up, or their groups are kept apart."""
    if weights is not None and groups is not None:
        raise PatternError("weights and groups exclude each other: a group counts once")
    if groups is not None:
        pairs = dict.fromkeys(_pairs(sequences, groups, "groups"))
        found = tuple(group for _, group in pairs)
        return Collapsed(tuple(row for row, _ in pairs), (1,) * len(pairs), found, len(set(found)))
    rows: dict[Row, int] = {}
    if weights is None:
        rows = Counter(map(_row, sequences))
    else:
        for row, weight in _pairs(sequences, _whole(weights), "weights"):
            rows[row] = rows.get(row, 0) + weight
    return Collapsed(tuple(rows), tuple(rows.values()), None, sum(rows.values()))


def _whole(weights: Iterable[int]) -> list[int]:
    given = list(weights)
    wrong = {kind for kind in set(map(type, given)) if kind is bool or not issubclass(kind, int | np.integer)}
    if wrong or min(given, default=1) < 1:
        weight = next(weight for weight in given if type(weight) in wrong or weight < 1)
        raise PatternError(f"a weight is a positive whole number, not {weight!r}")
    return [int(weight) for weight in given]


def _pairs(sequences: Iterable[Sequence[str]], others: Iterable[_T], what: str) -> Iterator[tuple[Row, _T]]:
    try:
        for sequence, other in zip(sequences, others, strict=True):
            yield _row(sequence), other
    except ValueError as problem:
        if isinstance(problem, PatternError):
            raise
        raise PatternError(f"there are not as many {what} as sequences") from problem


def _row(sequence: Sequence[str]) -> Row:
    if isinstance(sequence, str):
        raise PatternError("a sequence is a list of symbols, not a string")
    return tuple(sequence)


@dataclass(frozen=True, slots=True)
class Database:
    """Coded rows one behind the other; symbol c is `symbols[c]`, in the order of the alphabet.

    `text` holds the codes as characters: the searches of `str` are the fastest there are over few symbols.
    `before[p]` is the previous place of the same symbol in the same row, or -1. `places[c]` are -1 and all places of c.
    Rows are sorted by group, small ones first, then by length: small groups and short rows decide most questions.
    """

    symbols: tuple[str, ...]
    text: str
    codes: NDArray[np.integer]
    starts: Ints
    ends: Ints
    weights: NDArray[np.float64]
    groups: Ints
    before: Ints
    places: tuple[Ints, ...]
    grouped: bool
    uniform: bool  # all weights are 1


def database(collapsed: Collapsed, threshold: int) -> Database:
    """The rows without the symbols that are too rare to be in a pattern, and collapsed once more."""
    alphabet, codes = _coded(collapsed.rows)
    lengths = np.fromiter(map(len, collapsed.rows), dtype=np.int32, count=len(collapsed.rows))
    row = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    groups = _numbered(collapsed.groups) if collapsed.groups is not None else np.zeros(len(lengths), dtype=np.int32)
    weights = np.array(collapsed.weights, dtype=np.int64)
    grouped = collapsed.groups is not None
    frequent = _supports(codes, row, groups if grouped else None, weights, len(alphabet)) >= threshold
    kept = frequent[codes]
    texts = _texts((np.cumsum(frequent) - 1)[codes[kept]], np.bincount(row[kept], minlength=len(lengths)))
    symbols = tuple(alphabet[code] for code in np.flatnonzero(frequent).tolist())
    return _laid_out(symbols, texts, groups, weights, grouped=grouped)


def _coded(rows: Sequence[Row]) -> tuple[list[str], NDArray[np.integer]]:
    """The alphabet, sorted, and all rows one behind the other as places in it."""
    found: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    codes = np.fromiter(map(found.__getitem__, chain.from_iterable(rows)), dtype=np.int32)
    if len(found) >= _MAX_SYMBOLS:
        raise PatternError(f"more than {_MAX_SYMBOLS - 1} different symbols")
    alphabet = sorted(found)
    place = np.empty(len(alphabet), dtype=np.int32)
    place[[found[symbol] for symbol in alphabet]] = np.arange(len(alphabet))
    return alphabet, narrow(place[codes], len(alphabet))


def _numbered(groups: Sequence[Hashable]) -> Ints:
    """Groups as numbers, those of few rows first."""
    sizes = Counter(groups)
    numbers = {group: number for number, (group, _) in enumerate(reversed(sizes.most_common()))}
    return np.fromiter(map(numbers.__getitem__, groups), dtype=np.int32, count=len(groups))


def narrow(codes: NDArray[np.integer], size: int) -> NDArray[np.integer]:
    """Small codes sort in linear time."""
    return codes.astype(np.uint16 if size <= 0xFFFF else np.uint32)


def _supports(
    codes: NDArray[np.integer], row: Ints, groups: Ints | None, weights: NDArray[np.int64], size: int
) -> NDArray[np.number]:
    """Support of each code: the groups, or else the weights of the rows that have it."""
    if groups is not None:
        pairs = np.unique(codes.astype(np.int64) + groups[row].astype(np.int64) * size)
        return np.bincount(pairs % size, minlength=size) if size else pairs
    order = np.argsort(codes, kind="stable")
    codes, row = codes[order], row[order]
    first = np.ones(len(codes), dtype=bool)
    first[1:] = (codes[1:] != codes[:-1]) | (row[1:] != row[:-1])
    return np.bincount(codes[first], weights[row[first]], minlength=size)


def _texts(codes: NDArray[np.integer], lengths: NDArray[np.integer]) -> list[str]:
    """Each row as a string, one character for each code; all at once, since the call costs more than the work."""
    if not len(lengths):
        return []
    ends = np.cumsum(lengths) + np.arange(len(lengths))
    characters = np.full(len(codes) + len(lengths), _MAX_SYMBOLS, dtype="<u4")
    inside = np.ones(len(characters), dtype=bool)
    inside[ends] = False
    characters[inside] = codes
    return characters[:-1].tobytes().decode("utf-32-le", "surrogatepass").split(chr(_MAX_SYMBOLS))


def _laid_out(
    symbols: tuple[str, ...], texts: list[str], groups: Ints, weights: NDArray[np.int64], *, grouped: bool
) -> Database:
    """Equal texts of a group are one row, of the sum of their weights, or of 1 for a group."""
    numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    number = np.fromiter(map(numbers.__getitem__, texts), dtype=np.int64, count=len(texts))
    distinct = list(numbers)
    keys, inverse = np.unique(groups * max(1, len(distinct)) + number, return_inverse=True)
    sums = np.ones(len(keys)) if grouped else np.bincount(inverse, weights)
    group, number = (part.astype(np.int32) for part in np.divmod(keys, max(1, len(distinct))))
    lengths = np.fromiter(map(len, distinct), dtype=np.int32, count=len(distinct))[number]
    by_size = np.lexsort((lengths, group))
    by_size = by_size[lengths[by_size] > 0]
    group, number, lengths, sums = group[by_size], number[by_size], lengths[by_size], sums[by_size]
    text = "".join(map(distinct.__getitem__, number.tolist()))
    ends = np.cumsum(lengths, dtype=np.int32)
    codes: NDArray[np.integer] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes = narrow(codes, len(symbols))
    order = np.argsort(codes, kind="stable").astype(np.int32)
    none = np.array([-1], dtype=np.int32)
    edges = np.cumsum(np.bincount(codes, minlength=len(symbols))).tolist()
    return Database(
        symbols,
        text,
        codes,
        ends - lengths,
        ends,
        sums,
        group,
        _before(codes, order, np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)),
        tuple(np.concatenate((none, order[low:high])) for low, high in itertools.pairwise([0, *edges])),
        grouped=grouped,
        uniform=bool((sums == 1).all()),
    )


def _before(codes: NDArray[np.integer], order: Ints, row: Ints) -> Ints:
    """For each place, the previous one of the same symbol in its row, or -1."""
    before = np.full(len(codes), -1, dtype=np.int32)
    earlier, later = order[:-1], order[1:]
    same = (codes[earlier] == codes[later]) & (row[earlier] == row[later])
    before[later[same]] = earlier[same]
    return before
