"""Mining against local servers: a whole simulated campaign, answers with faults, and kills.

python -m bench.mining campaign           7,325 models and 372,063 hits: is it complete, what was planned, what it took
python -m bench.mining campaign --scale 20    a twentieth of it
python -m bench.mining faults             a share of all answers is wrong: is the corpus the same?
python -m bench.mining kills              kill -9 at random moments: is the corpus the same?
python -m bench.mining growth --pairs pairs.csv.gz    repositories of real models, told from a sample of the models
"""

from __future__ import annotations

import argparse
import csv
import gzip
import multiprocessing
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from bench.tables import table
from miner import github
from miner.campaign import Campaign
from miner.corpus import Corpus
from miner.forms import chosen, queries
from miner.growth import distinct
from miner.plan import Estimate, estimate, pilot
from servers.base import serving
from servers.clock import SimulatedClock
from servers.faults import Seeded
from servers.github import GitHub
from servers.mined import SECRETS, caller, mine_github
from servers.world import Shape, World

MODELS, HITS, REPOSITORIES = 7_325, 372_063, 130_000

#: Share of the models that the pilot asks for.
PILOT = 0.06

ROOMY = {"core": (10**7, 3600.0), "code_search": (10**7, 60.0)}


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


class _Reading:
    def __init__(self, cell: Synchronized[float]) -> None:
        self.cell = cell

    def now(self) -> float:
        return self.cell.value


