"""What was made of files, kept up to a number of bytes: the ones made longest ago go first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """The results of `make` by path; together they weigh at most `limit`, but for the one made last."""

    def __init__(self, make: Callable[[str], V], weigh: Callable[[V], int], limit: int) -> None:
        self.make, self.weigh, self.limit = make, weigh, limit
        self.held: dict[str, V] = {}
        self.weight = 0

    def __call__(self, path: str) -> V:
        if path in self.held:
            return self.held[path]
        made = self.held[path] = self.make(path)
        self.weight += self.weigh(made)
        while self.weight > self.limit and len(self.held) > 1:
            oldest = next(iter(self.held))
            self.weight -= self.weigh(self.held.pop(oldest))
        return made
