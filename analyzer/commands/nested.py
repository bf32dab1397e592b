"""Scripts inside commands: `bash -c "…"`, `ssh HOST "…"`, `sbatch --wrap="…"`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.commands.shell_words import Part

SHELLS = frozenset({"sh", "bash", "zsh", "ksh", "dash"})
#: Offsets of the text of an inner script begin here, once more for each that it is in.
BASE = 1 << 50
_COMMAND = re.compile(r"-[a-z]*c")
_WRAP = "--wrap"


def find(words: Sequence[str]) -> tuple[int, int] | None:
    """The word that is a script of its own, and where in it that begins."""
    for at, word in enumerate(words):
        if word.rpartition("/")[2] in SHELLS:
            options = at + 1
            while options < len(words) and words[options].startswith("-"):
                options += 1
            if options < len(words) and options > at + 1 and _COMMAND.fullmatch(words[options - 1]):
                return options, 0
        elif word.startswith(_WRAP + "=") and words[0] == "sbatch":
            return at, len(_WRAP) + 1
        elif word == _WRAP and words[0] == "sbatch" and at + 1 < len(words):
            return at + 1, 0
    return (len(words) - 1, 0) if words and words[0] == "ssh" and re.search(r"\s", words[-1].strip()) else None


@dataclass(frozen=True, slots=True)
class Inner:
    """The text of an inner script. `outer`: what stands in it for variables of the script around it."""

    text: str
    outer: dict[str, Part]
    starts: tuple[int, ...]  # of the parts in the text
    places: tuple[int, ...]  # of the parts in the file
    base: int

    def place(self, at: int) -> int:
        """Where in the file an offset of the inner script is; others stay."""
        if at < self.base:
            return at
        part = bisect_right(self.starts, at - self.base) - 1
        return self.places[part] + (at - self.base - self.starts[part])


def inner(parts: Sequence[Part], skipped: int, level: int) -> Inner:
    """The script that the parts of a word are, but for the first characters."""
    text = ""
    outer: dict[str, Part] = {}
    names: dict[tuple[str, tuple[Part, ...]], str] = {}
    starts, places = [0], [parts[0].at if parts else 0]
    for part in parts:
        said, skipped = part.text[skipped:], max(0, skipped - len(part.text))
        if part.name is not None:
            said = names.setdefault((part.name, part.default), f"\0{len(names)}\0")
            outer[said] = part
        starts.append(len(text))
        places.append(part.at + len(part.text) - len(said) if part.name is None else part.at)
        text += said
    return Inner(text, outer, tuple(starts), tuple(places), BASE * level)
