"""What a context is recognized by: beginnings of patterns that its last calls contain, and what else is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from patterns.closed import closed_subsequences
from patterns.recommend.records import Example
from patterns.recommend.relative import ALPHABETS, Calls, Symbols

#: Other calls between two neighbours of a pattern, and after the last one; by role all calls of a run are alike.
GAPS: Mapping[str, int] = {"api": 2, "part": 2, "method": 2, "role": 0}
#: Calls of the longest pattern that is mined; there are few roles, so that longer patterns of them are very many.
LENGTHS: Mapping[str, int] = {"api": 4, "part": 4, "method": 4, "role": 3}
#: Calls of the longest run.
RUN = 4
#: In these alphabets, the last calls just as they are count too, whoever has them: the way back for contexts that no
#: pattern fits.
RUNS = ("api", "part")
#: So many of the last calls are looked at.
RECENT = 30
#: What stands before the first call of a run.
START = "^"

#: Alphabet, or what else it is; then the symbols.
Antecedent = tuple[str, ...]

_WORD = re.compile(r"[a-z]+|\d+")


class Antecedents:
    """Learned from examples: the beginnings of the closed patterns of two repositories at least, in each alphabet."""

    def __init__(self, examples: Sequence[Example], spelling: Sequence[Sequence[Symbols]]) -> None:
        sources = [example.source for example in examples]
        self._tries: dict[str, Any] = {}
        for place, alphabet in enumerate(ALPHABETS):
            rows = [_squeezed(symbols[place] for symbols in row) for row in spelling]
            found = closed_subsequences(
                rows, groups=sources, min_support=2, max_gap=GAPS[alphabet], max_length=LENGTHS[alphabet]
            )
            begun = {pattern[:size] for pattern, _ in found for size in range(1, len(pattern))}
            self._tries[alphabet] = _trie(begun)

    def of_calls(self, spelling: Sequence[Symbols]) -> Iterator[Antecedent]:
        """The beginnings that end with the last calls."""
        for place, alphabet in enumerate(ALPHABETS):
            gap = GAPS[alphabet]
            row = _squeezed(symbols[place] for symbols in spelling[-RECENT:])
            for found in sorted(_matched(row, self._tries[alphabet], gap)):
                yield (alphabet, *found)
            if alphabet in RUNS:
                run = (START, *(symbols[place] for symbols in spelling))[-RUN:]
                yield from ((f"run of {alphabet}", *run[start:]) for start in range(len(run)))


def of_libraries(libraries: Iterable[str], *, at_start: bool) -> Iterator[Antecedent]:
    yield ("any",)
    yield from (("library", library) for library in libraries)
    if at_start:
        yield ("start",)
        yield from (("start", library) for library in libraries)


def of_model(model: str) -> Iterator[Antecedent]:
    """The model, its owner, the words of its name and pairs of them: `whisper`, `bert base`."""
    if not model:
        return
    yield "model", model
    owner, _, name = model.lower().rpartition("/")
    if owner:
        yield "owner", owner
    words = [word for word in _WORD.findall(name) if len(word) > 1]
    yield from (("word", word) for word in dict.fromkeys(words))
    yield from (("word", *pair) for pair in dict.fromkeys(pairwise(words)))


def _squeezed(symbols: Iterable[str]) -> Calls:
    """A call that is made many times in a row is made once."""
    return tuple(symbol for symbol, _ in groupby(symbols))


def _trie(begun: Iterable[Calls]) -> dict[str | None, Any]:
    """From the last symbol to the first one; None marks where a beginning is whole."""
    root: dict[str | None, Any] = {}
    for row in begun:
        node = root
        for symbol in reversed(row):
            node = node.setdefault(symbol, {})
        node[None] = True
    return root


def _matched(row: Calls, trie: dict[str | None, Any], gap: int) -> set[Calls]:
    found: set[Calls] = set()
    stack: list[tuple[int, dict[str | None, Any], Calls]] = [(len(row), trie, ())]
    while stack:
        end, node, rest = stack.pop()
        for at in range(end - 1, max(-1, end - 2 - gap), -1):
            further = node.get(row[at])
            if further is not None:
                longer = (row[at], *rest)
                if None in further:
                    found.add(longer)
                stack.append((at, further, longer))
    return found
