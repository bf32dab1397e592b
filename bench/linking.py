"""What linking costs on top of reading each file alone: `python -m bench.linking DIR…`, each DIR one repository."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

if __package__ in (None, ""):  # started as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analyzer.project import Project
from analyzer.source import examine
from bench.tables import table
from miner.walk import Rules, Skip, walk
from ptmscope.pipeline import linked
from ptmscope.worker import Task, contents, survey

MAX_FILE_SIZE = 10_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of one repository, medians: the glance at all files, the project's index, the closer look."""

    name: str
    files: int
    examined: int
    glance: float
    index: float
    alone: float
    linked: float

    @property
    def ratio(self) -> float:
        """A scan with linking to one without."""
        return (self.glance + self.index + self.linked) / (self.glance + self.alone)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures every folder and prints the table."""
    parser = argparse.ArgumentParser(prog="bench.linking", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="medians over so many runs")
    options = parser.parse_args(arguments)
    costs = [measure(folder, options.runs) for folder in options.folders]
    head = ("repository", "files", "examined", "glance s", "index s", "alone s", "linked s", "ratio", "ms per file")
    rows = [
        (c.name, c.files, c.examined, c.glance, c.index, c.alone, c.linked, c.ratio, 1000 * c.linked / max(c.files, 1))
        for c in costs
    ]
    print(table("Linking, CPU seconds", head, rows))
    return 0


def measure(folder: Path, runs: int) -> Cost:
    """The cost of one repository; the first run warms what is made once in a process."""
    task = Task(str(folder), tuple(f for f in walk(str(folder), Rules()) if not isinstance(f, Skip)), MAX_FILE_SIZE)
    known = survey(task)
    read = partial(contents, str(folder), MAX_FILE_SIZE)
    wanted = linked(task, known).wanted()
    sources = {path: read(path) or b"" for path in wanted}

    def look(project: Project | None) -> None:
        for path, source in sources.items():
            examine(source, path, project=project)

    def project() -> Project:
        return linked(task, known)

    look(None)
    return Cost(
        folder.name,
        len(task.paths),
        len(wanted),
        glance=median(lambda: survey(task), runs),
        index=median(project, runs),
        alone=median(lambda: look(None), runs),
        linked=median(lambda: look(project()), runs) - median(project, runs),
    )


def median(work: Callable[[], object], runs: int) -> float:
    """The median of the CPU seconds that the work takes."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


if __name__ == "__main__":
    raise SystemExit(main())
