"""A progress bar on standard error. Redrawn by the run itself: a drawing thread would make forking unsafe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from ptmscope.pipeline import Progress

#: Seconds between two drawings.
INTERVAL = 0.1


@contextmanager
def progress(*, is_shown: bool) -> Iterator[Progress | None]:
    """Called with (files done, files in all)."""
    with bars(is_shown=is_shown) as advance:
        yield None if advance is None else partial(advance, "files")


@contextmanager
def bars(*, is_shown: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar for each name it is called with: (name, done, in all)."""
    if not is_shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as shown:
        tasks: dict[str, TaskID] = {}
        drawn = 0.0

        def advance(name: str, done: int, total: int) -> None:
            nonlocal drawn
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=None)
            shown.update(tasks[name], completed=done, total=total)
            if time.monotonic() - drawn > INTERVAL:
                shown.refresh()
                drawn = time.monotonic()

        yield advance
