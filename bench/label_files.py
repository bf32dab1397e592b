"""Labelled load sites: one row per (load site, model id), read from CSV files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "labels"
JUDGED = FOLDER / "judged.csv"
#: The same for what other scanners report.
PEERS_JUDGED = FOLDER / "judged_peers.csv"
#: In `model_id`: the id cannot be known from the repository's text.
UNKNOWN = "?"
#: Kinds of sites whose id one file can tell.
ONE_FILE = frozenset(
    (
        "literal",
        "local_var",
        "module_const",
        "func_default",
        "self_attr",
        "argparse",
        "dict_list",
        "fstring",
        "literal_notebook",
    )
)
_CELL = re.compile(r"\bcell (\d+)\b")


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled load site and one id it can load. Lines are 1-based; in notebooks of the raw JSON."""

    file: str
    source: str
    version: str
    path: str
    line: int
    end_line: int
    cell: int | None
    model_id: str
    api: str
    library: str
    kind: str
    origin: str
    notes: str

    @property
    def place(self) -> tuple[str, str, int, int]:
        return self.source, self.path, self.line, self.end_line

    @property
    def known(self) -> bool:
        return self.model_id != UNKNOWN

    def names(self, model_id: str) -> bool:
        """Whether this id is right here: one of the alternatives (`a|b`), or begins as a `prefix*` does."""
        return any(_same(alternative, model_id) for alternative in self.model_id.split("|"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of a result that no label lists."""

    source: str
    path: str
    cell: int | None
    line: int
    id: str
    right: bool

    @property
    def key(self) -> tuple[str, str, int, int, str]:
        return self.source, self.path, -1 if self.cell is None else self.cell, self.line, self.id


def label_files() -> list[Path]:
    """Every label file at hand, the judged results apart."""
    return sorted(path for path in FOLDER.glob("*.csv") if path not in (JUDGED, PEERS_JUDGED))


def read_labels(path: Path) -> Iterator[Label]:
    """The rows of one label file.

    Raises:
        ValueError: a row lacks a column or holds a line that is no number; the message names file and row.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            try:
                yield _label(path.stem, row)
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: {error!r}") from error


def read_verdicts(path: Path = JUDGED) -> list[Verdict]:
    """The judged results, or none where there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["verdict"] in ("right", "wrong")]
    return [_verdict(row) for row in rows]


def lines_in_cell(label: Label, notebook: str) -> tuple[int, int] | None:
    """The label's lines counted within its cell; None where the raw lines do not lie in that cell."""
    if label.cell is None:
        return None
    first = _first_line(notebook, label.cell)
    if first is None or not first[0] <= label.line <= first[0] + first[1]:
        return None
    return label.line - first[0] + 1, label.end_line - first[0] + 1


def _label(file: str, row: dict[str, str]) -> Label:
    cell = _CELL.search(row["notes"]) if row["path"].endswith(".ipynb") else None
    return Label(
        file=file,
        source=row["source"],
        version=row["version"],
        path=row["path"],
        line=int(row["line"]),
        end_line=int(row["end_line"]),
        cell=int(cell[1]) if cell else None,
        model_id=row["model_id"],
        api=row["api"],
        library=row["library"],
        kind=row["kind"],
        origin=f"{row['origin_path']}:{row['origin_line']}",
        notes=row["notes"],
    )


def _verdict(row: dict[str, str]) -> Verdict:
    cell = int(row["cell"]) if row["cell"] else None
    return Verdict(row["source"], row["path"], cell, int(row["line"]), row["id"], right=row["verdict"] == "right")


def _same(alternative: str, model_id: str) -> bool:
    if alternative.endswith("*"):
        return model_id.startswith(alternative[:-1])
    return model_id == alternative


def _first_line(notebook: str, cell: int) -> tuple[int, int] | None:
    """Raw line of a cell's first source line, and how many lines follow it."""
    raw = [line.strip().removesuffix(",") for line in notebook.split("\n")]
    at = 0
    for index, content in enumerate(json.loads(notebook)["cells"]):
        source = content["source"]
        lines = source if isinstance(source, list) else source.splitlines(keepends=True)
        start = _find(raw, lines, at)
        if start is None:
            return None
        if index == cell:
            return start + 1, len(lines) - 1
        at = start + len(lines)
    return None


def _find(raw: list[str], lines: list[str], at: int) -> int | None:
    """Where these lines stand as JSON strings, one below the other, at or after `at`."""
    if not lines:
        return at
    forms = [(json.dumps(line, ensure_ascii=False), json.dumps(line)) for line in lines]
    for start in range(at, len(raw) - len(lines) + 1):
        if all(raw[start + index] in form for index, form in enumerate(forms)):
            return start
    return None
