"""Wrong answers and kills: is the corpus the same?"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.tables import table
from miner.corpus import Corpus
from servers.base import serving
from servers.clock import SimulatedClock
from servers.faults import Seeded
from servers.github import GitHub
from servers.mined import SECRETS, mine_github
from servers.world import Shape, World

ROOMY = {"core": (10**7, 3600.0), "code_search": (10**7, 60.0)}


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
