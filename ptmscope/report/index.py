"""The models as rows of a table to sort, filter and search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzer.symbols import tasks
from ptmscope.export.output import printable
from ptmscope.export.overview import short
from ptmscope.report.material import Model, key

COLUMNS = ("key", "name", "libraries", "tasks", "kinds", "repositories", "usages", "files", "calls")
#: Names told in a cell.
NAMES = 3


def index(models: Iterable[Model]) -> dict[str, Any]:
    """`rows` under COLUMNS; `calls` in them are places in the list of all `calls`, which is what can be searched for
    beside names."""
    places: dict[str, int] = {}
    rows = [_row(model, places) for model in models]
    return {"columns": COLUMNS, "rows": rows, "calls": list(places)}


def _row(model: Model, places: dict[str, int]) -> list[Any]:
    calls = sorted({short(call.api) for _, usage in model.usages for call in usage.calls})
    return [
        key(model.name),
        printable(model.name),
        _names(site.library for _, site in model.sites),
        _names(task for _, usage in model.usages for task in tasks(usage)),
        _names(pattern.group for pattern, members in model.patterns for _ in members),
        model.repositories,
        len(model.usages),
        model.files,
        [places.setdefault(call, len(places)) for call in calls],
    ]


def _names(seen: Iterable[str]) -> list[str]:
    counted: dict[str, int] = {}
    for name in seen:
        counted[name] = counted.get(name, 0) + 1
    return [printable(name) for name in sorted(counted, key=lambda name: (-counted[name], name))[:NAMES]]
