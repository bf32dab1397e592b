"""Pattern quality on the data of the PAM paper: `python -m bench.patterns.pam --pam DIR`.

DIR holds `train/` and `all/` with one ARFF file per library, as published with the paper (mast-group/api-mining,
datasets/calls). Patterns are mined from `train`; held out is what `all` has beyond it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from bench.tables import Cell, table
from patterns.closed import Pattern, closed_subsequences
from patterns.rank import Quality, quality, rank
from ptmscope.release.writers import pam as arff

Usage = tuple[str, tuple[str, ...]]  # caller, calls


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures every library that is in both folders, and prints the table with means."""
    parser = argparse.ArgumentParser(prog="bench.patterns.pam", description=__doc__)
    parser.add_argument("--pam", type=Path, required=True, metavar="DIR", help="folder with train/ and all/")
    parser.add_argument("--top", type=int, default=50, metavar="N")
    parser.add_argument("--share", type=float, default=0.015, help="minimum support in callers' projects, at least 2")
    parser.add_argument("--gain", type=float, default=0.005, help="sequences that a pattern explains, at least 2")
    parser.add_argument("--closed", action="store_true", help="do not rank the pairs within closed patterns, too")
    options = parser.parse_args(arguments)
    libraries = given(options.pam, parser)
    files = sorted(options.pam.glob("*/*.arff"))
    print(f"{sum(map(is_unchanged, files))} of {len(files)} files pass through reader and writer unchanged\n")
    settings = (options.top, options.share, options.gain, not options.closed)
    rows = [(name, *measure(options.pam, name, *settings)) for name in (file.stem for file in libraries)]
    head = ("library", "train", "held out", "projects", "closed", "top", "precision", "recall", "redundancy")
    means: list[Cell] = [mean([row[column] for row in rows]) for column in range(5, 12)]
    print(table("PAM data", (*head, "containing", "coverage", "s"), [*rows, ("mean", "", "", "", "", *means)]))
    return 0


def given(folder: Path, parser: argparse.ArgumentParser) -> list[Path]:
    """The file of each library below `all/`; ends the program if there are none."""
    files = sorted((folder / "all").glob("*.arff"))
    if not files:
        parser.error(f"no *.arff in {folder / 'all'}: DIR is the folder of the paper's data, with train/ and all/")
    return files


def mean(values: Sequence[Cell]) -> float:
    """An empty list of patterns has precision 0 here: it must not raise the mean."""
    return statistics.mean(float(value or 0) for value in values)


def measure(folder: Path, name: str, top: int, share: float, gain: float, pairs: bool) -> tuple[Cell, ...]:
    """The figures of one library."""
    train = list(usages(folder / "train" / f"{name}.arff"))
    held = [calls for _, calls in Counter(usages(folder / "all" / f"{name}.arff")) - Counter(train)]
    projects = [project(caller) for caller, _ in train]
    start = time.perf_counter()
    least = max(2, round(share * len(set(projects))))
    sequences = [calls for _, calls in train]
    closed = closed_subsequences(sequences, groups=projects, min_support=least)
    candidates = with_pairs(closed) if pairs else closed
    ranked = rank(candidates, sequences, groups=projects, top=top, least=max(2, round(gain * len(sequences))))
    seconds = time.perf_counter() - start
    q: Quality = quality(ranked, held)
    figures = (q.patterns, q.precision, q.recall, q.redundancy, q.containment, q.coverage)
    return (len(train), len(held), len(set(projects)), len(closed), *figures, seconds)


def with_pairs(closed: Sequence[Pattern]) -> list[Pattern]:
    """Also every pair of calls within a closed pattern. The support is the best known: that of the pattern."""
    known = dict(closed)
    for pattern, support in closed:
        for pair in combinations(pattern, 2):
            known[pair] = max(known.get(pair, 0), support)
    return sorted(known.items())


def usages(file: Path) -> tuple[Usage, ...]:
    """Callers and their calls."""
    return arff.read(file.read_text(encoding="utf-8")).rows


def is_unchanged(file: Path) -> bool:
    """Whether our reader and writer of such files give back what is there."""
    text = file.read_bytes().decode()
    return arff.write(arff.read(text)) == text


def project(caller: str) -> str:
    """The data does not name projects: the first three parts of the caller's name stand for one."""
    return ".".join(caller.split(".")[:3])


if __name__ == "__main__":
    raise SystemExit(main())
