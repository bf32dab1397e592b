"""Time and memory on as many usages as a large study has: `python -m bench.patterns.scale`.

372,063 usages of 7,325 models with a long tail (median 3, largest 20,000) in 30,000 repositories. A model has one to
three ways of use, those of the planted templates; each usage is the sequence of a planted one, with calls left out,
doubled and added. Then, in one process: the closed patterns of each model, and the patterns of all usages together.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.records import ApiCall, CallSequence
from bench.patterns.truth import planted
from bench.tables import Cell, table
from patterns.closed import closed_subsequences
from patterns.features import fine, rows
from patterns.pattern import patterns
from patterns.rank import rank
from patterns.symbols import symbols

MODELS, MEDIAN, LARGEST, USAGES, REPOSITORIES = 7_325, 3, 20_000, 372_063, 30_000
SHARE, LONGEST, TOP = 0.1, 8, 20
ADDED = (
    "to",
    "eval",
    "half",
    "cuda",
    "parameters",
    "save_pretrained",
    "config.to_dict",
    "state_dict",
    "train",
    "float",
)
Given = list[tuple[str, CallSequence]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="bench.patterns.scale", description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, metavar="SHARE", help="only this share of the models")
    options = parser.parse_args(arguments)
    watch = Watch([])
    given = list(usages(options.part))
    watch.lap("made", f"{len(given)} usages of {len({usage.model_id for _, usage in given})} models")
    distinct = rows((usage for _, usage in given), (source for source, _ in given), fine)
    watch.lap("rows", f"{len(distinct.sizes)} distinct")
    del distinct
    watch.lap("mined, each model", f"{sum(mined(given))} patterns")
    found = patterns(given)
    watch.lap("clustered, all", f"{len(found.patterns)} patterns, {len(found.singular)} singular usages")
    print(table("Scale", ("step", "result", "seconds", "CPU seconds", "peak MB"), watch.rows))
    return 0


@dataclass(slots=True)
class Watch:
    """Rows of a table: what each step took since the one before."""

    rows: list[Sequence[Cell]]
    since: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        self.since = (time.perf_counter(), time.process_time())

    def lap(self, step: str, result: str) -> None:
        now = (time.perf_counter(), time.process_time())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.rows.append((step, result, now[0] - self.since[0], now[1] - self.since[1], peak))
        self.since = (time.perf_counter(), time.process_time())


def sizes() -> list[int]:
    """Usages of each model, the largest first: LARGEST / (1 + rank / b) ** g with the median and the sum asked for."""
    low, high = 0.01, MODELS * 1.0
    for _ in range(60):
        b = (low + high) / 2
        found = _sizes(b)
        low, high = (b, high) if sum(found) < USAGES else (low, b)
    return found


def _sizes(b: float) -> list[int]:
    power = math.log(LARGEST / MEDIAN) / math.log(1 + MODELS // 2 / b)
    return [max(1, round(LARGEST / (1 + rank / b) ** power)) for rank in range(MODELS)]


def usages(part: float, seed: int = 0) -> Iterator[tuple[str, CallSequence]]:
    """(repository, usage)."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        known = planted(Path(folder), seed)
    of_class: defaultdict[str, list[CallSequence]] = defaultdict(list)
    for entry in known:
        of_class[entry.fine or entry.usage.path + entry.source].append(entry.usage)
    classes = sorted(of_class)
    calls: dict[ApiCall, ApiCall] = {}
    for number, size in enumerate(sizes()):
        ways = rng.sample(classes, rng.randint(1, 3))
        if rng.random() >= part:
            continue
        for place in range(size):
            model = of_class[ways[min(int(rng.expovariate(1.5)), len(ways) - 1)]]
            usage = changed(rng.choice(model), rng)
            kept = tuple(calls.setdefault(call, call) for call in usage)
            source = f"repo{int(REPOSITORIES * rng.random() ** 2)}"
            yield source, CallSequence(f"f{place}.py", None, f"org/model{number}", (), kept)


def changed(usage: CallSequence, rng: random.Random) -> list[ApiCall]:
    """The calls of a usage, some left out, doubled or followed by another; inputs are numbered anew."""
    kept: list[ApiCall] = []
    number: dict[int, int] = {}
    for place, call in enumerate(usage.calls):
        if place and rng.random() < 0.06:
            continue
        inputs = tuple(number[source] for source in call.inputs if source in number)
        number[place] = len(kept)
        kept += [replace(call, inputs=inputs)] * (2 if rng.random() < 0.05 else 1)
        if rng.random() < 0.05:
            base = call.api.rpartition(".")[0] if call.link == "load" else call.api
            kept.append(ApiCall(f"{base}.{rng.choice(ADDED)}", call.line, None, "receiver", None, (number[place],)))
    return kept


def mined(given: Given) -> Iterator[int]:
    """Ranked closed patterns of each model, in families, by repositories."""
    of_model: defaultdict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for source, usage in given:
        of_model[usage.model_id].append((source, symbols(usage, "family")))
    for pairs in of_model.values():
        groups, sequences = [source for source, _ in pairs], [row for _, row in pairs]
        least = max(2, round(SHARE * len(set(groups))))
        closed = closed_subsequences(sequences, groups=groups, min_support=least, max_length=LONGEST)
        yield len(rank(closed, sequences, groups=groups, top=TOP))


if __name__ == "__main__":
    raise SystemExit(main())
