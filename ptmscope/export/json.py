"""One JSON document: the records, what could not be read, and the counts."""

from __future__ import annotations

import json
from typing import Any

from ptmscope.export import wire
from ptmscope.export.output import Output
from ptmscope.findings import Scan


def write_sites(scan: Scan, output: Output) -> None:
    _write({"sites": [wire.site(site, scan.lookup) for site in scan.sites], **_rest(scan)}, output)


def write_usages(scan: Scan, output: Output) -> None:
    _write({"sequences": [wire.sequence(usage) for usage in scan.usages], **_rest(scan)}, output)


def _rest(scan: Scan) -> dict[str, Any]:
    return {
        "diagnostics": [wire.diagnostic(diagnostic) for diagnostic in scan.diagnostics],
        "copies": [wire.copy(copy) for copy in scan.copies],
        "counts": wire.counts(scan.counts),
        "warnings": [scan.lookup.warning] if scan.lookup.warning else [],
    }


def _write(document: dict[str, Any], output: Output) -> None:
    output.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
