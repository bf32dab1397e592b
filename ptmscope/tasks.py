"""The files of a tree as tasks for the local engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import TypeVar

from miner.walk import shown
from ptmscope.engines.local import can_fork, cores
from ptmscope.engines.work import Work
from ptmscope.worker import Task, together

T = TypeVar("T")

#: Files per task: long enough to hide the hand-over, short enough to end on Ctrl-C.
TASK_FILES = 64

#: With fewer files, processes cost more than they bring.
SMALL_TREE = 512


def processes(wanted: int | None, files: int, *, spawn: bool) -> int:
    """How many processes to use for so many files.

    A spawned process runs the script of its caller once more. So if nobody asked for several, and `spawn` does not
    say that this is harmless, there are several only where they can be forked.
    """
    if wanted is None:
        return cores() if files >= SMALL_TREE and (spawn or can_fork()) else 1
    return max(1, min(wanted, -(-files // TASK_FILES)))


def even(whole: Task, files: int = TASK_FILES) -> Iterator[Task]:
    """A task, cut into parts of so many files."""
    for start in range(0, len(whole.paths), files):
        yield replace(whole, paths=whole.paths[start : start + files])


def shrinking(whole: Task, jobs: int, files: int) -> Iterator[Task]:
    """A task, cut into large parts first, whose files share what they lead to, and small ones at the end.

    It is cut where neighbours are furthest apart in the tree: files of one folder lead to the same others.
    """
    start, paths = 0, whole.paths
    while start < len(paths):
        size = files if jobs == 1 else max(files, (len(paths) - start) // (jobs * 6))
        end = start + size if size == files else _seam(paths, start + size, size // 2)
        yield replace(whole, paths=paths[start:end])
        start = end


def _seam(paths: tuple[str, ...], wanted: int, slack: int) -> int:
    """The place before which to cut: by what its neighbours share, then by how near it is to the wanted one."""
    places = range(wanted - slack, min(wanted + slack, len(paths) - 1) + 1)
    return min(places, key=lambda at: (_shared(paths[at - 1], paths[at]), abs(at - wanted)))


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    steps = zip(one.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], steps))


def work(
    run: Callable[[Task], tuple[T, ...]],
    crashed: Callable[[str, str], tuple[T, ...]],
    setup: Callable[..., None] | None = None,
    given: object = None,
) -> Work[Task, tuple[T, ...]]:
    """What to do with tasks: `crashed` gives the outcome of a file that killed its process."""
    return Work(run, partial(_lost, crashed), _single, together, setup, given)


def _single(task: Task) -> Iterable[Task]:
    return (replace(task, paths=(path,)) for path in task.paths)


def _lost(crashed: Callable[[str, str], tuple[T, ...]], task: Task) -> tuple[T, ...]:
    return crashed(shown(task.paths[0]), "the process that read this file was killed")
