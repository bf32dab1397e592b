"""JSON Lines: one record per line, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ptmscope.export import wire
from ptmscope.export.output import Output
from ptmscope.findings import Scan


def write_sites(scan: Scan, output: Output) -> None:
    _write((wire.site(site, scan.lookup) for site in scan.sites), output)


def write_usages(scan: Scan, output: Output) -> None:
    _write(map(wire.sequence, scan.usages), output)


def _write(records: Iterable[dict[str, Any]], output: Output) -> None:
    for record in records:
        output.write(json.dumps(record, ensure_ascii=False) + "\n")
