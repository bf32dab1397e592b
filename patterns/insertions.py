"""Whether a symbol can be put into a pattern, at its front or between two symbols, without losing support.

The maximum and semi-maximum periods are those of Wang & Han (2004). The search reads a few rows symbol by symbol, since
these nearly always rule everything out, and only what survives them is tried on all rows at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from patterns.database import Database, Ints

#: Rows that are read one by one, and those tried before all of them are.
_ONE_BY_ONE, _FEW = 4, 64


class Node(NamedTuple):
    """A pattern in codes, its support, the rows that contain it, ascending, and where its first instance ends."""

    pattern: str
    support: int
    rows: Ints
    at: Ints


def insertable(db: Database, node: Node, *, closing: bool, sampled: bool = False) -> bool:
    """Whether one more symbol fits into the pattern before its end.

    Closing: into some instance, in rows that together have the node's support; then the pattern is not closed.
    Else: into the first instance, in every row; then no pattern that starts with this one is closed (BackScan).
    Sampled: in the first rows; these say no nearly always where all do.
    """
    by_group = closing and db.grouped
    units = db.groups[node.rows] if by_group else node.rows
    count = _enough(units, _ONE_BY_ONE)
    ends = (db.ends[node.rows[:count]] if closing else node.at[:count] + 1).tolist()
    alive: dict[int, set[str]] | None = None
    for _, entries in groupby(range(count), key=units[:count].tolist().__getitem__):
        fits: dict[int, set[str]] = {}
        for entry in entries:
            for slot, symbols in _periods(db, node, entry, ends[entry], alive):
                fits[slot] = fits[slot] | symbols if slot in fits else symbols
        alive = fits if alive is None else _both(alive, fits)
        if not alive:
            return False
    for most in () if sampled else (_FEW, len(units)):
        if alive and count < len(units):
            count = _enough(units, most)
            alive = _everywhere(db, node, count, alive, closing=closing)
    return bool(alive)


def _enough(units: Ints, most: int) -> int:
    """How many of the first entries to look at: whole units, at least one of them."""
    if len(units) <= most:
        return len(units)
    cut = int(units.searchsorted(units[most]))
    return cut or int(units.searchsorted(units[0], side="right"))


def _both(alive: dict[int, set[str]], fits: dict[int, set[str]]) -> dict[int, set[str]]:
    return {slot: both for slot, symbols in fits.items() if (both := symbols & alive[slot])}


def _periods(
    db: Database, node: Node, entry: int, limit: int, alive: dict[int, set[str]] | None
) -> Iterator[tuple[int, set[str]]]:
    """(slot, symbols of its period in this row) for the slots still alive; slot i stands before the pattern's i-th."""
    text, pattern = db.text, node.pattern
    firsts = [int(db.starts[node.rows[entry]])]
    for symbol in pattern:
        firsts.append(text.index(symbol, firsts[-1]) + 1)
    least = 0 if alive is None else min(alive)
    for slot in range(len(pattern) - 1, least - 1, -1):
        limit = text.rfind(pattern[slot], firsts[slot], limit)
        if limit > firsts[slot] and (alive is None or slot in alive):
            yield slot, set(text[firsts[slot] : limit])


def _everywhere(
    db: Database, node: Node, count: int, alive: dict[int, set[str]], *, closing: bool
) -> dict[int, set[str]]:
    """Those slots and symbols that fit into the first entries, all looked at at once."""
    rows = node.rows[:count]
    groups = db.groups[rows] if closing and db.grouped else None
    firsts = _firsts(db, rows, node.pattern[: max(alive)])
    limits = db.ends[rows] if closing else node.at[:count] + 1
    found: dict[int, set[str]] = {}
    for slot in range(len(node.pattern) - 1, min(alive) - 1, -1):
        limits = _last(db, node.pattern[slot], limits)
        for symbol in alive.get(slot, ()):
            inside = _last(db, symbol, limits) >= firsts[slot]
            if inside.all() if groups is None else len(set(groups[inside].tolist())) == len(set(groups.tolist())):
                found.setdefault(slot, set()).add(symbol)
    return found


def _firsts(db: Database, rows: Ints, pattern: str) -> list[Ints]:
    """Where the search for the pattern's i-th symbol starts in each row."""
    found = [db.starts[rows]]
    for symbol in pattern:
        places = db.places[ord(symbol)]
        found.append(places[places.searchsorted(found[-1])] + 1)
    return found


def _last(db: Database, symbol: str, limits: Ints) -> Ints:
    """The last places of a symbol before these places, in whatever row; -1 where there is none."""
    places = db.places[ord(symbol)]
    return places[places.searchsorted(limits) - 1]
