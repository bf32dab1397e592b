"""Files with the same or nearly the same content: clusters, each with one file that stands for it.

The only importer of datasketch: MinHash finds candidates (A. Z. Broder, On the resemblance and containment of
documents, 1997), which then are compared exactly.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from analyzer import notebooks
from analyzer.encoding import UnreadableError
from analyzer.languages import GRAMMARS
from miner.errors import Misuse
from miner.records import Repository, StoredFile

_TOKEN = re.compile(rb"\w+|[^\w\s]")
#: Sets of runs that are kept for exact comparison.
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Ranked:
    """A file with what decides whether it stands for its cluster: the smallest rank does."""

    file: StoredFile
    rank: tuple[Any, ...]

    @classmethod
    def of(cls, file: StoredFile, repository: Repository, reasons: int) -> Ranked:
        """Few reasons against it, then no fork, many stars, old, and the name last, so that the choice is firm."""
        worth = bool(repository.fork), -(repository.stars or 0), repository.created or "9"
        return cls(file, (reasons, *worth, *astuple(file.hit)[:4]))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near is near; explained in rules.toml."""

    similarity: float
    run: int
    permutations: int
    smallest: int
    programs: bool = False


def exact(files: Iterable[Ranked], smallest: int) -> Iterator[list[Ranked]]:
    """Files with one content, the one that stands for them first; only where there are several."""
    alike: dict[str, list[Ranked]] = defaultdict(list)
    for each in files:
        if each.file.size >= smallest:
            alike[each.file.blob].append(each)
    return _clusters(alike.values())


def near(files: Iterable[Ranked], content: Callable[[str], bytes], likeness: Likeness) -> Iterator[list[Ranked]]:
    """The same for files that are alike, directly or by way of others; contents are compared once."""
    by_blob: dict[str, list[Ranked]] = defaultdict(list)
    for each in files:
        if not likeness.programs or each.file.hit.path.endswith(tuple(GRAMMARS)):
            by_blob[each.file.blob].append(each)
    owner = {blob: blob for blob in by_blob}
    for one, other in _pairs(by_blob, content, likeness):
        owner[_root(owner, one)] = _root(owner, other)
    alike: dict[str, list[str]] = defaultdict(list)
    for blob in by_blob:
        alike[_root(owner, blob)].append(blob)
    return _clusters([each for blob in blobs for each in by_blob[blob]] for blobs in alike.values() if len(blobs) > 1)


def _clusters(groups: Iterable[list[Ranked]]) -> Iterator[list[Ranked]]:
    return (sorted(group, key=lambda each: each.rank) for group in groups if len(group) > 1)


def _pairs(
    by_blob: dict[str, list[Ranked]], content: Callable[[str], bytes], likeness: Likeness
) -> Iterator[tuple[str, str]]:
    """Contents that are alike."""
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise Misuse("near duplicates need datasketch: pip install 'ptmscope[mine]'") from error
    index = MinHashLSH(threshold=likeness.similarity - 0.1, num_perm=likeness.permutations)

    @lru_cache(maxsize=_KEPT)
    def runs(blob: str) -> frozenset[bytes]:
        return _runs(content(blob), by_blob[blob][0].file.hit.path, likeness.run)

    for blob in sorted(by_blob):
        found = runs(blob)
        if len(found) < likeness.smallest:
            continue
        sketch = MinHash(num_perm=likeness.permutations, hashfunc=zlib.crc32)
        sketch.update_batch(list(found))
        for other in sorted(index.query(sketch)):
            if _jaccard(found, runs(other)) >= likeness.similarity:
                yield blob, other
        index.insert(blob, sketch)


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
