"""Inputs read in a process of its own: bounded in memory, watched for hangs, replaced when it is gone."""

from __future__ import annotations

import mmap
import multiprocessing
import os
import resource
import struct
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.fuzz.kinds import KINDS, REFUSED, Files, Kind

#: Processor seconds for one input: twice the deadline of a file, which bounds what follows the parse only about.
SECONDS = 20.0
#: Seconds on the clock without an input done, after which a process is killed.
HANG = 120.0
#: Inputs of one process.
CHUNK = 5_000
_STATE = struct.Struct("qd")


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that ended as none may: `number` makes it again."""

    number: int
    kind: str
    what: str
    where: str


@dataclass(slots=True)
class Tally:
    """What came of a run of inputs."""

    ends: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind, end) -> inputs
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)  # kind -> processor seconds, number
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.ends += other.ends
        self.failures += other.failures
        for kind, slow in other.slowest.items():
            self.slowest[kind] = max(slow, self.slowest.get(kind, slow))


def made(seed: int, number: int, kinds: Sequence[Kind] = KINDS) -> tuple[Kind, Files]:
    """The input with this number: the same for the same seed and kinds."""
    draw = Random(f"{seed}/{number}")
    (kind,) = draw.choices(kinds, [kind.weight for kind in kinds])
    return kind, kind.make(draw)


def read(kind: Kind, files: Files) -> tuple[str, str]:
    """(how the input ended, where if it failed)."""
    before = time.process_time()
    try:
        end, where = kind.read(files), ""
    except kind.refuses:
        end, where = REFUSED, ""
    except MemoryError:
        return "memory", "over the cap"
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return (
            "exception",
            f"{type(error).__name__} in {os.path.basename(frame.filename)}:{frame.lineno}: {str(error)[:80]}",
        )
    seconds = time.process_time() - before
    return (end, where) if seconds < SECONDS else ("slow", f"{seconds:.1f} s")


def run(seed: int, numbers: range, memory: int, kinds: Sequence[Kind] = KINDS) -> Iterator[Tally]:
    """The tallies of runs of inputs, one process after the other; a process that is gone is a failure of its input."""
    start = numbers.start
    while start < numbers.stop:
        end = min(start + CHUNK, numbers.stop)
        tally, reached = _chunk(seed, range(start, end), memory, kinds)
        yield tally
        start = reached


def _chunk(seed: int, numbers: range, memory: int, kinds: Sequence[Kind]) -> tuple[Tally, int]:
    state = mmap.mmap(-1, _STATE.size)
    state[:] = _STATE.pack(numbers.start, time.monotonic())
    context: Any = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(seed, numbers, memory, kinds, state, (mine, theirs)))
    process.start()
    theirs.close()
    hung = False
    tally = Tally()
    try:
        while True:
            while not mine.poll(1.0) and process.is_alive() and not hung:
                hung = time.monotonic() - _STATE.unpack(state[:])[1] > HANG
            if hung:
                process.kill()
            part = mine.recv()
            if part is None:
                return tally, numbers.stop
            tally.add(part)
    except EOFError:
        process.join()
        number = _STATE.unpack(state[:])[0]
        what = "hang" if hung else "crash"
        name = made(seed, number, kinds)[0].name
        tally.failures.append(Failure(number, name, what, f"the process ended with {process.exitcode}"))
        tally.ends[name, what] += 1
        return tally, number + 1
    finally:
        process.join()


def _child(seed: int, numbers: range, memory: int, kinds: Sequence[Kind], state: mmap.mmap, pipes: Any) -> None:
    mine, pipe = pipes
    mine.close()  # or the process would outlive its parent, waiting for it to read
    with open("/proc/self/statm", encoding="ascii") as stream:
        now = int(stream.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in numbers:
        state[:] = _STATE.pack(number, time.monotonic())
        tally = Tally()
        kind, files = made(seed, number, kinds)
        before = time.process_time()
        end, where = read(kind, files)
        tally.slowest[kind.name] = (time.process_time() - before, number)
        tally.ends[kind.name, end] += 1
        if where:
            tally.failures.append(Failure(number, kind.name, end, where))
        pipe.send(tally)
    pipe.send(None)
