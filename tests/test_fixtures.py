"""Every fixture against the analyzer, exact both ways: an unmarked result fails, a missing one too."""

from __future__ import annotations

import ast
import codecs
import json
from pathlib import Path

import expectations
import pytest
from comparison import compare
from expectations import Case

from analyzer import analyze_source
from analyzer.records import REASONS, RESOLUTIONS, FileReport

ROOT = Path(__file__).parent.parent / "fixtures"
CASES = tuple(expectations.cases(ROOT))
FILES = tuple(case for case in CASES if case.path.is_file())
FOLDERS = tuple(case for case in CASES if case.path.is_dir())

#: Set to True when `ptmscope.scan` links the files of a repository.
PROJECT_LINKING = True
#: Kinds that only linking can give, and reasons that no small file can cause.
LINKED = frozenset(("import", "config"))
GENERATED = frozenset(("bound_reached", "unsupported_syntax"))


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_one_file(case: Case) -> None:
    path = case.path.relative_to(ROOT).as_posix()
    problems = list(compare(expectations.read(case.path), analyze_source(case.path.read_bytes(), path)))
    assert not problems, "\n".join([path, *problems])


@pytest.mark.skipif(not PROJECT_LINKING, reason="files are not linked yet")
@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_folder(case: Case) -> None:
    across = case.topic == "flow_project"
    reports = scan_folder(case.path, across=across)
    problems = []
    for file in case.files():
        path = file.relative_to(case.path).as_posix()
        found = compare(expectations.read(file), reports.get(path, FileReport(path)), every_call=across)
        problems += [f"{path}: {problem}" for problem in found]
    assert not problems, "\n".join([case.name, *problems])


def scan_folder(folder: Path, *, across: bool) -> dict[str, FileReport]:
    """One report per file of a linked repository; with the usages of other files that reach it, if `across`."""
    import ptmscope

    found = ptmscope.scan(folder, across=across)
    paths = {record.path for records in (found.sites, found.usages, found.diagnostics) for record in records}
    reached = {usage: {usage.path, *(call.path or usage.path for call in usage.calls)} for usage in found.usages}
    paths |= {path for files in reached.values() for path in files}
    return {
        path: FileReport(
            path,
            tuple(site for site in found.sites if site.path == path),
            tuple(usage for usage in found.usages if path in reached[usage]),
            tuple(diagnostic for diagnostic in found.diagnostics if diagnostic.path == path),
        )
        for path in paths
    }


def test_nothing_is_executed() -> None:
    assert not list(ROOT.rglob("*.executed"))


def test_enough_cases() -> None:
    assert len(FILES) >= 150


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_says_what_it_proves(case: Case) -> None:
    assert first_sentence(case.path).endswith((".", '."""')), f"{case.name}: no first line that says what it proves"


def first_sentence(path: Path) -> str:
    """The first line of the docstring, of the first cell, or of the sidecar; in JavaScript, the first comment."""
    beside = path.with_suffix(".expect")
    if beside.is_file() and (line := beside.read_text("utf-8").split("\n")[0]).startswith("#"):
        return line
    if path.suffix == ".ipynb":
        notebook = json.loads(path.read_bytes())
        cells = notebook.get("cells", None) or notebook["worksheets"][0]["cells"]
        return "".join(cells[0]["source"]).split("\n")[0]
    lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).decode("utf-8").split("\n")
    return lines[0].rstrip("\r") if lines[0].startswith('"""' if path.suffix == ".py" else "// ") else ""


@pytest.mark.parametrize("case", [case for case in FILES if case.topic != "broken"], ids=lambda case: case.name)
def test_is_python(case: Case) -> None:
    if case.path.suffix == ".py":
        ast.parse(case.path.read_bytes())


def test_every_kind_has_a_fixture() -> None:
    notes = {
        note
        for case in FILES
        for load in expectations.read(case.path).loads
        for one in load.alternatives
        for note in one.notes
    }
    assert not set(RESOLUTIONS) - LINKED - notes
    assert not set(REASONS) - GENERATED - notes
