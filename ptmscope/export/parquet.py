"""Parquet, with the columns of the data frames. Needs the extra `ptmscope[parquet]`."""

from __future__ import annotations

import io
from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ptmscope.errors import Misuse
from ptmscope.export.output import Output
from ptmscope.export.rows import Cell, Kind
from ptmscope.findings import Scan

if TYPE_CHECKING:
    import pandas


def write_sites(scan: Scan, output: Output) -> None:
    require_pyarrow()
    from ptmscope.export.frame import site_frame

    _write(site_frame(scan.sites, scan.lookup), output)


def write_usages(scan: Scan, output: Output) -> None:
    require_pyarrow()
    from ptmscope.export.frame import usage_frame

    _write(usage_frame(scan.usages), output)


def write_rows(columns: dict[str, Kind], rows: Iterable[tuple[Cell, ...]], output: Output) -> None:
    """Rows of any table; the types of the columns do not depend on the rows."""
    require_pyarrow()
    from ptmscope.export.frame import frame

    _write(frame(columns, rows), output, schema(columns))


def schema(columns: dict[str, Kind]) -> Any:
    """The types of columns, as pyarrow has them."""
    import pyarrow

    types = {
        "text": pyarrow.string(),
        "number": pyarrow.int64(),
        "flag": pyarrow.bool_(),
        "real": pyarrow.float64(),
        "texts": pyarrow.list_(pyarrow.string()),
    }
    return pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])


def _write(frame: pandas.DataFrame, output: Output, schema: object = None) -> None:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False, schema=schema)
    output.stream.write(buffer.getvalue())


def require_pyarrow() -> None:
    """Raises Misuse where it is not installed."""
    if find_spec("pyarrow") is None:
        raise Misuse("Parquet needs pyarrow: pip install 'ptmscope[parquet]'")
