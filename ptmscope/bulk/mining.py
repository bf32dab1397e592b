"""The third stage: a bucket becomes the patterns of its models. One model is held at a time."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import groupby

from analyzer.records import CallSequence
from patterns.cluster import LEAST_USAGES
from patterns.parts import part
from patterns.pattern import Member, Pattern, Patterns, member, patterns
from ptmscope.bulk import columns, tables
from ptmscope.bulk.folder import Folder
from ptmscope.bulk.records import Mine, Mined
from ptmscope.bulk.usages import UsageRow, sequence_of, sequence_text
from ptmscope.export.patterns.rows import figures, member_rows
from ptmscope.export.rows import Cell

MINED = "work/mined"
PARTS = "work/parts"

Usage = tuple[str, CallSequence]


def mine(task: Mine) -> Mined:
    """Writes the patterns of each model of a bucket, and of which one each usage is a member."""
    folder = Folder(task.folder)
    mark = f"{MINED}/{task.bucket:05}.json"
    before = folder.told(mark)
    if before.pop("digest", None) == task.digest:
        return Mined(**before)
    models = usages = made = singular = 0
    with (
        tables.writing(folder, f"patterns/{task.bucket:05}.parquet", columns.PATTERNS) as shown,
        tables.writing(folder, f"members/{task.bucket:05}.parquet", columns.MEMBERS) as members,
    ):
        for model, given in _models(folder, task):
            found = _patterns(given)
            for pattern in found.patterns:
                shown.add(pattern_row(model, pattern, member(*given[pattern.central[0]])))
            for row in member_rows(found):
                members.add(row)
            models, usages = models + 1, usages + len(given)
            made, singular = made + len(found.patterns), singular + len(found.singular)
    told = Mined(task.bucket, models, usages, made, singular)
    mark_done(folder, mark, task.digest, told)
    return told


def mark_done(folder: Folder, mark: str, digest: str, told: Mined) -> None:
    numbers = {name: getattr(told, name) for name in ("bucket", "models", "usages", "patterns", "singular")}
    folder.tell(mark, {"digest": digest, **numbers})


def pattern_row(model: str, found: Pattern, central: Member) -> tuple[Cell, ...]:
    """A row of `columns.PATTERNS`."""
    return model, *figures(found), central.source, central.path, central.cell, central.line


def _patterns(given: list[Usage]) -> Patterns:
    """What `patterns` finds; too few usages for any are not clustered."""
    if len(given) < LEAST_USAGES:
        return Patterns((), tuple(member(*usage) for usage in given), len(given))
    return patterns(given)


def _models(folder: Folder, task: Mine) -> Iterator[tuple[str, list[Usage]]]:
    """Each model of a bucket with its usages, in order."""
    listed = (map(UsageRow._make, tables.group(folder, *place)) for place in task.places)
    for model, rows in groupby(merge(*listed, key=_order), key=lambda row: row.model_id):
        yield model, [(row.source, sequence_of(row.sequence)) for row in rows]


def _order(row: UsageRow) -> tuple[str, str, str, int, int, str]:
    return row.order


def group(task: Mine) -> Mined:
    """Clusters the usages of a model with several buckets that are in one of them, for `merging.merge`."""
    folder = Folder(task.folder)
    mark = f"{PARTS}/{task.bucket:05}.json"
    before = folder.told(mark)
    if before.pop("digest", None) == task.digest:
        return Mined(**before)
    ((_, given),) = _models(folder, task)
    found = part(given)
    with tables.writing(folder, f"{PARTS}/labels-{task.bucket:05}.parquet", columns.LABELS) as table:
        for (source, usage), label in zip(given, found.labels, strict=True):
            where = member(source, usage)
            table.add((source, where.path, where.cell, where.line, label))
    with tables.writing(folder, f"{PARTS}/speaking-{task.bucket:05}.parquet", columns.SPEAKING) as table:
        for place in found.speaking:
            source, usage = given[place]
            table.add((source, found.labels[place], sequence_text(usage), place))
    told = Mined(task.bucket, 1, len(given))
    mark_done(folder, mark, task.digest, told)
    return told
