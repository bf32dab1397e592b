"""Mining and clustering at the size of a corpus: `python -m bench.patterns.scale`.

Usages of 7,325 models, as many of each as a power law gives that has its median at 3 and its largest at 20,000, in
12,000 repositories of unequal size. Each is a planted usage (`bench.patterns.planted`) with calls left out and calls of
others put in, so that most ways of use are seen once or twice. Prints time and memory of each step.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from typing import TypeVar

from analyzer.records import ApiCall, CallSequence
from bench.patterns.truth import planted
from bench.tables import Cell, table
from patterns.closed import closed_subsequences
from patterns.pattern import patterns
from patterns.rank import rank
from patterns.symbols import symbols

MODELS, MEDIAN, LARGEST, REPOSITORIES = 7_325, 3, 20_000, 12_000
#: How likely a call is left out, and one of another usage put in.
DROPPED, ADDED = 0.1, 0.15
SHARE = 0.002
T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Generates, mines, ranks and clusters."""
    parser = argparse.ArgumentParser(prog="bench.patterns.scale", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", type=float, default=1.0, metavar="SHARE", help="of the models")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        base = [known.usage for known in planted(Path(folder), options.seed)]
    usages = list(generated(base, round(MODELS * options.part), random.Random(options.seed)))
    rows: list[Sequence[Cell]] = []
    sources = [source for source, _ in usages]
    spelled = timed("spell as families", rows, lambda: [symbols(usage, "family") for _, usage in usages])
    closed = timed(
        f"closed subsequences, {SHARE:.1%} of repositories", rows,
        lambda: closed_subsequences(spelled, min_support=SHARE, groups=sources, max_length=8),
    )  # fmt: skip
    timed("rank, top 50", rows, lambda: rank(closed, spelled, groups=sources, top=50))
    found = timed("cluster, patterns", rows, lambda: patterns(usages))
    title = f"{len(usages):,} usages ({len(set(spelled)):,} different) of {options.part:.0%} of {MODELS:,} models"
    print(table(title, ("step", "wall s", "CPU s", "MB so far"), rows))
    print(f"{len(closed):,} closed subsequences; {len(found.patterns):,} patterns, {len(found.singular):,} singular")
    return 0


def generated(base: Sequence[CallSequence], models: int, rng: random.Random) -> Iterator[tuple[str, CallSequence]]:
    """(repository, usage) of as many models."""
    slope = log(LARGEST / MEDIAN) / log(MODELS / 2)
    calls = [call for usage in base for call in usage.calls]
    for rank_of in range(1, models + 1):
        way = rng.sample(base, min(len(base), 1 + rank_of % 7))  # a model is used in a few ways
        for _ in range(max(1, round(LARGEST / rank_of**slope))):
            repository = int(REPOSITORIES * rng.random() ** 2)
            usage = _changed(rng.choice(way), calls, rng)
            yield f"r{repository}", replace(usage, model_id=f"org/m{rank_of}", path=f"f{rng.randrange(10**6)}.py")


def _changed(usage: CallSequence, calls: Sequence[ApiCall], rng: random.Random) -> CallSequence:
    """Its loads stay; data flow goes along where it can."""
    kept: list[ApiCall] = []
    place: dict[int, int] = {}
    for number, call in enumerate(usage.calls):
        if rng.random() < ADDED:
            kept.append(replace(rng.choice(calls), inputs=()))
        if call.link == "load" or rng.random() >= DROPPED:
            place[number] = len(kept)
            kept.append(replace(call, inputs=tuple(place[at] for at in call.inputs if at in place)))
    return replace(usage, calls=tuple(kept))


def timed(name: str, rows: list[Sequence[Cell]], work: Callable[[], T]) -> T:
    """Runs the step and adds its row."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows.append((name, f"{time.perf_counter() - wall:.1f}", f"{time.process_time() - cpu:.1f}", f"{memory:,}"))
    print(*rows[-1], sep="\t", flush=True)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
