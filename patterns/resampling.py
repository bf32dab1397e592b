"""How sure a mean is, and a difference of two: repositories are drawn, since the tasks of one are much alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SEED = 7
DRAWS = 1000
#: The interval holds this share of the draws.
CONFIDENCE = 0.95

Reals: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, with the interval that it lies in when repositories are drawn anew; none where there is only one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of one system less that of another, and how often chance alone would give as much; see `difference`."""

    estimate: Estimate
    p: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """Marks summed up by repository: `sums` has a row for each repository and a column for each measure."""

    sums: Reals
    counts: Reals

    @classmethod
    def of(cls, sources: Sequence[str], marks: Sequence[Sequence[float]]) -> Sample:
        """Of tasks, each with its repository and its marks; repositories are sorted, so tasks may come in any order."""
        names = {source: place for place, source in enumerate(sorted(set(sources)))}
        sums = np.zeros((len(names), len(marks[0]) if marks else 0))
        counts = np.zeros(len(names))
        for source, row in sorted(zip(sources, marks, strict=True)):  # sums of floats depend on the order
            sums[names[source]] += row
            counts[names[source]] += 1
        return cls(sums, counts)


def means(sample: Sample, *, draws: int = DRAWS, seed: int = SEED) -> tuple[Estimate, ...]:
    """The mean over all tasks, for each measure.

    The interval is the percentile bootstrap of B. Efron, R. Tibshirani: An Introduction to the Bootstrap, 1993, over
    repositories; should the mean itself lie outside, it is widened to hold it.
    """
    values = sample.sums.sum(axis=0) / sample.counts.sum() if len(sample.counts) else np.zeros(0)
    if len(sample.counts) < 2:
        return tuple(Estimate(float(value), None, None) for value in values)
    weights = _drawn(len(sample.counts), draws, seed)
    drawn = (weights @ sample.sums) / (weights @ sample.counts)[:, np.newaxis]
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [outside, 1 - outside], axis=0)
    return tuple(
        Estimate(float(value), float(min(value, least)), float(max(value, most)))
        for value, least, most in zip(values, low, high, strict=True)
    )


def difference(left: Sample, right: Sample, *, draws: int = DRAWS, seed: int = SEED) -> tuple[Difference, ...]:
    """Of two systems on the same tasks, for each measure.

    The interval is the paired bootstrap (P. Koehn: Statistical Significance Tests for Machine Translation Evaluation,
    EMNLP 2004). `p` is that of the two-sided randomization test (E. Noreen, 1989; M. Smucker, J. Allan, B. Carterette:
    A Comparison of Statistical Significance Tests for Information Retrieval Evaluation, CIKM 2007): how often the
    difference is as large if the two systems are exchanged in repositories chosen by lot. None with one repository.
    """
    apart = Sample(left.sums - right.sums, left.counts)
    estimates = means(apart, draws=draws, seed=seed)
    if len(apart.counts) < 2:
        return tuple(Difference(estimate, None) for estimate in estimates)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, len(apart.counts)))
    least = np.abs(apart.sums.sum(axis=0)) - 1e-9
    as_large = (np.abs(signs @ apart.sums) >= least).sum(axis=0)
    return tuple(
        Difference(estimate, float((times + 1) / (draws + 1)))
        for estimate, times in zip(estimates, as_large, strict=True)
    )


def _drawn(size: int, draws: int, seed: int) -> Reals:
    """How often each repository is drawn, one row for each draw."""
    return np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=draws).astype(np.float64)
