"""Notebooks as one program: the code of all cells, one after the other, with where each cell begins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from analyzer import pages
from analyzer.commands.notebook_lines import LaunchLine
from analyzer.encoding import decode
from analyzer.languages import PAGES

_MAGIC = re.compile(r"^\s*([%!?].*|.*\?\s*$)")
_LINE_RUN = re.compile(r"^(\s*)(?:[\w, ]+=\s*)?([!%])(.*)$")
_TIMED = re.compile(r"^\s*%(?:time|timeit|memit|prun|lprun)\s+(?:-\S+\s+)*(\S.*)$")
_FOREIGN = re.compile(r"^\s*%%(?!time|timeit|capture|prun|memit|script\s+python|python)\w+")


_SHELL = re.compile(r"\s*%%(bash|sh|script|shell|cmd)")


class NotebookError(ValueError):
    """The file is no notebook."""


@dataclass(frozen=True, slots=True)
class Program:
    """`cells` gives (first line, cell index) of each code cell in `source`, ascending."""

    source: bytes
    cells: tuple[tuple[int, int], ...]
    launches: tuple[LaunchLine, ...]
    broken: tuple[int, ...] = ()  # cells that do not parse and were left out


def program(source: bytes, path: str) -> Program:
    """A file as a program: a notebook's cells, a page's scripts; UnreadableError or NotebookError if it is none."""
    if path.endswith(".ipynb"):
        return read(source)
    text = decode(source)
    return Program(pages.scripts(text) if path.endswith(PAGES) else text, (), ())


def read(content: bytes) -> Program:
    """The code of a notebook (nbformat 3 or 4); NotebookError if it is none. Magics become blank lines."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NotebookError(str(error)) from None
    lines: list[str] = []
    starts: list[tuple[int, int]] = []
    launches: list[LaunchLine] = []
    for index, cell in enumerate(_cells(notebook)):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        starts.append((len(lines) + 1, index))
        lines.extend(_code(cell, index, launches))
    return Program("\n".join([*lines, ""]).encode("utf-8", "replace"), tuple(starts), tuple(launches))


def _cells(notebook: Any) -> list[Any]:
    if not isinstance(notebook, dict):
        raise NotebookError("not a JSON object")
    language = notebook.get("metadata", {})
    language = language.get("kernelspec", {}) if isinstance(language, dict) else {}
    name = language.get("language", "python") if isinstance(language, dict) else "python"
    if isinstance(name, str) and name.lower() not in ("python", "ipython", "python3", ""):
        return []
    found = notebook.get("cells")
    if found is None and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        found = [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    if not isinstance(found, list):
        raise NotebookError("no cells")
    return found


def _code(cell: dict[str, Any], index: int, launches: list[LaunchLine]) -> list[str]:
    """The lines of one cell as Python, line for line; what is no Python is blank."""
    text = cell.get("source", cell.get("input", ""))
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    lines = text.split("\n") if isinstance(text, str) else []
    first = next((line for line in lines if line.strip()), "")
    if _FOREIGN.match(first):
        if _SHELL.match(first):
            joined = _joined(lines)
            launches.extend(LaunchLine(text, number, index) for number, text in joined)
        return [""] * len(lines)
    return _python(lines, index, launches)


def _joined(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(first line number, text) of each command; a backslash goes on in the next line."""
    start, text = 0, ""
    for number, line in enumerate(lines, 1):
        start, text = (start, text + " " + line.strip()) if text else (number, line.strip())
        if text.endswith("\\"):
            text = text[:-1]
        else:
            yield start, text
            text = ""
    if text:
        yield start, text


def _python(lines: list[str], cell: int, launches: list[LaunchLine]) -> list[str]:
    """Magics and shell lines blank, or `pass` where a block needs a statement."""
    found: list[str] = []
    going = False
    for number, line in enumerate(lines, 1):
        run = _LINE_RUN.match(line)
        if going and launches and not run:
            last = launches[-1]
            launches[-1] = replace(last, text=last.text.rstrip().removesuffix("\\") + " " + line.strip())
            going = line.rstrip().endswith("\\")
            found.append("")
            continue
        going = run is not None and line.rstrip().endswith("\\")
        if run:
            launches.append(LaunchLine(run[3], number, cell, run.start(3)))
        found.append(_line(line, is_run=run is not None))
    return found


def _line(line: str, *, is_run: bool) -> str:
    timed = _TIMED.match(line)
    if timed:
        return line[: timed.start(1)].split("%")[0] + line[timed.start(1) :]
    if not is_run and not _MAGIC.match(line):
        return line
    indent = len(line) - len(line.lstrip())
    return line[:indent] + "pass" if indent else ""
