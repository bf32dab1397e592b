"""What a run costs by its size: seconds of processors of each stage, fitted to what was measured.

A stage costs something to start and something for each file; both are fitted by relative least squares. The exponent
tells whether it is so: the slope of the logarithms of seconds and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from bench.scale.runs import Ran

#: With fewer files, what it takes to start is much of it.
GROWN = 10_000


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
    """The slope over the runs of GROWN files and more in which the stage took a second; None for fewer than two."""
    grown = [(ran.size, cpu_of(ran, stage)) for ran in runs if ran.size >= GROWN and cpu_of(ran, stage) >= 1]
    return slope(grown) if len(grown) > 1 else None


def slope(points: Sequence[tuple[float, float]]) -> float:
    """That of the logarithms."""
    found, _ = np.polyfit([log(size) for size, _ in points], [log(seconds) for _, seconds in points], 1)
    return float(found)


def _fitted(points: Sequence[tuple[float, float]]) -> Cost:
    measured = [(files, seconds) for files, seconds in points if seconds > 0]
    if len(measured) < 2:
        return Cost(0.0, max((seconds / files for files, seconds in measured), default=0.0))
    matrix = np.array([[1 / seconds, files / seconds] for files, seconds in measured])
    (start, each), *_ = np.linalg.lstsq(matrix, np.ones(len(measured)))
    if start < 0:  # nothing costs less than nothing
        start, each = 0.0, 1 / float(np.mean([files / seconds for files, seconds in measured]))
    return Cost(float(start), float(each))
