"""Tasks over several processes, outcomes in the order of the tasks, whatever their number and whatever
happens to them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

from miner.walk import shown
from ptmscope.errors import Misuse
from ptmscope.worker import Task

T = TypeVar("T")

#: Files per task: long enough to hide the hand-over, short enough to end on Ctrl-C.
TASK_FILES = 64

#: With fewer files, processes cost more than they bring.
SMALL_TREE = 512

#: Tasks waiting per process.
WAITING = 4


def processes(wanted: int | None, files: int, *, spawn: bool) -> int:
    """How many processes to use for so many files.

    A spawned process runs the script of its caller once more. So if nobody asked for several, and `spawn` does not
    say that this is harmless, there are several only where they can be forked.
    """
    if wanted is None:
        return _cores() if files >= SMALL_TREE and (spawn or _can_fork()) else 1
    return max(1, min(wanted, -(-files // TASK_FILES)))


def tasks(whole: Task, files: int = TASK_FILES) -> Iterator[Task]:
    """A task, cut into parts of so many files."""
    for start in range(0, len(whole.paths), files):
        yield replace(whole, paths=whole.paths[start : start + files])


def shrinking(whole: Task, jobs: int, files: int) -> Iterator[Task]:
    """A task, cut into large parts first, whose files share what they lead to, and small ones at the end."""
    start = 0
    while start < len(whole.paths):
        size = files if jobs == 1 else max(files, (len(whole.paths) - start) // (jobs * 6))
        yield replace(whole, paths=whole.paths[start : start + size])
        start += size


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """What to do with a task: `crashed` gives the outcome of a file that killed its process.

    `setup` is called with `given` once in each process.
    """

    run: Callable[[Task], T]
    crashed: Callable[[str, str], T]
    merge: Callable[[Iterable[T]], T]
    setup: Callable[[Any], None] | None = None
    given: object = None

    def prepare(self) -> None:
        if self.setup is not None:
            self.setup(self.given)


def outcomes(todo: Iterable[Task], jobs: int, work: Work[T]) -> Iterator[tuple[Task, T]]:
    """Each task with its outcome, in order. One process: this one."""
    if jobs > 1:
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            raise Misuse('a script that asks for several processes needs `if __name__ == "__main__":` around the call')
        if _can_fork() or _can_spawn():
            with _pool(jobs, work) as pool:
                yield from _in_order(pool, todo, jobs * WAITING)
            return
    work.prepare()
    yield from ((task, work.run(task)) for task in todo)


@dataclass(slots=True)
class _Pool(Generic[T]):
    """Processes that are replaced when one of them is killed."""

    jobs: int
    work: Work[T]
    executor: ProcessPoolExecutor

    def submit(self, task: Task) -> Future[T]:
        try:
            return self.executor.submit(self.work.run, task)
        except BrokenExecutor:
            self.executor.shutdown(wait=False)
            self.executor = _executor(self.jobs, self.work)
            return self.executor.submit(self.work.run, task)


@contextmanager
def _pool(jobs: int, work: Work[T]) -> Iterator[_Pool[T]]:
    pool = _Pool(jobs, work, _executor(jobs, work))
    wait = False
    try:
        yield pool
        wait = True  # with a thread of the old pool around, the next one could not fork
    finally:
        pool.executor.shutdown(wait=wait, cancel_futures=True)


def _in_order(pool: _Pool[T], todo: Iterable[Task], limit: int) -> Iterator[tuple[Task, T]]:
    waiting: deque[tuple[Task, Future[T]]] = deque()
    for task in todo:
        waiting.append((task, pool.submit(task)))
        if len(waiting) == limit:
            yield _outcome(pool.work, *waiting.popleft())
    while waiting:
        yield _outcome(pool.work, *waiting.popleft())


def _outcome(work: Work[T], task: Task, future: Future[T]) -> tuple[Task, T]:
    try:
        return task, future.result()
    except BrokenExecutor:
        return task, work.merge(_one_by_one(work, task))


def _one_by_one(work: Work[T], task: Task) -> Iterator[T]:
    """A process was killed (out of memory, a crash in native code) by some file: finds it, and keeps the
    others."""
    with _pool(1, work) as pool:
        for path in task.paths:
            try:
                yield pool.submit(replace(task, paths=(path,))).result()
            except BrokenExecutor:
                yield work.crashed(shown(path), "the process that read this file was killed")


def _executor(jobs: int, work: Work[T]) -> ProcessPoolExecutor:
    method = "fork" if _can_fork() else "spawn"
    return ProcessPoolExecutor(jobs, multiprocessing.get_context(method), initializer=_start, initargs=(work,))


def _can_fork() -> bool:
    """Forked processes start at once, but are safe only on Linux and from a single thread."""
    return sys.platform == "linux" and threading.active_count() == 1


@cache
def _can_spawn() -> bool:
    """False where a new process ends at once, as in a script without `if __name__ == "__main__"`.

    Tried without anything given: what does not fit into the pipe of a process that is gone would wait for ever.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as probe:
        try:
            probe.submit(os.getpid).result()
        except (BrokenExecutor, OSError):
            return False
    return True


def _start(work: Work[Any]) -> None:
    """Ctrl-C reaches every process; the one that waits for the others deals with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work.prepare()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
