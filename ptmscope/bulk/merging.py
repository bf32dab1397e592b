"""The last stage: the parts of a model with very many usages become one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from patterns.parts import Merged, Speaking, merged
from patterns.pattern import Pattern, member
from ptmscope.bulk import columns, tables
from ptmscope.bulk.folder import Folder
from ptmscope.bulk.mining import MINED, PARTS, mark_done, pattern_row
from ptmscope.bulk.records import Merge, Mined
from ptmscope.bulk.usages import sequence_of
from ptmscope.export.rows import Cell

#: (source, path, cell, line) of a usage.
Where = tuple[str, str, int | None, int]


def merge(task: Merge) -> Mined:
    """Writes the patterns of a model, and of which one each usage is a member."""
    folder, bucket = Folder(task.folder), task.buckets[0]
    mark = f"{MINED}/{bucket:05}.json"
    before = folder.told(mark)
    if before.pop("digest", None) == task.digest:
        return Mined(**before)
    speaking, places = _speaking(folder, task.buckets)
    found = merged(speaking)
    sizes = [_Size() for _ in found.patterns]
    singular = 0
    with tables.writing(folder, f"members/{bucket:05}.parquet", columns.MEMBERS) as members:
        for where, number in _members(folder, task.buckets, found, places):
            if number is None:
                singular += 1
            else:
                sizes[number].count(where[0])
            identity = None if number is None else found.patterns[number].id
            members.add((identity, *where, task.model))
    usages = singular + sum(size.usages for size in sizes)
    with tables.writing(folder, f"patterns/{bucket:05}.parquet", columns.PATTERNS) as shown:
        for row in _rows(task.model, found.patterns, sizes, speaking, usages):
            shown.add(row)
    told = Mined(bucket, 1, usages, len(found.patterns), singular)
    mark_done(folder, mark, task.digest, told)
    return told


@dataclass(slots=True)
class _Size:
    """How many usages a pattern has, and in which repositories."""

    usages: int = 0
    sources: set[str] = field(default_factory=set)

    def count(self, source: str) -> None:
        self.usages += 1
        self.sources.add(source)


def _speaking(folder: Folder, buckets: Sequence[int]) -> tuple[list[Speaking], dict[tuple[int, int], int]]:
    """The usages that speak for their parts; where they stand there (part, place) -> their number among all."""
    found: list[Speaking] = []
    places: dict[tuple[int, int], int] = {}
    for number, bucket in enumerate(buckets):
        for source, cluster, text, place in tables.rows(folder, f"{PARTS}/speaking-{bucket:05}.parquet"):
            places[number, place] = len(found)
            found.append(Speaking(number, cluster, source, sequence_of(text)))
    return found, places


def _members(
    folder: Folder, buckets: Sequence[int], found: Merged, places: dict[tuple[int, int], int]
) -> Iterator[tuple[Where, int | None]]:
    """Every usage of the model with the number of its pattern."""
    for number, bucket in enumerate(buckets):
        for place, row in enumerate(tables.rows(folder, f"{PARTS}/labels-{bucket:05}.parquet")):
            *where, cluster = row
            alone = found.of_usage[places[number, place]] if cluster is None else None
            yield tuple(where), alone if cluster is None else found.of_cluster[number, cluster]


def _rows(
    model: str, patterns: Sequence[Pattern], sizes: Sequence[_Size], speaking: Sequence[Speaking], usages: int
) -> Iterator[tuple[Cell, ...]]:
    """Those of most repositories first."""
    order = sorted(range(len(patterns)), key=lambda n: (-len(sizes[n].sources), -sizes[n].usages, patterns[n].id))
    for number in order:
        pattern, size = patterns[number], sizes[number]
        central = speaking[pattern.central[0]]
        row = pattern_row(model, pattern, member(central.source, central.usage))
        figures = {"repositories": len(size.sources), "usages": size.usages, "coverage": round(size.usages / usages, 4)}
        yield tuple(figures.get(name, cell) for name, cell in zip(columns.PATTERNS, row, strict=True))
