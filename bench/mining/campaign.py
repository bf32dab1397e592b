"""A whole campaign on GitHub with a simulated clock: is it complete, what was planned, what it took."""

from __future__ import annotations

import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import log
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from bench.tables import Cell, table
from miner import github
from miner.campaign import Campaign
from miner.corpus import Corpus
from miner.forms import chosen, queries
from miner.plan import Estimate, estimate, pilot
from miner.records import Query
from servers.base import serving
from servers.clock import SimulatedClock
from servers.github import GitHub
from servers.mined import SECRETS, caller
from servers.world import Shape, World

MODELS, HITS, REPOSITORIES = 7_325, 372_063, 130_000

#: Share of the models that the pilot asks for, and seconds between two lines about the progress.
PILOT, TOLD = 0.06, 30.0

#: Part of a campaign -> kinds of work that are done after the pilot.
_LANES = {"all": None, "searches": 1, "pilot": 0}

_FOUND = "SELECT count(*) FROM hits JOIN queries ON queries.key = \"query\" WHERE outcome <> 'split'"
_OPEN = "SELECT count(*) FROM queries WHERE outcome IS NULL AND kind = 'search'"
_SHORT = "SELECT count(*) FROM queries WHERE outcome IN ('capped', 'incomplete', 'failed')"
_MISSING = "SELECT count(*) FROM files WHERE blob IS NULL"


class SharedClock(SimulatedClock):
    """Of two processes: the miner moves it on, the server reads it."""

    def __init__(self, cell: Synchronized[float]) -> None:
        super().__init__()
        self.cell = cell
        cell.value = self._now

    def now(self) -> float:
        return self.cell.value

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.cell.value = self._now


@dataclass(frozen=True, slots=True)
class _Reading:
    """The server's side of the clock."""

    cell: Synchronized[float]

    def now(self) -> float:
        return self.cell.value


@dataclass(frozen=True, slots=True)
class _Run:
    """`before`: planned with nothing known; `after`: with the pilot, whose requests are `spent`."""

    before: Estimate
    after: Estimate
    spent: int
    done: Campaign


