"""Parquet, written row by row and read row group by row group. Rows that are alike are bytes that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow
from pyarrow import parquet

from ptmscope.bulk.folder import Folder
from ptmscope.export.parquet import schema
from ptmscope.export.rows import Cell, Kind

#: Rows of a row group, which are held while it is written.
GROUP = 2_000

Row = tuple[Cell, ...]


class Table:
    """A table that is being written."""

    def __init__(self, columns: dict[str, Kind], writer: Any, group: int) -> None:
        self.schema = schema(columns)
        self.group = group
        self.writer = writer
        self.rows: list[Row] = []
        self.count = 0

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self.count += 1
        if len(self.rows) >= self.group:
            self.flush()

    def flush(self) -> None:
        """Ends the row group."""
        if self.rows:
            columns = zip(zip(*self.rows, strict=True), self.schema, strict=True)
            arrays = [_array(column, field.type) for column, field in columns]
            self.writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self.schema))
            self.rows.clear()


def _array(column: tuple[Cell, ...], kind: Any) -> Any:
    try:
        return pyarrow.array(column, kind)
    except UnicodeEncodeError:  # half a character, which JSON and Python can hold
        whole = (cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell for cell in column)
        return pyarrow.array(list(whole), kind)


@contextmanager
def writing(folder: Folder, name: str, columns: dict[str, Kind], *, group: int = GROUP) -> Iterator[Table]:
    """A table to add rows to, in row groups of so many rows; its file is there when the block ends."""
    with folder.writing(name) as stream, parquet.ParquetWriter(stream, schema(columns), compression="zstd") as writer:
        table = Table(columns, writer, group)
        yield table
        table.flush()


def group(folder: Folder, name: str, number: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a row group."""
    with folder.reading(name) as stream:
        found = parquet.ParquetFile(stream).read_row_group(number, use_threads=False)
    yield from _rows(found)


def rows(folder: Folder, name: str, columns: tuple[str, ...] | None = None) -> Iterator[tuple[Any, ...]]:
    """All rows of a file, or these columns of them."""
    with folder.reading(name) as stream:
        for batch in parquet.ParquetFile(stream).iter_batches(GROUP, columns=columns, use_threads=False):
            yield from _rows(batch)


def _rows(batch: Any) -> Iterator[tuple[Any, ...]]:
    yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
