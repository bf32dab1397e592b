"""One scan in a fresh process, so that nothing is remembered from an earlier one: `scan_once.py DIR JOBS`.

Prints CPU seconds, wall seconds, and the largest resident size of this process and of its workers, as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time

import ptmscope


def main(folder: str, jobs: int) -> list[float]:
    """Scans and measures."""
    cpu, wall = time.process_time(), time.perf_counter()
    ptmscope.scan(folder, jobs=jobs)
    times = [time.process_time() - cpu, time.perf_counter() - wall]
    for worker in multiprocessing.active_children():  # their peak is known once they have ended
        worker.join()
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return [*times, *peaks]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
