"""Speed in ratios measured in one run: `python -m bench.speed --tree DIR`."""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

if __package__ in (None, ""):  # started as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tree_sitter_python
from tree_sitter import Language, Parser

from analyzer import gate
from bench.tables import Cell, table
from bench.trees import build
from miner import reader
from ptmscope.settings import MAX_FILE_SIZE

LITERAL = "from_pretrained"
SCAN_ONCE = Path(__file__).with_name("scan_once.py")


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder, its Python files and those that pass the gate, in memory."""

    folder: Path
    files: tuple[Path, ...]
    gated: tuple[bytes, ...]

    @property
    def relevant(self) -> float:
        return len(self.gated) / len(self.files)


@dataclass(frozen=True, slots=True)
class Scans:
    """Medians over scans with so many processes: seconds, and peaks in MB."""

    cpu: float
    wall: float
    peak: float
    peak_worker: float


@dataclass(frozen=True, slots=True)
class Times:
    """Medians in seconds of CPU time, but for the scans. `ripgrep` None: not installed."""

    read: float
    gate: float
    parse: float
    ast: float
    one: Scans
    sites: Scans
    alone: Scans
    two: Scans
    ripgrep: float | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 2 where there is no tree or no Python file in it."""
    options = _parser().parse_args(arguments)
    folder = options.tree
    if options.build is not None:
        missing = build(options.build)
        print("".join(f"not in the tree: {line}\n" for line in missing), end="", file=sys.stderr)
        folder = options.build / "tree"
    if folder is None or not any(folder.rglob("*.py")):
        print("give --tree DIR with Python files, or --build DIR", file=sys.stderr)
        return 2
    tree = read(folder)
    times = measure(tree, options.runs)
    print(_as_json(tree, times) if options.json else tables(tree, times, options.runs))
    return 0


def read(folder: Path) -> Tree:
    """The tree's files; reading them all also warms the page cache."""
    files = tuple(sorted(path for path in folder.rglob("*.py") if path.is_file()))
    contents = (path.read_bytes() for path in files)
    return Tree(folder, files, tuple(content for content in contents if gate.passes(content)))


def measure(tree: Tree, runs: int) -> Times:
    """All times, each the median of `runs` runs."""
    paths = tuple(map(str, tree.files))
    return Times(
        read=_median(lambda: _read_all(paths), time.process_time, runs),
        gate=_median(lambda: _gate_all(paths), time.process_time, runs),
        parse=_median(lambda: _parse_all(tree.gated), time.process_time, runs),
        ast=_median(lambda: _ast_all(tree.gated), time.process_time, runs),
        one=_scans(tree.folder, 1, runs),
        sites=_scans(tree.folder, 1, runs, "sites"),
        alone=_scans(tree.folder, 1, runs, "alone"),
        two=_scans(tree.folder, 2, runs),
        ripgrep=_ripgrep(tree.folder, runs),
    )


def tables(tree: Tree, times: Times, runs: int) -> str:
    """What was measured, as two tables."""
    files = len(tree.files)
    size = sum(map(len, tree.gated)) / 1e6
    about: list[tuple[str, Cell]] = [
        ("Python files", files),
        ("pass the gate", f"{len(tree.gated)} ({tree.relevant:.1%}, {size:.1f} MB)"),
        ("runs, median of", runs),
        ("cores", os.cpu_count()),
    ]
    return table("Tree", ("", ""), about) + "\n" + table("Speed", ("measure", "value", "from"), rows(tree, times))


