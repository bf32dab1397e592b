"""A folder in which the commands of the documentation can be run: repositories, a study, a release, a corpus, …."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner
from conftest import ROOT

from ptmscope.cli import cli

GENERATES = """\
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = AutoModelForCausalLM.from_pretrained("gpt2", {argument})
print(tokenizer.decode(model.generate(**tokenizer("hello", return_tensors="pt"))[0]))
"""
SEARCHES = """\
from sentence_transformers import SentenceTransformer

encoder = SentenceTransformer("all-MiniLM-L6-v2")
{name} = encoder.similarity(encoder.encode(["a"]), encoder.encode(["{name}"]))
"""
APP = "\n" * 9 + 'from transformers import AutoModel\n\nmodel = AutoModel.from_pretrained("gpt2")\n'
CELLS = ("# title", "import torch", "from transformers import AutoModel", 'AutoModel.from_pretrained("gpt2")')
LICENCE = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software\n"
CARD = "---\nlicense: mit\n---\n# GPT-2\n\n```python\n" + GENERATES.format(argument="") + "```\n"


def build(parent: Path) -> Path:
    """The folder to run commands in; `release` lies beside it, too."""
    root = parent / "work"
    for name, path in {"repo1": root, "repo2": root, **dict.fromkeys(("ada", "bob", "cem"), root / "repos")}.items():
        argument = 'device_map="auto"' if name in ("ada", "repo1") else ""
        _write(path / name / "say.py", GENERATES.format(argument=argument))
        _write(path / name / "find.py", SEARCHES.format(name=name))
        _write(path / name / "LICENSE", LICENCE)
    for name in ("app/llm.py", "app.py", "tests/test_app.py", "service/serve.py", "../release/app.py"):
        _write(root / name, APP)
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "metadata": {}, "source": each} for each in CELLS]}
    for name in ("notebook.ipynb", "train.ipynb"):
        _write(root / name, json.dumps(notebook))
    shutil.copytree(ROOT / "examples", root / "examples")
    _write(root / "README.md", CARD)
    _packed(root / "cards.jsonl.gz", [{"id": "openai-community/gpt2", "card": CARD}])
    _catalogs(root)
    _history(root)
    shutil.copy(ROOT / "miner" / "rules.toml", root / "my_rules.toml")
    return root


def fill(root: Path) -> None:
    """What commands write that others read; `root` is the present folder."""
    for line in (
        "scan . --format json -o before.json",
        "scan . --format jsonl -o before.jsonl",
        "scan . --format jsonl -o after.jsonl",
        "mine hub corpus --from models.jsonl.gz",
        "mine local corpus repos/ada repos/bob repos/cem",
        "study repos/ada repos/bob repos/cem -o study",
        "audit sample study -o sheet.csv",
    ):
        _run(line)
    _label(root)
    _run("audit score labelled.csv -o score.json")
    _run("dataset study -o release")
    tasks = (root / "release" / "tasks" / "next_call.jsonl").read_text().splitlines()
    predicted = ({"id": json.loads(task)["id"], "predictions": ["a.b"]} for task in tasks)
    _write(root / "predictions.jsonl", "".join(json.dumps(each) + "\n" for each in predicted))
    _write(root / "swhids.txt", "")
    _write(root / "dates.csv", "source,date\nada,2025-01-01\nbob,2025-06-01\ncem,2026-01-01\n")


def _run(line: str) -> None:
    done = CliRunner().invoke(cli, line.split())
    assert done.exit_code == 0, (line, done.output, done.exception)


def _label(root: Path) -> None:
    """The sheet as two people fill it in: one row is wrong."""
    with open(root / "sheet.csv", newline="", encoding="utf-8-sig") as stream:
        rows = [{**row, "label": "right"} for row in csv.DictReader(stream)]
    rows[0]["label"] = "wrong"
    for name in ("labelled.csv", "ada.csv"):
        with open(root / name, "w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    _write(root / "bob.json", json.dumps(rows))


def _catalogs(root: Path) -> None:
    facts = {"tags": ["pytorch"], "pipeline_tag": "text-generation", "downloads": 20, "cardData": {"license": "mit"}}
    models = [{"id": name, **facts} for name in ("openai-community/gpt2", "sentence-transformers/all-MiniLM-L6-v2")]
    for name in ("models", "hf_models", "hub_models", "old", "new", "2022"):
        _packed(root / f"{name}.jsonl.gz", models)
    pq.write_table(pa.Table.from_pylist([{"id": each["id"]} for each in models]), root / "2024.parquet")
    code = pa.Table.from_pylist([{"path": "a.py", "content": APP}])
    (root / "the-stack").mkdir()
    for name in ("data-0.parquet", "the-stack/data-0.parquet"):
        pq.write_table(code, root / name)


def _history(root: Path) -> None:
    def git(*arguments: str) -> None:
        settings = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", "app.py")
    git("commit", "-m", "one")
    git("tag", "v1.0")
    git("add", "app")
    git("commit", "-m", "two")
    git("tag", "v2.0")
    git("update-ref", "refs/remotes/origin/main", "HEAD")


def _packed(path: Path, records: list[dict[str, object]]) -> None:
    path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in records).encode(), mtime=0))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
