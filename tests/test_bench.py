"""Scoring of the accuracy benchmark, on hand-made sites and labels. No timing here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.records import LoadSite, ModelRef, Origin, Status
from bench.figures import figures, raw, summary
from bench.label_files import ONE_FILE, Label, Verdict, label_files, lines_in_cell, read_labels
from bench.scores import claims, covers, is_local, judged, outcomes, results
from bench.sources import locate
from bench.tables import share, table

SOURCE = "github:owner/name"


def label(
    path: str = "a.py",
    line: int = 3,
    end_line: int = 5,
    model_id: str = "gpt2",
    kind: str = "literal",
    cell: int | None = None,
) -> Label:
    return Label(
        "hand",
        SOURCE,
        "0",
        path,
        line,
        end_line,
        cell,
        model_id,
        "x()",
        "transformers",
        kind,
        f"{path}:{line}",
        "",
    )


def site(
    *ids: str,
    path: str = "a.py",
    line: int = 3,
    end_line: int | None = None,
    cell: int | None = None,
    status: Status = "resolved",
    reason: str | None = None,
) -> LoadSite:
    models = tuple(ModelRef(x, None, "huggingface", "literal", "certain", Origin(path, line)) for x in ids)
    end = line if end_line is None else end_line
    return LoadSite(path, line, 0, end, cell, "x", "transformers", "model", status, reason, models)


def test_id_is_found_on_overlapping_lines() -> None:
    reports = {SOURCE: [site("gpt2", line=5, end_line=9)]}
    (outcome,) = outcomes([label()], reports, {})
    assert outcome.found
    assert outcome.seen


def test_other_file_or_line_is_no_hit() -> None:
    reports = {SOURCE: [site("gpt2", path="b.py"), site("gpt2", line=6), site("gpt2", line=1, end_line=2)]}
    (outcome,) = outcomes([label()], reports, {})
    assert not outcome.found
    assert not outcome.seen


def test_other_source_is_no_hit() -> None:
    (outcome,) = outcomes([label()], {"github:owner/other": [site("gpt2")]}, {})
    assert not outcome.seen


def test_unresolved_site_is_seen_and_not_found() -> None:
    reports = {SOURCE: [site(status="unresolved", reason="parameter")]}
    (outcome,) = outcomes([label()], reports, {})
    assert outcome.seen
    assert not outcome.found


@pytest.mark.parametrize(
    ("wanted", "given", "same"),
    [
        ("gpt2", "gpt2", True),
        ("gpt2", "openai-community/gpt2", False),
        ("a/b|c", "c", True),
        ("a/b|c", "a/b|c", False),
        ("facebook/mms-tts-*", "facebook/mms-tts-eng", True),
        ("facebook/mms-tts-*", "facebook/mms-tts-*", True),
        ("facebook/mms-tts-*", "facebook/mms", False),
        ("x|org/m-*", "org/m-1", True),
        ("?", "gpt2", False),
    ],
)
def test_ids_compare_as_passed(wanted: str, given: str, same: bool) -> None:
    assert label(model_id=wanted).names(given) is same


def test_notebook_compares_by_cell_not_by_line() -> None:
    wanted = label(path="n.ipynb", line=224, end_line=224, cell=11)
    right, other = (
        site("gpt2", path="n.ipynb", line=2, cell=11),
        site("gpt2", path="n.ipynb", line=224, cell=10),
    )
    assert covers(wanted, right)
    assert not covers(wanted, other)


def test_notebook_precision_uses_the_lines_within_the_cell() -> None:
    wanted = label(path="n.ipynb", line=30, end_line=30, cell=1)
    sites = [site("gpt2", path="n.ipynb", line=2, cell=1), site("bert", path="n.ipynb", line=5, cell=1)]
    graded = results([wanted], {SOURCE: sites}, {wanted: (2, 2)})
    assert [(result.model.id, result.grade) for result in graded] == [("gpt2", "right"), ("bert", "unlisted")]
    (outcome,) = outcomes([label(path="n.ipynb", model_id="bert", cell=1)], {SOURCE: sites}, {wanted: (2, 2)})
    assert outcome.found


def test_lines_in_cell_reads_the_raw_notebook() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# x\n", "m = load()\n"]},
        {"cell_type": "code", "source": ["import a\n", "m = load()\n", "m.run(\n", '    "é")']},
    ]
    text = json.dumps({"cells": cells}, indent=1, ensure_ascii=False)
    first = text.split("\n").index('    "import a\\n",') + 1
    wanted = label(path="n.ipynb", line=first + 2, end_line=first + 3, cell=1)
    assert lines_in_cell(wanted, text) == (3, 4)
    assert lines_in_cell(label(path="n.ipynb", line=1, end_line=1, cell=1), text) is None
    assert lines_in_cell(wanted, json.dumps({"cells": cells})) is None


def test_grades_of_results() -> None:
    reports = {SOURCE: [site("gpt2", "t5", line=4), site("t5", line=40)]}
    graded = results([label(), label(model_id="bert")], reports, {})
    assert [(result.model.id, result.grade) for result in graded] == [
        ("gpt2", "right"),
        ("t5", "wrong"),
        ("t5", "unlisted"),
    ]


def test_unresolved_and_local_sites_claim_nothing() -> None:
    assert claims(site("gpt2", status="local")) == ()
    assert claims(site("gpt2", status="runtime")) == ()
    assert [model.id for model in claims(site("./checkpoints/x", "org/gpt2", "org/gpt2"))] == ["org/gpt2"]


@pytest.mark.parametrize(
    ("model_id", "local"),
    [
        ("./x", True),
        ("/data/x", True),
        ("~/x", True),
        ("models/a/b", True),
        ("org/name", False),
        ("gpt2", False),
    ],
)
def test_local_paths_by_their_look(model_id: str, local: bool) -> None:
    assert is_local(model_id) is local


def test_verdicts_grade_unlisted_results_and_may_correct_a_wrong_one() -> None:
    reports = {SOURCE: [site("gpt2", "t5"), site("bert", line=40), site("xlm", line=41), site("opus", line=42)]}
    graded = results([label()], reports, {})
    verdicts = [
        Verdict(SOURCE, "a.py", None, 40, "bert", right=True),
        Verdict(SOURCE, "a.py", None, 41, "xlm", right=False),
    ]
    assert judged(graded, verdicts) == (2, 2, 1)
    assert judged(graded, [*verdicts, Verdict(SOURCE, "a.py", None, 3, "t5", right=True)]) == (3, 1, 1)


def test_figures_count_kinds_and_false_resolutions() -> None:
    labels = [
        label(),
        label(line=20, end_line=20, model_id="bert", kind="cross_file"),
        label(line=30, end_line=30, model_id="?", kind="unresolvable"),
        label(line=31, end_line=31, model_id="?", kind="unresolvable"),
    ]
    sites = [
        site("gpt2"),
        site(line=20, status="unresolved", reason="parameter"),
        site("t5", line=30),
        site(line=31, status="runtime", reason="runtime_input"),
    ]
    found = raw(figures("hand", labels, {SOURCE: sites, "github:other/one": [site("gpt2")]}, {}, []))
    assert found["all"] == {"labels": 2, "found": 1, "seen": 2, "right": 1, "wrong": 0}
    assert found["one_file"] == {"labels": 1, "found": 1, "seen": 1, "right": 1, "wrong": 0}
    assert found["unresolvable"] == {"labels": 2, "seen": 2, "given an id all the same": 1}
    assert found["reasons"] == {"parameter": 1, "runtime_input": 1}
    assert found["sites"] == 4


def test_summary_is_a_table() -> None:
    text = summary(figures("hand", [label()], {SOURCE: [site("gpt2")]}, {}, []))
    assert "| all" in text
    assert "1.000 (1/1)" in text


def test_shares_and_empty_tables() -> None:
    assert share(0, 0) == "-"
    assert "none" in table("empty", ("a",), [])


@pytest.mark.parametrize("path", label_files(), ids=lambda path: path.name)
def test_label_files_are_well_formed(path: Path) -> None:
    rows = list(read_labels(path))
    assert rows
    for row in rows:
        assert row.line <= row.end_line
        assert row.source.partition(":")[0] in ("pypi", "github")
        assert row.known == (row.kind != "unresolvable")
        if row.path.endswith(".ipynb"):
            assert row.cell is not None


def test_open_labels_are_complete() -> None:
    (path,) = [path for path in label_files() if path.name == "open_sites.csv"]
    rows = list(read_labels(path))
    assert len(rows) == 94
    assert sum(row.kind in ONE_FILE for row in rows) == 73


def test_broken_row_names_file_and_row(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("source,version,path,line\ngithub:a/b,0,a.py,x\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.csv, line 2"):
        list(read_labels(path))


def test_repository_folders(tmp_path: Path) -> None:
    (tmp_path / "owner+name").mkdir()
    assert locate(SOURCE, "0", tmp_path).folder == tmp_path / "owner+name"
    assert locate("github:owner/other", "0", tmp_path).folder is None
    assert "repos" in locate(SOURCE, "0", None).remark
