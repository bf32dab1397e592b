"""What the code in a card does: its blocks read as the cells of one notebook, since one goes on where another ends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from analyzer import analyze_source
from analyzer.known_ids import names
from analyzer.records import CallSequence, LoadSite
from analyzer.syntax import parse
from ptmscope.cards.fences import Block, blocks

#: What people write on a fence of Python.
PYTHON = frozenset({"python", "py", "python3", "ipython", "ipython3", "pycon", "jupyter", "sage"})
#: A session: before its first prompt, there is nothing but comments.
_SESSION = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]*>>>")
_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.) ?")
#: Cards leave out what everybody imports.
PRELUDE = "from transformers import *"
SECONDS = 5.0

Verdict = Literal[
    "no code",
    "no Python",
    "does not parse",
    "loads nothing",
    "loads no id",  # a placeholder, a path, a name that is bound nowhere
    "loads others",
    "loads its short name",  # without the owner, as the Hub does not know it
    "loads it",
]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card shows. `blocks` are all of its code, `python` those that are read, `broken` those of them with
    errors. What does not say what it is and is Python is read, but no sign of code: results look like it, too.

    Sites and usages have the number of the block, from 1, as cell.
    """

    model: str
    blocks: tuple[Block, ...]
    python: tuple[Block, ...]
    broken: int
    sites: tuple[LoadSite, ...]
    usages: tuple[CallSequence, ...]

    @property
    def own(self) -> tuple[LoadSite, ...]:
        """The sites that load the model the card is about."""
        return tuple(site for site in self.sites if self.model in set(_loaded(site)))

    @property
    def verdict(self) -> Verdict:
        if self.own:
            return "loads it"
        if self.sites:
            return self._other()
        if not any(block.language for block in self.python):
            return "no Python" if self.blocks else "no code"
        return "does not parse" if self.broken == len(self.python) else "loads nothing"

    def line(self, cell: int | None, line: int) -> int:
        """The line of the card, from a place in a block."""
        return self.python[cell - 1].line + line - 1 if cell else line

    def _other(self) -> Verdict:
        named = [site for site in self.sites if site.status == "resolved"]
        loaded = {name for site in named for name in _loaded(site)}
        if self.model.rpartition("/")[2] in loaded:
            return "loads its short name"
        return "loads others" if loaded else "loads no id"


def shown(card: str, model: str) -> Shown:
    """The analysis of the code in a card about a model."""
    every = tuple(blocks(card))
    python = tuple(_python(every))
    broken = sum(not _parses(block.code) for block in python)
    report = analyze_source(_notebook(python), "card.ipynb")
    return Shown(present(model), every, python, broken, report.sites, report.sequences)


def present(model: str) -> str:
    """The name that the Hub has for a model today, in lower case."""
    return names("huggingface").get(model, model).lower()


def _loaded(site: LoadSite) -> Iterator[str]:
    for model in site.models:
        yield present(model.canonical_id or model.id)


def _python(every: Iterable[Block]) -> Iterator[Block]:
    """Blocks that say they are Python, and those that say nothing and are."""
    for block in every:
        plain = Block(block.language, block.line, _without_prompts(block.code))
        if block.language in PYTHON or (not block.language and plain.code.strip() and _parses(plain.code)):
            yield plain


def _without_prompts(code: str) -> str:
    """A session as a program, line for line, without what Python answered. In a program, prompts lead the answers."""
    lines = code.split("\n")
    if _SESSION.match(code):
        return "\n".join(_PROMPT.sub("", line, count=1) if _PROMPT.match(line) else "" for line in lines)
    return "\n".join("" if line.lstrip().startswith(">>>") else line for line in lines)


def _parses(code: str) -> bool:
    """Magics and shell lines of notebooks count as blank."""
    tree = parse(re.sub(r"(?m)^[ \t]*[!%].*$", "", code).encode("utf-8", "replace"), seconds=SECONDS)
    return tree is not None and not tree.root.has_error


def _notebook(python: Iterable[Block]) -> bytes:
    cells = [{"cell_type": "code", "source": code} for code in (PRELUDE, *(block.code for block in python))]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