def rows(tree: Tree, times: Times) -> list[tuple[str, str, str]]:
    """One row per ratio, with the times that it is made of."""
    files, gated, scan = len(tree.files), len(tree.gated), times.one.cpu
    grep, took = "not measured: no `rg` here (Debian package ripgrep)", ""
    if times.ripgrep is not None:
        grep, took = f"{times.gate / times.ripgrep:.2f}x", f"rg {times.ripgrep:.2f} s"
    return [
        ("whole scan, one core", f"{files / scan:,.0f} files/s", f"{scan:.2f} s CPU"),
        ("whole scan : raw tree-sitter parse", f"{scan / times.parse:.2f}x", f"parse {times.parse:.2f} s"),
        ("… without call sequences", f"{times.sites.cpu / times.parse:.2f}x", f"{times.sites.cpu:.2f} s CPU"),
        (
            "… without linking, each file alone",
            f"{times.alone.cpu / times.parse:.2f}x",
            f"{times.alone.cpu:.2f} s CPU, {files / times.alone.cpu:,.0f} files/s",
        ),
        ("raw tree-sitter parse", f"{gated / times.parse:,.0f} gated files/s", ""),
        ("whole scan : CPython ast.parse", f"{scan / times.ast:.2f}x", f"ast.parse {times.ast:.2f} s"),
        (
            "read and gate",
            f"{files / times.gate:,.0f} files/s",
            f"{times.gate:.2f} s, read {times.read:.2f} s",
        ),
        (f"read and gate : rg -j1 -l {LITERAL}", grep, took),
        ("two processes : one, wall", _faster(times), f"{times.one.wall:.2f} s, {times.two.wall:.2f} s"),
        ("peak memory, one process", f"{times.one.peak:.0f} MB", "all records of the tree included"),
        ("peak memory per worker, of two", f"{times.two.peak_worker:.0f} MB", ""),
    ]


def _faster(times: Times) -> str:
    return f"{times.one.wall / times.two.wall:.2f}x faster"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.speed", description=__doc__)
    parser.add_argument("--tree", type=Path, metavar="DIR", help="a folder with Python files")
    parser.add_argument("--build", type=Path, metavar="DIR", help="build the tree of packages.txt here, about 2 GB")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="median of so many runs (default 3)")
    parser.add_argument("--json", action="store_true", help="the raw times")
    return parser


def _median(work: Callable[[], object], clock: Callable[[], float], runs: int) -> float:
    return statistics.median(_timed(work, clock) for _ in range(runs))


def _timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def _read_all(files: Sequence[str]) -> int:
    return sum(1 for content in _contents(files) if content)


def _gate_all(files: Sequence[str]) -> int:
    return sum(map(gate.passes, _contents(files)))


def _contents(files: Sequence[str]) -> Iterator[bytes]:
    """Read as a scan reads them."""
    found = (reader.read(file, file, MAX_FILE_SIZE) for file in files)
    return (content for content in found if isinstance(content, bytes))


def _parse_all(contents: Sequence[bytes]) -> None:
    parser = Parser(Language(tree_sitter_python.language()))
    for content in contents:
        parser.parse(content)


def _ast_all(contents: Sequence[bytes]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for content in contents:
            try:
                ast.parse(content)
            except (SyntaxError, ValueError, RecursionError):
                continue


def _ripgrep(folder: Path, runs: int) -> float | None:
    """CPU time of ripgrep with one thread and one literal; None where it is not installed."""
    program = shutil.which("rg")
    if program is None:
        return None
    command = [program, "-j1", "-l", "--no-ignore", "--hidden", "-g", "*.py", LITERAL, str(folder)]
    return _median(lambda: subprocess.run(command, capture_output=True, check=False), _children, runs)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _scans(folder: Path, jobs: int, runs: int, how: str = "whole") -> Scans:
    measured = [_scan(folder, jobs, how) for _ in range(runs)]
    unit = 1e6 if sys.platform == "darwin" else 1e3
    cpu, wall, peak, worker = (statistics.median(values) for values in zip(*measured, strict=True))
    return Scans(cpu, wall, peak / unit, worker / unit)


def _scan(folder: Path, jobs: int, how: str) -> list[float]:
    """One scan in a fresh process: CPU seconds, wall seconds, peak, largest peak of its workers."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, str(SCAN_ONCE), str(folder), str(jobs), how]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, "PYTHONPATH": path})
    values: list[float] = json.loads(done.stdout)
    return values


def _as_json(tree: Tree, times: Times) -> str:
    return json.dumps({"files": len(tree.files), "gated": len(tree.gated), **asdict(times)}, indent=1)


if __name__ == "__main__":
    raise SystemExit(main())
