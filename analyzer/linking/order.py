"""Puts things behind what they need."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

#: What one circle may wait for, to look for its beginning.
MAX_BEFORE = 200


def after_needs(needed: Sequence[set[int]]) -> list[int]:
    """The numbers of `needed`, each behind those it needs, else ascending; a circle starts at its lowest."""
    users: list[list[int]] = [[] for _ in needed]
    for own, others in enumerate(needed):
        for other in others:
            users[other].append(own)
    missing = [len(others) for others in needed]
    ready = [own for own, count in enumerate(missing) if not count]
    heapify(ready)
    left = dict.fromkeys(range(len(needed)))
    found: list[int] = []
    while left:
        own = heappop(ready) if ready else _start(next(iter(left)), needed, left)
        if own not in left:
            continue
        del left[own]
        found.append(own)
        for user in users[own]:
            missing[user] -= 1
            if not missing[user]:
                heappush(ready, user)
    return found


def _start(own: int, needed: Sequence[set[int]], left: dict[int, None]) -> int:
    """Where to begin when all that is left waits: the lowest of a circle that waits for nothing but itself."""
    before = _before(own, needed, left)
    if len(before) > MAX_BEFORE:
        return own
    while outer := [other for other in sorted(before) if own not in _before(other, needed, left)]:
        own = outer[0]
        before = _before(own, needed, left)
    return min(before | {own})


def _before(own: int, needed: Sequence[set[int]], left: dict[int, None]) -> set[int]:
    """All that must come before, directly or not, of what is left."""
    found: set[int] = set()
    todo = [own]
    while todo:
        new = {other for other in needed[todo.pop()] if other in left} - found
        found |= new
        todo.extend(new)
    return found
