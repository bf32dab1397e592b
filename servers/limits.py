"""Rate limits as the services keep them: so many requests a window, per credential and resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from servers.base import Clock


@dataclass(slots=True)
class Window:
    limit: int
    ends: float
    used: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


class Limits:
    """resource -> (requests, seconds). A window begins with the first request in it."""

    def __init__(self, clock: Clock, limits: Mapping[str, tuple[int, float]]) -> None:
        self.clock, self.limits = clock, dict(limits)
        self.refused = 0
        self._windows: dict[tuple[str, str], Window] = {}

    def window(self, token: str, resource: str) -> Window:
        now = self.clock.now()
        count, seconds = self.limits[resource]
        found = self._windows.get((token, resource))
        if found is None or now >= found.ends:
            found = self._windows[token, resource] = Window(count, ceil(now + seconds))
        return found

    def spend(self, token: str, resource: str) -> tuple[Window, bool]:
        """(the window, whether the request was still within it)."""
        window = self.window(token, resource)
        is_within = window.used < window.limit
        window.used += 1
        self.refused += not is_within
        return window, is_within
