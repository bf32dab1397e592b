"""Usages as sequences of symbols, in one of the alphabets of `analyzer.symbols`."""

from __future__ import annotations

from typing import Literal

from analyzer.records import CallSequence
from analyzer.symbols import LEVELS
from patterns.errors import PatternError

Level = Literal["api", "family", "role"]


def symbols(usage: CallSequence, level: Level) -> tuple[str, ...]:
    """A usage as a sequence of symbols of this level, one for each call. Raises PatternError for an unknown level."""
    if level not in LEVELS:
        raise PatternError(f"no such level: {level!r}; there are {', '.join(LEVELS)}")
    return tuple(map(LEVELS[level], usage.calls))
