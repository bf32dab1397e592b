"""Mines a file in SPMF's format, as a process: `python -m bench.patterns.mine_once FILE SUPPORT OUT`."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from patterns.closed import closed_subsequences


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads, mines, writes; what it took is measured from outside."""
    gc.disable()  # all that is read is kept until the end
    source, support, target = sys.argv[1:] if arguments is None else arguments
    with Path(source).open(encoding="ascii") as lines:
        rows = Counter(lines)  # equal lines are read once
    sequences = (row.split(" -1 ")[:-1] for row in rows)
    found = closed_subsequences(sequences, weights=list(rows.values()), min_support=int(support))
    with Path(target).open("w", encoding="ascii") as out:
        out.writelines(f"{' -1 '.join(pattern)} -1 #SUP: {count}\n" for pattern, count in found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
