"""The code that shows a pattern best: a central usage that can be cut down to a short program of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analyzer.excerpts import excerpt_of
from analyzer.records import CallSequence
from patterns.events import events
from patterns.pattern import Exemplar, Pattern, member

#: Gives the bytes of a file of a repository; None where they are not at hand.
Read = Callable[[str, str], bytes | None]

#: The most central usage of so few lines is taken; if there is none, the shortest.
SHORT = 25


def with_exemplar(pattern: Pattern, usages: Sequence[tuple[str, CallSequence]], read: Read) -> Pattern:
    """The pattern with its exemplar, if one of its central usages is Python at hand. `usages` are all there are."""
    shortest: Exemplar | None = None
    for place in pattern.central:
        found = _exemplar(*usages[place], read)
        if found is not None and (shortest is None or _lines(found) < _lines(shortest)):
            shortest = found
        if found is not None and _lines(found) <= SHORT:
            break
    return replace(pattern, exemplar=shortest)


def _lines(exemplar: Exemplar) -> int:
    return exemplar.code.count("\n")


def _exemplar(source: str, usage: CallSequence, read: Read) -> Exemplar | None:
    content = read(source, usage.path)
    telling = {event.call for event in events(usage)}
    calls = tuple(call for number, call in enumerate(usage.calls) if number in telling and call.path is None)
    code = excerpt_of(content, replace(usage, calls=calls)) if content is not None else None
    if code is None:
        return None
    start = member(source, usage)
    lines = [call.line for call in calls if call.cell == usage.cell]
    return Exemplar(source, usage.path, usage.cell, start.line, max([start.line, *lines]), code)
