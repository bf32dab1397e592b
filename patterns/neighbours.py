"""The most similar rows of each row, by weighted Jaccard similarity.

Up to BLOCK rows all are compared. More are put into blocks by weighted MinHash (S. Ioffe: Improved Consistent Sampling,
Weighted Minhash and L1 Sketching, ICDM 2010; here by the exponential race of one draw per feature), so that rows that
share much meet in one of ROUNDS blocks; no matrix is larger than a strip of a block.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from patterns.features import Rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

BLOCK = 10_000
ROUNDS = 4
_STRIP = 1_000


def neighbours(rows: Rows, count: int, least: float) -> dict[tuple[int, int], float]:
    """(row, row) -> similarity, the lower row first: of each row to its `count` nearest that are `least` similar."""
    found: dict[tuple[int, int], float] = {}
    for block in _blocks(rows):
        for row, other, similarity in _nearest(rows, block, count, least):
            found[min(row, other), max(row, other)] = similarity
    return _kept(found, count) if len(rows.sizes) > BLOCK else found


def _kept(pairs: dict[tuple[int, int], float], count: int) -> dict[tuple[int, int], float]:
    """The nearest of each row again, of what several blocks found."""
    of_row: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for (row, other), similarity in pairs.items():
        of_row[row].append((-similarity, other))
        of_row[other].append((-similarity, row))
    kept = {(min(row, other), max(row, other)) for row, near in of_row.items() for _, other in sorted(near)[:count]}
    return {pair: pairs[pair] for pair in sorted(kept)}


def _nearest(rows: Rows, block: Ints, count: int, least: float) -> Iterator[tuple[int, int, float]]:
    matrix = rows.matrix[block]
    present = matrix.copy()
    present.data = np.ones_like(present.data)
    others = present.T.tocsr()
    total = rows.total[block]
    for start in range(0, len(block), _STRIP):
        strip = slice(start, start + _STRIP)
        shared: Floats = (matrix[strip] @ others).toarray()
        similarity = shared / np.maximum(total[strip, None] + total[None, :] - shared, 1e-9)
        similarity[np.arange(len(similarity)), np.arange(start, start + len(similarity))] = -1.0
        nearest = min(count, len(block) - 1)
        best = np.argpartition(-similarity, nearest, axis=1)[:, :nearest] if nearest else np.empty((0, 0), dtype=int)
        for row, columns in enumerate(best):
            for column in columns.tolist():
                if similarity[row, column] >= least:
                    yield int(block[start + row]), int(block[column]), float(similarity[row, column])


def _blocks(rows: Rows) -> Iterator[Ints]:
    everything = np.arange(len(rows.sizes))
    if len(everything) <= BLOCK:
        yield everything
        return
    for number in range(ROUNDS):
        yield from _split(rows, everything, number, 0)


def _split(rows: Rows, block: Ints, number: int, depth: int) -> Iterator[Ints]:
    """Blocks of at most BLOCK rows: those of the same hash, small ones side by side."""
    if len(block) <= BLOCK:
        yield block
        return
    if depth > 8:  # alike in every hash: any cut will do
        yield from (block[start : start + BLOCK] for start in range(0, len(block), BLOCK))
        return
    hashes = _minhash(rows, block, f"{number}.{depth}")
    order = np.argsort(hashes, kind="stable")
    edges = [0, *(np.flatnonzero(np.diff(hashes[order])) + 1).tolist(), len(order)]
    pending: list[Ints] = []
    size = 0
    for low, high in pairwise(edges):
        part = block[order[low:high]]
        if len(part) > BLOCK:
            yield from _split(rows, part, number, depth + 1)
            continue
        if size + len(part) > BLOCK:
            yield np.concatenate(pending)
            pending, size = [], 0
        pending.append(part)
        size += len(part)
    if pending:
        yield np.concatenate(pending)


def _minhash(rows: Rows, block: Ints, salt: str) -> Ints:
    """For each row the feature that wins a race in which a feature's chance is its weight."""
    draws = np.array([_draw(f"{salt} {name}") for name in rows.names], dtype=np.float64)
    matrix = rows.matrix[block]
    times = -np.log(draws[matrix.indices]) / matrix.data
    winners = np.zeros(len(block), dtype=np.int64)
    for row, (low, high) in enumerate(pairwise(matrix.indptr.tolist())):
        if high > low:
            winners[row] = matrix.indices[low + int(np.argmin(times[low:high]))]
    return winners


def _draw(text: str) -> float:
    """A number between 0 and 1, ends not included, that only the text decides."""
    return (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) + 0.5) / 2**48
