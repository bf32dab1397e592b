"""Tables for people. The only importer of rich's tables; plain and unwrapped where the output is no
terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from analyzer.records import CallSequence
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import Group, ModelEntry, SiteLine, footer, overview, place, short, unread
from ptmscope.findings import Scan

#: Wide enough that nothing is wrapped.
UNWRAPPED = 4000


def write_sites(scan: Scan, output: Output) -> None:
    view = overview(scan)
    for model in view.models:
        show(_model(model), output)
    for group in view.groups:
        show(_group(group), output)
    show([Text(line) for line in view.footer], output)


def write_usages(scan: Scan, output: Output) -> None:
    for usage in scan.usages:
        show(_usage(usage), output)
    for group in unread(scan):
        show(_group(group), output)
    show([Text(line) for line in footer(scan)], output)


def _model(model: ModelEntry) -> Iterator[RenderableType]:
    yield Text.assemble((model.name, "bold cyan"), ("  " + model.also, "dim"))
    for use in model.uses:
        yield Text("  " + use, "green")
    yield _lines(model.sites)
    yield Text()


def _group(group: Group) -> Iterator[RenderableType]:
    yield Text.assemble((group.title, "bold yellow"), (f"  {group.size}", "dim"))
    yield _lines(group.lines)
    yield Text()


def _lines(lines: Iterable[SiteLine]) -> Table:
    return grid((line.place, line.api, Text(line.how, "dim")) for line in lines)


def _usage(usage: CallSequence) -> Iterator[RenderableType]:
    yield Text.assemble((printable(usage.model_id), "bold cyan"), ("  " + printable(usage.path), "dim"))
    rows = []
    for position, call in enumerate(usage.calls):
        inputs = "← " + " ".join(map(str, call.inputs)) if call.inputs else ""
        rows.append(
            (
                str(position),
                place(call.path or "", call.line, call.cell).removeprefix(":"),
                short(call.api),
                call.role or "",
                inputs,
            )
        )
    yield grid(rows)
    yield Text()


def grid(rows: Iterable[tuple[str | Text, ...]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        cells = [Text("")] + [cell if isinstance(cell, Text) else Text(cell) for cell in row]
        while len(table.columns) < len(cells):
            table.add_column(overflow="fold")
        table.add_row(*cells)
    return table


def titled(title: str, heads: Iterable[str], rows: Iterable[tuple[str | Text, ...]], output: Output) -> None:
    """A table with its heads, below its title."""
    dim: tuple[str | Text, ...] = tuple(Text(head, "dim") for head in heads)
    show([Text(title, "bold yellow"), grid([dim, *rows]), Text()], output)


def show(parts: Iterable[RenderableType], output: Output) -> None:
    text = io.StringIO()
    console = Console(
        file=text,
        width=output.width or UNWRAPPED,
        force_terminal=output.colour,
        color_system="standard" if output.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part)
    output.write("".join(line.rstrip() + "\n" for line in text.getvalue().splitlines()))
