"""From shards to patterns at the size of a data set: `python -m bench.scale --tree DIR --work DIR`.

Builds shards of 1,000, 10,000, 100,000 and 372,063 real files, programs and configs (`bench.scale.corpus`), runs all
stages on each with two processes, and prints time and memory by stage, how they grow, what larger data sets would cost,
and how well the smaller runs told the largest. Then the same shards by Dask with two workers, against two processes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.scale import model
from bench.scale.corpus import build, known_ids
from bench.scale.runs import Ran, Stage, run
from bench.tables import Cell, table

SIZES = (1_000, 10_000, 100_000, 372_063)
PREDICTED = (10_000_000, 57_000_000)
JOBS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds, runs, prints; what was run before is read from WORK/runs."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--tree", type=Path, metavar="DIR", help="packages to build shards of (bench.speed --build)")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="for shards and results, some GB")
    parser.add_argument("--size", type=int, action="append", help=f"files (default: {', '.join(map(str, SIZES))})")
    parser.add_argument("--dask", type=int, default=10_000, metavar="SIZE", help="files for Dask; 0: not")
    parser.add_argument("--again", action="store_true", help="run also what was run before")
    options = parser.parse_args(arguments)
    sizes = tuple(options.size or SIZES)
    runs = [_ran("local", size, options) for size in sizes]
    print(report(runs))
    if options.dask:
        print(compared([_ran(engine, options.dask, options) for engine in ("local", "dask")]))
    return 0


def _ran(engine: str, size: int, options: argparse.Namespace) -> Ran:
    kept = options.work / "runs" / f"{engine}-{size}.json"
    if kept.exists() and not options.again:
        told = json.loads(kept.read_text())
        return Ran(**{**told, "stages": tuple(Stage(**stage) for stage in told["stages"])})
    shards = options.work / "shards" / str(size)
    if not shards.exists():
        if options.tree is None:
            raise SystemExit("no shards yet: give --tree")
        partial = shards.with_name(f"{size}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        programs = build(options.tree, partial, size, known_ids(options.tree, options.work / "ids.txt"))
        print(f"{size:,} files, {programs:,} of them programs", file=sys.stderr)
        partial.rename(shards)
    folder = options.work / "found" / f"{engine}-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{engine}, {size:,} files", file=sys.stderr)
    ran = run(engine, JOBS, shards, folder, size)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(ran), indent=1))
    return ran


def report(runs: Sequence[Ran]) -> str:
    """All tables of the local engine."""
    parts = [_measured(ran) for ran in runs]
    if len(runs) > 2:
        parts += [_growth(runs), _checked(runs), _predicted(runs)]
    return "\n".join(parts)


def _measured(ran: Ran) -> str:
    rows: list[Sequence[Cell]] = [
        (s.name, s.tasks, f"{s.wall:.1f}", f"{s.cpu:.1f}", f"{s.together:,.0f}", f"{s.largest:,.0f}", s.told)
        for s in ran.stages
    ]
    peak = max(stage.together for stage in ran.stages)
    rows.append(("all", "", f"{ran.wall:.1f}", f"{ran.cpu:.1f}", f"{peak:,.0f}", "", f"load {ran.load:.1f}"))
    title = f"{ran.size:,} files, {ran.read:,} of them read; {JOBS} processes on {os.cpu_count()} cores"
    return table(title, ("stage", "tasks", "wall s", "CPU s", "MB together", "MB largest", "found"), rows)


def _growth(runs: Sequence[Ran]) -> str:
    names = [stage.name for stage in runs[-1].stages]
    rows = [(name, *(f"{model.cpu_of(ran, name):.1f}" for ran in runs), _slope(runs, name)) for name in names]
    head = ("CPU s of stage", *(f"{ran.size:,}" for ran in runs), "exponent")
    return table("Growth with the files that are read", head, rows)


def _slope(runs: Sequence[Ran], name: str) -> str:
    found = model.exponent(runs, name)
    return "-" if found is None else f"{found:.2f}"


def _checked(runs: Sequence[Ran]) -> str:
    """What the smaller runs say about the largest, beside what it took."""
    known, last = model.costs(runs[:-1]), runs[-1]
    rows = []
    for stage in last.stages:
        cost = known.get(stage.name)
        told = cost.seconds(last.size) if cost else None
        rows.append((stage.name, _seconds(told), f"{stage.cpu:.1f}", _error(told, stage.cpu)))
    told = sum(cost.seconds(last.size) for cost in known.values())
    spent = sum(stage.cpu for stage in last.stages if stage.name in known)
    rows.append(("together", _seconds(told), f"{spent:.1f}", _error(told, spent)))
    title = f"{last.size:,} files, as the smaller runs predict"
    return table(title, ("stage", "CPU s predicted", "CPU s", "error"), rows)


def _seconds(value: float | None) -> str:
    return "too few runs" if value is None else f"{value:.1f}"


def _error(told: float | None, spent: float) -> str:
    return "" if told is None or not spent else f"{round(told / spent - 1, 2) + 0.0:+.0%}"


def _predicted(runs: Sequence[Ran]) -> str:
    known = model.costs(runs)
    last = runs[-1]
    idle = JOBS * last.wall / sum(stage.cpu for stage in last.stages)
    rows: list[Sequence[Cell]] = [
        (name, f"{cost.start:.1f}", f"{cost.each * 1000:.3f}", *(_hours(cost.seconds(n)) for n in PREDICTED))
        for name, cost in known.items()
    ]
    sums = [sum(cost.seconds(files) for cost in known.values()) for files in PREDICTED]
    rows.append(("together", "", "", *map(_hours, sums)))
    rows.append((f"hours on {JOBS} cores as busy as here", "", "", *(_hours(each * idle / JOBS) for each in sums)))
    rows.append(("hours on 64 workers with a core each", "", "", *(_hours(each / 64) for each in sums)))
    head = ("CPU hours of stage", "s to start", "s for 1,000 files", *(f"{files:,} files" for files in PREDICTED))
    return table("Cost", head, rows)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.2f}"


def compared(runs: Sequence[Ran]) -> str:
    """Engines on the same shards: start and end of the workers included, and without."""
    local, _ = runs
    rows = []
    for ran in runs:
        inside = sum(stage.wall for stage in ran.stages)
        ratio = inside / sum(stage.wall for stage in local.stages)
        peak = max(stage.together for stage in ran.stages)
        figures = (f"{ran.wall:.1f}", f"{ran.wall / local.wall:.2f}x", f"{inside:.1f}", f"{ratio:.2f}x")
        rows.append((ran.engine, *figures, f"{ran.cpu:.1f}", f"{peak:,.0f}", f"{ran.load:.1f}"))
    title = f"Engines on {local.size:,} files, {JOBS} workers"
    return table(title, ("engine", "wall s", "", "stages wall s", "", "CPU s", "MB together", "load"), rows)


if __name__ == "__main__":
    raise SystemExit(main())
