"""One scan in a fresh process, so that nothing is remembered from an earlier one: `scan_once.py DIR JOBS HOW`.

HOW is `whole`; `sites`, without call sequences; or `alone`, each file for itself, as if none led to another.
Prints CPU seconds of this process, wall seconds, and the largest resident size of this process and of its workers, as
JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time

from miner.walk import Rules, Skip, walk
from ptmscope import pipeline, tasks, worker
from ptmscope.settings import Settings


def main(folder: str, jobs: int, how: str) -> list[float]:
    """Scans and measures."""
    cpu, wall = time.process_time(), time.perf_counter()
    if how == "alone":
        alone(folder)
    else:
        pipeline.run(folder, Settings(jobs=jobs, sequences=how == "whole"))
    times = [time.process_time() - cpu, time.perf_counter() - wall]
    for each in multiprocessing.active_children():  # their peak is known once they have ended
        each.join()
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return [*times, *peaks]


def alone(folder: str) -> tuple[worker.Examined, ...]:
    """Every program of the folder without the others: no survey, no configs, no copies of libraries set apart."""
    files = tuple(
        each for each in walk(folder, Rules()) if not isinstance(each, Skip) and each.endswith(worker.SUFFIXES)
    )
    task = worker.Task(folder, files, Settings().max_file_size)
    return worker.together(map(worker.run, tasks.even(task)))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
