"""Whether a symbol can be put into a pattern, at its front or between two symbols, without losing support.

The maximum and semi-maximum periods are those of Wang & Han (2004). The search reads a few rows symbol by symbol, since
these nearly always rule everything out, and only what survives them is tried on all rows at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from patterns.database import Database, Ints

_ROWS = 4  # read one by one


@dataclass(frozen=True, slots=True)
class Node:
    """A pattern in codes and the rows that contain it, ascending.

    `firsts[i]` are the places where the first instance of the prefix of length i ends in each row; for 0, the place
    before the row.
    """

    pattern: str
    rows: Ints
    firsts: Ints


def insertable(db: Database, node: Node, support: int | None) -> bool:
    """Whether one more symbol fits into the pattern before its end.

    With a support: into some instance, in rows that together have this support; then the pattern is not closed.
    Without: into the first instance, in every row; then no pattern that starts with this one is closed (BackScan).
    """
    limits = node.firsts[-1] + 1 if support is None else db.ends[node.rows]
    by_group = support is not None and db.grouped
    units = db.groups[node.rows] if by_group else node.rows
    count = _enough(units)
    alive: dict[int, set[str]] | None = None
    for _, entries in groupby(range(count), key=units[:count].tolist().__getitem__):
        fits: dict[int, set[str]] = {}
        for entry in entries:
            for slot, symbols in _periods(db, node, entry, int(limits[entry]), alive):
                fits[slot] = fits[slot] | symbols if slot in fits else symbols
        alive = fits if alive is None else _both(alive, fits)
        if not alive:
            return False
    if count == len(units) or alive is None:
        return True
    return _everywhere(db, node, limits, alive, support)


def _enough(units: Ints) -> int:
    """How many entries to read one by one: whole units, at least one of them."""
    if len(units) <= _ROWS:
        return len(units)
    cut = int(np.searchsorted(units, units[_ROWS]))
    return cut or int(np.searchsorted(units, units[0], side="right"))


def _both(alive: dict[int, set[str]], fits: dict[int, set[str]]) -> dict[int, set[str]]:
    return {slot: both for slot, symbols in fits.items() if (both := symbols & alive[slot])}


def _periods(
    db: Database, node: Node, entry: int, limit: int, alive: dict[int, set[str]] | None
) -> Iterator[tuple[int, set[str]]]:
    """(slot, symbols of its period in this row) for the slots still alive; slot i stands before the pattern's i-th."""
    text, pattern = db.text, node.pattern
    firsts = node.firsts[:, entry].tolist()
    least = 0 if alive is None else min(alive)
    for slot in range(len(pattern) - 1, least - 1, -1):
        low = firsts[slot] + 1
        limit = text.rfind(pattern[slot], low, limit)
        if limit > low and (alive is None or slot in alive):
            yield slot, set(text[low:limit])


def _everywhere(db: Database, node: Node, limits: Ints, alive: dict[int, set[str]], support: int | None) -> bool:
    """The same question for these slots and symbols, on all rows at once."""
    for slot in range(len(node.pattern) - 1, min(alive) - 1, -1):
        limits = _last(db, node.pattern[slot], limits)
        for symbol in sorted(alive.get(slot, ())):
            inside = _last(db, symbol, limits) > node.firsts[slot]
            if support is None or not db.grouped:
                if inside.all():
                    return True
            elif len(np.unique(db.groups[node.rows[inside]])) == support:
                return True
    return False


def _last(db: Database, symbol: str, limits: Ints) -> Ints:
    """The last places of a symbol before these places, in whatever row; -1 where there is none."""
    places = db.places[ord(symbol)]
    return places[places.searchsorted(limits) - 1]
