"""The way from shards to patterns: which stages there are, and what each is given of those before it.

```
shards ─ parse ─ usages of each shard ─ shuffle ─ buckets of usages by model ─ mine ─ patterns of each model
           └ sites, repositories, diagnostics            └ of huge models: group ─ merge ┘
```
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Generic, NoReturn

import patterns
from ptmscope.bulk import merging, mining, parsing, shuffling
from ptmscope.bulk.folder import PARTIAL, Folder, expanded, failing, stamp
from ptmscope.bulk.records import Merge, Mine, Mined, Parse, Parsed, Plan, Shard, Shuffle, Shuffled, places
from ptmscope.cache.version import version
from ptmscope.engines.work import Engine, S, T, Work
from ptmscope.errors import Misuse
from ptmscope.settings import Settings

#: The form of what stands in the folder; another one is made anew.
FORM = 1
SUMMARY = "bulk.json"

#: Called with (stage, tasks done, tasks in all).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What a stage did. `seconds` by the clock, `cpu` of all tasks together; `peak`: MB of the largest process.

    `problems`: what could not be done, a line each.
    """

    stage: str
    tasks: int
    told: str
    seconds: float
    cpu: float
    peak: float
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run: where to, by what, and in portions of which size."""

    folder: Folder
    engine: Engine
    progress: Progress | None = None
    sizes: shuffling.Sizes = field(default_factory=shuffling.Sizes)

    def stage(self, name: str, work: Work[S, T], todo: Sequence[S], tell: Callable[[list[T]], str]) -> _Stage[T]:
        """Runs all tasks of a stage."""
        started, found = time.monotonic(), []
        cpu = peak = 0.0
        measuring = Work(
            partial(_measured, version(patterns), work.run), lambda task: _Measured(work.lost(task), 0.0, 0.0)
        )
        for done, (_, each) in enumerate(self.engine.outcomes(todo, measuring), 1):
            found.append(each.outcome)
            cpu, peak = cpu + each.cpu, max(peak, each.peak)
            if self.progress:
                self.progress(name, done, len(todo))
        return _Stage(found, Step(name, len(todo), tell(found), time.monotonic() - started, cpu, peak))


@dataclass(frozen=True, slots=True)
class _Stage(Generic[T]):
    found: list[T]
    step: Step


@dataclass(frozen=True, slots=True)
class _Measured(Generic[T]):
    outcome: T
    cpu: float
    peak: float


def _measured(wanted: bytes, run: Callable[[S], T], task: S) -> _Measured[T]:
    """Runs a task, in a process that may be on another machine."""
    if version(patterns) != wanted:
        raise Misuse("a worker has another version of ptmscope, or of what it reads code with")
    started = time.process_time()
    outcome = run(task)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return _Measured(outcome, time.process_time() - started, peak)


def bulk(locations: Sequence[str], run: Run, settings: Settings) -> Iterator[Step]:
    """Reads the shards and finds the patterns of each model; tells of each stage what it did.

    What was done before, of the same shards under the same settings by the same version, is not done again.
    """
    with failing(run.folder.url):
        shards = _shards(locations, run.folder)
        form = json.dumps([FORM, version().hex(), _told(settings)])
        reading = run.stage(
            "parse",
            Work(parsing.parse, parsing.lost),
            [Parse(run.folder.url, shard, settings, form) for shard in shards],
            _read,
        )
        parsed = reading.found
        yield replace(reading.step, problems=tuple(each.broken for each in parsed if each.broken is not None))
        digest = _digest([form, version(patterns).hex(), asdict(run.sizes), *map(asdict, parsed)])
        if run.folder.told(SUMMARY).get("digest") != digest:
            yield from from_usages(run, parsed, digest)


def from_usages(run: Run, parsed: Sequence[Parsed], digest: str) -> Iterator[Step]:
    """The stages after the first: from the tables of usages to those of patterns."""
    run.folder.remove(SUMMARY)
    plan = shuffling.plan(parsed, run.sizes.bucket)
    todo = [
        Shuffle(run.folder.url, number, keys, plan, digest)
        for number, keys in enumerate(shuffling.gathered(parsed, run.sizes.at_a_time))
    ]  # fmt: skip
    shuffled = run.stage("shuffle", Work(shuffling.shuffle, _lost), todo, lambda found: f"{_buckets(found):,} buckets")
    yield shuffled.step
    where = places(shuffled.found)
    grouped = {bucket for first, number in plan.huge.values() for bucket in range(first, first + number)}
    tasks = [Mine(run.folder.url, bucket, placed, digest) for bucket, placed in where.items()]
    mined = run.stage("mine", Work(mining.mine, _lost), [t for t in tasks if t.bucket not in grouped], _found)
    yield mined.step
    done = mined.found
    if plan.huge:
        parts = run.stage("group", Work(mining.group, _lost), [t for t in tasks if t.bucket in grouped], _in_parts)
        yield parts.step
        merges = list(_merges(run.folder.url, plan, where.keys(), digest))
        merged = run.stage("merge", Work(merging.merge, _lost), merges, _found)
        yield merged.step
        done = [*done, *merged.found]
    _end(run.folder, parsed, done, digest)


def _merges(folder: str, plan: Plan, buckets: Iterable[int], digest: str) -> Iterator[Merge]:
    filled = sorted(buckets)
    for model, (first, number) in plan.huge.items():
        yield Merge(folder, model, tuple(b for b in filled if first <= b < first + number), digest)


def _end(folder: Folder, parsed: Sequence[Parsed], done: Sequence[Mined], digest: str) -> None:
    """Removes what only stages need, and tables of an earlier plan; sums up."""
    kept = {f"{each.bucket:05}.parquet" for each in done}
    for table in ("patterns", "members"):
        for name in folder.names(table):
            if name not in kept:
                folder.remove(f"{table}/{name}")
    figures = {name: sum(getattr(each, name) for each in parsed) for name in _OF_SHARDS}
    found = {name: sum(getattr(each, name) for each in done) for name in ("models", "patterns", "singular")}
    broken = {each.location: each.broken for each in parsed if each.broken}
    folder.tell(SUMMARY, {"shards": len(parsed), **figures, **found, "broken": broken, "digest": digest})
    for name in (shuffling.SHUFFLED, mining.PARTS, mining.MINED, PARTIAL):
        folder.remove(name)


_OF_SHARDS = ("repositories", "files", "sites", "usages", "diagnostics")


def _shards(locations: Sequence[str], folder: Folder) -> list[Shard]:
    """The shards, sorted: each once. Others that the folder holds must be among them."""
    found = sorted({each for location in locations for each in expanded(location)})
    shards = [Shard(location, stamp(location)) for location in found]
    keys = {f"{shard.key}.parquet" for shard in shards}
    others = [name for name in folder.names("sites") if name not in keys]
    if others:
        raise Misuse(f"{folder.url}: holds other shards ({others[0]}): give them too, or another folder")
    return shards


def _told(settings: Settings) -> dict[str, Any]:
    """What decides how a shard is read."""
    names = ("exclude", "max_file_size", "include_vendored", "gitignore", "across", "libraries", "models")
    return {name: getattr(settings, name) for name in names}


def _digest(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _lost(task: object) -> NoReturn:
    stage = type(task).__name__.lower()
    raise Misuse(f"{stage}: a process was killed, for want of memory perhaps; the same command goes on")


def _read(found: Sequence[Parsed]) -> str:
    broken = sum(each.broken is not None for each in found)
    sums = (f"{sum(getattr(each, name) for each in found):,} {name}" for name in _OF_SHARDS)
    return f"{', '.join(sums)}{f', {broken:,} of the shards broken' if broken else ''}"


def _buckets(found: Sequence[Shuffled]) -> int:
    return len({bucket for each in found for bucket in each.buckets})


def _found(found: Sequence[Mined]) -> str:
    return ", ".join(f"{sum(getattr(e, n) for e in found):,} {n}" for n in ("models", "patterns", "singular"))


def _in_parts(found: Sequence[Mined]) -> str:
    return f"{sum(each.usages for each in found):,} usages of models with very many"
