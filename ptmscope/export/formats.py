"""The formats of each command, and where they are written. A module is imported when its format is asked
for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from ptmscope.errors import Misuse
from ptmscope.export.output import Output
from ptmscope.findings import Scan

Writer = Callable[[Scan, Output], None]


@dataclass(frozen=True, slots=True)
class Format:
    """`suffix`: of the files that hold it; `has_diagnostics`: it tells what could not be read; `needs`:
    packages of the extra `extra`."""

    name: str
    writer: str
    suffix: str | None
    has_diagnostics: bool = False
    has_usages: bool = False
    is_binary: bool = False
    needs: tuple[str, ...] = ()
    extra: str | None = None

    def write(self, scan: Scan, output: Output) -> None:
        if any(find_spec(name) is None for name in self.needs):
            raise Misuse(f"{self.name} needs more packages: pip install 'ptmscope[{self.extra}]'")
        module, _, function = self.writer.partition(":")
        cast(Writer, getattr(import_module(module), function))(scan, output)


SCAN = (
    Format("table", "ptmscope.export.table:write_sites", None, has_diagnostics=True, has_usages=True),
    Format("json", "ptmscope.export.json:write_sites", ".json", has_diagnostics=True),
    Format("jsonl", "ptmscope.export.jsonl:write_sites", ".jsonl"),
    Format("csv", "ptmscope.export.csv:write_sites", ".csv"),
    Format("parquet", "ptmscope.export.parquet:write_sites", ".parquet", is_binary=True),
    Format("markdown", "ptmscope.export.markdown:write_sites", ".md", has_diagnostics=True, has_usages=True),
    Format("sarif", "ptmscope.export.checks.sarif:write_sites", ".sarif", has_diagnostics=True),
    Format("cyclonedx", "ptmscope.export.cyclonedx:write_sites", ".cdx.json", needs=("cyclonedx",), extra="sbom"),
    Format("spdx", "ptmscope.export.spdx:write_sites", ".spdx3.json", needs=("spdx_python_model",), extra="sbom"),
)

SEQUENCES = (
    Format("table", "ptmscope.export.table:write_usages", None, has_diagnostics=True, has_usages=True),
    Format("json", "ptmscope.export.json:write_usages", ".json", has_diagnostics=True, has_usages=True),
    Format("jsonl", "ptmscope.export.jsonl:write_usages", ".jsonl", has_usages=True),
    Format("csv", "ptmscope.export.csv:write_usages", ".csv", has_usages=True),
    Format("parquet", "ptmscope.export.parquet:write_usages", ".parquet", has_usages=True, is_binary=True),
    Format("markdown", "ptmscope.export.markdown:write_usages", ".md", has_diagnostics=True, has_usages=True),
)
