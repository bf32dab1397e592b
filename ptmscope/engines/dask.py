"""Tasks over the workers of a Dask cluster, outcomes in the order of the tasks. The only importer of distributed.

A worker that is lost costs time alone: its tasks are run again elsewhere. A task that took several workers with it,
also when it ran alone, is given up.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from logging import ERROR
from typing import Any

from ptmscope.engines.work import S, T, Work
from ptmscope.errors import Misuse

try:
    import dask
    from distributed import Client, Future, KilledWorker, LocalCluster
except ImportError as error:
    raise Misuse("the engine dask needs distributed: pip install 'ptmscope[dask]'") from error

#: Tasks waiting per thread of a worker.
WAITING = 4
#: Seconds to wait for a scheduler.
PATIENCE = 30
#: Workers that a task may take with it and be tried again; then it has to run alone.
ALLOWED = 1
#: How long a worker of this machine may be gone. Dask looks once after this time, also at one that is just starting
#: again after another death, and would then do without it for good.
LOST = "1 day"

_turn = threading.Lock()  # of a worker process


@dataclass(frozen=True, slots=True)
class Dask:
    """The workers of a cluster. Those with several threads still run one task at a time, as a process would."""

    client: Any

    def outcomes(self, todo: Iterable[S], work: Work[S, T]) -> Iterator[tuple[S, T]]:
        waiting: deque[tuple[S, Future]] = deque()
        for task in todo:
            waiting.append((task, self._begun(work, task)))
            if len(waiting) >= WAITING * max(1, sum(self.client.nthreads().values())):
                yield self._next(work, waiting)
        while waiting:
            yield self._next(work, waiting)

    def _begun(self, work: Work[S, T], task: S) -> Future:
        return self.client.submit(partial(_in_turn, work.run, work.setup, work.given), task, pure=False)

    def _next(self, work: Work[S, T], waiting: deque[tuple[S, Future]]) -> tuple[S, T]:
        task, future = waiting.popleft()
        try:
            return task, future.result()
        except KilledWorker:  # by this task, or by another that a worker of its had at the time
            for _, other in waiting:
                other.exception()  # once it is there
            return task, self._alone(work, task)

    def _alone(self, work: Work[S, T], task: S) -> T:
        """The outcome of a task with no other at work: if it is lost now, it was the one."""
        try:
            found: T = self._begun(work, task).result()
        except KilledWorker:
            return work.lost(task)
        return found


def _in_turn(run: Callable[[S], T], setup: Callable[[Any], None] | None, given: object, task: S) -> T:
    with _turn:
        if setup is not None:
            setup(given)
        return run(task)


@contextmanager
def cluster(scheduler: str | None, workers: int) -> Iterator[Dask]:
    """The cluster of a scheduler, else one of so many processes on this machine, which ends with the block."""
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise Misuse(f"{scheduler}: no scheduler answers: {error}") from error
        with client:
            yield Dask(client)
        return
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": LOST}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=ERROR,
            scheduler_kwargs={"allowed_failures": ALLOWED},
        ) as own,
        Client(own, set_as_default=False) as client,
    ):
        yield Dask(client)
