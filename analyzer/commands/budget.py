"""What reading the commands of one file may take: beyond that, what follows is not read, and the file says so."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

#: Characters of words and of values, which a short script can make of its variables without end.
CHARACTERS = 10_000_000
#: A word takes time besides its characters.
WORD = 16
#: Processor seconds for Python code in commands.
SECONDS = 10.0


def _until() -> float:
    return time.thread_time() + SECONDS


@dataclass(slots=True)
class Budget:
    """`left` counts characters, so that the same file always ends at the same place; `until`: processor time."""

    left: int = field(default_factory=lambda: CHARACTERS)
    until: float = field(default_factory=_until)
    is_late: bool = False

    def take(self, size: int) -> bool:
        """Whether there was that much left."""
        self.left -= size
        return self.left >= 0

    @property
    def seconds(self) -> float:
        """What is left of the time for code; to ask when there is none is to be late."""
        left = self.until - time.thread_time()
        self.is_late = self.is_late or left <= 0
        return max(left, 0.0)

    @property
    def is_spent(self) -> bool:
        """Whether something was left unread."""
        return self.left < 0 or self.is_late
