"""The stages after the first at the size of a corpus: `python -m bench.scale.usages --work DIR`.

The packages of `bench.scale` load few models. Here are the usages of 7,325 models with a long tail (the largest
has 20,000) that `bench.patterns.scale` generates, and random samples of them, as tables of the first stage.
Prints time and memory by stage, and how they grow.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from analyzer.records import CallSequence
from bench.patterns.scale import MODELS, generated
from bench.patterns.truth import planted
from bench.scale import model
from bench.scale.runs import Ran, Stage
from bench.tables import table
from ptmscope.bulk import columns, tables
from ptmscope.bulk.folder import Folder
from ptmscope.bulk.records import Parsed
from ptmscope.bulk.run import Run, from_usages
from ptmscope.bulk.usages import usage_row
from ptmscope.engines.local import Local

SHARES = (0.03, 0.1, 0.3)
JOBS = 2
#: Usages of a table.
SHARD = 1_000

Usages = Sequence[tuple[str, CallSequence]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Generates, runs, prints."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.usages", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="for tables, some 100 MB")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        base = [known.usage for known in planted(Path(folder), options.seed)]
    chance = random.Random(options.seed)
    every = sorted(generated(base, MODELS, chance), key=lambda usage: usage[0])
    runs = []
    for share in SHARES:
        sample = [usage for usage in every if chance.random() < share]
        shutil.rmtree(options.work / "usages", ignore_errors=True)
        runs.append(_ran(sample, options.work / "usages"))
    print(_report(runs))
    return 0


def _ran(usages: Usages, folder: Path) -> Ran:
    parsed = [_written(usages[at : at + SHARD], folder, at // SHARD) for at in range(0, len(usages), SHARD)]
    stages = []
    for step in from_usages(Run(Folder(str(folder)), Local(JOBS)), parsed, "bench"):
        stages.append(Stage(step.stage, step.tasks, step.seconds, step.cpu, 0.0, step.peak, step.told))
        print(stages[-1], file=sys.stderr, flush=True)
    wall, cpu = sum(each.wall for each in stages), sum(each.cpu for each in stages)
    return Ran(len(usages), len(usages), "local", tuple(stages), wall, cpu, 0.0)


def _written(usages: Usages, folder: Path, number: int) -> Parsed:
    key = f"{number:05}"
    with tables.writing(Folder(str(folder)), f"usages/{key}.parquet", columns.USAGES) as output:
        for source, usage in usages:
            output.add(usage_row(source, usage))
    models = dict(Counter(usage.model_id for _, usage in usages))
    return Parsed(key, key, "", "", usages=len(usages), models=models)


def _report(runs: Sequence[Ran]) -> str:
    last = runs[-1]
    rows = []
    for stage in last.stages:
        slope = model.exponent(runs, stage.name)
        seconds = (f"{model.cpu_of(ran, stage.name):.1f}" for ran in runs)
        told = "-" if slope is None else f"{slope:.2f}"
        rows.append((stage.name, *seconds, told, f"{stage.wall:.1f}", f"{stage.largest:,.0f}", stage.told))
    sums = (f"{ran.cpu:.1f}" for ran in runs)
    together = model.slope([(ran.size, ran.cpu) for ran in runs])
    rows.append(("all", *sums, f"{together:.2f}", f"{last.wall:.1f}", "", ""))
    head = ("CPU s of stage", *(f"{ran.size:,} usages" for ran in runs), "exponent", "wall s", "MB largest", "found")
    return table(f"From usages to patterns, {JOBS} processes", head, rows)


if __name__ == "__main__":
    raise SystemExit(main())
