"""`ptmscope audit`: what is drawn, the sheet as CSV and page, and the score of labels."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.records import LoadSite, ModelRef, Origin
from ptmscope.audit import page, sheet
from ptmscope.audit.sample import DIMENSIONS, resolution, sample, whole_files
from ptmscope.audit.score import agreement, recall, score, share, weighted
from ptmscope.audit.sheet import Row
from ptmscope.cli import cli
from ptmscope.errors import Misuse
from ptmscope.export.output import Output
from ptmscope.repositories import Repository

RESOLUTIONS = ("literal", "module_constant", "argparse_default", "config")


def site(number: int, library: str = "transformers", way: str = "literal", path: str = "a.py") -> LoadSite:
    model = ModelRef("gpt2", None, "huggingface", way, "certain", Origin(path, number))  # type: ignore[arg-type]
    return LoadSite(path, number, 0, number, None, f"{library}.load", library, "model", "resolved", None, (model,))


def repository(name: str, *sites: LoadSite) -> Repository:
    return Repository(name, "/nowhere", sites, ())


REPOSITORIES = (
    repository("ada", *(site(n, way="literal") for n in range(1, 91))),
    repository("bob", *(site(n, "whisper", "config", f"{n % 5}.py") for n in range(1, 9)), site(9, way="environment")),
)
SITES = st.tuples(st.sampled_from("abc"), st.integers(1, 30), st.sampled_from(["x", "y"]), st.sampled_from(RESOLUTIONS))


@settings(deadline=None)
@given(
    st.lists(SITES, min_size=1, unique=True, max_size=60),
    st.integers(1, 40),
    st.lists(st.sampled_from(sorted(DIMENSIONS)), unique=True),
    st.integers(0, 5),
)
def test_what_is_drawn(found: list[tuple[str, int, str, str]], number: int, by: list[str], seed: int) -> None:
    made = [
        repository(name, *(site(line, lib, way) for n, line, lib, way in found if n == name)) for name in sorted("abc")
    ]
    drawn = sample(made, number, by, seed)
    places = [(each.repository.name, id(each.site)) for each in drawn]
    assert len(drawn) == min(number, len(found)) == len(set(places))
    sizes = {each.stratum: each.size for each in drawn}
    assert sum(sizes.values()) == len(found)  # each stratum has a site in the sample
    assert all(times <= sizes[name] for name, times in Counter(each.stratum for each in drawn).items())
    assert sample(made[::-1], number, by, seed) == drawn


def test_rare_strata_are_seen_and_other_seeds_draw_others() -> None:
    drawn = sample(REPOSITORIES, 20, ["resolution"], 0)
    assert {resolution(each.site) for each in drawn} == {"literal", "config", "environment"}
    assert drawn != sample(REPOSITORIES, 20, ["resolution"], 1)


def test_too_many_strata_order_what_is_drawn() -> None:
    """Two sites cannot come from three ways of resolution; even so, one comes from each repository."""
    halves = [repository(name, *(site(n) for n in range(50))) for name in ("ada", "bob")]
    for seed in range(20):
        drawn = sample([*halves], 2, ["status", "library", "resolution", "source"], seed)
        assert [each.repository.name for each in drawn] == ["ada", "bob"]


def test_whole_files_have_all_their_sites() -> None:
    drawn = whole_files(REPOSITORIES[1:], 3, 0)
    paths = {each.site.path for each in drawn}
    assert len(drawn) == sum(each.path in paths for each in REPOSITORIES[1].sites) >= 3


@pytest.mark.parametrize(("by", "problem"), [(["colour"], "colour"), ([], "no load sites")])
def test_nothing_to_draw_from(by: list[str], problem: str) -> None:
    with pytest.raises(Misuse, match=problem):
        sample([repository("empty")], 5, by, 0)


# -- the sheet

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028 & ' \" ${name} $sheet"
ROW = Row(
    *("1", "literal", 10, "", "ada", "", "a.py", "", 3, "https://example.org/a.py", "api", "lib", "resolved"),
    *("literal", "gpt2", "a.py:3", "1  x = 2"),
)
TEXTS = [name for name in sheet.COLUMNS if name not in ("size", "line", "label")]


def written(write: object, rows: Sequence[Row]) -> str:
    stream = io.BytesIO()
    write(rows, Output(stream))  # type: ignore[operator]
    return stream.getvalue().decode()


class Tags(HTMLParser):
    """All tags with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within = tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in self.texts:
            self.texts[self._within].append(data)


