"""What a run costs by its size: seconds of processors of each stage, fitted to what was measured.

A stage costs something to start and something for each file; both are fitted by least squares, a run weighted by its
files: a small one is a small sample of the repositories, which cost very unlike sums. The exponent tells whether it is
so: the slope of the logarithms of seconds and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from bench.scale.runs import Ran

#: With fewer files, what it takes to start is much of it.
GROWN = 10_000
#: Seconds that say more than the clock's noise.
LONG = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processors: `start` + `each` for each file."""

    start: float
    each: float

    def seconds(self, files: float) -> float:
        return self.start + self.each * files


def costs(runs: Sequence[Ran]) -> dict[str, Cost]:
    """Of every stage that all runs have."""
    names = [stage.name for stage in runs[-1].stages]
    return {name: _fitted([(ran.size, cpu_of(ran, name)) for ran in runs]) for name in names}


def cpu_of(ran: Ran, stage: str) -> float:
    """0 where a run was too small for the stage."""
    return sum(each.cpu for each in ran.stages if each.name == stage)


def exponent(runs: Sequence[Ran], stage: str) -> float | None:
    """The slope over the runs of GROWN files and more in which the stage took LONG; None for fewer than two."""
    grown = [(ran.size, cpu_of(ran, stage)) for ran in runs if ran.size >= GROWN and cpu_of(ran, stage) >= LONG]
    return slope(grown) if len(grown) > 1 else None


def slope(points: Sequence[tuple[float, float]]) -> float:
    """That of the logarithms."""
    found, _ = np.polyfit([log(size) for size, _ in points], [log(seconds) for _, seconds in points], 1)
    return float(found)


def _fitted(points: Sequence[tuple[float, float]]) -> Cost:
    measured = [(files, seconds) for files, seconds in points if seconds > 0]
    if len(measured) < 2:
        return Cost(0.0, max((seconds / files for files, seconds in measured), default=0.0))
    weights = [files**-0.5 for files, _ in measured]  # variances add up, as repositories do
    matrix = np.array([[weight, weight * files] for weight, (files, _) in zip(weights, measured, strict=True)])
    wanted = np.array([weight * seconds for weight, (_, seconds) in zip(weights, measured, strict=True)])
    (start, each), *_ = np.linalg.lstsq(matrix, wanted)
    if start < 0 or each < 0:  # nothing costs less than nothing
        start, each = 0.0, sum(seconds for _, seconds in measured) / sum(files for files, _ in measured)
    return Cost(float(start), float(each))
