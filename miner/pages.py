"""Walks through the pages of a list that may shift while it is read."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from miner.asking import Steps

#: Times that a list is walked through whose pages shift.
WALKS = 3


@dataclass(frozen=True, slots=True)
class Page:
    """Items of one page. `total`: how many the list has to give, None where the service does not say."""

    items: tuple[Any, ...]
    is_last: bool
    total: int | None = None


Read = Callable[[int], Steps[Page]]


def walked(read: Read, key: Callable[[Any], Hashable], first: Page | None = None) -> Steps[tuple[Any, ...]]:
    """The items of all pages, each once. Where pages repeat or lack items, the list is read again.

    Two readings that bring nothing new end it, too: then the service claims more than it gives.
    """
    found: dict[Hashable, Any] = {}
    for _ in range(WALKS):
        before = len(found)
        page = first or (yield from read(1))
        first, number, seen, walk = None, 1, len(page.items), {key(item): item for item in page.items}
        while not page.is_last:
            number += 1
            page = yield from read(number)
            seen += len(page.items)
            walk |= {key(item): item for item in page.items}
        found |= walk
        is_steady = len(walk) == seen and (page.total is None or len(walk) >= page.total)
        if is_steady or len(found) == before:
            break
    return tuple(found.values())
