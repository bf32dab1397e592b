"""Data frames. The only importer of pandas."""

from __future__ import annotations

from collections.abc import Iterable

import pandas

from analyzer.records import CallSequence, LoadSite
from ptmscope.export.rows import SITE_COLUMNS, USAGE_COLUMNS, Cell, Kind, site_rows, usage_rows
from ptmscope.lookup import NOTHING, Lookup

DTYPES: dict[Kind, str] = {"text": "string", "number": "Int64", "flag": "boolean", "real": "Float64", "texts": "object"}


def site_frame(sites: Iterable[LoadSite], lookup: Lookup = NOTHING) -> pandas.DataFrame:
    """One row per site and model id."""
    return frame(SITE_COLUMNS, site_rows(sites, lookup))


def usage_frame(usages: Iterable[CallSequence]) -> pandas.DataFrame:
    """One row per call."""
    return frame(USAGE_COLUMNS, usage_rows(usages))


def frame(columns: dict[str, Kind], rows: Iterable[tuple[Cell, ...]]) -> pandas.DataFrame:
    """The same types whatever the rows, so that files written from several scans fit together."""
    cells = [[_encodable(cell) for cell in row] for row in rows]
    made = pandas.DataFrame(cells, columns=list(columns), dtype=object)
    return made.astype({name: DTYPES[kind] for name, kind in columns.items()})


def _encodable(cell: Cell) -> Cell:
    """Arrow holds UTF-8: half of a surrogate pair, which a Python string may hold, is escaped."""
    if isinstance(cell, tuple):
        return tuple(text.encode("utf-8", "backslashreplace").decode() for text in cell)
    return cell.encode("utf-8", "backslashreplace").decode() if isinstance(cell, str) else cell
