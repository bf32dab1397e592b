"""How far rows are from each other, and blocks of rows that are near: weighted Jaccard and MinHash.

Weighted MinHash is an exponential race of the features of a row, one draw each (S. Ioffe: Improved Consistent Sampling,
Weighted Minhash and L1 Sketching, ICDM 2010): that two rows have the same winner is as likely as they are similar.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from patterns.features import Rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

#: No matrix of distances has more rows.
BLOCK = 5_000
#: Rows that are alike in so many hashes are cut anywhere.
_MAX_HASHES = 8


def distances(rows: Rows, members: Ints) -> Floats:
    """1 - weighted Jaccard similarity between all these rows, as a square."""
    found = between(rows, members, members)
    np.fill_diagonal(found, 0)
    square: Floats = np.clip((found + found.T) / 2, 0, 1)
    return square


def between(rows: Rows, left: Ints, right: Ints) -> Floats:
    """The distances of rows to other rows, one line for each on the left.

    A feature weighs the same in every row that has it: so the lesser of two weights is the weight or nothing.
    """
    present = rows.matrix[right].copy()
    present.data = np.ones_like(present.data)
    shared: Floats = (rows.matrix[left] @ present.T).toarray()
    both = rows.total[left][:, None] + rows.total[right][None, :] - shared
    found: Floats = 1 - shared / np.maximum(both, np.float32(1e-9))
    return found


def blocks(rows: Rows, members: Ints, salt: str, depth: int = 0) -> Iterator[Ints]:
    """The rows in blocks of at most BLOCK: those of one hash together, small groups side by side.

    Another `salt` gives other hashes.
    """
    if len(members) <= BLOCK:
        yield members
        return
    if depth == _MAX_HASHES:
        yield from (members[start : start + BLOCK] for start in range(0, len(members), BLOCK))
        return
    pending: list[Ints] = []
    for part in _of_one_hash(rows, members, f"{salt} {depth}"):
        if len(part) > BLOCK:
            yield from blocks(rows, part, salt, depth + 1)
            continue
        if sum(map(len, pending)) + len(part) > BLOCK:
            yield np.sort(np.concatenate(pending))
            pending = []
        pending.append(part)
    if pending:
        yield np.sort(np.concatenate(pending))


def _of_one_hash(rows: Rows, members: Ints, salt: str) -> list[Ints]:
    hashes = _minhash(rows, members, salt)
    order = np.argsort(hashes, kind="stable")
    edges = np.flatnonzero(np.diff(hashes[order])) + 1
    return np.split(members[order], edges)


def _minhash(rows: Rows, members: Ints, salt: str) -> Ints:
    """For each row the feature that wins a race in which a feature's chance is its weight."""
    draws = np.array([_draw(f"{salt} {name}") for name in rows.names])
    matrix = rows.matrix[members]
    times = -np.log(draws[matrix.indices]) / matrix.data
    winners = np.zeros(len(members), dtype=np.int64)
    for row, (low, high) in enumerate(pairwise(matrix.indptr.tolist())):
        if high > low:
            winners[row] = matrix.indices[low + int(np.argmin(times[low:high]))]
    return winners


def _draw(text: str) -> float:
    """A number between 0 and 1, ends not included, that only the text decides."""
    return (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) + 0.5) / 2**48
