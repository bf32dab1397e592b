"""Records as flat rows: what CSV, Parquet and data frames share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Literal

from analyzer.records import CallSequence, LoadSite, ModelRef
from ptmscope.lookup import NOTHING, Lookup

Cell = str | int | float | bool | None | tuple[str, ...]
#: Of a column; `texts`, several in a cell, are for Parquet only.
Kind = Literal["text", "number", "flag", "real", "texts"]

#: Columns of load sites: one row per site and model id; a site without an id has one row.
SITE_COLUMNS: dict[str, Kind] = {
    "path": "text",
    "line": "number",
    "column": "number",
    "end_line": "number",
    "cell": "number",
    "api": "text",
    "library": "text",
    "loads": "text",
    "status": "text",
    "reason": "text",
    "model_id": "text",
    "canonical_id": "text",
    "hub": "text",
    "known": "flag",
    "resolution": "text",
    "certainty": "text",
    "origin_path": "text",
    "origin_line": "number",
    "origin_cell": "number",
    "arguments": "text",  # JSON
}

#: Columns of usages: one row per call; `position` and `inputs` (separated by spaces) count from 0 within the usage.
USAGE_COLUMNS: dict[str, Kind] = {
    "path": "text",
    "cell": "number",
    "model_id": "text",
    "position": "number",
    "api": "text",
    "call_path": "text",  # across files: that of the call, where it is another
    "line": "number",
    "call_cell": "number",
    "link": "text",
    "role": "text",
    "inputs": "text",
    "keywords": "text",  # separated by spaces, as inputs are
    "reads": "text",
}


def site_rows(sites: Iterable[LoadSite], lookup: Lookup = NOTHING) -> Iterator[tuple[Cell, ...]]:
    """Rows of `SITE_COLUMNS`."""
    for site in sites:
        start = (site.path, site.line, site.column, site.end_line, site.cell)
        what = (site.api, site.library, site.loads, site.status, site.reason)
        arguments = json.dumps(dict(site.arguments), ensure_ascii=False)
        for model in site.models or (None,):
            yield (*start, *what, *_model(site, model, lookup), arguments)


def usage_rows(usages: Iterable[CallSequence]) -> Iterator[tuple[Cell, ...]]:
    """Rows of `USAGE_COLUMNS`."""
    for usage in usages:
        for position, call in enumerate(usage.calls):
            inputs = " ".join(map(str, call.inputs))
            yield (
                *(usage.path, usage.cell, usage.model_id, position),
                *(call.api, call.path, call.line, call.cell, call.link, call.role, inputs),
                *(" ".join(call.keywords), " ".join(call.reads)),
            )


def _model(site: LoadSite, model: ModelRef | None, lookup: Lookup) -> tuple[Cell, ...]:
    if model is None:
        return (None,) * 9
    origin = model.origin
    names = (model.id, model.canonical_id, model.hub, lookup.is_known(site, model))
    return (*names, model.resolution, model.certainty, origin.path, origin.line, origin.cell)
