"""An evaluation for other programs: JSON and CSV."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from patterns.measures import MEASURES
from patterns.resampling import Estimate
from ptmscope.evaluation.evaluate import Evaluation, Pair, Row
from ptmscope.export import csv
from ptmscope.export.output import Output
from ptmscope.export.rows import Cell

#: Decimals: the draws of the intervals are not more exact than that.
DIGITS = 6

#: One row per system, tasks and measure.
COLUMNS = (
    *("split", "task", "configuration", "library", "system", "tasks", "repositories"),
    *("measure", "value", "low", "high"),
)


def write_json(found: Evaluation, output: Output) -> None:
    told = {
        "split": found.split,
        "results": [_row(row) for row in found.rows],
        "differences": [_pair(pair) for pair in found.pairs],
        "notes": list(found.notes),
    }
    output.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def write_csv(found: Evaluation, output: Output) -> None:
    csv.write_rows(COLUMNS, _cells(found), output)


def _cells(found: Evaluation) -> Iterator[tuple[Cell, ...]]:
    for row in found.rows:
        for measure, value in zip(MEASURES, row.values, strict=True):
            what = (row.task, row.configuration, row.library, row.system, row.tasks, row.repositories)
            yield (found.split, *what, measure, *_estimate(value).values())


def _row(row: Row) -> dict[str, Any]:
    measured = zip(MEASURES, map(_estimate, row.values), strict=True)
    return {
        "task": row.task,
        "configuration": row.configuration or None,
        "library": row.library or None,
        "system": row.system,
        "tasks": row.tasks,
        "repositories": row.repositories,
        "measures": dict(measured),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    found = pair.difference
    told = {"task": pair.task, "measure": pair.measure, "systems": list(pair.systems)}
    return {**told, "difference": _estimate(found.estimate), "p": _rounded(found.p)}


def _estimate(found: Estimate) -> dict[str, float | None]:
    return {"value": _rounded(found.value), "low": _rounded(found.low), "high": _rounded(found.high)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
