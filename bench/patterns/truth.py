"""Usages whose class is known: planted ones, and those labelled by hand."""

from __future__ import annotations

import ast
import csv
import json
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.records import CallSequence
from bench.patterns.label import Label, usage_of
from bench.patterns.planted import plant
from ptmscope import scan

LABELS = Path(__file__).with_name("labels") / "real.csv"
SUFFIX = ".ipynb"
Cells = dict[int | None, str]


@dataclass(frozen=True, slots=True)
class Known:
    """One usage with its class, its kind (None: not known) and its code. Noise has no class.

    A labelled usage that the scan does not find has no calls, and its file stands for its statements.
    """

    source: str
    usage: CallSequence
    fine: str
    coarse: str | None
    statements: str
    file: str


def planted(folder: Path, seed: int) -> list[Known]:
    """Writes the repositories into the folder and scans them."""
    plant(folder, seed)
    with (folder / "truth.csv").open(encoding="utf-8") as lines:
        labels = [(row["source"], Label(row["path"], row["model_id"], row["class"])) for row in csv.DictReader(lines)]
    return list(_known(labels, {source: folder / source for source, _ in labels}))


def labelled(repos: Path, half: str) -> tuple[list[Known], list[str]]:
    """The labelled usages of one half whose repository is at hand, and the sources that are not."""
    with LABELS.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["half"] == half]
    folders = {row["source"]: repos / row["source"].partition(":")[2].replace("/", "+") for row in rows}
    missing = sorted(source for source, folder in folders.items() if not folder.is_dir())
    labels = ((row["source"], _label(row)) for row in rows if row["source"] not in missing)
    return list(_known(labels, folders)), missing


def _label(row: dict[str, str]) -> Label:
    place = int(row["line"]), int(row["cell"]) if row["cell"] else None
    return Label(row["path"], row["model_id"], row["fine"], row["coarse"], place)


def _known(labels: Iterable[tuple[str, Label]], folders: dict[str, Path]) -> Iterator[Known]:
    of_source = defaultdict(list)
    for source, label in labels:
        of_source[source].append(label)
    for source, wanted in of_source.items():
        of_file = defaultdict(list)
        for usage in scan(folders[source]).usages:
            of_file[usage.path].append(usage)
        for label in wanted:
            usage = usage_of(label, folders[source], of_file[label.path])
            cells = _cells(folders[source] / label.path)
            whole = "\n".join(cells.values())
            yield Known(source, usage, label.fine, label.coarse, _statements(usage, cells) or whole, whole)


def _cells(file: Path) -> Cells:
    """The code of a file; that of a notebook by cells, its magics left out."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix != SUFFIX:
        return {None: text}
    cells = enumerate(json.loads(text)["cells"])
    return {number: _python(cell["source"]) for number, cell in cells if cell["cell_type"] == "code"}


def _python(source: str | list[str]) -> str:
    lines = "".join(source).split("\n")
    return "\n".join("pass" if line.lstrip().startswith(("!", "%")) else line for line in lines)


def _statements(usage: CallSequence, cells: Cells) -> str:
    """The statements that hold the usage's calls, in the order of the file."""
    lines = defaultdict(set)
    for call in usage.calls:
        lines[call.cell].add(call.line)
    return "\n".join(text for cell in cells for text in _around(cells[cell], lines[cell]))


def _around(code: str, lines: set[int]) -> Iterator[str]:
    rows = code.split("\n")
    simple = [] if not lines else _simple(code)
    seen = set()
    for line in sorted(lines):
        low, high = max((span for span in simple if span[0] <= line <= span[1]), default=(line, line))
        if (low, high) not in seen and low <= len(rows):
            seen.add((low, high))
            yield "\n".join(rows[low - 1 : high])


def _simple(code: str) -> list[tuple[int, int]]:
    """Lines of the statements that hold no others; of code that is not Python 3, none."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return []
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body"))
    return [(node.lineno, node.end_lineno or node.lineno) for node in nodes]
