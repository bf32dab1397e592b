"""Time and memory of miners, each as a process from start to end: `python -m bench.patterns.miners --spmf CLASSPATH`.

CLASSPATH is SPMF's jar, or a class path that holds its classes; SPMF is GPL and not part of this project. A small Java
program calls the algorithm, so that nothing of SPMF's own command line is measured. Without it, or without the Python
packages `prefixspan` and `seq2pat` below `--python`, their rows say so.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.patterns.generated import sequences
from bench.patterns.pam import given, usages
from bench.tables import Cell, table
from patterns.gapped import contains

SECONDS = 120
JAVA = """
import ca.pfv.spmf.algorithms.sequentialpatterns.prefixspan.*;
public class Run {
    public static void main(String[] a) throws Exception {
        int support = Integer.parseInt(a[2]);
        if (a[0].equals("PrefixSpan")) new AlgoPrefixSpan().runAlgorithm(a[1], a[3], support);
        else new AlgoBIDEPlus().runAlgorithm(a[1], a[3], support);
    }
}
"""
PREFIXSPAN = """
import sys
from prefixspan import PrefixSpan
rows = [line.split(" -1 ")[:-1] for line in open(sys.argv[1])]
with open(sys.argv[3], "w") as out:
    for support, pattern in PrefixSpan(rows).frequent(int(sys.argv[2]), closed=True):
        out.write(" -1 ".join(pattern) + f" -1 #SUP: {support}\\n")
"""
SEQ2PAT = """
import sys
from sequential.seq2pat import Seq2Pat
rows = [line.split(" -1 ")[:-1] for line in open(sys.argv[1])]
with open(sys.argv[3], "w") as out:
    for *pattern, support in Seq2Pat([row for row in rows if row], max_span=None).get_patterns(int(sys.argv[2])):
        out.write(" -1 ".join(pattern) + f" -1 #SUP: {support}\\n")
"""
Result = dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Miner:
    """A program that reads FILE SUPPORT OUT; `kind`: which patterns it writes."""

    name: str
    command: Callable[[Path, int, Path], list[str]]
    kind: str


@dataclass(frozen=True, slots=True)
class Run:
    """Medians of wall and processor seconds, and the largest memory in MB; `found` is None where it failed."""

    seconds: float
    cpu: float
    memory: float
    found: Result | None
    problem: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs every miner on every data set."""
    parser = argparse.ArgumentParser(prog="bench.patterns.miners", description=__doc__)
    parser.add_argument("--spmf", metavar="CLASSPATH")
    parser.add_argument("--pam", type=Path, metavar="DIR", help="also the sequences of DIR/all")
    parser.add_argument("--shares", type=float, nargs="*", default=[0.002], metavar="S", help="minimum supports")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has prefixspan and seq2pat")
    parser.add_argument("--sizes", type=int, nargs="*", default=[50_000, 372_063], metavar="N")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    options = parser.parse_args(arguments)
    libraries = given(options.pam, parser) if options.pam is not None else []
    with tempfile.TemporaryDirectory() as folder:
        miners = list(_miners(Path(folder), options.spmf, options.python))
        for size in options.sizes:
            compare(f"{size} generated sequences", sequences(size), options.shares, miners, options.runs, Path(folder))
        if libraries:
            calls = [row for file in libraries for _, row in usages(file)]
            codes = {call: code for code, call in enumerate(dict.fromkeys(call for row in calls for call in row), 1)}
            rows = [tuple(codes[call] for call in row) for row in calls]
            compare("PAM, all libraries", rows, options.shares, miners, options.runs, Path(folder))
    return 0