def shape(scale: int) -> Shape:
    """Hits fall off with the rank of a model, as in PeaTMOSS: 2,014, 222, 42, 4 at ranks 1, 10, 100, 500."""
    names = [f"owner{number % 400}/model-{number}" for number in range(MODELS // scale)]
    return Shape(REPOSITORIES // scale, names, HITS // scale, endings=("py", "py", "ipynb"), forks=0.0, together=0.2)


def _serve(scale: int, cell: Synchronized[float], pipe: multiprocessing.connection.Connection) -> None:
    server = GitHub(World(shape(scale)), _Reading(cell), tokens=SECRETS)
    with serving(server) as base:
        pipe.send((base, sum(map(len, server.world.naming))))
        pipe.recv()
        pipe.send((server.requests, server.limits.refused))


def popular(scale: int, noise: float = 1.0) -> list[str]:
    """Models in the order of a popularity that only roughly tells their hits."""
    draw = random.Random(3)
    names = list(shape(scale).models)
    heat = {name: draw.gauss(0, noise) - _log(rank) for rank, name in enumerate(names, 1)}
    return sorted(names, key=lambda name: -heat[name])


def _log(rank: int) -> float:
    from math import log

    return log(rank)


def campaign(scale: int) -> None:
    """Plans, runs, and compares; the server has a process of its own, so that memory is the miner's alone."""
    cell: Synchronized[float] = multiprocessing.Value("d", 0.0)  # type: ignore[assignment]
    clock = SharedClock(cell)
    near, far = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(scale, cell, far), daemon=True)
    server.start()
    base, hits = near.recv()
    models = popular(scale)
    with tempfile.TemporaryDirectory() as folder, Corpus.open(folder, create=True, clock=clock.now) as corpus:
        started = time.process_time()
        first = estimate(None, github.NAME, models, _asked(models))
        took, done = _run(corpus, base, clock, models, scale)
        plan, spent = took
        found = corpus.database.one(
            "SELECT count(*) FROM hits JOIN queries ON queries.key = \"query\" WHERE outcome <> 'split'"
        )
        open_queries = corpus.database.one("SELECT count(*) FROM queries WHERE outcome IS NULL")
        open_files = corpus.database.one("SELECT count(*) FROM files WHERE blob IS NULL")
        capped = corpus.database.one("SELECT count(*) FROM queries WHERE outcome IN ('capped', 'incomplete', 'failed')")
        size = Path(folder, "corpus.sqlite").stat().st_size
    near.send(None)
    served, refused = near.recv()
    requests = done.caller.requests.total()
    rows = [
        ("models", f"{len(models):,}"),
        ("hits there are", f"{hits:,}"),
        ("hits found", f"{found:,}"),
        ("queries without an answer, files without content", f"{open_queries:,}, {open_files:,}"),
        ("queries not answered in full", f"{capped:,}"),
        ("requests made, and counted by the server", f"{requests:,}, {served:,}"),
        ("requests refused for the limit", f"{refused:,}"),
        ("planned without a pilot", f"{first.requests:,} ({first.requests / requests - 1:+.1%})"),
        ("planned after the pilot", f"{plan.requests + spent:,} ({(plan.requests + spent) / requests - 1:+.1%})"),
        ("  of them searches", _against(plan.searches + spent, done.caller.requests["code_search"])),
        ("  repositories, files", f"{plan.repositories:,}, {plan.files:,}"),
        ("hours planned, taken (simulated)", f"{_hours(plan):.1f}, {clock.slept / 3600:.1f}"),
        ("peak memory of the miner", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"),
        ("CPU time of the miner", f"{time.process_time() - started:.0f} s"),
        ("size of the corpus", f"{size / 1e6:.0f} MB"),
    ]
    print(table("A campaign", ("", f"1/{scale}"), rows))


def _asked(models: list[str]) -> Iterator[object]:
    return queries(github.NAME, models, chosen(()))  # type: ignore[return-value]


def _against(planned: int, took: int) -> str:
    return f"{planned:,} of {took:,} ({planned / took - 1:+.1%})"


def _hours(plan: Estimate) -> float:
    return plan.hours(github.LIMITS, "code_search", len(SECRETS))


def _run(
    corpus: Corpus, base: str, clock: SimulatedClock, models: list[str], scale: int
) -> tuple[tuple[Estimate, int], Campaign]:
    """The pilot, the plan with what it told, and the rest; (plan, requests of the pilot)."""
    called = caller(base, clock)
    names = pilot(models, max(40, round(len(models) * PILOT)))
    first = corpus.plan(queries(github.NAME, names, chosen(())))
    for _ in Campaign(corpus, github.service(base), called).run(first=first):
        pass
    plan, spent = estimate(corpus, github.NAME, models, _asked(models)), called.requests.total()  # type: ignore[arg-type]
    print(f"pilot: {len(names)} models, {spent:,} requests; then {plan}", file=sys.stderr)
    corpus.plan(queries(github.NAME, models, chosen(())))
    done = Campaign(corpus, github.service(base), called)
    shown = time.monotonic()
    for _ in done.run():
        if time.monotonic() - shown > 30:
            shown = time.monotonic()
            outcomes = {lane.work.name: dict(lane.outcomes) for lane in done.lanes}
            print(f"{clock.slept / 3600:.1f} h {outcomes}", file=sys.stderr)
    return (plan, spent), done


def _small() -> World:
    return World(Shape(80, tuple(f"org/model-{number}" for number in range(12)), 1500))


def faults(shares: tuple[float, ...] = (0.0, 0.02, 0.1)) -> None:
    """The same campaign with ever more wrong answers."""
    world, rows, expected = _small(), [], None
    for share in shares:
        clock = SimulatedClock()
        server = GitHub(world, clock, tokens=SECRETS, faults=Seeded(share))
        with (
            serving(server) as base,
            tempfile.TemporaryDirectory() as folder,
            Corpus.open(folder, create=True, clock=clock.now) as corpus,
        ):
            mine_github(corpus, base, clock, world.models)
            lines = list(corpus.lines())
        expected = expected or lines
        told = "yes" if lines == expected else "NO"
        rows.append((f"{share:.0%}", f"{server.requests:,}", f"{sum(server.spoiled.values()):,}", told))
    print(table("Wrong answers", ("share", "requests", "wrong", "same corpus"), rows))


def kills(count: int) -> None:
    """A miner in a process of its own is killed again and again, then left to finish."""
    world, draw = _small(), random.Random(1)
    with _corpus_of(world) as expected, tempfile.TemporaryDirectory() as folder:
        server = GitHub(world, SimulatedClock(), tokens=SECRETS, faults=Seeded(0.02), limits=ROOMY)
        killed = 0
        with serving(server) as base:
            command = [sys.executable, "-m", "servers.mined", folder, base, *world.models]
            share = 600 // count
            for _ in range(count):
                process, until = subprocess.Popen(command), server.requests + draw.randrange(1, 2 * share)
                while process.poll() is None and server.requests < until:
                    time.sleep(0.001)
                time.sleep(draw.random() / 100)
                killed += process.poll() is None
                process.send_signal(signal.SIGKILL)
                process.wait()
            subprocess.run(command, check=True)
        with Corpus.open(folder) as corpus:
            told = "yes" if list(corpus.lines()) == expected else "NO"
    print(table("Killed", ("times", "of them in the middle of work", "same corpus"), [(str(count), str(killed), told)]))


def growth(file: str) -> None:
    """Pairs of repository and model (first columns of a CSV): repositories there are, and as a pilot tells them."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        pairs = sorted({(row[1], row[0]) for row in list(csv.reader(lines))[1:]})
    of = {model: [repository for _, repository in rows] for model, rows in groupby(pairs, key=lambda pair: pair[0])}
    draw = random.Random(1)
    models = sorted(of, key=lambda model: -len(of[model]) * draw.lognormvariate(0, 1))
    there, rows = len({repository for _, repository in pairs}), []
    for size in (100, 200, 400, 800):
        counts = Counter(repository for model in pilot(models, size) for repository in of[model][:100])
        told = distinct(Counter(counts.values()), len(pairs))
        rows.append((f"{size} of {len(models):,}", f"{counts.total():,} of {len(pairs):,}", f"{told / there - 1:+.0%}"))
    print(table(f"Repositories, of {there:,}", ("models", "pairs", "told"), rows))


@contextmanager
def _corpus_of(world: World) -> Iterator[list[str]]:
    clock = SimulatedClock()
    with (
        serving(GitHub(world, clock, tokens=SECRETS)) as base,
        tempfile.TemporaryDirectory() as folder,
        Corpus.open(folder, create=True, clock=clock.now) as corpus,
    ):
        mine_github(corpus, base, clock, world.models)
        yield list(corpus.lines())


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.mining", description=__doc__)
    parser.add_argument("what", choices=("campaign", "faults", "kills", "growth"))
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--pairs", metavar="FILE", help="CSV, packed with gzip")
    options = parser.parse_args()
    if options.what == "campaign":
        campaign(options.scale)
    elif options.what == "faults":
        faults()
    elif options.what == "growth":
        growth(options.pairs)
    else:
        kills(options.count)


if __name__ == "__main__":
    main()
