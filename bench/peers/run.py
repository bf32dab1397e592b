"""Runs a scanner on a copy of one source: without network, with a home and a time limit of its own."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bench.peers.findings import Finding
from bench.peers.scanners import Scanner
from bench.sources import Source

#: A closed port, for the programs that heed it where the network cannot be taken away.
_NOWHERE = "http://127.0.0.1:9"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True, slots=True)
class Run:
    """One scanner on one source. A run that failed has no findings and says why."""

    source: str
    findings: tuple[Finding, ...]
    wall: float
    cpu: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a program wrote, and its exit code; None where it ran out of time."""

    stdout: str
    stderr: str
    code: int | None


def run(scanner: Scanner, programs: Path, source: Source, limit: float) -> Run:
    """What the scanner finds in one source; paths are relative to it. Seconds include its start."""
    assert source.folder is not None
    with tempfile.TemporaryDirectory(prefix="ptmscope-peers-") as scratch:
        folder, output, home = (Path(scratch).resolve() / name for name in ("code", "report", "home"))
        shutil.copytree(source.folder, folder, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        home.mkdir()
        words = {"bin": programs, "folder": folder, "output": output}
        command = [_filled(word, words) for word in scanner.command]
        wall, cpu = time.perf_counter(), _cpu()
        told = _execute([*_without_network(), *command], _environment(scanner, home), folder, limit)
        wall, cpu = time.perf_counter() - wall, _cpu() - cpu
        found, problem = ((), f"over {limit:g} s") if told.code is None else _read(scanner, told, output, folder)
    return Run(source.name, found, wall, cpu, problem)


def relative(found: Iterable[Finding], folder: Path) -> Iterator[Finding]:
    """The findings with paths relative to the folder, however the scanner wrote them."""
    for finding in found:
        path = finding.path.replace("\\", "/").removeprefix(f"{folder.as_posix()}/").removeprefix("./")
        yield replace(finding, path=path)


def _read(scanner: Scanner, told: _Told, output: Path, folder: Path) -> tuple[tuple[Finding, ...], str]:
    """(findings, problem). An exit code with a report is no failure: scanners say with it that they found something."""
    complaint = (told.stderr.strip().splitlines() or [f"exit code {told.code}, no readable report"])[-1]
    text = output.read_text(encoding="utf-8", errors="replace") if output.exists() else told.stdout
    if told.code and not text.strip():
        return (), complaint
    try:
        return tuple(sorted(set(relative(scanner.read(text), folder)))), ""
    except (ValueError, KeyError, TypeError, AttributeError):
        return (), complaint


def _filled(word: str, words: dict[str, Path]) -> str:
    for name, value in words.items():
        word = word.replace(f"{{{name}}}", str(value))
    return word


def _execute(command: list[str], environment: dict[str, str], folder: Path, limit: float) -> _Told:
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            return _Told(*process.communicate(timeout=limit), process.returncode)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return _Told(*process.communicate(), None)


def _environment(scanner: Scanner, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    closed = dict.fromkeys(_PROXIES, _NOWHERE) | {"NO_PROXY": "", "no_proxy": "", "HF_HUB_OFFLINE": "1"}
    return kept | closed | {"HOME": str(home), "DO_NOT_TRACK": "1"} | dict(scanner.environment)


@cache
def _without_network() -> tuple[str, ...]:
    """The words before a command that take its network away, where the system lets us."""
    words = ("unshare", "--map-root-user", "--net")
    try:
        return words if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0 else ()
    except OSError:
        return ()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
