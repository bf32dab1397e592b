"""Sequences as the miners read them: coded, collapsed to weights, laid out flat."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from patterns.errors import PatternError

Ints: TypeAlias = NDArray[np.int32]
Row: TypeAlias = tuple[str, ...]
_T = TypeVar("_T")
_MAX_SYMBOLS = 0x10FFFF  # one character each


@dataclass(frozen=True, slots=True)
class Collapsed:
    """Distinct sequences. `rows` maps (sequence, group) to its weight; without groups, every group is None.

    `total` is what a relative support refers to: the groups, or else the weights of all sequences.
    """

    rows: Mapping[tuple[Row, Hashable], int]
    total: int
    grouped: bool

    def threshold(self, min_support: int | float) -> int:
        """An int is a number of sequences or groups; a float between 0 and 1 is a share of all, rounded up."""
        if isinstance(min_support, bool) or not (isinstance(min_support, int | float) and min_support > 0):
            raise PatternError(f"min_support is a positive number, not {min_support!r}")
        if isinstance(min_support, int):
            return min_support
        if min_support > 1:
            raise PatternError(f"min_support as a share is at most 1.0, not {min_support!r}")
        return max(1, math.ceil(min_support * self.total - 1e-9))

    def supports(self) -> dict[str, int]:
        """Support of each symbol."""
        if not self.grouped:
            counts: Counter[str] = Counter()
            for (row, _), weight in self.rows.items():
                for symbol in set(row):
                    counts[symbol] += weight
            return dict(counts)
        return dict(Counter(symbol for symbol, _ in {(symbol, group) for row, group in self.rows for symbol in row}))


def collapse(
    sequences: Iterable[Sequence[str]], weights: Iterable[int] | None, groups: Iterable[Hashable] | None
) -> Collapsed:
    """Counts equal sequences once: their weights add up, or their groups are kept apart."""
    if weights is not None and groups is not None:
        raise PatternError("weights and groups exclude each other: a group counts once")
    if groups is not None:
        pairs = Counter(_pairs(sequences, groups, "groups"))
        return Collapsed(pairs, len({group for _, group in pairs}), grouped=True)
    rows: Counter[tuple[Row, Hashable]] = Counter()
    if weights is None:
        rows.update(zip(map(_row, sequences), repeat(None)))
    for row, weight in () if weights is None else _pairs(sequences, weights, "weights"):
        if isinstance(weight, bool) or not isinstance(weight, int | np.integer) or weight < 1:
            raise PatternError(f"a weight is a positive whole number, not {weight!r}")
        rows[row, None] += int(weight)
    return Collapsed(rows, rows.total(), grouped=False)


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
    `before[p]` is the previous place of the same symbol in the same row, or -1. `places[c]` are all places of c.
    Rows are sorted by group, small ones first, then by length: small groups and short rows decide most questions.
    """

    symbols: tuple[str, ...]
    text: str
    codes: NDArray[np.integer]
    starts: Ints
    ends: Ints
    weights: NDArray[np.int64]
    groups: Ints
    before: Ints
    places: tuple[Ints, ...]
    grouped: bool
    uniform: bool  # all weights are 1


def database(collapsed: Collapsed, threshold: int) -> Database:
    """The rows without the symbols that are too rare to be in a pattern, and collapsed once more."""
    frequent = sorted(symbol for symbol, support in collapsed.supports().items() if support >= threshold)
    if len(frequent) > _MAX_SYMBOLS:
        raise PatternError(f"more than {_MAX_SYMBOLS} different symbols")
    code = {symbol: chr(number) for number, symbol in enumerate(frequent)}
    sizes = Counter(group for _, group in collapsed.rows)
    numbers = {group: number for number, (group, _) in enumerate(reversed(sizes.most_common()))}
    rows: Counter[tuple[int, str]] = Counter()
    for (row, group), weight in collapsed.rows.items():
        if text := "".join([code[symbol] for symbol in row if symbol in code]):
            rows[numbers[group], text] += weight
    ordered = sorted(rows, key=lambda row: (row[0], len(row[1]), row[1]))
    return _laid_out(tuple(frequent), ordered, [rows[row] for row in ordered], grouped=collapsed.grouped)


def _laid_out(symbols: tuple[str, ...], rows: list[tuple[int, str]], weights: list[int], *, grouped: bool) -> Database:
    text = "".join([row for _, row in rows])
    lengths = np.array([len(row) for _, row in rows], dtype=np.int32)
    ends = np.cumsum(lengths, dtype=np.int32)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = codes.astype(np.uint16 if len(symbols) <= 0xFFFF else np.uint32)
    order = np.argsort(codes, kind="stable").astype(np.int32)
    edges = np.searchsorted(codes[order], np.arange(len(symbols) + 1))
    return Database(
        symbols,
        text,
        codes,
        ends - lengths,
        ends,
        np.array([1] * len(rows) if grouped else weights, dtype=np.int64),
        np.array([group for group, _ in rows], dtype=np.int32),
        _before(codes, order, np.repeat(np.arange(len(rows), dtype=np.int32), lengths)),
        tuple(order[low:high] for low, high in itertools.pairwise(edges.tolist())),
        grouped=grouped,
        uniform=grouped or all(weight == 1 for weight in weights),
    )


def _before(codes: NDArray[np.integer], order: Ints, row: Ints) -> Ints:
    """For each place, the previous one of the same symbol in its row, or -1."""
    before = np.full(len(codes), -1, dtype=np.int32)
    earlier, later = order[:-1], order[1:]
    same = (codes[earlier] == codes[later]) & (row[earlier] == row[later])
    before[later[same]] = earlier[same]
    return before
