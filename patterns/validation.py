"""How well patterns hold for repositories that they were not found in: the measures of `patterns.rank.quality`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from analyzer.records import CallSequence
from patterns.pattern import patterns
from patterns.rank import Quality, quality, rank
from patterns.skeleton import order

#: One repository in so many is held out; with fewer there is nothing to measure.
HELD_OUT = 5

Usage = tuple[str, CallSequence]


def validated(usages: Iterable[Usage]) -> Quality | None:
    """The quality of patterns found in four fifths of the repositories, measured on the rest.

    A pattern counts by the steps that are always there, a usage by its events, each once. None for fewer than
    HELD_OUT repositories, or if a side has no usage.
    """
    given = tuple(usages)
    sources = sorted({source for source, _ in given}, key=_draw)
    held = set(sources[: len(sources) // HELD_OUT])
    known = [entry for entry in given if entry[0] not in held]
    rest = [order(usage) for source, usage in given if source in held]
    if not held or not known or not rest:
        return None
    found = patterns(known).patterns
    firm = {tuple(step.event for step in p.skeleton if not step.optional): len(p.members) for p in found}
    return quality(rank(firm.items(), (order(usage) for _, usage in known)), rest)


def _draw(source: str) -> tuple[str, str]:
    return hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest(), source
