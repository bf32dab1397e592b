"""The tree that bench.speed reads: wheels of pinned packages, unpacked side by side."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.sources import download, unpack

PACKAGES = Path(__file__).with_name("packages.txt")


def build(folder: Path, packages: Path = PACKAGES) -> list[str]:
    """Downloads and unpacks what is missing below `folder`; returns the requirements not to be had."""
    missing: list[str] = []
    for requirement in requirements(packages):
        target = folder / "tree" / requirement.partition("==")[0]
        if target.is_dir():
            continue
        print(requirement, file=sys.stderr)
        wheels = folder / "wheels" / requirement
        problem = download([requirement], wheels)
        found = sorted(wheels.glob("*.whl"))
        if found:
            unpack(found[0], target)
        else:
            missing.append(f"{requirement}: {problem or 'no wheel'}")
    return missing


def requirements(packages: Path) -> list[str]:
    """The lines of a requirements file, without comments."""
    lines = (line.partition("#")[0].strip() for line in packages.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]
