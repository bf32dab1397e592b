"""The commands that the documentation shows: blocks of shell, cut into commands with their arguments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*) *(?P<rest>.*)$")
SHELL = ("sh", "console")
_ENDS = ("&&", "||", "|", ";", "&")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is that of its first line."""

    path: str
    line: int
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """One program with its arguments. `output` is what the page shows of its output, None where it shows none."""

    path: str
    line: int
    words: tuple[str, ...]
    output: str | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {shlex.join(self.words)}"


def documents() -> list[Path]:
    """What people read: not the notes of fixtures and labels."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"]
    return sorted(found)


def blocks(path: Path) -> Iterator[Block]:
    lines = path.read_text(encoding="utf-8").splitlines()
    start, opened = 0, None
    for number, line in enumerate(lines):
        if (match := _FENCE.match(line)) is None:
            continue
        if opened is None:
            start, opened = number + 1, match
        elif not match["language"] and match["indent"] == opened["indent"]:
            text = "\n".join(lines[start:number])
            yield Block(path.relative_to(ROOT).as_posix(), start + 1, opened["language"], text)
            opened = None


def commands() -> Iterator[Command]:
    """Every command of a block of shell."""
    for path in documents():
        for block in blocks(path):
            if block.language == "sh":
                for number, line in enumerate(block.text.splitlines()):
                    yield from _commands(block, number, line, None)
            elif block.language == "console":
                yield from _sessions(block)


def _sessions(block: Block) -> Iterator[Command]:
    """`$ command` and its output, up to the next one; `…` stands for what is left out."""
    lines = block.text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        shown = "\n".join(lines[start + 1 : end]).strip("\n")
        yield from _commands(block, start, lines[start][2:], shown)


def _commands(block: Block, number: int, line: str, output: str | None) -> Iterator[Command]:
    words: list[str] = []
    for word in [*_split(line), ";"]:
        if word in _ENDS:
            if words:
                yield Command(block.path, block.line + number, tuple(_without_redirection(words)), output)
            words = []
        else:
            words.append(word)


def _split(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.commenters = "#"
    lexer.wordchars += "*[]{}:@=~,…!"
    return list(lexer)


def _without_redirection(words: list[str]) -> Iterator[str]:
    is_target = False
    for word in words:
        if not is_target and word != ">":
            yield word
        is_target = word == ">"
