"""How well recommenders do the tasks of a release: `python -m bench.recommending RELEASE`.

RELEASE is a folder that `ptmscope dataset` wrote. The tables are those of bench/README.md; `ptmscope evaluate` has all
measures.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence

from bench.tables import Cell, table
from patterns.measures import MEASURES
from patterns.recommend.records import TASKS
from patterns.resampling import Estimate
from ptmscope.evaluation.evaluate import SYSTEMS, Evaluation, Wanted, evaluate
from ptmscope.evaluation.releases import SCHEMES

SHOWN = ("success@1", "success@5", "precision@5", "recall@10", "mrr")
#: The system that is set against the others.
OURS = "patterns"


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluates all systems on the splits asked for, and prints the tables."""
    parser = argparse.ArgumentParser(prog="bench.recommending", description=__doc__)
    parser.add_argument("release", metavar="RELEASE")
    parser.add_argument("--split", action="append", choices=SCHEMES, help="default: clone_disjoint")
    parser.add_argument("--jobs", type=int, help="processes; default: all cores")
    options = parser.parse_args(arguments)
    for split in options.split or SCHEMES[:1]:
        start = time.perf_counter()
        found = evaluate(options.release, Wanted(TASKS, split, tuple(SYSTEMS), jobs=options.jobs))
        seconds = time.perf_counter() - start
        print(table(f"Recommending, split {split}", ("task", "system", "tasks", "repositories", *SHOWN), rows(found)))
        print(table(f"{OURS} less the others, split {split}", ("task", "less", "measure", "", "p"), pairs(found)))
        print("".join(f"{note}\n" for note in (*found.notes, f"{seconds:.0f} s")))
    return 0


def rows(found: Evaluation) -> Iterator[Sequence[Cell]]:
    """All instances of each task, and completions by configuration."""
    for row in found.rows:
        if not row.library:
            values = [_estimate(row.values[MEASURES.index(name)]) for name in SHOWN]
            name = f"{row.task} {row.configuration}".strip()
            yield (name, row.system, f"{row.tasks:,}", row.repositories, *values)


def pairs(found: Evaluation) -> Iterator[Sequence[Cell]]:
    for pair in found.pairs:
        ours, other = pair.systems
        if ours == OURS:
            p = "" if pair.difference.p is None else f"{pair.difference.p:.3f}"
            yield pair.task, other, pair.measure, _estimate(pair.difference.estimate), p


def _estimate(found: Estimate) -> str:
    return f"{found.value:.3f}" + ("" if found.low is None else f" ({found.low:.3f} to {found.high:.3f})")


if __name__ == "__main__":
    raise SystemExit(main())
