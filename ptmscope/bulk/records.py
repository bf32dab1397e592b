"""What stages are told, and what they tell: small, so that it can travel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from ptmscope.settings import Settings


@dataclass(frozen=True, slots=True)
class Shard:
    """A file of a data set: a path or URL, and what tells this version of it from others."""

    location: str
    stamp: str

    @property
    def key(self) -> str:
        """What its tables are called; the hash keeps shards apart whose names end alike."""
        plain = "".join(c if c.isalnum() or c in "+-_." else "_" for c in self.location.rpartition("/")[2])[-60:]
        return f"{plain}-{hashlib.sha256(self.location.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Parse:
    """Read a shard. `form` tells under which settings, by which version."""

    folder: str
    shard: Shard
    settings: Settings
    form: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a shard holds. `models`: usages of each. `broken`: why it could not be read to its end."""

    location: str
    key: str
    stamp: str
    form: str
    repositories: int = 0
    files: int = 0
    sites: int = 0
    usages: int = 0
    diagnostics: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a usage goes: the models share `buckets`; one with very many usages has its own behind these, so many of
    them from that number on, and its repositories share them."""

    buckets: int
    huge: dict[str, tuple[int, int]] = field(default_factory=dict)  # model -> (first, number)

    def bucket(self, model: str, source: str) -> int:
        first, number = self.huge.get(model, (0, 0))
        return first + _draw(source) % number if number else _draw(model) % self.buckets


@cache
def _draw(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest())


@dataclass(frozen=True, slots=True)
class Shuffle:
    """Put the usages of some shards into buckets."""

    folder: str
    number: int
    keys: tuple[str, ...]
    plan: Plan
    digest: str


@dataclass(frozen=True, slots=True)
class Shuffled:
    """A file of usages: the buckets that it holds, each a row group, in this order."""

    name: str
    buckets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mine:
    """Find the patterns of each model in a bucket, or group the usages of one that has several. `places`: (file, row
    group)."""

    folder: str
    bucket: int
    places: tuple[tuple[str, int], ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Make one of what was found in the buckets of a model."""

    folder: str
    model: str
    buckets: tuple[int, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Mined:
    """How much was found in a bucket, or for a model."""

    bucket: int
    models: int = 0
    usages: int = 0
    patterns: int = 0
    singular: int = 0


def places(found: Sequence[Shuffled]) -> dict[int, tuple[tuple[str, int], ...]]:
    """Bucket -> where its rows are."""
    listed: dict[int, list[tuple[str, int]]] = {}
    for each in found:
        for number, bucket in enumerate(each.buckets):
            listed.setdefault(bucket, []).append((each.name, number))
    return {bucket: tuple(listed[bucket]) for bucket in sorted(listed)}
