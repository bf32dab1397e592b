"""Searches that take linear time whatever the text: one pattern by RE2, many words at once by Hyperscan."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from typing import Any

import hyperscan
import re2


def pattern(text: str) -> Any:
    """A compiled pattern over bytes, with room for its automaton: re2 falls back to something slow, and says so on
    stderr, without."""
    options = re2.Options()
    options.max_mem = 1 << 26
    options.log_errors = False
    return re2.compile(text.encode(), options)


#: Words up to this length occur within many others: they are looked for as words, which takes longer to compile.
SHORT = 6


class Words:
    """Words to look for in a text: wherever they stand in it; those of up to `short` letters by themselves."""

    __slots__ = ("_expressions", "_of_thread")

    def __init__(self, words: Iterable[str], short: int = SHORT) -> None:
        self._expressions = [_expression(word, is_whole=len(word) <= short) for word in words]
        self._of_thread = threading.local()  # a database takes one search at a time

    def found(self, text: bytes) -> list[int]:
        """The indices of the words that occur, in no order."""
        at: list[int] = []

        def note(word: int, *_: object) -> None:
            at.append(word)

        self._database().scan(text, match_event_handler=note)
        return at

    def _database(self) -> hyperscan.Database:
        made: hyperscan.Database | None = getattr(self._of_thread, "database", None)
        if made is None:
            made = self._of_thread.database = hyperscan.Database()
            made.compile(
                expressions=self._expressions,
                ids=range(len(self._expressions)),
                elements=len(self._expressions),
                flags=hyperscan.HS_FLAG_SINGLEMATCH,
            )
        return made


def _expression(word: str, *, is_whole: bool) -> bytes:
    text = re.escape(word)
    return (rf"\b{text}\b" if is_whole else text).encode()
