"""Where results go: a stream of bytes, and what it can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Output:
    """`width`: columns of the terminal, None: not a terminal, so nothing is wrapped or coloured."""

    stream: BinaryIO
    width: int | None = None
    colour: bool = False
    encoding: str = "utf-8"

    def write(self, text: str) -> None:
        """Characters that the encoding lacks are escaped; in JSON, what a lone surrogate becomes is JSON
        again."""
        self.stream.write(text.encode(self.encoding, "backslashreplace"))


def printable(text: str) -> str:
    """Text without characters that move the cursor, end the line or hide."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
