"""How much each kind of evidence counts: the weights of a mixture, fitted on what was left out.

F. Jelinek, R. Mercer: Interpolated Estimation of Markov Source Parameters from Sparse Data, 1980 (deleted
interpolation). Not all kinds are there in each context, and those that are share all weight; so the fit is by the
minorization of D. Hunter (MM Algorithms for Generalized Bradley-Terry Models, 2004), which for contexts that have all
kinds is that of Jelinek and Mercer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROUNDS = 60
#: What every answer has in any case, so that those nobody can know decide nothing.
FLOOR = 1e-4
TINY = 1e-30

Reals = NDArray[np.float64]


def weights(chances: NDArray[np.float32], there: NDArray[np.bool_], counts: Reals, rounds: int = ROUNDS) -> Reals:
    """The weight of each kind, summing to 1.

    Row i is an answer that was left out and counts `counts[i]`; `chances[i, k]` is the chance that evidence of kind k
    gives it, `there[i, k]` whether there is such evidence.
    """
    kinds = chances.shape[1]
    found = np.full(kinds, 1 / max(kinds, 1))
    share = chances.astype(np.float64)
    mask = there.astype(np.float64)
    for _ in range(rounds):
        whole = np.maximum(mask @ found, TINY)
        won = found * (share.T @ (counts / (share @ found + FLOOR * whole)))
        found = won / np.maximum(mask.T @ (counts / whole), TINY)
        found = np.maximum(found / max(found.sum(), TINY), TINY)
    return found
