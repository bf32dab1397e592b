"""`ptmscope dataset`: a study on disk as a data set for others."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from analyzer.records import Anchor, ApiCall, CallSequence
from ptmscope.cli import cli
from ptmscope.errors import Misuse
from ptmscope.release.tables import ROWS, tables
from ptmscope.release.tasks import TASKS
from ptmscope.release.usages import Usage, usages_of
from ptmscope.repositories import repository
from ptmscope.settings import Settings

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")
pytest.importorskip("datasketch")

EMBED = """from sentence_transformers import SentenceTransformer

def vectors(texts):
    model = SentenceTransformer("{model}")
    return model.encode(texts, normalize_embeddings=True)
"""
GENERATE = """from transformers import AutoModelForCausalLM, AutoTokenizer
import sys

name = "gpt2"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForCausalLM.from_pretrained(name, trust_remote_code=True)
inputs = tokenizer(sys.argv[1], return_tensors="pt")
outputs = model.generate(**inputs, max_new_tokens=20)
print(tokenizer.decode(outputs[0]))
other = AutoTokenizer.from_pretrained(sys.argv[2])
"""
MIT = (
    "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and "
    'associated documentation files (the "Software"), to deal in the Software without restriction\n'
)


def run(*arguments: object, expected: int = 0) -> str:
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    assert result.exit_code == expected, (result.output, result.exception)
    return result.output


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three repositories: one may be passed on, all share a program."""
    root = tmp_path_factory.mktemp("repositories")
    for name, model in (("ada", "all-MiniLM-L6-v2"), ("bob", "BAAI/bge-m3"), ("eve", "all-MiniLM-L6-v2")):
        (root / name).mkdir()
        (root / name / "embed.py").write_text(EMBED.format(model=model))
        (root / name / "generate.py").write_text(GENERATE)
    (root / "ada" / "LICENSE").write_text(MIT)
    run("study", *sorted(root.iterdir()), "-o", root / "study", "-j", 1)
    return root / "study"


@pytest.fixture(scope="module")
def folder(study: Path) -> Path:
    run("dataset", study, "-o", study.parent / "release")
    return study.parent / "release"


def test_tables_fit_together(folder: Path) -> None:
    sequences = pandas.read_parquet(folder / "data" / "sequences.parquet")
    assert sequences["usage"].is_unique
    assert len(sequences) == 6
    for table in ("calls", "members"):
        assert set(pandas.read_parquet(folder / "data" / f"{table}.parquet")["usage"]) == set(sequences["usage"])
    splits = pandas.read_parquet(folder / "splits.parquet")
    assert set(splits["scheme"]) == {"kfold", "leave_one_out", "clone_disjoint"}
    assert (splits.groupby(["scheme", "usage"]).size() == 1).all()
    sites = pandas.read_parquet(folder / "data" / "sites.parquet")
    assert set(pandas.read_parquet(folder / "data" / "resolutions.parquet")["site"]) <= set(sites["site"])


def test_text_only_of_those_who_allow_it(folder: Path) -> None:
    for table, column in (("files", "text"), ("sequences", "code")):
        found = pandas.read_parquet(folder / "data" / f"{table}.parquet")
        assert set(found["source"][found[column].notna()]) == {"ada"}
    found = pandas.read_parquet(folder / "data" / "patterns.parquet")
    assert (found["exemplar_code"].notna() == (found["exemplar_licence"] == "MIT")).all()


def test_clones_are_in_one_cluster(folder: Path) -> None:
    sequences = pandas.read_parquet(folder / "data" / "sequences.parquet")
    copies = sequences[sequences["path"] == "generate.py"]
    assert copies["cluster"].nunique() == 1


def test_tasks(folder: Path) -> None:
    read = {path.stem: path.read_text().splitlines() for path in (folder / "tasks").iterdir()}
    found = {name: list(map(json.loads, lines)) for name, lines in read.items()}
    (first, *_) = [line for line in found["next_call"] if line["path"] == "generate.py" and line["source"] == "ada"]
    assert first["context"]["calls"] == ["transformers.AutoTokenizer.from_pretrained"]
    assert first["answer"] == ["transformers.AutoModelForCausalLM.from_pretrained"]
    assert {line["configuration"] for line in found["complete_usage"]} == {"C1.1", "C1.2", "C2.1", "C2.2"}
    assert {line["answer"][0] for line in found["model_for_code"]} >= {"openai-community/gpt2", "BAAI/bge-m3"}
    assert all(line["answer"] for lines in found.values() for line in lines)