@pytest.mark.parametrize("column", TEXTS)
def test_nothing_from_strangers_is_markup(column: str) -> None:
    plain, hostile = (Tags(written(page.write, [replace(ROW, **{column: text})])) for text in ("x", HOSTILE))
    assert hostile.tags == plain.tags
    data, script = hostile.texts["script"]
    assert json.loads(data)["rows"][0][column] == HOSTILE
    assert "<" not in data
    assert script == plain.texts["script"][1]


def test_the_page_asks_for_nothing() -> None:
    text = written(page.write, [ROW])
    found = Tags(text)
    (policy,) = (told["content"] for tag, told in found.tags if tag == "meta" and "http-equiv" in told)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for content in (found.texts["script"][1], found.texts["style"][0]):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not [told for _, told in found.tags if {"src", "href", "style", "onclick"} & told.keys()]
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|eval\(|fetch\(|url\(|@import", text)


def test_the_page_knows_its_own_parts() -> None:
    found = Tags(written(page.write, [ROW]))
    ids = {told["id"] for _, told in found.tags if "id" in told}
    script = found.texts["script"][1]
    asked = set(re.findall(r'(?:part|show|getElementById)\("([\w-]*\w)"', script))
    asked |= {f"do-{name}" for name in re.findall(r"(?:^  |[,{] )(\w+): \(\) =>", script, re.MULTILINE)}
    assert asked <= ids
    assert {"api", "models", "code", "link", "do-right", "do-csv"} <= ids


@given(st.lists(st.tuples(st.text(), st.sampled_from(["", *sheet.LABELS])), min_size=1, max_size=5))
def test_csv_comes_back(tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, str]]) -> None:
    rows = [replace(ROW, id=str(n), note=note, label=label) for n, (note, label) in enumerate(found)]
    file = tmp_path_factory.mktemp("sheet") / "s.csv"
    file.write_bytes(written(sheet.write_csv, rows).encode())
    read = sheet.read(str(file))
    assert [(row.id, row.label, row.size) for row in read] == [(row.id, row.label, 10) for row in rows]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_no_cell_is_a_formula(start: str) -> None:
    rows = list(csv.reader(io.StringIO(written(sheet.write_csv, [replace(ROW, models=f"{start}1+1")]))))
    assert rows[1][sheet.COLUMNS.index("models")] == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "[1]", '{"a": 1}', "[{}]", "\udcff"])
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_what_is_no_sheet_is_misuse(tmp_path: Path, text: str, ending: str) -> None:
    file = tmp_path / f"s.{ending}"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    if ending == "csv" and not text:
        assert sheet.read(str(file)) == ()
    elif ending == "csv" and text.startswith(("[1", '{"', "[{")):
        assert sheet.read(str(file)) == ()  # a header without rows
    else:
        with pytest.raises(Misuse, match="not a sheet"):
            sheet.read(str(file))


# -- the score


def labelled(*labels: str, stratum: str = "s", size: int = 10, exhaustive: str = "") -> list[Row]:
    return [
        replace(ROW, id=f"{stratum}{n}", label=label, stratum=stratum, size=size, exhaustive=exhaustive)
        for n, label in enumerate(labels)
    ]


def test_wilson_by_hand() -> None:
    """E. Wilson's interval for 8 of 10 is 0.490 to 0.943 (R. Newcombe, 1998)."""
    told = share(8, 10)
    assert told is not None
    assert (told["value"], round(told["low"], 3), round(told["high"], 3)) == (0.8, 0.490, 0.943)


def test_precision_is_weighted_back() -> None:
    """A small stratum that was drawn as often as a large one does not count as much."""
    told = score([labelled("right", "right", size=90, stratum="big") + labelled("wrong", "wrong", stratum="small")])
    assert told["precision"]["value"] == 0.9
    assert (told["precision"]["right"], told["precision"]["judged"]) == (2, 4)
    assert [(row["stratum"], row["value"]) for row in told["strata"]] == [("big", 1.0), ("small", 0.0)]


def test_unsure_and_unlabelled_are_told_not_counted() -> None:
    told = score([labelled("right", "unsure", "", "wrong")])
    assert told["labels"] == {"right": 1, "wrong": 1, "unsure": 1, "missing": 0}
    assert (told["unlabelled"], told["precision"]["value"]) == (1, 0.5)


