"""CSV for spreadsheets: a cell that a spreadsheet would run as a formula is led by an apostrophe, and control
characters other than line ends and tabs are escaped."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from ptmscope.export.output import Output, printable
from ptmscope.export.rows import SITE_COLUMNS, USAGE_COLUMNS, Cell, site_rows, usage_rows
from ptmscope.findings import Scan

#: First characters that start a formula, or that spreadsheets drop before looking for one.
FORMULA = ("=", "+", "-", "@", "\t", "\n")

#: What terminals obey, or hide; a carriage return, which readers take for the end of the row.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def write_sites(scan: Scan, output: Output) -> None:
    write_rows(SITE_COLUMNS, site_rows(scan.sites, scan.lookup), output)


def write_usages(scan: Scan, output: Output) -> None:
    write_rows(USAGE_COLUMNS, usage_rows(scan.usages), output)


def write_rows(columns: Iterable[str], rows: Iterable[tuple[Cell, ...]], output: Output) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    output.write(text.getvalue())


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if not isinstance(cell, str):
        return cell
    text = _CONTROL.sub(lambda found: printable(found[0]), cell)
    return f"'{text}" if text.startswith(FORMULA) else text
