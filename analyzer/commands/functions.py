"""The functions of a shell script: the words of their bodies, by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from analyzer.commands.shell_words import Word

#: Functions of one script that count.
_MAX_FUNCTIONS = 64
#: Functions that call each other.
_MAX_CALLING = 4
#: Words of commands that start Python programs, or load models.
_STARTS = re.compile(r"\.py$|^python[\d.]*$|^(?:accelerate|torchrun|deepspeed|clone|download|serve)$|^--model|^-m$")


class Function(NamedTuple):
    """The words of a body, and whether the script calls it from one place only."""

    body: tuple[Word, ...]
    is_called_once: bool


def literal(word: Word) -> str:
    """The text of a word without variables."""
    return "".join(part.text for part in word.parts) if all(part.name is None for part in word.parts) else ""


def found(words: Sequence[Word]) -> dict[str, Function]:
    """The functions that the words of a script define (`name() { … }`, `function name { … }`), of those that start
    something with what they are given."""
    starts = [at for at, word in enumerate(words) if not word.sign and literal(word) == "{"]
    named = [(name, at) for at in starts if (name := _name(words, at))][:_MAX_FUNCTIONS]
    if not named:
        return {}
    bodies = {name: tuple(words[at + 1 : _end(words, at)]) for name, at in named}
    kept = _starting({name: body for name, body in bodies.items() if _takes_arguments(body)})
    said = Counter(literal(word) for word in words if not word.sign)
    defined = Counter(name for name, _ in named)
    return {name: Function(bodies[name], said[name] - defined[name] <= 1) for name in kept}


def _takes_arguments(body: Sequence[Word]) -> bool:
    names = (part.name for word in body for part in word.parts if part.name)
    return any(name.isdigit() or name in "@*" for name in names)


def _starting(bodies: dict[str, tuple[Word, ...]]) -> dict[str, None]:
    """The functions that start a program or load something, and those that call one of them."""
    texts = {name: {literal(word) for word in body} for name, body in bodies.items()}
    found = dict.fromkeys(name for name, said in texts.items() if any(_STARTS.search(text) for text in said))
    for _ in range(_MAX_CALLING):
        found.update(dict.fromkeys(name for name, said in texts.items() if not said.isdisjoint(found)))
    return found


def _name(words: Sequence[Word], at: int) -> str:
    """The name of the function whose body the brace there opens."""
    before = at - 1
    while before >= 0 and words[before].sign == "\n":
        before -= 1
    if before >= 2 and words[before].sign == ")" and words[before - 1].sign == "(":
        return literal(words[before - 2]) if not words[before - 2].sign else ""
    if before >= 1 and not words[before].sign and literal(words[before - 1]) == "function":
        return literal(words[before])
    return ""


def _end(words: Sequence[Word], at: int) -> int:
    """The place of the brace that closes the one there."""
    depth = 0
    for place in range(at, len(words)):
        said = literal(words[place]) if not words[place].sign else ""
        depth += (said == "{") - (said == "}")
        if depth == 0:
            return place
    return len(words)
