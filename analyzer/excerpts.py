"""The code of one usage and nothing else: a file cut down to the lines of its calls."""

from __future__ import annotations

from analyzer import notebooks
from analyzer.credentials import redacted
from analyzer.encoding import UnreadableError
from analyzer.languages import language_of
from analyzer.records import CallSequence
from analyzer.syntax import excerpt, parse

SECONDS = 5.0


def excerpt_of(source: bytes, usage: CallSequence) -> str | None:
    """The statements in which the calls of a usage stand, as a program of their own: its imports, no comments.

    `source` is the file of the usage. None for what is not Python, cannot be read, or does not parse when cut down.
    Access tokens are taken out.
    """
    if language_of(usage.path) != "python":
        return None
    try:
        program = notebooks.program(source, usage.path)
    except (UnreadableError, notebooks.NotebookError):
        return None
    tree = parse(program.source, seconds=SECONDS)
    if tree is None:
        return None
    first: dict[int | None, int] = {cell: line for line, cell in program.cells}
    rows = {call.line - 1 + first.get(call.cell, 1) - 1 for call in usage.calls if call.path is None}
    text = excerpt(tree, rows)
    check = parse(text.encode(), seconds=SECONDS)
    return redacted(text) if text and check is not None and not check.root.has_error else None
