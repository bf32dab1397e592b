"""Where a program names something: in code, or only in what people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from analyzer import notebooks
from analyzer.encoding import UnreadableError
from analyzer.languages import grammar_of
from analyzer.syntax import parse

_SECONDS = 10.0

Place = Literal["code", "comment", "unparsable"]


def place(source: bytes, path: str, names: tuple[str, ...]) -> tuple[Place, int] | None:
    """(where a program names one of these, the first line there); None: nowhere.

    Comments are also docstrings, and in a notebook the cells that are no code. A name is no part of a longer one.
    """
    try:
        program = notebooks.program(source, path)
    except (UnreadableError, notebooks.NotebookError):
        return "unparsable", 1
    found = list(_occurrences(program.source, names))
    if not found:
        around = next(_occurrences(source, names), None) if path.endswith(".ipynb") else None
        return None if around is None else ("comment", source.count(b"\n", 0, around) + 1)
    tree = parse(program.source, seconds=_SECONDS, grammar=grammar_of(path))
    if tree is None:
        return "unparsable", 1
    in_code = [at for at in found if not tree.is_remark(at)]
    line = program.source.count(b"\n", 0, (in_code or found)[0]) + 1
    return ("code" if in_code else "comment"), line


def line_of(source: bytes, names: tuple[str, ...]) -> int | None:
    """The first line of any text that names one of these."""
    at = next(_occurrences(source, names), None)
    return None if at is None else source.count(b"\n", 0, at) + 1


def _occurrences(source: bytes, names: tuple[str, ...]) -> Iterator[int]:
    either = b"|".join(re.escape(name.encode()) for name in sorted(names, key=len, reverse=True))
    pattern = rb"(?i)(?<![\w./-])(?:" + either + rb")(?![\w/-]|\.\w)"
    return (match.start() for match in re.finditer(pattern, source))
