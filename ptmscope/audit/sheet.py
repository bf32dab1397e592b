"""A sheet: the sites of a sample as rows that people label, written as CSV or as a page, and read again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

from analyzer import notebooks
from analyzer.credentials import redacted
from analyzer.encoding import UnreadableError
from patterns.pattern import Exemplar
from ptmscope.audit.sample import Drawn, resolution
from ptmscope.cards.places import link
from ptmscope.errors import Misuse
from ptmscope.export import csv as cells
from ptmscope.export.output import Output
from ptmscope.export.overview import place
from ptmscope.release.material import site_id

#: `missing` is a site that the scan did not find, in a row that is added; without a label, a row was not judged.
LABELS = ("right", "wrong", "unsure", "missing")
#: Lines of code shown before and after the call.
AROUND = 6
#: Longer lines and longer calls are cut.
WIDTH, LINES = 240, 40


@dataclass(frozen=True, slots=True)
class Row:
    """A site, what the scan says of it, and what somebody says to that."""

    id: str
    stratum: str
    size: int
    exhaustive: str
    source: str
    commit: str
    path: str
    cell: str
    line: int
    link: str
    api: str
    library: str
    status: str
    resolution: str
    models: str
    origin: str
    code: str
    label: str = ""
    note: str = ""


COLUMNS = tuple(field.name for field in fields(Row))
_NUMBERS = ("size", "line")


def rows(drawn: Iterable[Drawn], *, exhaustive: bool) -> Iterator[Row]:
    """The rows to label."""
    for each in drawn:
        site, home = each.site, each.repository
        shown = Exemplar(home.name, site.path, site.cell, site.line, site.end_line, "", home.commit)
        places = (place(model.origin.path, model.origin.line, model.origin.cell) for model in site.models)
        yield Row(
            id=site_id(home.name, site),
            stratum=each.stratum,
            size=each.size,
            exhaustive="yes" if exhaustive else "",
            source=home.name,
            commit=home.commit or "",
            path=site.path,
            cell="" if site.cell is None else str(site.cell),
            line=site.line,
            link=link(shown, home) or "",
            api=site.api,
            library=site.library,
            status=site.status,
            resolution=resolution(site),
            models=" | ".join(model.id for model in site.models),
            origin=" | ".join(dict.fromkeys(places)),
            code=_code(each),
        )


def _code(drawn: Drawn) -> str:
    """The lines around the call, each with its number; "" where the file is not at hand."""
    site = drawn.site
    content = drawn.repository.read(site.path)
    if content is None:
        return ""
    first, last = 1, None
    if site.path.endswith(".ipynb"):
        try:
            program = notebooks.read(content)
        except (UnreadableError, notebooks.NotebookError):
            return ""
        first = {cell: line for line, cell in program.cells}.get(site.cell or 0, 1)
        last = next((line - 1 for line, _ in program.cells if line > first), None)  # the cell ends there
        content = program.source
    lines = content.decode("utf-8", "replace").splitlines()[:last]
    low = max(site.line - AROUND, 1)
    high = min(site.end_line + AROUND, site.line + LINES)
    shown = lines[first - 1 + low - 1 : first - 1 + high]
    return "\n".join(f"{low + number:5}  {redacted(text)[:WIDTH]}" for number, text in enumerate(shown))


def write_csv(sheet: Iterable[Row], output: Output) -> None:
    """Cells that a spreadsheet would run are made harmless."""
    cells.write_rows(COLUMNS, (tuple(asdict(row).values()) for row in sheet), output)


def read(path: str) -> tuple[Row, ...]:
    """A sheet that was written here or downloaded from its page, CSV or JSON. Raises Misuse for anything else."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            found = json.load(stream) if path.lower().endswith(".json") else list(csv.DictReader(stream))
        return tuple(_row(number, row) for number, row in enumerate(found, 1))
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        raise Misuse(f"{path}: not a sheet: {type(error).__name__} {error}") from error


def _row(number: int, row: dict[str, object]) -> Row:
    told = {name: row[name] for name in COLUMNS}
    text = {name: "" if value is None else str(value) for name, value in told.items() if name not in _NUMBERS}
    label = text["label"].strip().lower()
    if label and label not in LABELS:
        raise ValueError(f"row {number}: label {label!r}, not one of {', '.join(LABELS)}")
    numbers = {name: int(str(told[name]) or 0) for name in _NUMBERS}
    return Row(**{**text, "label": label}, **numbers)  # type: ignore[arg-type]
