"""scan: from a path to its findings, over any number of processes, whatever a file does to them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import LOADS_GPT2, ROOT, Tree

import ptmscope
from analyzer.source import Examination, examine
from ptmscope import pipeline, tasks, worker
from ptmscope.engines import watchdog
from ptmscope.errors import Misuse
from ptmscope.findings import Scan
from ptmscope.settings import size

SAMPLE = ROOT / "examples" / "sample"


def ids(scan: Scan) -> list[tuple[str, str]]:
    return [(site.path, model.id) for site in scan.sites for model in site.models]


def kinds(scan: Scan) -> list[tuple[str, str]]:
    return [(diagnostic.path, diagnostic.kind) for diagnostic in scan.diagnostics]


def test_folder(tree: Tree) -> None:
    scan = ptmscope.scan(tree({"b/a.py": LOADS_GPT2, "a.py": LOADS_GPT2, "empty.py": "", "x.txt": ""}))
    assert ids(scan) == [("a.py", "gpt2"), ("b/a.py", "gpt2")]
    assert [usage.path for usage in scan.usages] == ["a.py", "b/a.py"]
    assert scan.counts.files == 3
    assert scan.counts.duplicates == 1
    assert scan.counts.skipped == (("other_type", 1),)


def test_file(tree: Tree) -> None:
    root = tree({"pkg/a.py": LOADS_GPT2, ".gitignore": "*.py\n", ".git/HEAD": ""})
    assert ids(ptmscope.scan(root / "pkg" / "a.py")) == [("a.py", "gpt2")]


def test_file_in_the_current_folder(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree({"a.py": LOADS_GPT2}))
    assert ids(ptmscope.scan("a.py")) == ids(ptmscope.scan(".")) == [("a.py", "gpt2")]


def test_empty_folder(tree: Tree) -> None:
    scan = ptmscope.scan(tree({}))
    assert (scan.sites, scan.usages, scan.diagnostics) == ((), (), ())


def test_a_copy_has_its_own_path_everywhere(tree: Tree) -> None:
    scan = ptmscope.scan(tree({"a.py": LOADS_GPT2, "b.py": LOADS_GPT2}), jobs=1)
    assert [model.origin.path for site in scan.sites for model in site.models] == ["a.py", "b.py"]


def test_copies_with_another_ending_are_read_anew(tree: Tree) -> None:
    scan = ptmscope.scan(tree({"a.py": LOADS_GPT2, "a.ipynb": LOADS_GPT2}), jobs=1)
    assert ids(scan) == [("a.py", "gpt2")]
    assert kinds(scan) == [("a.ipynb", "invalid_notebook")]


@pytest.mark.parametrize(
    ("options", "models"),
    [
        ({"libraries": ["transformers"]}, {"facebook/bart-large-cnn", "bert-base-uncased"}),
        ({"libraries": "SENTENCE_transformers"}, {"all-MiniLM-L6-v2", "cross-encoder/ms-marco-MiniLM-L-6-v2"}),
        ({"models": ["BERT-base*"]}, {"bert-base-uncased"}),
        ({"models": ["google-bert/*"]}, {"bert-base-uncased"}),  # the hub's present name
        ({"models": ["all-minilm-*"], "libraries": ["s*"]}, {"all-MiniLM-L6-v2"}),
        ({"models": ["nothing"]}, set()),
    ],
)
def test_selection(options: dict[str, list[str]], models: set[str]) -> None:
    scan = ptmscope.scan(SAMPLE, **options)  # type: ignore[arg-type]
    found = {model_id for _, model_id in ids(scan)}
    assert models <= found
    assert {usage.model_id for usage in scan.usages} <= found
    assert bool(scan.usages) == bool(models)
    if "models" in options:
        assert found == models


@pytest.mark.parametrize("jobs", [2, 3, 8])
def test_any_number_of_processes_finds_the_same(jobs: int) -> None:
    assert ptmscope.scan(ROOT / "fixtures", jobs=jobs) == ptmscope.scan(ROOT / "fixtures", jobs=1)


def test_processes_from_a_program_with_threads(tree: Tree) -> None:
    root = tree({f"{number}.py": LOADS_GPT2 for number in range(100)})
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        assert len(ptmscope.scan(root, jobs=2).sites) == 100
    finally:
        end.set()
        other.join()


SCRIPT_WITHOUT_GUARD = """
import sys, threading
import ptmscope
threading.Thread(target=threading.Event().wait, daemon=True).start()  # processes are spawned, not forked
print(len(ptmscope.scan(sys.argv[1], jobs=2).sites))
"""


def test_script_without_main_guard_runs_in_one_process(tree: Tree, tmp_path: Path) -> None:
    root = tree({f"{number}.py": LOADS_GPT2 for number in range(600)})
    script = tmp_path / "script.py"
    script.write_text(SCRIPT_WITHOUT_GUARD)
    done = subprocess.run([sys.executable, script, root], capture_output=True, timeout=120, check=False)
    assert done.stdout.decode().split() == ["600"], done.stderr.decode()


@pytest.mark.parametrize(
    ("wanted", "files", "processes"), [(None, 10, 1), (4, 10, 1), (4, 200, 4), (2, 0, 1), (1, 999, 1)]
)
def test_number_of_processes(wanted: int | None, files: int, processes: int) -> None:
    assert tasks.processes(wanted, files, spawn=True) == processes


@pytest.mark.parametrize(("can_fork", "spawn", "several"), [(1, 0, 1), (0, 0, 0), (0, 1, 1)])
def test_large_trees_by_default(can_fork: bool, spawn: bool, several: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "can_fork", lambda: bool(can_fork))
    found = tasks.processes(None, tasks.SMALL_TREE, spawn=bool(spawn))
    assert found == (len(os.sched_getaffinity(0)) if several else 1)


def test_no_thread_of_the_processes_is_left(tree: Tree) -> None:
    before = threading.active_count()
    ptmscope.scan(tree({f"{number}.py": LOADS_GPT2 for number in range(200)}), jobs=2)
    assert threading.active_count() == before


def _kill_on_bad_name(task: worker.Task) -> tuple[worker.Examined, ...]:
    """Stands in for `worker.run`: native code that crashes on one file."""
    if any("bad" in path for path in task.paths):
        os.kill(os.getpid(), signal.SIGKILL)
    return worker.run(task)


def test_killed_process_costs_one_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number:03}.py": LOADS_GPT2 for number in range(300)}
    root = tree({**files, "100bad.py": LOADS_GPT2, "250bad.py": LOADS_GPT2})
    monkeypatch.setattr(pipeline, "analyse", _kill_on_bad_name)
    scan = ptmscope.scan(root, jobs=2)
    assert len(scan.sites) == 300
    assert kinds(scan) == [("100bad.py", "internal_error"), ("250bad.py", "internal_error")]


def _never_ends(source: bytes, path: str, **options: Any) -> Examination:
    if b"# bad" in source:
        re.match(rb"(a+)+b", b"a" * 100)
    return examine(source, path, **options)


def _stuck_on_bad_content(task: worker.Task) -> tuple[worker.Examined, ...]:
    watchdog.SECONDS, worker.examine = 3.0, _never_ends  # in a process of its own
    return worker.run(task)


def test_a_loop_in_native_code_costs_one_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({**{f"{number:03}.py": LOADS_GPT2 for number in range(300)}, "100bad.py": LOADS_GPT2 + "# bad"})
    monkeypatch.setattr(pipeline, "analyse", _stuck_on_bad_content)
    scan = ptmscope.scan(root, jobs=2)
    assert len(scan.sites) == 300
    assert kinds(scan) == [("100bad.py", "internal_error")]


def test_exception_in_the_analysis_costs_one_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def analyse(source: bytes, path: str, **options: object) -> object:
        raise MemoryError

    root = tree({"a.py": LOADS_GPT2})
    monkeypatch.setattr(worker, "examine", analyse)
    monkeypatch.setattr(worker, "_by_content", {})
    (diagnostic,) = ptmscope.scan(root, jobs=1).diagnostics
    assert (diagnostic.path, diagnostic.kind) == ("a.py", "internal_error")
    assert diagnostic.message.startswith("MemoryError in test_pipeline.py:")


def test_exception_in_a_glance_costs_one_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(source: bytes, path: str) -> object:
        raise MemoryError

    root = tree({"a.py": LOADS_GPT2, "run.sh": "python a.py --model gpt2\n"})
    monkeypatch.setattr(worker, "credentials", fails)
    scan = ptmscope.scan(root, jobs=1)
    assert ids(scan) == [("a.py", "gpt2")]
    assert kinds(scan) == [("run.sh", "internal_error")]


def test_too_large_file_is_told_and_counted(tree: Tree) -> None:
    scan = ptmscope.scan(tree({"a.py": LOADS_GPT2, "b.py": ""}), max_file_size=20)
    assert kinds(scan) == [("a.py", "too_large")]
    assert scan.counts.skipped == (("too_large", 1),)
    assert scan.counts.files == 1


def test_too_large_script_is_told_and_a_config_counted(tree: Tree) -> None:
    """Data often is in files like configs; a script says what it runs."""
    scan = ptmscope.scan(tree({"a.py": LOADS_GPT2, "run.sh": "#" * 1_000_001, "data.json": "1" * 1_000_001}))
    assert kinds(scan) == [("run.sh", "too_large")]
    assert scan.counts.skipped == (("too_large", 2),)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tree: Tree) -> None:
    root = tree({"a.py": LOADS_GPT2})
    (root / "a.py").chmod(0)
    assert kinds(ptmscope.scan(root)) == [("a.py", "unreadable")]


def test_file_that_is_gone_or_became_a_pipe_since_the_walk(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    examined = worker.run(worker.Task(str(tmp_path), ("gone.py", "pipe.py", "nul\0.py"), 1000))
    assert [each.skip.reason for each in examined if each.skip is not None] == ["unreadable", "special", "unreadable"]


def test_name_that_is_not_utf8(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text(LOADS_GPT2)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert ids(ptmscope.scan(tmp_path)) == [("caf\\xe9.py", "gpt2")]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("missing", {}),
        ("a.txt", {}),
        ("pipe.py", {}),
        ("nul\0", {}),
        (".", {"jobs": 0}),
        (".", {"max_file_size": 0}),
    ],
)
def test_misuse(tree: Tree, path: str, options: dict[str, int]) -> None:
    root = tree({"a.txt": ""})
    os.mkfifo(root / "pipe.py")
    with pytest.raises(Misuse):
        ptmscope.scan(f"{root}/{path}", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("500kB", 500_000), ("2MB", 2_000_000), ("1.5 MiB", 1_572_864), ("3 gb", 3 * 10**9)]
)
def test_size(text: str, number: int) -> None:
    assert size(text) == number


@pytest.mark.parametrize("text", ["", "MB", "-1", "1TB", "1e3", "2 M B", "nan"])
def test_no_size(text: str) -> None:
    with pytest.raises(Misuse):
        size(text)


def test_data_frame() -> None:
    scan = ptmscope.scan(SAMPLE)
    frame = scan.to_pandas()
    assert len(frame) == sum(max(1, len(site.models)) for site in scan.sites)
    assert frame["model_id"].notna().sum() == len(ids(scan))
    assert str(frame.dtypes["cell"]) == "Int64"
    assert all(isinstance(json.loads(text), dict) for text in frame["arguments"])


def test_data_frame_of_nothing_has_the_same_types(tree: Tree) -> None:
    assert ptmscope.scan(tree({})).to_pandas().dtypes.equals(ptmscope.scan(SAMPLE).to_pandas().dtypes)


def test_notebook_display_is_escaped(tree: Tree) -> None:
    html = ptmscope.scan(tree({"<script>.py": LOADS_GPT2}))._repr_html_()
    assert "&lt;script&gt;.py" in html
    assert "<script>" not in html


def test_names_of_the_package() -> None:
    assert ptmscope.Scan is Scan
    with pytest.raises(AttributeError):
        ptmscope.nothing  # noqa: B018
