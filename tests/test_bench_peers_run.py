"""The benchmark's other scanners: installing and running them, and the row of one that cannot run."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from test_bench import SOURCE, label

from bench.accuracy import main
from bench.peers import findings, install, report
from bench.peers.findings import Finding
from bench.peers.report import compare, measure, tables, unlisted
from bench.peers.run import Run, run
from bench.peers.scanners import PEERS, PTMSCOPE, Scanner
from bench.peers.score import Recall
from bench.sources import Source


def test_a_scanner_that_cannot_be_installed_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    future = replace(PEERS[0], python=(3, 99))
    monkeypatch.setattr(report, "PEERS", (future,))
    monkeypatch.setattr(report, "PTMSCOPE", replace(future, registry="npm"))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    peers = list(compare([label()], [Source(SOURCE, "0", tmp_path)], [], tmp_path, 10))
    assert [peer.problem for peer in peers] == [
        "not installed: needs npm, none on the path",
        "not installed: needs Python 3.99 or newer, none on the path",
    ]
    assert "needs Python 3.99" in "\n".join(tables(peers))


def test_a_failing_installer_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        install, "_problem", lambda command: "ERROR: No matching distribution" if "pip" in command else ""
    )
    assert install.install(PEERS[1], tmp_path) == install.Installed(None, "ERROR: No matching distribution")
    monkeypatch.setattr(install, "_problem", lambda command: "")
    assert install.install(PEERS[1], tmp_path).problem == "installs no program ai-bom"


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    programs = tmp_path / "peers" / "ai-bom-3.6.0" / "bin"
    programs.mkdir(parents=True)
    (programs / "ai-bom").touch()
    assert install.install(PEERS[1], tmp_path) == install.Installed(programs)


def scanner(code: str, *more: str) -> Scanner:
    return replace(PTMSCOPE, command=(sys.executable, "-c", code, "{folder}", *more))


@pytest.mark.parametrize(
    ("code", "limit", "problem"),
    [
        ("import sys; sys.exit('no such thing')", 60, "no such thing"),
        ("print('[]')", 60, "no readable report"),
        ("import time; time.sleep(60)", 0.5, "over 0.5 s"),
    ],
)
@pytest.mark.parametrize("read", [findings.airom, findings.ptmscope])
def test_a_failing_run_says_why(
    tmp_path: Path, code: str, limit: float, problem: str, read: Callable[[str], Iterable[Finding]]
) -> None:
    done = run(replace(scanner(code), read=read), tmp_path, Source(SOURCE, "0", tmp_path), limit)
    assert done.findings == ()
    assert problem in done.problem


@pytest.mark.parametrize("more", [(), ("{output}",)])
def test_a_run_reads_stdout_or_the_output_file(tmp_path: Path, more: tuple[str, ...]) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    site = {"path": "a.py", "line": 1, "status": "resolved", "models": [{"id": "m"}]}
    code = (
        "import sys; stream = open(sys.argv[2], 'w') if sys.argv[2:] else sys.stdout;"
        f"print({json.dumps(site)!r}, file=stream); sys.exit(3)"
    )
    done = run(scanner(code, *more), tmp_path, Source(SOURCE, "0", tmp_path), 60)
    assert (done.findings, done.problem) == ((Finding("a.py", 1, "m"),), "")
    assert done.wall > 0


def test_a_run_works_on_a_copy_with_a_home_of_its_own(tmp_path: Path) -> None:
    code = "import os, pathlib; pathlib.Path('new').touch(); pathlib.Path(os.environ['HOME'], 'x').touch()"
    assert run(scanner(code), tmp_path, Source(SOURCE, "0", tmp_path), 60).problem == ""
    assert list(tmp_path.iterdir()) == []


def test_failed_sources_count_as_missed_and_are_named() -> None:
    other = replace(label(), source="github:owner/other")
    runs = [
        Run(SOURCE, (Finding("a.py", 3, "gpt2"), Finding("a.py", 30, "x")), 1.0, 2.0),
        Run(other.source, (), 3.0, 4.0, "late"),
    ]
    peer = measure(PTMSCOPE, runs, [label(), other], [])
    text = "\n".join(tables([peer]))
    assert peer.recall == Recall(2, 1, 1, 1)
    assert "| ptmscope | this code | 0.500 (1/2)" in text
    assert "| 1.000 (1/1) | 1          | 4.0    | 6.0   | github:owner/other: late |" in text
    assert unlisted([peer]) == [(SOURCE, "a.py", -1, 30, "x")]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.program)
def test_every_peer_is_pinned_and_says_what_it_is_not(peer: Scanner) -> None:
    assert peer.version[0].isdigit()
    assert peer.not_built_for
    assert any("{folder}" in word for word in peer.command)
    assert peer.command[0].startswith("{bin}/")


def test_peers_print_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "owner+name").mkdir()
    (tmp_path / "owner+name" / "a.py").write_text(
        'from transformers import AutoModel\n\nm = AutoModel.from_pretrained("gpt2")\n', encoding="utf-8"
    )
    head = "source,version,path,line,end_line,model_id,api,library,kind,origin_path,origin_line,notes\n"
    row = f"{SOURCE},0,a.py,3,3,gpt2,x,transformers,literal,a.py,3,\n"
    (tmp_path / "labels.csv").write_text(head + row, encoding="utf-8")
    monkeypatch.setattr(report, "PEERS", ())
    options = ["--labels", str(tmp_path / "labels.csv"), "--repos", str(tmp_path), "--cache", str(tmp_path), "--peers"]
    assert main([*options, "--unlisted", str(tmp_path / "unlisted.csv")]) == 0
    printed = capsys.readouterr().out
    assert "| ptmscope | this code | 1.000 (1/1)" in printed
    assert "What each was not built for" in printed
    assert (tmp_path / "unlisted.csv").read_text(encoding="utf-8").count("\n") == 1
