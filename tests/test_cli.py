"""The command line, run as a person runs it: output, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import LOADS_GPT2, ROOT, Run, Tree

from ptmscope import __version__

SAMPLE = ROOT / "examples" / "sample"
FIXTURES = ROOT / "fixtures"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["scan", "--help"], ["sequences", "-h"], ["graph", "-h"]])
def test_help_has_examples(ptmscope: Run, arguments: list[str]) -> None:
    done = ptmscope(*arguments)
    assert done.returncode == 0
    assert done.stdout.decode().count("  ptmscope ") >= 3
    assert done.stderr == b""


def test_nothing_asked(ptmscope: Run) -> None:
    done = ptmscope()
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"Commands:" in done.stderr


def test_version(ptmscope: Run) -> None:
    assert ptmscope("--version").stdout.decode().split()[-1] == __version__


def test_table(ptmscope: Run) -> None:
    done = ptmscope("scan", SAMPLE)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "facebook/bart-large-cnn" in text
    assert "tokenize → generate → decode" in text
    assert "Left out: 1 vendored folder." in text
    assert "\x1b" not in text
    assert done.stderr.decode().rstrip().endswith(" s")


def test_lines_are_records_and_nothing_else(ptmscope: Run) -> None:
    for command, key in (("scan", "models"), ("sequences", "calls")):
        done = ptmscope(command, SAMPLE, "--format", "jsonl")
        records = [json.loads(line) for line in done.stdout.splitlines()]
        assert records
        assert all(key in record for record in records)
        assert b"Left out: 1 vendored folder." in done.stderr


def test_selection(ptmscope: Run) -> None:
    options = ("--library", "openai-whisper", "--library", "diffusers", "--model", "*turbo*", "-f", "jsonl")
    lines = ptmscope("scan", SAMPLE, *options).stdout.splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["draw.ipynb"]


def test_left_out_on_request(ptmscope: Run, tree: Tree) -> None:
    root = tree(
        {"a.py": LOADS_GPT2, "vendor/b.py": LOADS_GPT2, "c.py": LOADS_GPT2, ".gitignore": "c.py\n", ".git/HEAD": ""}
    )

    def paths(*options: str) -> list[str]:
        lines = ptmscope("scan", root, "-f", "jsonl", *options).stdout.splitlines()
        return [json.loads(line)["path"] for line in lines]

    assert paths() == ["a.py"]
    assert paths("--no-gitignore", "--include-vendored") == ["a.py", "c.py", "vendor/b.py"]
    assert paths("--no-gitignore", "--exclude", "a.*") == ["c.py"]
    assert paths("--max-file-size", "10B") == []


@pytest.mark.parametrize("command", ["scan", "sequences"])
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "markdown", "parquet"])
def test_same_bytes_for_any_number_of_processes(ptmscope: Run, command: str, form: str) -> None:
    outputs = {ptmscope(command, FIXTURES, "-f", form, "-j", str(jobs), "-q").stdout for jobs in (1, 2, 5)}
    assert len(outputs) == 1
    assert outputs.pop()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "missing"], "missing: No such file or directory"),
        (["scan", "a.txt"], "a.txt: neither a program nor a config or script that is read"),
        (["scan", "pipe.py"], "pipe.py: neither a file nor a folder"),
        (["scan", "two\nlines"], "two lines: No such file or directory"),
        (["scan"], "Missing argument 'PATH'."),
        (["scan", ".", "--format", "xml"], "Invalid value for '-f' / '--format'"),
        (["scan", ".", "--jobs", "0"], "jobs must be 1 or more, not 0"),
        (["scan", ".", "--jobs", "x"], "Invalid value for '-j' / '--jobs'"),
        (["scan", ".", "--max-file-size", "big"], "'big' is not a size such as 500kB or 2MB"),
        (["scan", ".", "--catalog", "missing"], "catalog missing: No such file or directory"),
        (["scan", ".", "--catalog", "."], "catalog .: Is a directory"),
        (["scan", ".", "--catalog", "a.txt"], "catalog a.txt: no model ids"),
        (["scan", ".", "--catalog", "b.py"], "catalog b.py: line 1: no model id in 'from transformers"),
        (["sequences", ".", "--catalog", "a.txt"], "No such option"),
        (["scan", ".", "-o", "missing/out.json"], "missing/out.json: No such file or directory"),
        (["scan", ".", "--nothing"], "No such option"),
        (["graph"], "Missing argument 'PATH...'."),
        (["graph", "missing"], "missing: No such file or directory"),
        (["graph", ".", "-f", "pdf"], "Invalid value for '-f' / '--format'"),
        (["graph", ".", "--nodes", "0"], "Invalid value for '--nodes'"),
        (["see", "."], "No such command 'see'."),
    ],
)
def test_errors_are_one_line(ptmscope: Run, tree: Tree, arguments: list[str], message: str) -> None:
    root = tree({"a.txt": "", "b.py": LOADS_GPT2})
    os.mkfifo(root / "pipe.py")
    done = ptmscope(*arguments, cwd=root)
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"ptmscope: error: {message}")
    assert done.returncode == 2
    assert done.stdout == b""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_path(ptmscope: Run, tree: Tree) -> None:
    root = tree({})
    root.chmod(0)
    try:
        assert ptmscope("scan", root).returncode == 2
    finally:
        root.chmod(0o700)


def test_strict(ptmscope: Run, tree: Tree) -> None:
    root = tree({"good.py": LOADS_GPT2})
    assert ptmscope("scan", root, "--strict").returncode == 0
    tree({"bad.ipynb": '{"cells": from_pretrained'})
    assert ptmscope("scan", root).returncode == 0
    done = ptmscope("scan", root, "--strict", "-f", "jsonl")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert b"bad.ipynb: invalid notebook: " in done.stderr


def test_quiet(ptmscope: Run, tree: Tree) -> None:
    done = ptmscope("scan", tree({"a.py": LOADS_GPT2, "bad.ipynb": "{"}), "-q", "-f", "csv")
    assert done.stderr == b""
    assert len(done.stdout.splitlines()) == 2


def test_output_tells_the_format(ptmscope: Run, tree: Tree, tmp_path: Path) -> None:
    root = tree({"a.py": LOADS_GPT2})
    for name, start in (
        ("r.json", b"{\n"),
        ("r.jsonl", b'{"path"'),
        ("r.CSV", b"path,"),
        ("r.md", b"# "),
        ("r.x", b"open"),
    ):
        done = ptmscope("scan", root, "-o", tmp_path / name)
        assert (done.returncode, done.stdout) == (0, b""), done.stderr
        assert (tmp_path / name).read_bytes().startswith(start)


GRAPHS = {"g.json": b"{\n", "g.graphml": b"<graphml", "g.gexf": b"<gexf", "g.DOT": b"digraph", "g.svg": b"<svg"}


@pytest.mark.parametrize("source", [LOADS_GPT2, ""], ids=["one", "none"])
def test_graph_formats(ptmscope: Run, tree: Tree, tmp_path: Path, source: str) -> None:
    root = tree({"a.py": source})
    for name, start in GRAPHS.items():
        done = ptmscope("graph", root, "-o", tmp_path / name)
        assert (done.returncode, done.stdout) == (0, b""), done.stderr
        assert len(done.stderr.splitlines()) == (0 if source else 1)
        assert (tmp_path / name).read_bytes().startswith(start)


def test_graph_of_several_repositories(ptmscope: Run, tree: Tree) -> None:
    root = tree({"one/a.py": LOADS_GPT2, "two/a.py": LOADS_GPT2, "two/b.py": LOADS_GPT2.replace("gpt2", "x/y")})
    done = ptmscope("graph", root / "one", root / "two", "--model", "gpt2", "--by", "model")
    (node,) = json.loads(done.stdout)["nodes"]
    assert node["id"] == "openai-community/gpt2: transformers.AutoModel.from_pretrained"
    assert (node["usages"], node["repositories"], node["places"]) == (2, 2, ["one/a.py:3", "two/a.py:3"])


def test_graph_names_repositories_that_end_alike(ptmscope: Run, tree: Tree) -> None:
    root = tree({"one/src/a.py": LOADS_GPT2, "two/src/b.py": LOADS_GPT2})
    (node,) = json.loads(ptmscope("graph", root / "one/src", root / "two/src").stdout)["nodes"]
    assert node["places"] == [f"{root}/one/src/a.py:3", f"{root}/two/src/b.py:3"]
    done = ptmscope("graph", root, root / "one" / "..")
    assert (done.returncode, done.stderr.decode()) == (2, f"ptmscope: error: {root}: given 2 times\n")


def test_graph_scope(ptmscope: Run, tree: Tree) -> None:
    uses = "from a import model\n\nmodel.generate(1)\n"
    root = tree({"a.py": LOADS_GPT2, "b.py": uses})

    def labels(scope: str) -> list[str]:
        found = json.loads(ptmscope("graph", root, "--level", "role", "--scope", scope).stdout)
        return sorted(node["label"] for node in found["nodes"])

    assert labels("file") == ["load"]
    assert labels("project") == ["infer", "load"]


def test_output_is_replaced_whole(ptmscope: Run, tree: Tree, tmp_path: Path) -> None:
    target, link = tmp_path / "out.csv", tmp_path / "link.csv"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert ptmscope("scan", tree({"a.py": LOADS_GPT2}), "-o", link).returncode == 0
    assert link.is_symlink()
    assert target.read_text().startswith("path,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert ptmscope("scan", tmp_path / "missing", "-o", target).returncode == 2
    assert target.read_text().startswith("path,")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.csv", "out.csv", "tree"]


def test_new_output_has_the_usual_mode(ptmscope: Run, tree: Tree, tmp_path: Path) -> None:
    ptmscope("scan", tree({}), "-o", tmp_path / "out.csv", umask=0o027)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o640


def test_output_to_a_device(ptmscope: Run, tree: Tree) -> None:
    done = ptmscope("scan", tree({"a.py": LOADS_GPT2}), "-o", "/dev/stdout", "-f", "jsonl")
    assert json.loads(done.stdout)["path"] == "a.py"


def test_reader_that_goes_away(tree: Tree) -> None:
    root = tree({f"{number}.py": LOADS_GPT2 for number in range(2000)})
    command = [sys.executable, "-m", "ptmscope", "scan", root, "-f", "jsonl", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupt(tree: Tree, jobs: str) -> None:
    slow = LOADS_GPT2 + "".join(f"def f{number}(x): return model(x + {number})\n" for number in range(300))
    root = tree({f"{number}.py": f"{slow}# {number}" for number in range(3000)})
    command = [sys.executable, "-m", "ptmscope", "scan", root, "-j", jobs]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    time.sleep(3)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == b""
    assert err.decode().splitlines()[-1] == "ptmscope: interrupted"
    assert "Traceback" not in err.decode()


def on_terminal(*arguments: str | Path, columns: int = 80) -> str:
    """What a terminal shows of a command, both streams."""
    main, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "ptmscope", *arguments]
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(main, 65536):
            shown += part
    except OSError:  # Linux: the other end is closed
        pass
    finally:
        os.close(main)
    process.wait(60)
    return shown.decode()


def test_terminal() -> None:
    shown = on_terminal("scan", SAMPLE, "--no-cache")
    assert "\x1b[1;36mfacebook/bart-large-cnn" in shown
    assert "━" in shown  # the progress bar
    assert "━" not in on_terminal("scan", SAMPLE, "--quiet", "--no-cache")


def test_no_binary_on_a_terminal() -> None:
    assert "error: this format is no text for a terminal" in on_terminal("scan", SAMPLE, "-f", "parquet")


IMPORTED = """
import sys
from ptmscope.cli import cli
cli(sys.argv[1:], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], {"pandas", "rich", "networkx", "analyzer", "tree_sitter", "re2", "pathspec", "multiprocessing"}),
        (["scan", str(SAMPLE), "-f", "jsonl"], {"pandas", "rich", "networkx"}),
        (["scan", str(SAMPLE)], {"pandas"}),
    ],
)
def test_what_is_not_needed_is_not_imported(arguments: list[str], absent: set[str]) -> None:
    command = [sys.executable, "-c", IMPORTED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert absent.isdisjoint(done.stderr.splitlines()[-1].split())
