"""Statistics for people, spreadsheets and programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from ptmscope.export import csv
from ptmscope.export.markdown import escape, table
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import count
from ptmscope.export.rows import Cell
from ptmscope.export.table import titled
from ptmscope.statistics.tables import Table

#: Rows of a table for people.
SHOWN = 20

Tables = Sequence[Table]


def write_table(tables: Tables, output: Output) -> None:
    for each in tables:
        if each.rows:
            titled(_title(each), each.columns, list(_rows(each)), output)


def write_markdown(tables: Tables, output: Output) -> None:
    output.write("# Statistics\n\n")
    for each in tables:
        if each.rows:
            rows = [[tuple(map(escape, row))] for row in _rows(each)]
            output.write(f"## {_title(each)}\n\n" + table(each.columns, rows))


def write_json(tables: Tables, output: Output) -> None:
    output.write(json.dumps(document(tables), ensure_ascii=False, indent=2) + "\n")


def write_csv(tables: Tables, output: Output) -> None:
    """One row per figure: the table, the number and name of the row, the column, the value."""
    rows = (
        (each.name, number, _name(row[0]), column, _rounded(value))
        for each in tables
        for number, row in enumerate(each.rows, 1)
        for column, value in zip(each.columns[1:], row[1:], strict=True)
    )
    csv.write_rows(("table", "row", "name", "figure", "value"), rows, output)


def document(tables: Tables) -> dict[str, list[dict[str, Cell]]]:
    """Table -> rows, each by column."""
    return {
        each.name: [dict(zip(each.columns, map(_rounded, row), strict=True)) for row in each.rows] for each in tables
    }


def _title(each: Table) -> str:
    return f"{each.title} ({each.note})" if each.note else each.title


def _rows(each: Table) -> Iterator[tuple[str, ...]]:
    for row in each.rows[:SHOWN]:
        yield tuple(_text(value, column) for value, column in zip(row, each.columns, strict=True))
    if len(each.rows) > SHOWN:
        yield f"and {count(len(each.rows) - SHOWN, 'more')}".removesuffix("s"), *[""] * (len(each.columns) - 1)


def _text(value: Cell, column: str) -> str:
    if isinstance(value, float):
        return f"{value:.1%}" if column == "share" else f"{value:.3g}"
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else printable(str(value))


def _name(value: Cell) -> str:
    return str(value)


def _rounded(value: Cell) -> Cell:
    return round(value, 6) if isinstance(value, float) else value


FORMATS: Mapping[str, Callable[[Tables, Output], None]] = {
    "table": write_table,
    "markdown": write_markdown,
    "json": write_json,
    "csv": write_csv,
}
