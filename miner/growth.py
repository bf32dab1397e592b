"""How many distinct things there are among many draws, told from few: rarefaction of a sample, carried on.

On double logarithmic paper, things against draws rise with slope 1 where all are new, and flatten. The logit of that
slope falls about evenly with each doubling of the draws; how fast it falls in the sample is how it is carried on.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

#: Steps of the sum that carries on.
_STEPS = 200

#: Slopes are kept off 0 and 1, where they have no logit.
_EDGE = 1e-6


def distinct(sample: Mapping[int, int], draws: float) -> float:
    """Distinct things in so many draws. `sample`: how often a thing was drawn -> how many things were."""
    drawn, things = sum(times * count for times, count in sample.items()), sum(sample.values())
    if draws <= drawn:
        return min(draws, things)
    last, before = _logit(_slope(sample, 1.0)), _logit(_slope(sample, 0.25))
    fall = (last - before) / 2  # in a doubling
    width = log(draws / drawn, 2) / _STEPS
    slopes = (1 / (1 + exp(-last - fall * (width * (step + 0.5) + 0.5))) for step in range(_STEPS))
    return float(things * 2.0 ** (width * sum(slopes)))


def _slope(sample: Mapping[int, int], part: float) -> float:
    """The rise of the last doubling, in a part of the sample."""
    return log(_things(sample, part) / _things(sample, part / 2), 2)


def _things(sample: Mapping[int, int], part: float) -> float:
    """Distinct things that a random part of the sample would have."""
    return sum(count * (1 - (1 - part) ** times) for times, count in sample.items())


def _logit(share: float) -> float:
    inside = min(1 - _EDGE, max(_EDGE, share))
    return log(inside / (1 - inside))
