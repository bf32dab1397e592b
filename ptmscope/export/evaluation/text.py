"""An evaluation for people: the same tables on a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from patterns.measures import MEASURES
from patterns.resampling import Estimate
from ptmscope.evaluation.evaluate import Evaluation, Pair, Row
from ptmscope.export.markdown import escape, table
from ptmscope.export.output import Output, printable
from ptmscope.export.table import grid, show

#: Measures that have a column; the other formats have all.
SHOWN = ("success@1", "success@5", "precision@5", "recall@10", "mrr")


@dataclass(frozen=True, slots=True)
class Part:
    """One table: its title, the heads of its columns, its rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_table(found: Evaluation, output: Output) -> None:
    for part in parts(found):
        heads: tuple[str | Text, ...] = tuple(Text(head, "dim") for head in part.heads)
        show([Text(part.title, "bold yellow"), grid([heads, *part.rows]), Text()], output)


def write_markdown(found: Evaluation, output: Output) -> None:
    for part in parts(found):
        rows = [[tuple(map(escape, row))] for row in part.rows]
        output.write(f"## {escape(part.title)}\n\n" + table(tuple(map(escape, part.heads)), rows))
    output.write("".join(f"{escape(note)}  \n" for note in found.notes))


def parts(found: Evaluation) -> Iterator[Part]:
    """The tables that have rows: all there are, by configuration, by library, system against system."""
    whole = [row for row in found.rows if not row.configuration and not row.library]
    configured = [row for row in found.rows if row.configuration]
    by_library = [row for row in found.rows if row.library]
    heads = ("task", "", "system", "tasks", "repositories", *SHOWN)
    made = (
        Part(f"All tasks, split {found.split}", heads, tuple(_rows(whole))),
        Part("By configuration", heads, tuple(_rows(configured))),
        Part("By library", heads, tuple(_rows(by_library))),
        Part("Differences", ("task", "measure", "", "difference", "p"), tuple(map(_pair, found.pairs))),
    )
    return (part for part in made if part.rows)


def _rows(rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        values = (_estimate(row.values[MEASURES.index(name)]) for name in SHOWN)
        what = (row.task, printable(row.configuration or row.library), printable(row.system))
        yield (*what, f"{row.tasks:,}", f"{row.repositories:,}", *values)


def _pair(pair: Pair) -> tuple[str, ...]:
    p = "" if pair.difference.p is None else f"{pair.difference.p:.3f}"
    systems = " - ".join(map(printable, pair.systems))
    return pair.task, pair.measure, systems, _estimate(pair.difference.estimate), p


def _estimate(found: Estimate) -> str:
    between = "" if found.low is None else f" ({found.low:.3f} to {found.high:.3f})"
    return f"{found.value:.3f}{between}"