def _miners(folder: Path, spmf: str | None, python: str) -> Iterable[Miner]:
    ours = [sys.executable, "-m", "bench.patterns.mine_once"]
    yield Miner("ptmscope", lambda f, s, o: [*ours, f"{f}", f"{s}", f"{o}"], "")
    if spmf is None:
        print("SPMF: not measured, no --spmf\n")
    else:
        (folder / "Run.java").write_text(JAVA)
        subprocess.run(["javac", "-cp", spmf, "-d", folder, folder / "Run.java"], check=True, timeout=SECONDS)
        java = ["java", "-cp", f"{folder}{os.pathsep}{spmf}", "Run"]
        yield Miner("SPMF BIDE+", lambda f, s, o: [*java, "BIDEPlus", f"{f}", f"{s}", f"{o}"], "closed")
        yield Miner("SPMF PrefixSpan", lambda f, s, o: [*java, "PrefixSpan", f"{f}", f"{s}", f"{o}"], "frequent")
    yield Miner("prefixspan", lambda f, s, o: [python, "-c", PREFIXSPAN, f"{f}", f"{s}", f"{o}"], "closed")
    yield Miner("seq2pat", lambda f, s, o: [python, "-c", SEQ2PAT, f"{f}", f"{s}", f"{o}"], "frequent, two or more")


def compare(
    title: str, rows: Iterable[Sequence[int]], shares: Sequence[float], miners: Sequence[Miner], runs: int, folder: Path
) -> None:
    """Writes the data in SPMF's format, runs all miners on it and prints a table for each support."""
    file = folder / "data.txt"
    with file.open("w", encoding="ascii") as out:
        size = sum(1 for row in rows if out.write("".join(f"{call} -1 " for call in row) + "-2\n"))
    for share in shares:
        support = round(share * size)
        ours, *others = [(miner, run(miner, file, support, folder / "out.txt", runs)) for miner in miners]
        body: list[Sequence[Cell]] = [_row(miner, result, ours[1]) for miner, result in (ours, *others)]
        head = ("miner", "writes", "patterns", "seconds", "to ours", "CPU seconds", "to ours", "MB", "same patterns")
        print(table(f"{title}, support {support} ({share:.2%})", head, body), flush=True)


def _row(miner: Miner, result: Run, ours: Run) -> Sequence[Cell]:
    if result.found is None:
        return (miner.name, miner.kind or "closed", result.problem, *[""] * 6)
    same = (
        "" if not miner.kind or ours.found is None else "yes" if agree(miner.kind, ours.found, result.found) else "NO"
    )
    by_clock, by_cpu = (result.seconds, result.seconds / ours.seconds), (result.cpu, result.cpu / ours.cpu)
    return (miner.name, miner.kind or "closed", len(result.found), *by_clock, *by_cpu, result.memory, same)


def agree(kind: str, closed: Result, other: Result) -> bool:
    """Equal; for a miner that writes all frequent patterns, ours are the closed ones among them, by the definition."""
    if kind == "closed":
        return closed == other
    by_support: dict[int, list[tuple[str, ...]]] = {}
    for pattern, support in closed.items():
        by_support.setdefault(support, []).append(pattern)
    short = "two" in kind
    return all(other.get(p) == s for p, s in closed.items() if not short or len(p) > 1) and all(
        p in closed or any(contains(longer, p) for longer in by_support.get(s, ())) for p, s in other.items()
    )


def run(miner: Miner, file: Path, support: int, out: Path, runs: int) -> Run:
    """Runs it so many times; the time limit holds for each."""
    seconds, cpu, memory = [], [], 0.0
    for _ in range(runs):
        out.unlink(missing_ok=True)
        start = time.perf_counter()
        process = subprocess.Popen(
            ["timeout", str(SECONDS), *miner.command(file, support, out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds.append(time.perf_counter() - start)
        cpu.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss / 1024)
        if process.returncode:
            problem = f"more than {SECONDS} s" if process.returncode == 124 else "failed, or not installed"
            return Run(0, 0, 0, None, problem)
    return Run(statistics.median(seconds), statistics.median(cpu), memory, read(out))


def read(out: Path) -> Result:
    """Patterns in SPMF's format."""
    found: Result = {}
    for line in out.read_text(encoding="ascii").splitlines():
        calls, _, support = line.partition("#SUP:")
        found[tuple(call.strip() for call in calls.split("-1") if call.strip())] = int(support)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
