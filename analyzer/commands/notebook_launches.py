"""The programs that a notebook starts: shell lines and `%run`, with the variables of its cells put in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate

from analyzer import notebooks
from analyzer.commands import model_commands, shell, started
from analyzer.commands.budget import Budget
from analyzer.commands.expansion import Choices, Known
from analyzer.commands.launch import Launch
from analyzer.commands.notebook_lines import LaunchLine
from analyzer.commands.sites import Place, records
from analyzer.encoding import UnreadableError

#: What a notebook must say to be worth reading for this.
_STARTS = re.compile(
    rb"(?:\"|\\n)[ \t]*(?:(?:!|%run\b)[^\n\"\\]{0,400}?(?:\.py\b|\bpython[\d.]* -m )|%%(?:bash|sh|script|shell|cmd)\b)"
)
_ASSIGNED = re.compile(rb"(?m)^([A-Za-z_]\w*)[ \t]*=[ \t]*(?:\"([^\"\\\n]+)\"|'([^'\\\n]+)')[ \t]*(?:#.*)?$")
_WORD = re.compile(r"[A-Za-z_]\w*")
_BRACED = re.compile(r"(?<![${])\{(\w+)\}")

#: Offsets from here on are of words in a shell line; those before, of the notebook's code.
_INLINE = 1 << 40
_WIDEST = 1 << 12
_MAX_VALUES = 256


def launches(content: bytes) -> tuple[Launch, ...]:
    """The options that the notebook gives to Python programs."""
    if not _STARTS.search(content):
        return ()
    try:
        program = notebooks.read(content)
    except (UnreadableError, notebooks.NotebookError):
        return ()
    lines = [line for line in program.launches if is_start(line.text)]
    if not lines:
        return ()
    starts = [0, *accumulate(len(row) + 1 for row in program.source.split(b"\n"))]
    firsts = {cell: first for first, cell in program.cells}
    budget = Budget()
    return tuple(
        found
        for line in lines
        for found in _launches(line, program.source, starts[firsts[line.cell or 0] + line.line - 2], budget)
    )


def is_start(text: str) -> bool:
    """Whether a line may start a Python program."""
    return ".py" in text or " -m " in text


def scripts(text: str, source: bytes, budget: Budget) -> Iterator[str]:
    """The programs that a shell line starts, where all models that it names are known; `source` is the code around."""
    for run in _runs(text, source, budget):
        words = run.texts()
        index = started.script(words)
        named = (value for found in model_commands.matches(words) for value in run.words[found.index])
        if index is not None and all(value is not None and "*" not in value.text for value in named):
            yield started.path_of(words, index)


def _runs(text: str, source: bytes, budget: Budget) -> Iterator[shell.Run]:
    known = _variables(source)
    named = {name: known[name] for name in dict.fromkeys(_WORD.findall(text)) if name in known}
    return shell.runs(_BRACED.sub(r"${\1}", text), named, _INLINE, budget=budget)


def _launches(line: LaunchLine, source: bytes, at: int, budget: Budget) -> Iterator[Launch]:
    """What a line gives, standing at its start; what its variables hold, where that is set."""
    place = Place("", lambda _, __: (line.line, line.column), budget=budget)
    for run in _runs(line.text, source, budget):
        for found in records(run, place):
            if isinstance(found, Launch):
                number = at * _WIDEST + min(found.run - _INLINE, _WIDEST - 1)
                yield replace(found, at=min(found.at, at) if found.at >= _INLINE else found.at, run=number, site=None)


@lru_cache(maxsize=1)
def _variables(source: bytes) -> dict[str, Choices]:
    """The strings that are given names at the top of cells, each name with all of them."""
    found: dict[str, Choices] = {}
    for match in _ASSIGNED.finditer(source):
        text = (match[2] or match[3]).decode("utf-8", "replace")
        name = match[1].decode()
        if len(found.get(name, ())) < _MAX_VALUES:
            found[name] = (*found.get(name, ()), Known(text, match.start(), sure=False))
    return found