def test_tasks_follow_the_schema(folder: Path) -> None:
    schema = json.loads((folder / "schemas" / "task.schema.json").read_text())
    assert schema == json.loads((resources.files("ptmscope") / "schemas" / "task.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    for path in (folder / "tasks").iterdir():
        for line in path.read_text().splitlines():
            validator.validate(json.loads(line))


def test_half_of_the_others_but_one() -> None:
    """C1.1 of FOCUS: of ten declarations, four others and one call of the active one."""
    calls = tuple(ApiCall(f"a.{n}", n, None, "receiver", None, ()) for n in range(6))
    usages = [
        Usage(
            f"u{n}", "ada", CallSequence(f"{n}.py", None, "gpt2", (Anchor(1, None, "a.0"),), calls), None, "a", f"u{n}"
        )
        for n in range(10)
    ]
    lines = [task.line() for task in TASKS["complete_usage"](usages)]
    told = {line["configuration"]: (line["context"]["others"], len(line["context"]["calls"])) for line in lines}
    assert told == {"C1.1": (4, 1), "C1.2": (4, 4), "C2.1": (9, 1), "C2.2": (9, 4)}
    assert lines[0]["answer"] == ["a.1", "a.2", "a.3", "a.4", "a.5"]


def test_a_long_usage_asks_no_more_often_than_others() -> None:
    calls = tuple(ApiCall(f"a.{n}", n, None, "receiver", None, ()) for n in range(95))
    usage = Usage("u", "ada", CallSequence("a.py", None, "./gpt2", (Anchor(1, None, "a.0"),), calls), None, "a", "u")
    places = [len(task.calls) for task in TASKS["next_call"]([usage])]
    assert len(places) == 10
    assert (places[0], places[-1]) == (1, 85)
    assert not list(TASKS["model_for_code"]([usage]))  # a path is no answer


SEVERAL = """from sentence_transformers import SentenceTransformer
import sys

for name in ["all-MiniLM-L6-v2", "BAAI/bge-m3"]:
    model = SentenceTransformer(name)
    model.encode(sys.argv[1])
"""


def test_code_that_loads_one_of_several_models_is_asked_about_once(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "a.py").write_text(SEVERAL)
    usages = list(usages_of([repository(str(tmp_path / "ada"), "ada", Settings(jobs=1))]))
    assert [usage.model for usage in usages] == ["BAAI/bge-m3", "sentence-transformers/all-MiniLM-L6-v2"]
    assert {usage.declaration for usage in usages} == {usages[0].id}
    lines = {name: [task.line() for task in make(usages)] for name, make in TASKS.items()}
    (asked,) = lines["model_for_code"]
    assert asked["answer"] == ["BAAI/bge-m3", "sentence-transformers/all-MiniLM-L6-v2"]
    (following,) = lines["next_call"]
    assert following["context"]["model_id"] is None
    assert [line["context"]["others"] for line in lines["complete_usage"]] == [0, 0]
    assert [line["context"]["model_id"] for line in lines["api_for_model"]] == asked["answer"]


def test_the_same_study_gives_the_same_bytes(study: Path, folder: Path, tmp_path: Path) -> None:
    run("dataset", study, "-o", tmp_path / "again")
    names = [sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
             for root in (folder, tmp_path / "again")]  # fmt: skip
    assert names[0] == names[1]
    for name in names[0]:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_checksums_are_of_all_files(folder: Path) -> None:
    lines = (line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines())
    found = {name: digest for digest, name in lines}
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert found == {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_every_table_has_rows_and_columns(folder: Path) -> None:
    assert {table.name for table in tables()} == ROWS.keys()
    for table in tables():
        found = pandas.read_parquet(folder / table.path)
        assert list(found.columns) == [column.name for column in table.columns]
        assert all(column.about for column in table.columns)


_LOAD = """
import json, sys, datasets
names = datasets.get_dataset_config_names(sys.argv[1])
found = {name: datasets.load_dataset(sys.argv[1], name, split="train") for name in names}
tasks = datasets.load_dataset("json", data_files=sys.argv[1] + "/tasks/complete_usage.jsonl", split="train")
rows = {name: len(rows) for name, rows in found.items()}
default = len(datasets.load_dataset(sys.argv[1])["train"])
apis, others = found["sequences"]["apis"][0], tasks["context"][0]["others"]
print(json.dumps({"rows": rows, "apis": apis, "others": others, "default": default}))
"""


def test_datasets_loads_it_offline(folder: Path, tmp_path: Path) -> None:
    """In a process of its own: what is offline is read when huggingface_hub is imported."""
    pytest.importorskip("datasets")
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    command = [sys.executable, "-W", "error", "-c", _LOAD, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **offline}, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows"] == json.loads((folder / "release.json").read_text())["tables"]
    assert found["rows"].keys() == ROWS.keys()
    assert found["apis"][0] == "sentence_transformers.SentenceTransformer"
    assert found["others"] == 0
    assert found["default"] == found["rows"]["sequences"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # in rdflib
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index is deprecated")  # in mlcroissant
def test_mlcroissant_reads_it(study: Path, tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    about = ("--licence", "CC-BY-4.0", "--cite", "Ada", "--url", "https://example.org/ada", "--published", "2026-01-02")
    run("dataset", study, "-o", tmp_path / "r", *about)
    found = mlcroissant.Dataset(tmp_path / "r" / "croissant.json")
    assert (found.metadata.issues.errors, found.metadata.issues.warnings) == (set(), set())
    rows = list(found.records("sequences"))
    assert len(rows) == 6
    assert rows[0]["sequences/apis"][0] == b"sentence_transformers.SentenceTransformer"
    assert next(iter(found.records("next_call")))["next_call/answer"] == [
        b"sentence_transformers.SentenceTransformer.encode"
    ]


def test_the_card_is_one_of_the_hub(folder: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    card = hub.DatasetCard.load(folder / "README.md")
    assert card.data.license == "other"
    assert [each["config_name"] for each in card.data.to_dict()["configs"] if each.get("default")] == ["sequences"]
    assert "There was no audit" in card.text
    assert "| kfold | near duplicates | 2 | 2 | 5 |" in card.text
    assert "| clone_disjoint | near duplicates | 2 | 0 | 0 |" in card.text
    assert "| resolution | runtime_input | 3 |" in card.text
    assert "| text | licence_unknown | 4 |" in card.text
    assert "$" not in card.text


def test_what_the_release_says_of_itself(study: Path, tmp_path: Path) -> None:
    (tmp_path / "score.json").write_text(
        '{"precision": {"value": 0.9375, "low": 0.85}, "sheets": ["ada.csv"], "of": 80}'
    )
    (tmp_path / "dates.csv").write_text("source,date\nada,2020-01-01\nbob,2024-05-01T01:00:00+02:00\n")
    options = ("--audit", tmp_path / "score.json", "--dates", tmp_path / "dates.csv", "--folds", 3, "--seed", 5)
    run("dataset", study, "-o", tmp_path / "r", *options)
    told = json.loads((tmp_path / "r" / "release.json").read_text())
    assert told["audit"]["of"] == 80
    assert (told["options"]["folds"], told["options"]["seed"], told["form"]) == (3, 5, 1)
    assert told["reading"][0]["max_file_size"] == 10_000_000
    assert told["splits"]["time"] == {"usages": 4, "folds": 2, "smallest": 2, "largest": 2}
    card = (tmp_path / "r" / "README.md").read_text()
    assert "| precision.value | 0.9375 |" in card
    assert "| sheets[0] | ada.csv |" in card
    assert "There was no audit" not in card
    dates = pandas.read_parquet(tmp_path / "r" / "data" / "repositories.parquet")["date"]
    assert dates.fillna("").tolist() == ["2020-01-01T00:00:00Z", "2024-04-30T23:00:00Z", ""]


def test_of_a_corpus_all_that_it_left_out_is_told(tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "generate.py").write_text(GENERATE)
    (tmp_path / "ada" / "LICENSE").write_text(MIT)
    run("mine", "local", tmp_path / "corpus", tmp_path / "ada", tmp_path / "bob")
    run("curate", tmp_path / "corpus")
    run("study", tmp_path / "corpus", "-o", tmp_path / "study", "-j", 1)
    run("dataset", tmp_path / "study", "-o", tmp_path / "release")
    found = pandas.read_parquet(tmp_path / "release" / "data" / "dropped.parquet")
    curated = found[found["stage"] == "curation"]
    assert "exact_duplicate" in set(curated["reason"])
    files = pandas.read_parquet(tmp_path / "release" / "data" / "files.parquet")
    assert files["text"].tolist() == [GENERATE]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("STUDY", "-o", "FOLDER"), "not empty"),
        (("FOLDER", "-o", "NEW"), "not a study"),
        (("STUDY", "-o", "NEW", "--dates", "nowhere.csv"), "columns source and date"),
        (("STUDY", "-o", "NEW", "--audit", "nowhere.json"), "nowhere"),
    ],
)
def test_misuse(study: Path, folder: Path, tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    places = {"STUDY": study, "FOLDER": folder, "NEW": tmp_path / "new"}
    with pytest.raises(Misuse, match=message):
        CliRunner().invoke(cli, ["dataset", *(str(places.get(each, each)) for each in options)], catch_exceptions=False)


def test_a_study_without_patterns_is_told(study: Path, tmp_path: Path) -> None:
    run("study", study.parent / "ada", "-o", tmp_path / "s", "--step", "tables", "-j", 1)
    with pytest.raises(Misuse, match="--step patterns"):
        CliRunner().invoke(cli, ["dataset", str(tmp_path / "s"), "-o", str(tmp_path / "r")], catch_exceptions=False)
