"""A comparison for people: the same tables on a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from patterns.compare import Comparison, Row
from patterns.transitions import Divergence
from ptmscope.export.markdown import escape, table
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import count
from ptmscope.export.table import titled

#: Rows of patterns and of models used together.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One table: its title, the heads of its columns, its rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_table(found: Comparison, output: Output) -> None:
    for part in parts(found):
        titled(part.title, part.heads, part.rows, output)


def write_markdown(found: Comparison, output: Output) -> None:
    output.write("# Comparison\n\n")
    for part in parts(found):
        rows = [[tuple(escape(cell) for cell in row)] for row in part.rows]
        output.write(f"## {part.title}\n\n" + table(tuple(escape(head) for head in part.heads), rows))


def parts(found: Comparison) -> Iterator[Part]:
    """The tables that have rows."""
    names = tuple(printable(side.name) for side in found.sides)
    sides = [
        (name, f"{side.usages:,}", f"{side.repositories:,}") for name, side in zip(names, found.sides, strict=True)
    ]
    made = (
        Part("Compared", ("", "usages", "repositories"), tuple(sides)),
        Part("Patterns, share of usages", ("pattern", *names, ""), tuple(_patterns(found))),
        Part("Divergence of call transitions", ("", "", "Jensen-Shannon"), tuple(_divergences(found))),
        Part("Roles, share of usages", ("role", *names, ""), tuple(map(_row, found.roles))),
        Part("Arguments of loads, share of usages", ("given", *names, ""), tuple(map(_row, found.arguments))),
        Part("Used together in a file", ("", "", "as", "files", "repositories"), tuple(_together(found))),
    )
    return (part for part in made if part.rows)


def _patterns(found: Comparison) -> Iterator[tuple[str, ...]]:
    for row in found.patterns[:SHOWN]:
        note = "shared" if row.is_shared and row.of is None else f"distinctive of {row.of}" if row.of else ""
        yield printable(row.pattern.name), *_percent(row.shares), printable(note)
    yield from _rest(len(found.patterns), "pattern", len(found.sides) + 1)


def _divergences(found: Comparison) -> Iterator[tuple[str, ...]]:
    for left, right, value in found.divergences:
        yield printable(left), printable(right), _divergence(value)


def _divergence(value: Divergence | None) -> str:
    if value is None:
        return "no usages"
    between = "" if value.low is None else f" ({value.low:.2f} to {value.high:.2f})"
    return f"{value.value:.2f}{between}"


def _row(row: Row) -> tuple[str, ...]:
    return row.name, *_percent(row.shares), printable(f"missing in {', '.join(row.missing)}" if row.missing else "")


def _together(found: Comparison) -> Iterator[tuple[str, ...]]:
    for pair in found.together[:SHOWN]:
        yield *map(printable, pair.models), pair.relation, str(pair.files), str(pair.repositories)
    yield from _rest(len(found.together), "pair", 4)


def _rest(size: int, noun: str, empty: int) -> Iterator[tuple[str, ...]]:
    if size > SHOWN:
        yield f"and {count(size - SHOWN, f'more {noun}')}", *[""] * empty


def _percent(shares: Iterable[float]) -> Sequence[str]:
    return [f"{share:.0%}" if share else "" for share in shares]
