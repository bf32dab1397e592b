"""Runs in processes of their own, with the memory of all of them together, sampled as they go."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ONCE = Path(__file__).with_name("once.py")
#: Seconds between two looks at the memory.
INTERVAL = 0.5
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stage:
    """Seconds by the clock and of processors; MB of all processes together (shared pages once), and of the largest."""

    name: str
    tasks: int
    wall: float
    cpu: float
    together: float
    largest: float
    told: str


@dataclass(frozen=True, slots=True)
class Ran:
    """One run on `size` files, of which some are left out, as vendored ones are. `wall`, `cpu`: all of it; `load`: the
    mean load of the machine meanwhile, this run included."""

    size: int
    read: int
    engine: str
    stages: tuple[Stage, ...]
    wall: float
    cpu: float
    load: float


def run(engine: str, jobs: int, shards: Path, folder: Path, size: int) -> Ran:
    """Runs all stages on the shards of a folder."""
    listed = sorted(map(str, shards.glob("*.parquet")))
    root = str(ONCE.parent.parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
    before, started = os.times(), time.monotonic()
    command = [sys.executable, str(ONCE), engine, str(jobs), str(folder), *listed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        watch = _Watch(process.pid)
        stages = list(_stages(process, watch))
        watch.end()
    if process.returncode:
        raise SystemExit(f"{engine}, {size:,} files: exit code {process.returncode}")
    wall, after = time.monotonic() - started, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    read = json.loads((folder / "bulk.json").read_text())["files"]
    return Ran(size, read, engine, tuple(stages), wall, cpu, watch.load())


def _stages(process: subprocess.Popen[str], watch: _Watch) -> Iterator[Stage]:
    for line in process.stdout or ():
        told = json.loads(line)
        together = watch.stage_ends()
        if told["stage"] != "start":
            figures = (told["tasks"], told["seconds"], told["cpu"], together, told["peak"], told["told"])
            yield Stage(told["stage"], *figures)
            print(*figures, sep="\t", file=sys.stderr, flush=True)


class _Watch:
    """The memory of a process and all below it, in a thread."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak, self.loads = pid, 0.0, [os.getloadavg()[0]]
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self) -> None:
        while not self.ended.wait(INTERVAL):
            self.peak = max(self.peak, self._together())
            self.loads.append(os.getloadavg()[0])

    def _together(self) -> float:
        return sum(map(_memory, _family(self.pid)))

    def stage_ends(self) -> float:
        """The peak since the last stage, and now: a short one may end between two looks."""
        peak, self.peak = max(self.peak, self._together()), 0.0
        return peak

    def load(self) -> float:
        return sum(self.loads) / len(self.loads)

    def end(self) -> None:
        self.ended.set()
        self.thread.join()


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            children[int((folder / "stat").read_text().rpartition(")")[2].split()[1])].append(int(folder.name))
        except (OSError, IndexError):
            continue
    found = [pid]
    for each in found:
        found += children[each]
    return found


def _memory(pid: int) -> float:
    """MB of a process; its share of pages that it shares."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1000 if found else 0.0
