"""The dict forms of the records: the published contract. Schemas: ptmscope/schemas/.

A `cell` below the top level is given in notebooks only, `on_hub` only if the Hub was asked.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from analyzer.records import Anchor, ApiCall, CallSequence, Diagnostic, LoadSite, ModelRef, Origin
from miner.copies import Copy
from miner.records import HubModel
from ptmscope.findings import Counts
from ptmscope.lookup import NOTHING, Lookup


def site(record: LoadSite, lookup: Lookup = NOTHING) -> dict[str, Any]:
    """One line of `ptmscope scan --format jsonl`."""
    return {
        "path": record.path,
        "line": record.line,
        "column": record.column,
        "end_line": record.end_line,
        "cell": record.cell,
        "api": record.api,
        "library": record.library,
        "loads": record.loads,
        "status": record.status,
        "reason": record.reason,
        "models": [_model(record, model, lookup) for model in record.models],
        "arguments": dict(record.arguments),
    }


def sequence(record: CallSequence) -> dict[str, Any]:
    """One line of `ptmscope sequences --format jsonl`."""
    return {
        "path": record.path,
        "cell": record.cell,
        "model_id": record.model_id,
        "anchors": [_anchor(anchor) for anchor in record.anchors],
        "calls": [_call(call) for call in record.calls],
    }


def diagnostic(record: Diagnostic) -> dict[str, Any]:
    """One diagnostic of the JSON document."""
    return {"path": record.path, "line": record.line, "kind": record.kind, "message": record.message}


def copy(record: Copy) -> dict[str, Any]:
    """One library's source in the tree, in the JSON document."""
    return {"path": record.path, "library": record.library, "files": record.files, "status": record.status}


def counts(record: Counts) -> dict[str, Any]:
    """The counts of the JSON document."""
    return {"files": record.files, "duplicates": record.duplicates, "skipped": dict(record.skipped)}


def on_hub(record: HubModel | None) -> dict[str, Any] | None:
    """What the Hub says about a model."""
    return None if record is None else asdict(record)


def _model(site: LoadSite, record: ModelRef, lookup: Lookup) -> dict[str, Any]:
    asked = {} if lookup.hub is None else {"on_hub": on_hub(lookup.answer(site, record))}
    told = reference(record)
    names = {name: told.pop(name) for name in ("id", "canonical_id", "hub")}
    return {**names, "known": lookup.is_known(site, record), **asked, **told}


def reference(record: ModelRef) -> dict[str, Any]:
    """A model id, and how it got there."""
    return {
        "id": record.id,
        "canonical_id": record.canonical_id,
        "hub": record.hub,
        "resolution": record.resolution,
        "certainty": record.certainty,
        "origin": _origin(record.origin),
    }


def _origin(record: Origin) -> dict[str, Any]:
    return {"path": record.path, "line": record.line, **_cell(record.cell)}


def _anchor(record: Anchor) -> dict[str, Any]:
    return {"line": record.line, **_cell(record.cell), "api": record.api}


def _call(record: ApiCall) -> dict[str, Any]:
    return {
        "api": record.api,
        **({} if record.path is None else {"path": record.path}),
        "line": record.line,
        **_cell(record.cell),
        "link": record.link,
        "role": record.role,
        "inputs": list(record.inputs),
        **{name: list(given) for name in ("keywords", "reads") if (given := getattr(record, name))},
    }


def _cell(cell: int | None) -> dict[str, int]:
    return {} if cell is None else {"cell": cell}
