"""How unevenly something is spread: quantiles, the Gini coefficient, the share of the largest."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)


def gini(values: Sequence[float]) -> float | None:
    """0: all alike; near 1: one has all. None where there is nothing to spread."""
    ordered = sorted(values)
    total, size = sum(ordered), len(ordered)
    if not total:
        return None
    weighted = sum(rank * value for rank, value in enumerate(ordered, 1))
    return 2 * weighted / (size * total) - (size + 1) / size


def top(values: Sequence[float], number: int) -> float | None:
    """The share of so many of the largest."""
    total = sum(values)
    return sum(sorted(values, reverse=True)[:number]) / total if total else None


def quantile(values: Sequence[float], share: float) -> float | None:
    """The least value that so large a share of the values does not exceed (R. J. Hyndman and Y. Fan, 1996: type 1)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def lorenz(values: Sequence[float]) -> list[tuple[float, float]]:
    """(share of those with least, their share of all), from (0, 0) to (1, 1)."""
    ordered, total = sorted(values), sum(values)
    points, held = [(0.0, 0.0)], 0.0
    for rank, value in enumerate(ordered, 1):
        held += value
        points.append((rank / len(ordered), held / total if total else 0.0))
    return points
