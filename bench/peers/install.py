"""Puts a scanner into a folder of its own: a virtual environment or an npm prefix, by pinned version, once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.peers.scanners import Scanner

_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Installed:
    """The folder of a scanner's programs; None where it could not be installed, `problem` says why."""

    programs: Path | None
    problem: str = ""


def install(scanner: Scanner, cache: Path) -> Installed:
    """Installs what is not there yet below `cache`. What needs no installing has no registry."""
    if not scanner.registry:
        return Installed(Path(sys.executable).parent)
    folder = cache / "peers" / f"{scanner.program}-{scanner.version}"
    programs = folder / ("bin" if scanner.registry == "PyPI" else "node_modules/.bin")
    if (programs / scanner.program).exists():
        return Installed(programs)
    problem = _pip(scanner, folder) if scanner.registry == "PyPI" else _npm(scanner, folder)
    if not problem and not (programs / scanner.program).exists():
        problem = f"installs no program {scanner.program}"
    return Installed(None, problem) if problem else Installed(programs)


def interpreter(minimum: tuple[int, int]) -> str | None:
    """A Python of at least this version: the running one, or one on the path."""
    return next((path for path in _interpreters(minimum) if _runs(path, minimum)), None)


def _interpreters(minimum: tuple[int, int]) -> Iterator[str]:
    yield sys.executable
    names = (f"python3.{minor}" for minor in range(minimum[1], minimum[1] + 4))
    yield from filter(None, map(shutil.which, names))


def _runs(path: str, minimum: tuple[int, int]) -> bool:
    """Whether it starts at all (a version manager's stand-in may not) and is new enough."""
    return not _problem([path, "-c", f"import sys; sys.exit(sys.version_info < {minimum})"])


def _pip(scanner: Scanner, folder: Path) -> str:
    python = interpreter(scanner.python)
    if python is None:
        return f"needs Python {'.'.join(map(str, scanner.python))} or newer, none on the path"
    requirement = f"{scanner.name}=={scanner.version}"
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", requirement]
    return _problem([python, "-m", "venv", str(folder)]) or _problem(pip)


def _npm(scanner: Scanner, folder: Path) -> str:
    npm = shutil.which("npm")
    if npm is None:
        return "needs npm, none on the path"
    folder.mkdir(parents=True, exist_ok=True)
    requirement = f"{scanner.name}@{scanner.version}"
    return _problem([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), requirement])


def _problem(command: list[str]) -> str:
    """Runs a command; empty where it worked, else the last line of its complaint."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    return (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
