"""What the labels of a sheet say: how precise, how complete, and how far two annotators agree.

The only importer of scipy and scikit-learn on this floor.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from ptmscope.audit.sheet import LABELS, Row
from ptmscope.errors import Misuse

Told = dict[str, Any]

#: Decimals of what is written.
DIGITS = 6


def score(sheets: Sequence[Sequence[Row]]) -> Told:
    """One or two annotators. Precision leaves out what is unsure; see `weighted` and `recall`. Raises Misuse where
    nothing is labelled, or two sheets have nothing in common."""
    if not all(any(row.label for row in sheet) for sheet in sheets):
        raise Misuse("nothing is labelled in the sheet")
    annotators = [_annotator(sheet) for sheet in sheets]
    if len(sheets) == 1:
        return annotators[0]
    return {**annotators[0], "second": annotators[1], "agreement": agreement(*sheets)}


def _annotator(sheet: Sequence[Row]) -> Told:
    strata: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sizes: dict[str, int] = {}
    for row in sheet:
        if row.label != "missing":
            strata[row.stratum][row.label] += 1
            sizes[row.stratum] = row.size
    counts = {name: (found["right"], found["right"] + found["wrong"]) for name, found in sorted(strata.items())}
    labels = Counter(row.label for row in sheet)
    return {
        "labels": {label: labels[label] for label in LABELS},
        "unlabelled": labels[""],
        "precision": weighted(counts, sizes),
        "recall": recall(sheet),
        "strata": [
            {"stratum": name, "size": sizes[name], **(share(*counted) or {"right": 0, "judged": 0})}
            for name, counted in counts.items()
        ],
    }


def share(right: int, judged: int) -> Told | None:
    """A share with its 95% interval by E. Wilson (1927); None where there is nothing to judge by."""
    if not judged:
        return None
    low, high = _wilson(right, judged)
    return {"right": right, "judged": judged, "value": _rounded(right / judged), "low": low, "high": high}


def weighted(counts: Mapping[str, tuple[int, int]], sizes: Mapping[str, int]) -> Told | None:
    """The share over all sites that were drawn from: (right, judged) of each stratum weighted by its size.

    Strata without a judgement are left out, and how many sites that are is told. The interval is Wilson's at the
    effective sample size, which is what remains after unequal weights (L. Kish: Survey Sampling, 1965), rounded down.
    """
    known = {name: counted for name, counted in counts.items() if counted[1]}
    total = sum(sizes[name] for name in known)
    if not known:
        return None
    weights = {name: sizes[name] / total for name in known}
    value = sum(weights[name] * right / judged for name, (right, judged) in known.items())
    effective = max(int(1 / sum(weights[name] ** 2 / judged for name, (_, judged) in known.items()) + 1e-9), 1)
    low, high = _wilson(round(value * effective), effective)
    return {
        "right": sum(right for right, _ in known.values()),
        "judged": sum(judged for _, judged in known.values()),
        "sites": total,
        "sites_not_judged": sum(sizes.values()) - total,
        "value": _rounded(value),
        "low": _rounded(min(low, value)),
        "high": _rounded(max(high, value)),
        "effective_sample": effective,
    }


def recall(sheet: Sequence[Row]) -> Told | None:
    """Of the sites of files that were listed exhaustively, the share that the scan found: right / (right + missing).
    None where no file was."""
    listed = [row for row in sheet if row.exhaustive]
    right = sum(row.label == "right" for row in listed)
    missing = sum(row.label == "missing" for row in listed)
    told = share(right, right + missing)
    return told and {"found": right, "missing": missing, **{name: told[name] for name in ("value", "low", "high")}}


def agreement(left: Sequence[Row], right: Sequence[Row]) -> Told:
    """Cohen's kappa on what both have labelled (J. Cohen, 1960); None where both gave one label only."""
    others = {row.id: row.label for row in right if row.id and row.label}
    both = [(row.id, row.label, others[row.id]) for row in left if row.id in others and row.label]
    if not both:
        raise Misuse("the two sheets have no labelled site in common")
    first, second = [label for _, label, _ in both], [label for *_, label in both]
    is_varied = len({*first, *second}) > 1
    return {
        "sites": len(both),
        "alike": sum(one == other for _, one, other in both),
        "kappa": _rounded(float(cohen_kappa_score(first, second))) if is_varied else None,
        "disagreements": [{"id": site, "labels": [one, other]} for site, one, other in sorted(both) if one != other],
    }


def _wilson(right: int, judged: int) -> tuple[float, float]:
    found = binomtest(right, judged).proportion_ci(method="wilson")
    return _rounded(float(found.low)), _rounded(float(found.high))


def _rounded(value: float) -> float:
    return round(value, DIGITS)
