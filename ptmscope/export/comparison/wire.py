"""The dict form of a comparison. Schema: ptmscope/schemas/comparison.schema.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from patterns.compare import Comparison, Row, Shared
from patterns.transitions import Divergence
from ptmscope.export.output import Output
from ptmscope.export.patterns import wire


def write_json(found: Comparison, output: Output) -> None:
    output.write(json.dumps(comparison(found), ensure_ascii=False, indent=2) + "\n")


def comparison(record: Comparison) -> dict[str, Any]:
    names = [side.name for side in record.sides]
    return {
        "sides": [asdict(side) for side in record.sides],
        "patterns": [_shared(row, names) for row in record.patterns],
        "divergences": [{"sides": [a, b], "jensen_shannon": _divergence(value)} for a, b, value in record.divergences],
        "roles": [_row(row, names) for row in record.roles],
        "arguments": [_row(row, names) for row in record.arguments],
        "together": [{**asdict(pair), "models": list(pair.models)} for pair in record.together],
    }


def _shared(record: Shared, names: list[str]) -> dict[str, Any]:
    return {
        "id": record.pattern.id,
        "name": record.pattern.name,
        "group": record.pattern.group,
        "skeleton": list(map(wire.step, record.pattern.skeleton)),
        "shares": _named(record.shares, names),
        "shared": record.is_shared,
        "distinctive_of": record.of,
    }


def _row(record: Row, names: list[str]) -> dict[str, Any]:
    return {"name": record.name, "shares": _named(record.shares, names), "missing": list(record.missing)}


def _named(shares: tuple[float, ...], names: list[str]) -> dict[str, float]:
    return {name: round(share, 4) for name, share in zip(names, shares, strict=True)}


def _divergence(record: Divergence | None) -> dict[str, float | None] | None:
    if record is None:
        return None
    return {name: None if value is None else round(value, 4) for name, value in asdict(record).items()}
