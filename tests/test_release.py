"""`ptmscope dataset`: a study on disk as a data set for others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ptmscope.cli import cli

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


def test_misuse(study: Path, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="not empty"):
        CliRunner().invoke(cli, ["dataset", str(study), "-o", str(folder)], catch_exceptions=False)
    with pytest.raises(Exception, match="not a study"):
        CliRunner().invoke(cli, ["dataset", str(tmp_path), "-o", str(tmp_path / "r")], catch_exceptions=False)
