"""A progress bar on standard error. Redrawn by the run itself: a drawing thread would make forking unsafe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ptmscope.pipeline import Progress

#: Seconds between two drawings.
INTERVAL = 0.1


@contextmanager
def progress(*, is_shown: bool) -> Iterator[Progress | None]:
    """Called with (files done, files in all)."""
    if not is_shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("files", total=None)
        drawn = 0.0

        def advance(done: int, total: int) -> None:
            nonlocal drawn
            bar.update(task, completed=done, total=total)
            if time.monotonic() - drawn > INTERVAL:
                bar.refresh()
                drawn = time.monotonic()

        yield advance
