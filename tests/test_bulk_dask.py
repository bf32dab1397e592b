"""`ptmscope bulk` on the workers of a Dask cluster: the bytes of the local engine, also when a worker is killed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from conftest import Run as Command
from distributed import Scheduler
from shards import parse_or_die, write_shards
from test_bulk import contents, run

from ptmscope.bulk import parsing
from ptmscope.engines.dask import Dask, cluster
from ptmscope.engines.work import Work


@pytest.fixture(scope="module")
def workers() -> Iterator[Dask]:
    """Two processes, with a scheduler and sockets between them."""
    with cluster(None, 2) as found:
        yield found


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    return write_shards(tmp_path / "shards")


def test_the_same_bytes(given: list[str], tmp_path: Path, workers: Dask) -> None:
    assert len(workers.client.nthreads()) == 2
    told = run(given, tmp_path / "found", workers)
    assert [line.partition(":")[0] for line in told] == ["parse", "shuffle", "mine", "group", "merge"]
    run(given, tmp_path / "local")
    assert contents(tmp_path / "found") == contents(tmp_path / "local")


def test_a_killed_worker_costs_only_time(
    given: list[str], tmp_path: Path, workers: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(given, tmp_path / "local")
    monkeypatch.setattr(parsing, "parse", parse_or_die)
    run(given, tmp_path / "found", workers)
    assert (tmp_path / "shards" / "died").exists()
    assert contents(tmp_path / "found") == contents(tmp_path / "local")


def test_a_task_that_kills_every_worker_is_given_up(workers: Dask, tmp_path: Path) -> None:
    work = Work(partial(_deadly, tmp_path, 100), lambda number: f"{number} lost")
    assert list(workers.outcomes([1, 2], work)) == [(1, "1"), (2, "2 lost")]


def test_a_task_that_stood_on_each_of_the_killed_workers_is_not(workers: Dask, tmp_path: Path) -> None:
    """Dask lays a death to all tasks that the worker had: here that of a task which would do no harm by itself."""
    work = Work(partial(_deadly, tmp_path, workers.client.run_on_scheduler(_allowed) + 1), lambda number: "lost")
    assert list(workers.outcomes([1, 2], work)) == [(1, "1"), (2, "2")]


def _allowed(dask_scheduler: Scheduler) -> int:
    return dask_scheduler.allowed_failures


def _deadly(deaths: Path, times: int, number: int) -> str:
    """Kills its process at 2, so many times."""
    import os
    import signal

    died = len(list(deaths.iterdir()))
    if number == 2 and died < times:
        (deaths / str(died)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return str(number)


def test_the_command_at_a_scheduler(given: list[str], tmp_path: Path, workers: Dask, ptmscope: Command) -> None:
    address = workers.client.scheduler.address
    done = ptmscope("bulk", *given, "-o", tmp_path / "found", "--engine", "dask", "--scheduler", address)
    assert done.returncode == 0, done.stderr.decode()
    local = ptmscope("bulk", *given, "-o", tmp_path / "local", "-j", "1")
    assert local.returncode == 0, local.stderr.decode()
    assert contents(tmp_path / "found") == contents(tmp_path / "local")


def test_misuse(given: list[str], tmp_path: Path, ptmscope: Command) -> None:
    done = ptmscope("bulk", *given, "-o", tmp_path / "found", "--scheduler", "tcp://127.0.0.1:1")
    assert (done.returncode, done.stderr.decode()) == (2, "ptmscope: error: --scheduler is for --engine dask\n")
