"""A release of a real study, used as others would: `python -m bench.release STUDY [--dates CSV]`.

Built twice and compared, its checksums checked, every table loaded by `datasets`, the metadata validated by
mlcroissant, the files for FOCUS and PAM read back by those readers' rules. Needs the dependencies of the tests.
"""

from __future__ import annotations

import argparse
import filecmp
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.tables import Cell, table
from ptmscope.release.writers import focus, pam

_LOAD = """
import sys, datasets
names = datasets.get_dataset_config_names(sys.argv[1])
rows = [len(datasets.load_dataset(sys.argv[1], name, split="train")) for name in names]
print(len(names), sum(rows))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.release", description=__doc__)
    parser.add_argument("study", type=Path, metavar="STUDY")
    parser.add_argument("--dates", type=Path, metavar="CSV")
    options = parser.parse_args(arguments)
    dates = ["--dates", str(options.dates)] if options.dates else []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        started = time.process_time()
        _dataset(options.study, root / "release", *dates)
        seconds = _children(started)
        _dataset(options.study, root / "again", *dates)
        for tool in ("focus", "pam"):
            _dataset(options.study, root / tool, "--for", tool)
        print(table("A release", ("what", "figure"), [*_figures(root), ("CPU seconds to build it", seconds)]))
        told = json.loads((root / "release" / "release.json").read_text())
        leaks = [tuple(leak.values()) for leak in told["leaks"]]
        print(table("Leak check", ("scheme", "what", "groups", "crossing", "usages in them"), leaks))
    return 0


def _dataset(study: Path, folder: Path, *options: str) -> None:
    command = [sys.executable, "-m", "ptmscope", "dataset", str(study), "-o", str(folder), "-q", *options]
    subprocess.run(command, check=True)


def _children(started: float) -> float:
    times = os.times()
    return time.process_time() - started + times.children_user + times.children_system


def _figures(root: Path) -> Iterator[tuple[str, Cell]]:
    release = root / "release"
    told = json.loads((release / "release.json").read_text())
    yield "repositories and packages", told["repositories"]["all"]
    yield "with usages", told["repositories"]["with_usages"]
    yield "with code in the release", told["repositories"]["with_text"]
    for name in ("sites", "resolutions", "sequences", "calls", "models", "patterns"):
        yield name, told["tables"][name]
    yield from ((f"tasks {name}", count) for name, count in told["tasks"].items())
    files = sorted(str(path.relative_to(release)) for path in release.rglob("*") if path.is_file())
    yield "files", len(files)
    yield "the same bytes when built twice", len(filecmp.cmpfiles(release, root / "again", files, shallow=False)[0])
    yield "as SHA256SUMS says", sum(_checked(release))
    yield "tables, rows that datasets loads", _loaded(release)
    yield "errors, warnings of mlcroissant", _validated(release)
    projects = [path for path in (root / "focus").iterdir() if path.name != focus.LIST]
    yield "repositories that FOCUS reads", sum(bool(focus.read(path.read_text())) for path in projects)
    rows = [pam.read(path.read_text()).rows for path in (root / "pam").iterdir()]
    yield "libraries, sequences that PAM reads", f"{len(rows)}, {sum(map(len, rows)):,}"


def _checked(release: Path) -> Iterator[bool]:
    for line in (release / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ", 1)
        yield hashlib.sha256((release / name).read_bytes()).hexdigest() == digest


def _loaded(release: Path) -> str:
    with tempfile.TemporaryDirectory() as home:
        offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": home, "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        command = [sys.executable, "-c", _LOAD, str(release)]
        done = subprocess.run(command, env={**os.environ, **offline}, capture_output=True, text=True, check=True)
    tables, rows = map(int, done.stdout.split())
    return f"{tables}, {rows:,}"


def _validated(release: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib on itself
        import mlcroissant

        issues = mlcroissant.Dataset(release / "croissant.json").metadata.issues
    return f"{len(issues.errors)}, {len(issues.warnings)}"


if __name__ == "__main__":
    raise SystemExit(main())
