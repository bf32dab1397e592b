"""The formats of each command, and where they are written. A module is imported when its format is asked
for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from ptmscope.export.output import Output
from ptmscope.findings import Scan

Writer = Callable[[Scan, Output], None]


@dataclass(frozen=True, slots=True)
class Format:
    """`suffix`: of the files that hold it; `has_diagnostics`: it tells what could not be read."""

    name: str
    writer: str
    suffix: str | None
    has_diagnostics: bool = False
    has_usages: bool = False
    is_binary: bool = False

    def write(self, scan: Scan, output: Output) -> None:
        module, _, function = self.writer.partition(":")
        cast(Writer, getattr(import_module(module), function))(scan, output)


SCAN = (
    Format("table", "ptmscope.export.table:write_sites", None, has_diagnostics=True, has_usages=True),
    Format("json", "ptmscope.export.json:write_sites", ".json", has_diagnostics=True),
    Format("jsonl", "ptmscope.export.jsonl:write_sites", ".jsonl"),
    Format("csv", "ptmscope.export.csv:write_sites", ".csv"),
    Format("parquet", "ptmscope.export.parquet:write_sites", ".parquet", is_binary=True),
    Format("markdown", "ptmscope.export.markdown:write_sites", ".md", has_diagnostics=True, has_usages=True),
)

SEQUENCES = (
    Format("table", "ptmscope.export.table:write_usages", None, has_diagnostics=True, has_usages=True),
    Format("json", "ptmscope.export.json:write_usages", ".json", has_diagnostics=True, has_usages=True),
    Format("jsonl", "ptmscope.export.jsonl:write_usages", ".jsonl", has_usages=True),
    Format("csv", "ptmscope.export.csv:write_usages", ".csv", has_usages=True),
    Format("parquet", "ptmscope.export.parquet:write_usages", ".parquet", has_usages=True, is_binary=True),
    Format("markdown", "ptmscope.export.markdown:write_usages", ".md", has_diagnostics=True, has_usages=True),
)
