"""Findings as one JSON document. Schema: ptmscope/schemas/finding.schema.json."""

from __future__ import annotations

import json
from typing import Any

from ptmscope.checking import Checked
from ptmscope.export import wire
from ptmscope.export.output import Output
from ptmscope.rules.finding import Finding


def write(found: Checked, output: Output) -> None:
    document = {
        "findings": [finding(each) for each in found.findings],
        "diagnostics": [wire.diagnostic(each) for each in found.scan.diagnostics],
        "counts": wire.counts(found.scan.counts),
        "warnings": [found.scan.lookup.warning] if found.scan.lookup.warning else [],
    }
    output.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def finding(record: Finding) -> dict[str, Any]:
    """One finding; `ignored` is `comment`, `baseline` or null."""
    return {
        "rule": record.rule,
        "severity": record.severity,
        "message": record.message,
        "path": record.path,
        "line": record.line,
        "column": record.column,
        "end_line": record.end_line,
        "cell": record.cell,
        "api": record.api,
        "models": [wire.reference(model) for model in record.models],
        "fingerprint": record.fingerprint,
        "ignored": record.ignored,
    }
