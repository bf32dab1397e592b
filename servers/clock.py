"""A clock for servers and miners at once: sleeping moves it on."""

from __future__ import annotations


class SimulatedClock:
    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self.started = self._now = now
        self.slept = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds < 7200, seconds
        self._now += seconds
        self.slept += seconds
