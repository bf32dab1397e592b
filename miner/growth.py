"""How many distinct things there are among many draws, told from few: rarefaction of a sample, carried on.

Species in n draws of a Pitman-Yor process: (b / s) ((1 + n / b)^s - 1); s in (0, 1) is Heaps' law, s < 0 a finite
number of them. Both are fitted to a sample: what all of it has, and what a quarter of it would have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import exp, expm1, log, log1p

#: Between these, the exponent and the logarithm of the scale are looked for, by so many halvings.
_EXPONENTS, _SCALES, _HALVINGS = (-6.0, 0.999), (log(1e-3), log(1e12)), 60

#: The part of the sample that is compared with the whole.
_PART = 0.25


def distinct(sample: Mapping[int, int], draws: float) -> float:
    """Distinct things in so many draws. `sample`: how often a thing was drawn -> how many things were."""
    drawn, things = sum(times * count for times, count in sample.items()), sum(sample.values())
    if draws <= drawn or drawn == things:
        return min(draws, things) if draws <= drawn else draws
    fewer = sum(count * (1 - (1 - _PART) ** times) for times, count in sample.items())
    exponent = _root(lambda s: _expected(drawn * _PART, _scale(s, drawn, things), s) > fewer, *_EXPONENTS)
    return _expected(draws, _scale(exponent, drawn, things), exponent)


def _scale(exponent: float, draws: float, things: float) -> float:
    """The scale by which so many draws have so many things."""
    return exp(_root(lambda scale: _expected(draws, exp(scale), exponent) < things, *_SCALES))


def _expected(draws: float, scale: float, exponent: float) -> float:
    grown = log1p(draws / scale)
    return scale * grown if abs(exponent) < 1e-9 else scale / exponent * expm1(exponent * grown)


def _root(is_above: Callable[[float], bool], low: float, high: float) -> float:
    """Where a falling condition turns, by halving."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_above(middle) else (low, middle)
    return low
