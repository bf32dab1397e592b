"""What the cache brings: `python -m bench.caching --tree DIR`. Each scan is a process of its own, told in CPU time."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.tables import Cell, table
from ptmscope.cache.store import NAME

#: Prints (CPU seconds, files read or known, peak MB, a digest of the result).
SCAN = """
import hashlib, resource, sys, time
import ptmscope
from ptmscope.cache import stamps
stamps.RECENT = 0  # the tree was just made
ptmscope.scan(sys.argv[3], jobs=1)  # what is loaded once in a process
cache = sys.argv[2] or None
start = time.process_time()
found = ptmscope.scan(sys.argv[1], jobs=1, cache=cache)
cpu = time.process_time() - start
digest = hashlib.sha256(repr((found.sites, found.usages, found.diagnostics)).encode()).hexdigest()
print(cpu, found.counts.files, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, digest)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 where a scan with the cache found something else."""
    parser = argparse.ArgumentParser(prog="python -m bench.caching", description=__doc__)
    parser.add_argument("--tree", type=Path, required=True, metavar="DIR", help="a folder to scan; copied")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="scans of each kind; their median is told")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="ptmscope-") as work:
        tree, cache = Path(work) / "tree", Path(work) / "cache"
        shutil.copytree(options.tree, tree, symlinks=True)
        rows, digests = _measured(tree, cache, options.runs)
        size = (cache / NAME).stat().st_size
    print(table("Scans with a cache", ("scan", "CPU s", "files", "files/s", "times the one without", "peak MB"), rows))
    print(f"The cache takes {size / 1e6:,.0f} MB.")
    if len(set(digests)) > 1:
        print("The scans did not find the same.", file=sys.stderr)
        return 1
    return 0


def _measured(tree: Path, cache: Path, runs: int) -> tuple[list[tuple[Cell, ...]], list[str]]:
    edited = _edited(tree)
    kinds: tuple[tuple[str, int, Callable[[int], object], str], ...] = (
        ("without", 1, lambda _: None, ""),
        ("first, with", 1, lambda _: None, str(cache)),
        ("nothing changed", runs, lambda _: None, str(cache)),
        ("other time stamps (by content)", runs, lambda _: _forget(cache), str(cache)),
        ("one file edited", runs, lambda number: _edit(edited, number), str(cache)),
    )
    rows: list[tuple[Cell, ...]] = []
    digests: list[str] = []
    for name, times, before, folder in kinds:
        found = []
        for number in range(times):
            before(number)
            found.append(_scan(tree, folder))
        cpu = statistics.median(float(each[0]) for each in found)
        files = int(found[0][1])
        first = cpu if not rows else float(str(rows[0][1]))
        rows.append((name, round(cpu, 2), files, round(files / cpu), round(cpu / first, 3), round(float(found[-1][2]))))
        digests += [each[3] for each in found]
    return rows, digests


def _scan(tree: Path, cache: str) -> list[str]:
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-c", SCAN, str(tree), cache, empty]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=os.getcwd()).stdout.split()


def _forget(cache: Path) -> None:
    """As in a fresh checkout."""
    with sqlite3.connect(cache / NAME) as database:
        database.execute("DELETE FROM trees")


def _edited(tree: Path) -> Path:
    """A file that loads something."""
    return next(file for file in sorted(tree.rglob("*.py")) if b"from_pretrained(" in file.read_bytes())


def _edit(file: Path, number: int) -> None:
    """Changes a function's body, and nothing that moves a line."""
    file.write_bytes(file.read_bytes() + b"# %d\n" % number)


if __name__ == "__main__":
    sys.exit(main())
