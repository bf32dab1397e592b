"""Access tokens in code: wherever code is shown, they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run, Tree

from analyzer import analyze_source
from analyzer.credentials import redacted
from analyzer.excerpts import excerpt_of

TOKENS = {
    "hf_": "hf_" + "aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW9x",
    "sk-": "sk-" + "proj-aB3dE5fG7hI9jK1lM2nO",
    "ghp_": "ghp_" + "aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW9x",
    "glpat-": "glpat-" + "aB3dE5fG7hI9jK1lM2nO",
}
TOKEN = TOKENS["hf_"]
CODE = f'''\
from transformers import AutoModel, AutoTokenizer

TOKEN = "{TOKEN}"
NAME = "gpt2"; KEY = "{TOKEN}"
tokenizer = AutoTokenizer.from_pretrained(NAME, token=TOKEN)
model = AutoModel.from_pretrained(NAME, token="{TOKEN}", revision=f"{{KEY}}")
model.generate(**tokenizer("x", return_tensors="pt"))
'''
LINES = [
    ("scan", "R", "--format", "json"), ("scan", "R"), ("sequences", "R", "--format", "jsonl"),
    ("explain", "R/a.py:6"), ("explain", "R/a.py:6", "--format", "json"), ("explain", "R/run.sh:1"), ("check", "R"),
    ("check", "R", "--format", "json"), ("patterns", "R", "R2", "--format", "jsonl"), ("patterns", "R", "R2"),
    ("card", "gpt2", "--in", "R"), ("audit", "sample", "R", "-o", "-"), ("audit", "sample", "R", "-o", "sheet.html"),
]  # fmt: skip


@pytest.mark.parametrize("kind", TOKENS)
def test_redacted(kind: str) -> None:
    assert redacted(f'x = "{TOKENS[kind]}"; y = 1') == f'x = "{kind}…"; y = 1'
    assert redacted("hf_hub_download(x)  # task-based, ask-for") == "hf_hub_download(x)  # task-based, ask-for"


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_no_output_has_one(ptmscope: Run, tree: Tree, tmp_path: Path, line: tuple[str, ...]) -> None:
    files = {
        "a.py": CODE,
        "run.sh": f"huggingface-cli download org/a --token {TOKEN}\n",
        "LICENSE": "Permission is hereby granted, free of charge, to deal in it\nwithout restriction\n",
        "a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": CODE}], "nbformat": 4}),
    }
    root = tree({f"{folder}/{name}": text for folder in ("R", "R2") for name, text in files.items()})
    done = ptmscope(*(str(root / each) if each.startswith("R") else each for each in line), cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert TOKEN[3:].encode() not in done.stdout + done.stderr + written


def test_excerpt_says_that_there_was_one() -> None:
    (usage,) = analyze_source(CODE.encode(), "a.py").sequences
    code = excerpt_of(CODE.encode(), usage)
    assert code is not None
    assert 'TOKEN = "hf_…"' in code
    assert 'token="hf_…"' in code