STRATA = st.dictionaries(
    st.sampled_from("abcde"), st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(40, 500)), min_size=1
)


@given(STRATA)
def test_the_interval_holds_the_weighted_mean(strata: dict[str, tuple[int, int, int]]) -> None:
    counts = {name: (right, right + wrong) for name, (right, wrong, _) in strata.items()}
    told = weighted(counts, {name: size for name, (_, _, size) in strata.items()})
    judged = {name: counted for name, counted in counts.items() if counted[1]}
    if told is None:
        assert not judged
        return
    total = sum(strata[name][2] for name in judged)
    plain = sum(strata[name][2] * right / (number * total) for name, (right, number) in judged.items())
    assert told["value"] == pytest.approx(plain, abs=1e-6)
    assert 0 <= told["low"] <= told["value"] <= told["high"] <= 1
    assert 1 <= told["effective_sample"] <= told["judged"]


def test_recall_where_files_were_listed_whole() -> None:
    told = recall(labelled("right", "right", "right", "wrong", "missing", exhaustive="yes"))
    assert told is not None
    assert (told["found"], told["missing"], told["value"]) == (3, 1, 0.75)
    assert recall(labelled("right", "missing")) is None


@pytest.mark.parametrize(
    ("left", "right", "kappa"),
    [
        (("right", "wrong", "right", "wrong"), ("right", "wrong", "right", "wrong"), 1.0),
        (("right", "wrong", "right", "wrong"), ("right", "wrong", "wrong", "right"), 0.0),
        (("right", "right"), ("right", "right"), None),
    ],
)
def test_kappa(left: Sequence[str], right: Sequence[str], kappa: float | None) -> None:
    told = agreement(labelled(*left), labelled(*right))
    assert told["kappa"] == kappa
    assert len(told["disagreements"]) == sum(a != b for a, b in zip(left, right, strict=True))


def test_two_sheets_in_one_score() -> None:
    told = score([labelled("right", "wrong"), labelled("right", "right")])
    assert (told["precision"]["value"], told["second"]["precision"]["value"]) == (0.5, 1.0)
    assert told["agreement"]["sites"] == 2


@pytest.mark.parametrize("sheets", [[[]], [labelled("", "")], [labelled("right"), labelled("", "right")]])
def test_nothing_to_score(sheets: list[list[Row]]) -> None:
    with pytest.raises(Misuse):
        score(sheets)


# -- the command line


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, ["audit", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


def test_from_code_to_score(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('import whisper\n\nmodel = whisper.load_model(\n    "base"\n)\n' * 2)
    (tmp_path / "n.ipynb").write_text(
        json.dumps(
            {
                "nbformat": 4,
                "metadata": {},
                "cells": [
                    {"cell_type": "markdown", "source": ["x"]},
                    {"cell_type": "code", "source": ["import spacy\n", 'spacy.load("en_core_web_sm")']},
                    {"cell_type": "code", "source": ["print(1)"]},
                ],
            }
        )
    )
    run("sample", tmp_path, "-n", "9", "-o", tmp_path / "s.csv", "-q")
    run("sample", tmp_path, "-n", "9", "-o", tmp_path / "s.html", "-q")
    rows = sheet.read(str(tmp_path / "s.csv"))
    assert [(row.path, row.cell, row.line) for row in rows] == [("a.py", "", 3), ("a.py", "", 8), ("n.ipynb", "1", 2)]
    assert "3  model = whisper.load_model(" in rows[0].code
    assert rows[2].code.splitlines()[-1].endswith('2  spacy.load("en_core_web_sm")')
    assert rows[2].origin == "n.ipynb[1]:2"
    data = json.loads(Tags((tmp_path / "s.html").read_text()).texts["script"][0])
    assert [row["id"] for row in data["rows"]] == [row.id for row in rows]
    for row, label in zip(data["rows"], ("right", "right", "wrong"), strict=True):
        row["label"] = label
    (tmp_path / "labelled.json").write_text(json.dumps(data["rows"]))
    run("score", tmp_path / "labelled.json", "-o", tmp_path / "score.json")
    assert json.loads((tmp_path / "score.json").read_text())["precision"]["value"] == pytest.approx(2 / 3, abs=1e-6)
