"""The second stage: usages are put into buckets by their model, and within a bucket in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ptmscope.bulk import columns, tables
from ptmscope.bulk.folder import Folder
from ptmscope.bulk.records import Parsed, Plan, Shuffle, Shuffled
from ptmscope.bulk.usages import UsageRow

SHUFFLED = "work/shuffled"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Usages of a bucket, about: a model with more is given several. Usages that are put in order at a time."""

    bucket: int = 10_000
    at_a_time: int = 20_000


def plan(parsed: Iterable[Parsed], bucket: int) -> Plan:
    """As many buckets as the usages need, whatever runs them."""
    models: dict[str, int] = {}
    for shard in parsed:
        for model, usages in shard.models.items():
            models[model] = models.get(model, 0) + usages
    huge = {model: -(-models[model] // bucket) for model in sorted(models) if models[model] > bucket}
    first = max(1, -(-sum(usages for model, usages in models.items() if model not in huge) // bucket))
    placed: dict[str, tuple[int, int]] = {}
    after = first
    for model, number in huge.items():
        placed[model] = (after, number)
        after += number
    return Plan(first, placed)


def gathered(parsed: Iterable[Parsed], at_a_time: int) -> Iterator[tuple[str, ...]]:
    """The keys of shards whose usages are put in order together."""
    keys: list[str] = []
    usages = 0
    for shard in parsed:
        if not shard.usages:
            continue
        if keys and usages + shard.usages > at_a_time:
            yield tuple(keys)
            keys, usages = [], 0
        keys.append(shard.key)
        usages += shard.usages
    if keys:
        yield tuple(keys)


def shuffle(task: Shuffle) -> Shuffled:
    """Writes the usages of some shards by bucket, each bucket a row group."""
    folder, name = Folder(task.folder), f"{SHUFFLED}/{task.number:05}"
    before = folder.told(f"{name}.json")
    if before.get("digest") == task.digest:
        return Shuffled(f"{name}.parquet", tuple(before["buckets"]))
    rows = [UsageRow(*row) for key in task.keys for row in tables.rows(folder, f"usages/{key}.parquet")]
    ordered = sorted((task.plan.bucket(row.model_id, row.source), row.order, row) for row in rows)
    del rows
    buckets = _written(folder, f"{name}.parquet", ordered)
    folder.tell(f"{name}.json", {"digest": task.digest, "buckets": buckets})
    return Shuffled(f"{name}.parquet", tuple(buckets))


def _written(folder: Folder, name: str, ordered: Sequence[tuple[int, object, UsageRow]]) -> list[int]:
    buckets: list[int] = []
    with tables.writing(folder, name, columns.USAGES, group=len(ordered) + 1) as table:
        for bucket, _, row in ordered:
            if not buckets or bucket != buckets[-1]:
                table.flush()
                buckets.append(bucket)
            table.add(row)
    return buckets
