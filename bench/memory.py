"""What scans of ordinary repositories take of memory: `python -m bench.memory --repos DIR`, a process for each."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.tables import share, table

SCAN_ONCE = Path(__file__).with_name("scan_once.py")
AIM = 80  # MB


def main(arguments: Sequence[str] | None = None) -> int:
    """Scans each folder below DIR in one process, and prints how large these became."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--repos", type=Path, required=True, metavar="DIR", help="a folder for each repository")
    folders = sorted(path for path in parser.parse_args(arguments).repos.iterdir() if path.is_dir())
    if not folders:
        print("no repositories", file=sys.stderr)
        return 2
    peaks = sorted((_peak(folder), folder.name) for folder in folders)
    sizes = [peak for peak, _ in peaks]
    rows = (
        ("median", round(statistics.median(sizes)), ""),
        ("nine of ten at most", round(sizes[int(0.9 * (len(sizes) - 1))]), ""),
        ("largest", round(sizes[-1]), peaks[-1][1]),
        (f"{AIM} MB at most", share(sum(size <= AIM for size in sizes), len(sizes)), ""),
    )
    print(table(f"Peak memory of a scan in one process, {len(sizes)} repositories", ("figure", "MB", "where"), rows))
    return 0


def _peak(folder: Path) -> float:
    """In MB."""
    command = [sys.executable, str(SCAN_ONCE), str(folder), "1", "whole"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)[2]) / 1024


if __name__ == "__main__":
    sys.exit(main())