def shape(scale: int, seed: int) -> Shape:
    """Hits fall off with the rank of a model, as in PeaTMOSS: 2,014, 222, 42, 4 at ranks 1, 10, 100, 500.

    Other seeds than 1 vary what a plan does not know: how steep that is, repositories, copies, models in a file.
    """
    draw = random.Random(seed)
    names = [f"owner{number % 400}/model-{number}" for number in range(MODELS // scale)]
    usual = Shape(REPOSITORIES // scale, names, HITS // scale, endings=("py", "py", "ipynb"), forks=0.0, together=0.2)
    if seed == 1:
        return usual
    return replace(
        usual,
        repositories=round(usual.repositories * draw.uniform(0.3, 1.7)),
        skew=draw.uniform(0.8, 1.1),
        copies=draw.uniform(0.0, 0.3),
        together=draw.uniform(0.0, 0.4),
        seed=seed,
    )


def popular(wanted: Shape, noise: float = 1.0) -> list[str]:
    """Models in the order of a popularity that only roughly tells their hits."""
    draw = random.Random(wanted.seed + 2)
    heat = {name: draw.gauss(0, noise) - log(rank) for rank, name in enumerate(wanted.models, 1)}
    return sorted(heat, key=lambda name: -heat[name])


def campaign(scale: int, seed: int, part: str) -> None:
    """Plans, runs, and compares; the server has a process of its own, so that memory is the miner's alone."""
    wanted = shape(scale, seed)
    with _server(wanted) as (base, hits, clock, pipe), tempfile.TemporaryDirectory() as folder:
        started, models = time.process_time(), popular(wanted)
        with Corpus.open(folder, create=True, clock=clock.now) as corpus:
            run = _run(corpus, base, clock, models, part)
            rows = [("models", f"{len(models):,}"), ("hits there are", f"{hits:,}"), *_found(corpus)]
        rows += [
            *_requests(run, pipe),
            *(_planned if part == "all" else _plan)(run),
            *_cost(run, clock, started, folder),
        ]
    print(table(f"A campaign: {part}", ("", f"1/{scale}, seed {seed}"), rows))


@contextmanager
def _server(wanted: Shape) -> Iterator[tuple[str, int, SharedClock, Any]]:
    """(address, hits there are, clock, pipe that asks for the server's counts)."""
    cell: Synchronized[float] = multiprocessing.Value("d", 0.0)  # type: ignore[assignment]
    clock = SharedClock(cell)
    near, far = multiprocessing.Pipe()
    multiprocessing.Process(target=_serve, args=(wanted, cell, far), daemon=True).start()
    base, hits = near.recv()
    yield base, hits, clock, near


def _serve(wanted: Shape, cell: Synchronized[float], pipe: Any) -> None:
    server = GitHub(World(wanted), _Reading(cell), tokens=SECRETS)
    with serving(server) as base:
        pipe.send((base, sum(map(len, server.world.naming))))
        pipe.recv()
        pipe.send((server.requests, server.limits.refused))


def _asked(models: list[str]) -> Iterator[Query]:
    return queries(github.NAME, models, chosen(()))


def _run(corpus: Corpus, base: str, clock: SharedClock, models: list[str], part: str) -> _Run:
    """The pilot, the plan with what it told, and the rest."""
    before, called = estimate(None, github.NAME, models, _asked(models)), caller(base, clock)
    first = corpus.plan(_asked(list(pilot(models, max(40, round(len(models) * PILOT))))))
    for _ in Campaign(corpus, github.service(base), called).run(first=first):
        pass
    after, spent = estimate(corpus, github.NAME, models, _asked(models)), called.requests.total()
    corpus.plan(_asked(models))
    done = Campaign(corpus, github.service(base), called)
    done.lanes = done.lanes[: _LANES[part]]
    told = time.monotonic()
    for _ in done.run():
        if time.monotonic() - told > TOLD:
            told = time.monotonic()
            print({lane.work.name: dict(lane.outcomes) for lane in done.lanes}, file=sys.stderr)
    return _Run(before, after, spent, done)


def _found(corpus: Corpus) -> Iterator[tuple[Cell, ...]]:
    found, left, short, missing = (f"{corpus.database.one(each):,}" for each in (_FOUND, _OPEN, _SHORT, _MISSING))
    yield "hits found", found
    yield "searches without an answer, files without content", f"{left}, {missing}"
    yield "queries not answered in full", short


def _requests(run: _Run, pipe: Any) -> Iterator[tuple[Cell, ...]]:
    pipe.send(None)
    served, refused = pipe.recv()
    yield "requests made, and counted by the server", f"{run.done.caller.requests.total():,}, {served:,}"
    yield "requests refused for the limit", f"{refused:,}"


def _planned(run: _Run) -> Iterator[tuple[Cell, ...]]:
    took = run.done.caller.requests
    yield "planned without a pilot", _against(run.before.requests, took.total())
    yield "planned after the pilot", _against(run.after.requests + run.spent, took.total())
    yield "  searches", _against(run.after.searches + run.spent, took["code_search"])
    yield "  repositories, files", f"{run.after.repositories:,}, {run.after.files:,}"
    yield "hours planned", f"{run.after.hours(github.LIMITS, 'code_search', len(SECRETS)):.1f}"


def _plan(run: _Run) -> Iterator[tuple[Cell, ...]]:
    yield "planned without a pilot", f"{run.before.requests:,}"
    yield "planned after the pilot", f"{run.after.requests + run.spent:,}"
    yield (
        "  searches, repositories, files",
        f"{run.after.searches + run.spent:,}, " + (f"{run.after.repositories:,}, {run.after.files:,}"),
    )


def _against(planned: int, took: int) -> str:
    return f"{planned:,} of {took:,} ({planned / took - 1:+.1%})"


def _cost(run: _Run, clock: SharedClock, started: float, folder: str) -> Iterator[tuple[Cell, ...]]:
    yield "hours taken (simulated)", f"{clock.slept / 3600:.1f}"
    yield "peak memory of the miner", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    yield "CPU time of the miner", f"{time.process_time() - started:.0f} s"
    yield "size of the corpus", f"{Path(folder, 'corpus.sqlite').stat().st_size / 1e6:.0f} MB"
