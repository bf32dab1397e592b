"""Files with the same or nearly the same content: clusters, each with one file that stands for it.

The only importer of datasketch: MinHash finds candidates (A. Z. Broder, On the resemblance and containment of
documents, 1997), which then are compared exactly.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from analyzer import notebooks
from analyzer.encoding import UnreadableError
from analyzer.languages import GRAMMARS
from miner.errors import Misuse
from miner.records import Repository, StoredFile

_TOKEN = re.compile(rb"\w+|[^\w\s]")
#: Sets of runs that are kept for exact comparison.
_KEPT = 256
#: Of many that agree in a band, each is compared with so many that follow.
_NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class Ranked:
    """A file with what decides whether it stands for its cluster: the smallest rank does."""

    key: int
    blob: str
    size: int
    rank: tuple[Any, ...]

    @classmethod
    def of(cls, file: StoredFile, repository: Repository, reasons: int) -> Ranked:
        """Few reasons against it, then no fork, many stars, old, and the name last, so that the choice is firm."""
        worth = reasons, bool(repository.fork), -(repository.stars or 0), repository.created or "9"
        name = repository.host, repository.name, file.hit.path, file.hit.version  # one text for all of a repository
        return cls(file.key, file.blob, file.size, (*worth, *name))

    @property
    def path(self) -> str:
        return str(self.rank[-2])

    @property
    def name(self) -> str:
        return "/".join(part for part in self.rank[-4:-1] if part)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near is near; explained in rules.toml."""

    similarity: float
    run: int
    bands: int
    rows: int
    smallest: int
    programs: bool = False


def exact(files: Iterable[Ranked], smallest: int) -> Iterator[list[Ranked]]:
    """Files with one content, the one that stands for them first; only where there are several."""
    alike: dict[str, list[Ranked]] = defaultdict(list)
    for each in files:
        if each.size >= smallest:
            alike[each.blob].append(each)
    return _clusters(alike.values())


def near(files: Iterable[Ranked], content: Callable[[str], bytes], likeness: Likeness) -> Iterator[list[Ranked]]:
    """The same for files that are alike, directly or by way of others; contents are compared once."""
    by_blob: dict[str, list[Ranked]] = defaultdict(list)
    for each in files:
        if not likeness.programs or each.path.endswith(tuple(GRAMMARS)):
            by_blob[each.blob].append(each)

    @lru_cache(maxsize=_KEPT)
    def runs(blob: str) -> frozenset[bytes]:
        return _runs(content(blob), by_blob[blob][0].path, likeness.run)

    owner = {blob: blob for blob in by_blob}
    unlike: set[tuple[str, str]] = set()
    for pair in _candidates(sorted(by_blob), runs, likeness):
        one, other = (_root(owner, blob) for blob in pair)
        if one != other and pair not in unlike:
            if _jaccard(*map(runs, pair)) >= likeness.similarity:
                owner[one] = other
            else:
                unlike.add(pair)
    alike: dict[str, list[str]] = defaultdict(list)
    for blob in by_blob:
        alike[_root(owner, blob)].append(blob)
    return _clusters([each for blob in blobs for each in by_blob[blob]] for blobs in alike.values() if len(blobs) > 1)


def _clusters(groups: Iterable[list[Ranked]]) -> Iterator[list[Ranked]]:
    return (sorted(group, key=lambda each: each.rank) for group in groups if len(group) > 1)


def _candidates(
    blobs: list[str], runs: Callable[[str], frozenset[bytes]], likeness: Likeness
) -> Iterator[tuple[str, str]]:
    """Pairs of contents whose signatures agree in all rows of a band.

    Bands are looked at one after the other, each as one sorted array, so that the signatures are all that is held.
    """
    known, signatures = _signatures(blobs, runs, likeness)
    for band in range(likeness.bands):
        rows = np.ascontiguousarray(signatures[:, band * likeness.rows : (band + 1) * likeness.rows])
        keys = rows.view(f"V{rows.dtype.itemsize * likeness.rows}").ravel()
        order = np.argsort(keys, kind="stable")
        for distance in range(1, min(_NEIGHBOURS, len(known) - 1) + 1):
            same = np.nonzero(keys[order[:-distance]] == keys[order[distance:]])[0]
            yield from ((known[order[at]], known[order[at + distance]]) for at in same.tolist())


def _signatures(
    blobs: list[str], runs: Callable[[str], frozenset[bytes]], likeness: Likeness
) -> tuple[list[str], np.ndarray[Any, np.dtype[np.uint32]]]:
    """(contents that are large enough, a row of minima for each)."""
    try:
        from datasketch import MinHash
    except ImportError as error:
        raise Misuse("near duplicates need datasketch: pip install 'ptmscope[mine]'") from error
    length = likeness.bands * likeness.rows
    known: list[str] = []
    minima = array("I")
    for blob in blobs:
        found = runs(blob)
        if len(found) >= likeness.smallest:
            sketch = MinHash(num_perm=length, hashfunc=zlib.crc32)
            sketch.update_batch(list(found))
            known.append(blob)
            minima.frombytes(sketch.hashvalues.astype(np.uint32).tobytes())
    return known, np.frombuffer(minima, dtype=np.uint32).reshape(len(known), length)


def _runs(content: bytes, path: str, length: int) -> frozenset[bytes]:
    """The runs of so many tokens; of a notebook, of its code."""
    try:
        source = notebooks.program(content, path).source
    except (UnreadableError, notebooks.NotebookError):
        source = content
    tokens = _TOKEN.findall(source)
    return frozenset(b" ".join(tokens[at : at + length]) for at in range(len(tokens) - length + 1))


def _jaccard(one: frozenset[bytes], other: frozenset[bytes]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both)


def _root(owner: dict[str, str], blob: str) -> str:
    while owner[blob] != blob:
        owner[blob] = owner[owner[blob]]
        blob = owner[blob]
    return blob
