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
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic

from ptmscope.engines.work import S, T, Work
from ptmscope.errors import Misuse

#: Tasks waiting per process: so many that the others go on while one of them takes long.
WAITING = 16


def outcomes(todo: Iterable[S], jobs: int, work: Work[S, T]) -> Iterator[tuple[S, T]]:
    """Each task with its outcome, in order. One process: this one."""
    if jobs > 1:
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            raise Misuse('a script that asks for several processes needs `if __name__ == "__main__":` around the call')
        if can_fork() or _can_spawn():
            with _pool(jobs, work) as pool:
                yield from _in_order(pool, todo, jobs * WAITING)
            return
    work.prepare()
    yield from ((task, work.run(task)) for task in todo)


@dataclass(slots=True)
class _Pool(Generic[S, T]):
    """Processes that are replaced when one of them is killed."""

    jobs: int
    work: Work[S, T]
    executor: ProcessPoolExecutor

    def submit(self, task: S) -> Future[T]:
        try:
            return self.executor.submit(self.work.run, task)
        except BrokenExecutor:
            self.executor.shutdown(wait=False)
            self.executor = _executor(self.jobs, self.work)
            return self.executor.submit(self.work.run, task)


@contextmanager
def _pool(jobs: int, work: Work[S, T]) -> Iterator[_Pool[S, T]]:
    pool = _Pool(jobs, work, _executor(jobs, work))
    wait = False
    try:
        yield pool
        wait = True  # with a thread of the old pool around, the next one could not fork
    finally:
        pool.executor.shutdown(wait=wait, cancel_futures=True)


def _in_order(pool: _Pool[S, T], todo: Iterable[S], limit: int) -> Iterator[tuple[S, T]]:
    waiting: deque[tuple[S, Future[T]]] = deque()
    for task in todo:
        waiting.append((task, pool.submit(task)))
        if len(waiting) == limit:
            yield _outcome(pool.work, *waiting.popleft())
    while waiting:
        yield _outcome(pool.work, *waiting.popleft())


def _outcome(work: Work[S, T], task: S, future: Future[T]) -> tuple[S, T]:
    try:
        return task, future.result()
    except BrokenExecutor:
        return task, work.merge(_one_by_one(work, task))


def _one_by_one(work: Work[S, T], task: S) -> Iterator[T]:
    """A process was killed (out of memory, a crash in native code) by some part: finds it, and keeps the
    others."""
    with _pool(1, work) as pool:
        for part in work.split(task):
            try:
                yield pool.submit(part).result()
            except BrokenExecutor:
                yield work.lost(part)


def _executor(jobs: int, work: Work[Any, Any]) -> ProcessPoolExecutor:
    method = "fork" if can_fork() else "spawn"
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(work.setup, work.given))


def can_fork() -> bool:
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


def _start(setup: Callable[[Any], None] | None, given: object) -> None:
    """Ctrl-C reaches every process; the one that waits for the others deals with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if setup is not None:
        setup(given)


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Local:
    """Processes of this machine; one: this one. Two at least where there may be several, since tasks can be deadly."""

    jobs: int

    def outcomes(self, todo: Iterable[S], work: Work[S, T]) -> Iterator[tuple[S, T]]:
        tasks = tuple(todo)
        return outcomes(tasks, min(self.jobs, max(2, len(tasks))), work)
