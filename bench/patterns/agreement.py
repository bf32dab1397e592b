"""How well clusters agree with known classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, v_measure_score

Labels = Sequence[Hashable | None]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Adjusted Rand index, adjusted mutual information, V-measure; `classes` and `clusters` of two and more.

    `alone` is the share of usages in no cluster.
    """

    ari: float
    ami: float
    v: float
    classes: int
    clusters: int
    alone: float


def agreement(known: Labels, found: Labels, *, noise: bool = True) -> Agreement:
    """Each usage without a class, or without a cluster, is alone; without `noise`, they are left out."""
    pairs = [(k, f) for k, f in zip(known, found, strict=True) if noise or k]
    left, right = _singles([k or None for k, _ in pairs]), _singles([f for _, f in pairs])
    return Agreement(
        float(adjusted_rand_score(left, right)),
        float(adjusted_mutual_info_score(left, right)),
        float(v_measure_score(left, right)),
        len({k for k, _ in pairs if k}),
        sum(count > 1 for count in Counter(right).values()),
        sum(f is None for _, f in pairs) / max(len(pairs), 1),
    )


def _singles(labels: Labels) -> list[int]:
    """Numbers; one of its own for each None."""
    keys = [("alone", place) if label is None else ("in", label) for place, label in enumerate(labels)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return [numbers[key] for key in keys]
