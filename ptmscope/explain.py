"""From `PATH:LINE` to the explanation of what is loaded there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer import others
from analyzer.explain import explain
from analyzer.explanations import script_trails
from analyzer.explanations.trails import Explained
from analyzer.records import LoadSite
from miner.reader import read
from miner.walk import SUFFIXES, Skip, shown
from ptmscope.errors import Misuse
from ptmscope.export.overview import place, short
from ptmscope.pipeline import project_of
from ptmscope.settings import Settings

#: What the top folder of a repository holds; the first that any folder above the file has decides.
MARKS = ((".git", ".hg"), ("pyproject.toml", "setup.py", "setup.cfg"))

#: Sites named where there is none on the line.
NEAREST = 3

_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<cell>\d+)|\[(?P<shown>\d+)\])?:(?P<line>\d+)")


@dataclass(frozen=True, slots=True)
class Target:
    """A line of a file; `path` is relative to `root`."""

    root: str
    path: str
    line: int
    cell: int | None = None


def target(text: str, root: str | None = None) -> Target:
    """Reads `PATH:LINE`, `PATH:CELL:LINE` or, as the table writes it, `PATH[CELL]:LINE`.

    Raises Misuse where that names no file that can be read.
    """
    match = _PLACE.fullmatch(text)
    if match is None:
        raise Misuse(f"{text}: not PATH:LINE, or PATH:CELL:LINE in a notebook")
    file = match["path"]
    if not os.path.isfile(file):
        raise Misuse(f"{file}: {'not a file' if os.path.exists(file) else 'No such file or directory'}")
    if not file.endswith(SUFFIXES) and not others.wanted(file):
        raise Misuse(f"{file}: not a program that is read")
    real = os.path.realpath(file)
    top = os.path.realpath(root) if root is not None else repository(real)
    path = os.path.relpath(real, top)
    if path.startswith(os.pardir):
        raise Misuse(f"{file}: not below {root}")
    cell = match["cell"] or match["shown"]
    return Target(top, path, int(match["line"]), int(cell) if cell else None)


def repository(file: str) -> str:
    """The top folder of the repository around a file; the file's own folder if nothing tells."""
    folders = list(_above(file))
    for marks in MARKS:
        for folder in folders:
            if any(os.path.exists(os.path.join(folder, mark)) for mark in marks):
                return folder
    return folders[0]


def _above(file: str) -> Iterator[str]:
    folder = os.path.dirname(file)
    while folder != os.path.dirname(folder):
        yield folder
        folder = os.path.dirname(folder)
    yield folder


def explained(wanted: Target, settings: Settings | None = None) -> Explained:
    """What is loaded on the line, and how its ids get there. Raises Misuse where the file cannot be read."""
    settings = settings or Settings()
    content = read(os.path.join(wanted.root, wanted.path), shown(wanted.path), settings.max_file_size)
    if isinstance(content, Skip):
        raise Misuse(f"{content.path}: {content.message or content.reason}")
    project = project_of(wanted.root, wanted.path, settings)
    if not wanted.path.endswith(SUFFIXES):
        return script_trails.explain(wanted.path, project, wanted.line)
    return explain(content, shown(wanted.path), project, wanted.line, wanted.cell)


def nothing_there(wanted: Target, found: Explained) -> str:
    """One line that says so, and names the nearest sites."""
    where = place(shown(wanted.path), wanted.line, wanted.cell)
    near = sorted(found.sites, key=lambda site: _distance(site, wanted))[:NEAREST]
    if not near:
        return f"{where}: no model is loaded on this line, nor elsewhere in the file"
    sites = ", ".join(f"{place('', s.line, s.cell).removeprefix(':')} {short(s.api)}" for s in near)
    return f"{where}: no model is loaded on this line; nearest: {sites}"


def _distance(site: LoadSite, wanted: Target) -> tuple[int, int]:
    cells = abs((site.cell or 0) - (wanted.cell or 0)) if wanted.cell is not None else 0
    return cells, abs(site.line - wanted.line)
