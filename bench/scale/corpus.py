"""Shards of as many files as are wanted: real packages, cut into repositories, over and over with other names and ids.

A package is cut by sorted paths into repositories of at most PIECE files that are read, each with the package's
metadata. All pieces come in one shuffled order, then all of them again as copies, in another order: whatever is taken
from the start is a sample of the whole. In a copy, model ids get a variant; low variants are frequent, so that some
models are used by many copies and most by few. Every program of a copy ends with a comment of its own.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pyarrow
from pyarrow import parquet

import ptmscope
from miner.walk import SUFFIXES, is_read

#: Files of a repository, and of a shard.
PIECE = 100
SHARD = 2_500
#: Larger files are left out; hardly any is.
LARGEST = 2_000_000
_QUOTED = re.compile(rb"[\"']([A-Za-z0-9][\w./-]{2,95})[\"']")
_SCHEMA = pyarrow.schema([(name, pyarrow.string()) for name in ("repo_name", "path", "code", "license")])

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a package that stands for a repository; `metadata` are files beside it that say what it is."""

    folder: Path
    number: int
    paths: tuple[str, ...]
    metadata: tuple[str, ...]

    def rows(self, copy: int, ids: frozenset[bytes]) -> Iterator[Row]:
        """Its files, as those of a copy."""
        name = f"copy{copy}/{self.folder.name}-{self.number}"
        for path in (*self.metadata, *self.paths):
            content = (self.folder / path).read_bytes()
            if len(content) <= LARGEST:
                text = _edited(content, path, copy, ids).decode("utf-8", "replace")
                yield {"repo_name": name, "path": path, "code": text, "license": "apache-2.0"}


def build(tree: Path, target: Path, files: int, ids: frozenset[bytes]) -> int:
    """Writes shards with so many files; how many of them are programs. `ids`: of the models in the tree."""
    target.mkdir(parents=True)
    programs = left = 0
    shard: list[Row] = []
    for row in _rows(list(pieces(tree)), ids):
        shard.append(row)
        if is_read(row["path"]):
            left, programs = left + 1, programs + row["path"].endswith(SUFFIXES)
            if left % SHARD == 0 or left == files:
                _write(shard, target / f"{-(-left // SHARD):05}.parquet")
                shard = []
        if left == files:
            break
    return programs


def pieces(tree: Path) -> Iterator[Piece]:
    """The repositories that the packages of a tree are cut into."""
    for folder in sorted(path for path in tree.iterdir() if path.is_dir()):
        every = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        metadata = tuple(path for path in every if path.endswith(".dist-info/METADATA"))
        read = tuple(filter(is_read, every))
        for number, start in enumerate(range(0, len(read), PIECE)):
            yield Piece(folder, number, read[start : start + PIECE], metadata)


def known_ids(tree: Path, kept: Path) -> frozenset[bytes]:
    """The model ids that the packages load, a line each in the file where they are kept."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(b"\n".join(sorted(_ids(tree))))
    return frozenset(kept.read_bytes().splitlines())


def _ids(tree: Path) -> frozenset[bytes]:
    found = (ptmscope.scan(folder, jobs=1) for folder in sorted(tree.iterdir()) if folder.is_dir())
    return frozenset(model.id.encode() for scan in found for site in scan.sites for model in site.models)


def _rows(known: list[Piece], ids: frozenset[bytes]) -> Iterator[Row]:
    for copy in count():
        order = list(known)
        random.Random(copy).shuffle(order)
        for piece in order:
            yield from piece.rows(copy, ids)


def _edited(content: bytes, path: str, copy: int, ids: frozenset[bytes]) -> bytes:
    if not copy:
        return content

    def variant(match: re.Match[bytes]) -> bytes:
        name = match[1]
        if name not in ids:
            return match[0]
        drawn = int.from_bytes(hashlib.blake2b(name + b" %d" % copy, digest_size=6).digest()) / 2**48
        number = int((copy + 1) * drawn**3)
        return match[0].replace(name, b"%s-v%d" % (name, number)) if number else match[0]

    edited = _QUOTED.sub(variant, content)
    return edited + b"\n# copy %d\n" % copy if path.endswith(".py") else edited


def _write(rows: list[Row], path: Path) -> None:
    parquet.write_table(pyarrow.Table.from_pylist(rows, _SCHEMA), path, compression="zstd", row_group_size=500)
