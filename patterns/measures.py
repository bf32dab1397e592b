"""How good a ranked list of recommendations is: success, precision, recall at a cut, reciprocal rank.

The definitions are those of the FOCUS paper (P. Nguyen et al., ICSE 2019), with the mean reciprocal rank beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Where lists are cut.
CUTS = (1, 5, 10, 15, 20)

#: The measures in the order of `marks`.
MEASURES = (*(f"{name}@{cut}" for name in ("success", "precision", "recall") for cut in CUTS), "mrr")


def marks(ranked: Sequence[str], answer: Sequence[str]) -> tuple[float, ...]:
    """One list against the answers that are true, each between 0 and 1, in the order of MEASURES.

    Success at a cut: 1 if one of the first recommendations is an answer. Precision: the share of the cut that are
    answers, so that a shorter list does not gain by it. Recall: the share of the answers among them. `mrr`: 1 / the
    rank of the first recommendation that is an answer, 0 if none among the last cut is. All are 0 for an empty
    answer; of a recommendation that comes twice, the second counts as wrong.
    """
    wanted = set(answer)
    hits = [name in wanted and name not in ranked[:at] for at, name in enumerate(ranked[: CUTS[-1]])]
    found = [sum(hits[:cut]) for cut in CUTS]
    return (
        *(float(hit > 0) for hit in found),
        *(hit / cut for hit, cut in zip(found, CUTS, strict=True)),
        *(hit / max(len(wanted), 1) for hit in found),
        1 / (hits.index(True) + 1) if True in hits else 0.0,
    )
