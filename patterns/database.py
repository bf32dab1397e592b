"""Sequences as the miners read them: coded, collapsed to weights, laid out flat."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
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
    rows: Counter[Row] = Counter()
    if weights is None:
        rows.update(map(_row, sequences))
    for row, weight in () if weights is None else _pairs(sequences, weights, "weights"):
        if isinstance(weight, bool) or not isinstance(weight, int | np.integer) or weight < 1:
            raise PatternError(f"a weight is a positive whole number, not {weight!r}")
        rows[row] += int(weight)
    return Collapsed(tuple(rows), tuple(rows.values()), None, rows.total())


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
    weights: NDArray[np.int64]
    groups: Ints
    before: Ints
    places: tuple[Ints, ...]
    grouped: bool
    uniform: bool  # all weights are 1


def database(collapsed: Collapsed, threshold: int) -> Database:
    """The rows without the symbols that are too rare to be in a pattern, and collapsed once more."""
    alphabet = sorted(set(chain.from_iterable(collapsed.rows)))
    if len(alphabet) >= _MAX_SYMBOLS:
        raise PatternError(f"more than {_MAX_SYMBOLS - 1} different symbols")
    code = {symbol: chr(number) for number, symbol in enumerate(alphabet)}
    texts = ["".join(map(code.__getitem__, row)) for row in collapsed.rows]
    sizes = Counter(collapsed.groups or ())
    numbers = {group: number for number, (group, _) in enumerate(reversed(sizes.most_common()))}
    groups = [numbers[group] for group in collapsed.groups or ()] or [0] * len(texts)
    full = _laid_out(tuple(alphabet), texts, collapsed.weights, groups, grouped=collapsed.groups is not None)
    supports = _supports(full, len(alphabet))
    frequent = [number for number, support in enumerate(supports.tolist()) if support >= threshold]
    kept = dict.fromkeys(range(len(alphabet))) | {number: chr(new) for new, number in enumerate(frequent)}
    rows: Counter[tuple[int, str]] = Counter()
    for group, text, weight in zip(groups, _translated(texts, kept), collapsed.weights, strict=True):
        if text:
            rows[group, text] += weight
    ordered = sorted(rows, key=lambda row: (row[0], len(row[1]), row[1]))
    return _laid_out(
        tuple(alphabet[number] for number in frequent),
        [text for _, text in ordered],
        [rows[row] for row in ordered],
        [group for group, _ in ordered],
        grouped=full.grouped,
    )


def _translated(texts: list[str], kept: Mapping[int, str | None]) -> list[str]:
    """The rows in new codes, without those that have none; all at once, since the call costs more than the work."""
    end = chr(_MAX_SYMBOLS)
    return end.join(texts).translate(kept).split(end) if texts else []


def _supports(rows: Database, size: int) -> NDArray[np.integer]:
    """Support of each code."""
    first = rows.before < 0
    codes, row = rows.codes[first], np.repeat(np.arange(len(rows.starts)), rows.ends - rows.starts)[first]
    if not rows.grouped:
        return np.bincount(codes, None if rows.uniform else rows.weights[row], minlength=size)
    return np.bincount(np.unique(codes.astype(np.int64) + rows.groups[row].astype(np.int64) * size) % size)


def _laid_out(
    symbols: tuple[str, ...], texts: list[str], weights: Sequence[int], groups: list[int], *, grouped: bool
) -> Database:
    text = "".join(texts)
    lengths = np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))
    ends = np.cumsum(lengths, dtype=np.int32)
    codes: NDArray[np.integer] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = codes.astype(np.uint16 if len(symbols) <= 0xFFFF else np.uint32)
    order = np.argsort(codes, kind="stable").astype(np.int32)
    none = np.array([-1], dtype=np.int32)
    edges = np.cumsum(np.bincount(codes, minlength=len(symbols))).tolist()
    return Database(
        symbols,
        text,
        codes,
        ends - lengths,
        ends,
        np.array([1] * len(texts) if grouped else weights, dtype=np.int64),
        np.array(groups, dtype=np.int32),
        _before(codes, order, np.repeat(np.arange(len(texts), dtype=np.int32), lengths)),
        tuple(np.concatenate((none, order[low:high])) for low, high in itertools.pairwise([0, *edges])),
        grouped=grouped,
        uniform=grouped or set(weights) <= {1},
    )


def _before(codes: NDArray[np.integer], order: Ints, row: Ints) -> Ints:
    """For each place, the previous one of the same symbol in its row, or -1."""
    before = np.full(len(codes), -1, dtype=np.int32)
    earlier, later = order[:-1], order[1:]
    same = (codes[earlier] == codes[later]) & (row[earlier] == row[later])
    before[later[same]] = earlier[same]
    return before
