"""Ends a process that is stuck: a deadline that is asked for in Python does not end a loop in native code."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import FileIO

#: By the clock: many times what the deadline of a file is in processor time, since others may use the machine.
SECONDS = 120.0


@contextmanager
def watched() -> Iterator[None]:
    """Whatever takes longer than SECONDS ends the process, if it is one of several; whoever waits for it finds out
    what it was (`ptmscope.engines.local`)."""
    if multiprocessing.parent_process() is None:
        yield
        return
    faulthandler.dump_traceback_later(SECONDS, exit=True, file=_nowhere())
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@cache
def _nowhere() -> FileIO:
    return open(os.devnull, "wb", buffering=0)
