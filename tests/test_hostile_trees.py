"""Trees made to do harm: what does not end, does not open, or means something to what reads it."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import LOADS_GPT2, Run, Tree

from ptmscope import scan

#: Names that a terminal, a table or a shell takes for something else.
NAMES = (
    "\x1b]0;x\x07\x1b[31m.py",
    "a\nb.py",
    "a\rb.py",
    "=1+1.py",
    "-rf.py",
    "@x.py",
    "+x.py",
    "\u202ea.py",
    "a|b.py",
    "a'b\"c.py",
)
CONTROL = {*range(32), *range(127, 160)} - {10}
TEXT = ("table", "markdown", "csv", "json", "jsonl", "sarif")


@pytest.fixture
def odd(tree: Tree) -> Path:
    """Files whose names and ids are hostile."""
    ids = "".join(
        f"AutoModel.from_pretrained({json.dumps(name)})\n"
        for name in ("=cmd|'/C calc'!A0", "\x1b[2Jx", "-x", "@SUM(1)")
    )
    return tree(dict.fromkeys(NAMES, LOADS_GPT2 + ids))


@pytest.mark.parametrize("form", TEXT)
@pytest.mark.parametrize("command", ["scan", "sequences"])
def test_names_that_move_the_cursor(ptmscope: Run, odd: Path, command: str, form: str) -> None:
    if (command, form) == ("sequences", "sarif"):
        pytest.skip("no usages in SARIF")
    done = ptmscope(command, odd, "--format", form)
    assert done.returncode == 0, done.stderr
    for text in (done.stdout, done.stderr):
        found = {ord(c) for c in text.decode()} & CONTROL
        assert not found
    if form == "json":
        json.loads(done.stdout)


def test_cells_that_are_formulas(ptmscope: Run, odd: Path, tmp_path: Path) -> None:
    """Every command that writes CSV."""
    study = tmp_path / "study"
    assert ptmscope("study", odd, "-o", study).returncode == 0
    lines = (
        ("scan", odd, "--format", "csv"), ("sequences", odd, "--format", "csv"), ("audit", "sample", study, "-o", "-"),
        ("statistics", study, "--format", "csv"), ("patterns", odd, "--format", "csv"),
    )  # fmt: skip
    for line in lines:
        done = ptmscope(*line, cwd=tmp_path)
        if b"'csv' is not one of" in done.stderr:
            continue
        assert done.returncode == 0, done.stderr
        rows = list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))
        assert len(rows) > 1
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(("=", "@", "\t", "\r", "\n", "+")), line
            assert not cell.startswith("-") or cell[1:].replace(".", "").isdigit() or cell == "-", line


def test_message_that_moves_the_cursor(ptmscope: Run, tmp_path: Path) -> None:
    done = ptmscope("scan", tmp_path / "\x1b[31mx")
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize("device", ["/dev/full", "limit", "read-only"])
def test_disk_that_is_full(ptmscope: Run, tree: Tree, tmp_path: Path, device: str) -> None:
    """One line, 2, and no half of a file."""
    root = tree({"a.py": LOADS_GPT2})
    output = tmp_path / "out" / "o.json"
    output.parent.mkdir()
    options: dict[str, object] = {}
    if device == "limit":
        options = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))}
    if device == "read-only":
        if os.geteuid() == 0:
            pytest.skip("root may write everywhere")
        output.parent.chmod(0o555)
    done = ptmscope("scan", root, "-o", device if device.startswith("/") else output, "--format", "json", **options)
    assert done.returncode == 2, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stderr.startswith(b"ptmscope: error: ")
    assert list(output.parent.iterdir()) == []


def test_output_that_is_full(tree: Tree) -> None:
    root = tree({"a.py": LOADS_GPT2})
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "ptmscope", "scan", root]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_notebook_of_200_mb(ptmscope: Run, tree: Tree) -> None:
    """Left out, told, and at once: its size is asked for before it is read."""
    root = tree({"a.py": LOADS_GPT2, "huge.ipynb": b'{"cells": [], "x": "'})
    with (root / "huge.ipynb").open("ab") as stream:
        stream.truncate(200_000_000)
    limit = 1_500_000_000
    started = time.monotonic()
    done = ptmscope(
        "scan", root, "--format", "json", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    )
    found = json.loads(done.stdout)
    assert time.monotonic() - started < 60
    assert [site["path"] for site in found["sites"]] == ["a.py"]
    assert [each["kind"] for each in found["diagnostics"]] == ["too_large"]


def test_devices_pipes_and_links(ptmscope: Run, tree: Tree) -> None:
    """Each beside a file that is read: policies, licences, configs, ignore files and code."""
    root = tree({"a.py": LOADS_GPT2})
    for name in ("pyproject.toml", "LICENSE", ".gitignore", "c.yaml", "b.py"):
        os.mkfifo(root / name)
    for name in ("zero.py", "zero.yaml", ".env"):
        (root / name).symlink_to("/dev/zero")
    (root / "loop").symlink_to(root)
    (root / "self.py").symlink_to("self.py")
    (root / "COPYING").symlink_to("/dev/zero")
    for command in (("scan", root), ("check", root), ("patterns", root)):
        done = ptmscope(*command)
        assert done.returncode in (0, 1), done.stderr
        assert b"Traceback" not in done.stderr


def test_variable_whose_name_is_no_text(tree: Tree) -> None:
    code = 'import os\nfrom transformers import AutoModel\nAutoModel.from_pretrained(os.environ["M\\ud800"])\n'
    (site,) = scan(tree({"app.py": code, "Dockerfile": "ENV M=org/x\nCMD python app.py\n"})).sites
    assert not site.models
