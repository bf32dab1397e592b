"""`ptmscope evaluate` on a release made by `ptmscope dataset`."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("pyarrow")

from bench import recommending
from patterns.measures import MEASURES, marks
from patterns.recommend.popularity import Popularity
from patterns.recommend.records import TASKS
from ptmscope import evaluation_cli
from ptmscope.cli import cli
from ptmscope.evaluation import releases
from ptmscope.evaluation.evaluate import SYSTEMS, Wanted, evaluate
from ptmscope.export.evaluation.formats import FORMATS

EMBED = """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer("all-MiniLM-L6-v2")
def {name}(text):
    return model.encode([text, {number}]).tolist()
"""
GENERATE = """
from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = AutoModelForCausalLM.from_pretrained("gpt2")
def {name}(prompt):
    ids = tokenizer(prompt, max_length={number})
    return tokenizer.decode(model.generate(**ids)[0])
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("release")
    folders = []
    for number, name in enumerate(("ada", "bob", "eve", "kim")):
        folders.append(root / "repos" / name)
        folders[-1].mkdir(parents=True)
        (folders[-1] / "embed.py").write_text(EMBED.format(name=name, number=number))
        (folders[-1] / "generate.py").write_text(GENERATE.format(name=name, number=number))
    run("study", *folders, "-o", root / "study", "--step", "patterns", "-q")
    run("dataset", root / "study", "-o", root / "release", "--folds", "2", "-q")
    return root / "release"


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, [*map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("name", evaluation_cli.FORMATS)
@pytest.mark.parametrize("split", ["kfold", "leave_one_out"])
def test_formats(release: Path, name: str, split: str) -> None:
    text = run("evaluate", release, "--split", split, "--format", name, "--by", "library", "-q").output
    assert "next_call" in text.replace("\\", "")
    if name == "json":
        told = json.loads(text)
        assert {row["system"] for row in told["results"]} == set(SYSTEMS)
        assert all(set(row["measures"]) == set(MEASURES) for row in told["results"])
        assert {row["library"] for row in told["results"]} == {None, "sentence-transformers", "transformers"}
        assert {row["configuration"] for row in told["results"]} == {None, "C1.1", "C1.2", "C2.1", "C2.2"}
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["measure"] for row in rows} == set(MEASURES)
        assert all(float(row["low"] or 0) <= float(row["value"]) <= float(row["high"] or 1) for row in rows)


def test_parts_are_shown_when_asked_for(release: Path) -> None:
    command = ("evaluate", release, "--split", "kfold", "--system", "popularity", "-q")
    assert "C1.1" not in run(*command).output
    assert "C1.1" in run(*command, "--by", "configuration").output


def test_the_mean_is_that_of_each_task_asked_of_what_lies_outside_its_fold(release: Path) -> None:
    asked = releases.tasks(str(release), ("next_call",))
    found = []
    for fold in releases.folds(str(release), "kfold", asked):
        assert {each.source for each in fold.examples}.isdisjoint(task.source for task in fold.tasks)
        system = Popularity(fold.examples)
        found += [marks(system.rank(task.query, 20), task.answer) for task in fold.tasks]
    assert len(found) == len(asked)
    (row, *_) = evaluate(str(release), Wanted(("next_call",), "kfold", ("popularity",))).rows
    assert [each.value for each in row.values] == pytest.approx(
        [sum(column) / len(found) for column in zip(*found, strict=True)]
    )


def test_processes_change_nothing(release: Path) -> None:
    asked = Wanted(TASKS, "kfold", tuple(SYSTEMS))
    assert evaluate(str(release), replace(asked, jobs=2)) == evaluate(str(release), asked)


def test_patterns_know_what_all_others_do(release: Path) -> None:
    (row, *_) = evaluate(str(release), Wanted(("next_call",), "kfold", ("patterns",))).rows
    assert row.values[MEASURES.index("success@1")].value == 1


def test_own_predictions(release: Path, tmp_path: Path) -> None:
    """Right for all tasks but one, which is missing; and one for a task that there is not."""
    asked = releases.tasks(str(release), ("next_call",))
    lines = [{"id": task.id, "predictions": list(task.answer)} for task in asked[1:]]
    file = tmp_path / "mine.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"id": "else", "predictions": []}]))
    options = ("--task", "next_call", "--split", "kfold", "--system", "popularity", "--format", "json")
    told = json.loads(run("evaluate", release, *options, "--predictions", f"mine={file}", "-q").output)
    mine = next(row for row in told["results"] if row["system"] == "mine" and not row["library"])
    assert mine["measures"]["mrr"]["value"] == pytest.approx((len(asked) - 1) / len(asked), abs=1e-6)
    assert told["notes"] == [
        f"mine: 1 of {len(asked)} tasks without a prediction, marked 0",
        "mine: 1 predictions for tasks that were not asked",
    ]
    assert [pair["systems"] for pair in told["differences"]] == [["mine", "popularity"]] * 3


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "no JSON"),
        ("[]", "not of the form"),
        ('{"id": 1, "predictions": []}', "not of the form"),
        ('{"id": "a", "predictions": "b"}', "not of the form"),
        ('{"id": "a", "predictions": [1]}', "not of the form"),
        ('{"id": "a", "predictions": []}\n{"id": "a", "predictions": []}', "'a' comes twice"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_bad_predictions_are_one_line(release: Path, tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(f"\n{line}\n")
    result = CliRunner().invoke(cli, ["evaluate", str(release), "--predictions", f"mine={file}"])
    assert str(result.exception).startswith(f"{file}:")
    assert problem in str(result.exception)
    assert "\n" not in str(result.exception)


@pytest.mark.parametrize(
    ("given", "problem"),
    [("file", "NAME=FILE"), ("=file", "NAME=FILE"), ("a=nowhere", "No such file"), ("ngram=/dev/null", "taken")],
)
def test_predictions_that_cannot_be_read(release: Path, given: str, problem: str) -> None:
    result = CliRunner().invoke(cli, ["evaluate", str(release), "--predictions", given])
    assert problem in str(result.exception)


def test_no_release_is_misuse(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["evaluate", str(tmp_path)])
    assert str(tmp_path) in str(result.exception)


def test_the_command_line_knows_what_there_is() -> None:
    assert tuple(SYSTEMS) == evaluation_cli.SYSTEMS
    assert tuple(FORMATS) == evaluation_cli.FORMATS
    assert tuple(releases.SCHEMES) == evaluation_cli.SPLITS
    assert evaluation_cli.TASKS == TASKS


def test_the_bench_prints_its_tables(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert recommending.main([str(release), "--split", "kfold"]) == 0
    text = capsys.readouterr().out
    assert "## Recommending, split kfold" in text
    assert "| complete_usage C1.1 | patterns" in text
    assert "## patterns less the others" in text
