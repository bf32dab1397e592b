"""`python -m bench.fuzz --inputs N --seed S`: hostile input of every kind, and how each ended.

The same seed makes the same inputs. `--show NUMBER` writes one of them to a folder, for a test.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench.fuzz.guard import Tally, made, read, run
from bench.fuzz.kinds import DIAGNOSTIC, KINDS, NOTHING, REFUSED, REPORT, Kind, of_folder
from bench.tables import Cell, table

FAILED = ("exception", "slow", "memory", "crash", "hang")
MEMORY = 1_000_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="number of the first input")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop after so many seconds")
    parser.add_argument("--memory", type=int, default=MEMORY, metavar="BYTES", help="address space beyond the start")
    parser.add_argument("--kind", action="append", choices=[kind.name for kind in KINDS], help="only of this kind")
    parser.add_argument("--real", type=Path, metavar="DIR", help="also the files of this folder, made worse")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="write this input to --folder, and read it")
    parser.add_argument("--folder", type=Path, default=Path("fuzz-input"), metavar="DIR")
    options = parser.parse_args(arguments)
    kinds = tuple(kind for kind in KINDS if options.kind is None or kind.name in options.kind)
    if options.real is not None:
        kinds += (of_folder(options.real),)
    if options.show is not None:
        return _show(*made(options.seed, options.show, kinds), folder=options.folder)
    start, whole = time.monotonic(), Tally()
    with suppress(KeyboardInterrupt):  # what was done until then is told
        for tally in run(options.seed, range(options.first, options.first + options.inputs), options.memory, kinds):
            whole.add(tally)
            for failure in tally.failures:
                print(f"{failure.number} {failure.kind}: {failure.what}: {failure.where}", file=sys.stderr, flush=True)
            print(f"{whole.ends.total():,} inputs, {len(whole.failures)} failures", file=sys.stderr, flush=True)
            if options.seconds is not None and time.monotonic() - start > options.seconds:
                break
    print(_told(whole, kinds, whole.ends.total(), options.seed))
    return 1 if whole.failures else 0


def _show(kind: Kind, files: tuple[tuple[str, bytes], ...], folder: Path) -> int:
    for name, content in files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    print(kind.name, *read(kind, files))
    return 0


def _told(whole: Tally, kinds: Sequence[Kind], done: int, seed: int) -> str:
    ends = (REPORT, NOTHING, DIAGNOSTIC, REFUSED, *FAILED)
    rows: list[Sequence[Cell]] = []
    for kind in kinds:
        counts = [whole.ends[kind.name, end] for end in ends]
        rows.append((kind.name, sum(counts), *counts, whole.slowest.get(kind.name, (0.0, 0))[0]))
    total = [sum(whole.ends[kind.name, end] for kind in kinds) for end in ends]
    rows.append(("all", done, *total, max((slow for slow, _ in whole.slowest.values()), default=0.0)))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    hours = (used.ru_utime + used.ru_stime) / 3600
    return table(
        f"{done:,} hostile inputs, seed {seed}, {hours:.2f} CPU hours",
        ("kind", "inputs", *ends, "slowest, CPU s"),
        rows,
    )


if __name__ == "__main__":
    raise SystemExit(main())
