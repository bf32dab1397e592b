"""`python -m bench.mutation [AREA...]`: the share of mutants of the code that its tests notice. Needs mutmut.

Works on a copy of the tree, one process at a time. Each mutant is tried with the tests of its area that reach the
function it is in, until one fails. Of areas with many mutants a sample is tried, the same one for the same seed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.tables import Cell, share, table

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("analyzer", "miner", "patterns", "ptmscope", "bench", "fixtures", "tests", "examples", "docs", "action")


@dataclass(frozen=True, slots=True)
class Area:
    """Modules, and the tests that are there for them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


_FIXTURES = ("tests/test_fixtures.py::test_one_file", "tests/test_fixtures.py::test_folder", "tests/test_bounds.py")
AREAS = {
    "values": Area(("analyzer/values/*.py", "analyzer/values/*/*.py"), _FIXTURES),
    "anchors": Area(("analyzer/anchors.py",), (*_FIXTURES, "tests/test_anchors.py")),
    "closed": Area(("patterns/closed.py",), ("tests/test_patterns_closed.py",)),
    "curate": Area(("miner/curate.py",), ("tests/test_curate.py",)),
}
#: How mutmut says that a mutant was noticed.
NOTICED = frozenset({"killed", "timeout", "segfault", "suspicious"})
_LINE = re.compile(r"^ +(?P<name>\S+__mutmut_\d+): (?P<status>.+)$", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.mutation", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(AREAS)}; all if none is named")
    parser.add_argument("--sample", type=int, default=300, metavar="N", help="mutants of an area that are tried")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="work and leave the mutants here")
    options = parser.parse_args(arguments)
    if unknown := set(options.areas) - AREAS.keys():
        parser.error(f"no area {', '.join(sorted(unknown))}")
    rows: list[Sequence[Cell]] = []
    for name in options.areas or AREAS:
        with tempfile.TemporaryDirectory() as folder:
            tree = copied(Path(options.folder or folder) / name, AREAS[name])
            every, tried = attempt(tree, options.sample, options.seed)
            rows.append(row(name, every, tried))
            for mutant in sorted(name for name, status in tried.items() if status not in NOTICED):
                print(mutmut(tree, "show", mutant), file=sys.stderr, flush=True)
    heads = ("area", "mutants", "tried", "noticed", "by time", "no test", "share")
    print(table(f"Mutants, seed {options.seed}", heads, rows))
    return 0


def row(name: str, every: int, tried: Mapping[str, str]) -> Sequence[Cell]:
    counts = Counter(tried.values())
    noticed = sum(counts[status] for status in NOTICED)
    return name, every, len(tried), noticed, counts["timeout"], counts["no tests"], share(noticed, len(tried))


def copied(tree: Path, area: Area) -> Path:
    """The tree with the settings of mutmut for one area."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    for file in (*ROOT.glob("*.md"), *ROOT.glob("*.yml"), ROOT / "tox.ini"):
        shutil.copy(file, tree)
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    (tree / "pyproject.toml").write_text(settings + "".join(_settings(area, tree)), "utf-8")
    return tree


def _settings(area: Area, tree: Path) -> Iterator[str]:
    tests = [test for test in area.tests if (tree / test.partition("::")[0]).exists()]
    given = {
        "source_paths": list(COPIED[:4]),
        "only_mutate": list(area.modules),
        "also_copy": [*COPIED[4:], "README.md", "CHANGELOG.md"],
        "pytest_add_cli_args_test_selection": tests,
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
    }
    yield "\n[tool.mutmut]\nuse_git_change_detection = false\ntrack_dependencies = false\n"
    yield from (f"{key} = {value!r}\n" for key, value in given.items())


def attempt(tree: Path, sample: int, seed: int) -> tuple[int, dict[str, str]]:
    """How many mutants there are, and what became of those that were tried."""
    mutmut(tree, "run", "--max-children", "1", "none")  # makes them, and learns which test reaches what
    every = results(tree)
    chosen = sorted(Random(seed).sample(sorted(every), min(sample, len(every))))
    mutmut(tree, "run", "--max-children", "1", *chosen)
    after = results(tree)
    return len(every), {name: after[name] for name in chosen}


def results(tree: Path) -> dict[str, str]:
    """Mutant -> what became of it."""
    return {found["name"]: found["status"] for found in _LINE.finditer(mutmut(tree, "results", "--all", "true"))}


def mutmut(tree: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    raise SystemExit(main())
