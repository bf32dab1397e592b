"""The formats of `ptmscope patterns`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from patterns.pattern import Patterns
from ptmscope.export import csv, parquet
from ptmscope.export.output import Output
from ptmscope.export.patterns import text, wire
from ptmscope.export.patterns.rows import PATTERN_COLUMNS, pattern_rows


def write_json(found: Patterns, output: Output) -> None:
    document = {
        "patterns": list(map(wire.pattern, found.patterns)),
        "singular": list(map(wire.member, found.singular)),
        "usages": found.usages,
        "quality": wire.quality(found.quality),
    }
    output.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def write_jsonl(found: Patterns, output: Output) -> None:
    for each in wire.objects(found):
        output.write(json.dumps(each, ensure_ascii=False) + "\n")


def write_csv(found: Patterns, output: Output) -> None:
    csv.write_rows(PATTERN_COLUMNS, pattern_rows(found), output)


def write_parquet(found: Patterns, output: Output) -> None:
    parquet.write_rows(PATTERN_COLUMNS, pattern_rows(found), output)


FORMATS: Mapping[str, Callable[[Patterns, Output], None]] = {
    "table": text.write_table,
    "json": write_json,
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "markdown": text.write_markdown,
}
