"""Tasks over several processes, outcomes in the order of the tasks, whatever their number and whatever
happens to them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ptmscope.walk import shown
from ptmscope.worker import Outcome, Task, crashed, merge, run

#: Files per task: long enough to hide the hand-over, short enough to end on Ctrl-C.
TASK_FILES = 64

#: With fewer files, processes cost more than they bring.
SMALL_TREE = 512

#: Tasks waiting per process.
WAITING = 4


def processes(wanted: int | None, files: int) -> int:
    """How many processes to use for so many files."""
    if wanted is None:
        return 1 if files < SMALL_TREE else _cores()
    return max(1, min(wanted, -(-files // TASK_FILES)))


def tasks(whole: Task) -> Iterator[Task]:
    """A task, cut into parts."""
    for start in range(0, len(whole.paths), TASK_FILES):
        yield replace(whole, paths=whole.paths[start : start + TASK_FILES])


def outcomes(todo: Iterable[Task], jobs: int) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome, in order. One process: this one."""
    if jobs == 1:
        yield from ((task, run(task)) for task in todo)
        return
    with _pool(jobs) as pool:
        if pool.starts():
            yield from _in_order(pool, todo, jobs * WAITING)
        else:
            yield from ((task, run(task)) for task in todo)


@dataclass(slots=True)
class _Pool:
    """Processes that are replaced when one of them is killed."""

    jobs: int
    executor: ProcessPoolExecutor

    def submit(self, task: Task) -> Future[Outcome]:
        try:
            return self.executor.submit(run, task)
        except BrokenExecutor:
            self.executor.shutdown(wait=False)
            self.executor = _executor(self.jobs)
            return self.executor.submit(run, task)

    def starts(self) -> bool:
        """False where no process can be started, as in a script without `if __name__ == "__main__"` on
        Windows."""
        try:
            self.executor.submit(os.getpid).result()
        except (BrokenExecutor, OSError):
            return False
        return True


@contextmanager
def _pool(jobs: int) -> Iterator[_Pool]:
    pool = _Pool(jobs, _executor(jobs))
    try:
        yield pool
    finally:
        pool.executor.shutdown(wait=False, cancel_futures=True)


def _in_order(pool: _Pool, todo: Iterable[Task], limit: int) -> Iterator[tuple[Task, Outcome]]:
    waiting: deque[tuple[Task, Future[Outcome]]] = deque()
    for task in todo:
        waiting.append((task, pool.submit(task)))
        if len(waiting) == limit:
            yield _outcome(*waiting.popleft())
    while waiting:
        yield _outcome(*waiting.popleft())


def _outcome(task: Task, future: Future[Outcome]) -> tuple[Task, Outcome]:
    try:
        return task, future.result()
    except BrokenExecutor:
        return task, merge(_one_by_one(task))


def _one_by_one(task: Task) -> Iterator[Outcome]:
    """A process was killed (out of memory, a crash in native code) by some file: finds it, and keeps the
    others."""
    with _pool(1) as pool:
        for path in task.paths:
            try:
                yield pool.submit(replace(task, paths=(path,))).result()
            except BrokenExecutor:
                yield crashed(shown(path), "the process that read this file was killed")


def _executor(jobs: int) -> ProcessPoolExecutor:
    """Forked processes start at once, but are safe only on Linux and from a single thread."""
    method = "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
    return ProcessPoolExecutor(jobs, multiprocessing.get_context(method), initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process; the one that waits for the others deals with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
