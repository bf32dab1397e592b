"""What one run reads and keeps: the options of the command line and of `ptmscope.scan`, in one record."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ptmscope.errors import Misuse

UNITS = {"": 1, "B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}

#: Larger files are reported, not read. Notebooks with their outputs reach several megabytes.
MAX_FILE_SIZE = 10 * UNITS["MB"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Options of a scan. `jobs` None: as many processes as the machine has cores, if the tree is worth it.

    `catalog` is a file of model ids; only with `hub` does anything go online.
    """

    jobs: int | None = None
    spawn: bool = False  # whether a new process may run the caller's main module once more
    exclude: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    max_file_size: int = MAX_FILE_SIZE
    include_vendored: bool = False
    gitignore: bool = True
    outside_links: bool = True  # links to files outside of the tree are read
    sequences: bool = True
    across: bool = False  # sequences across the files of a repository
    catalog: str | None = None
    hub: bool = False
    cache: str | None = None  # folder of what earlier scans found; None: nothing is kept

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise Misuse(f"jobs must be 1 or more, not {self.jobs}")
        if self.max_file_size < 1:
            raise Misuse(f"max_file_size must be 1 byte or more, not {self.max_file_size}")


def size(text: str) -> int:
    """Bytes of a size as people write it: 800000, 500kB, 2MB, 1.5 MiB."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", text)
    unit = match and UNITS.get(match[2].upper())
    if not match or not unit:
        raise Misuse(f"{text!r} is not a size such as 500kB or 2MB")
    return int(float(match[1]) * unit)
