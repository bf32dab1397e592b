"""Comments that take a finding back: `# ptmscope: ignore[rule]`, in JavaScript after `//`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from analyzer import notebooks
from analyzer.encoding import UnreadableError
from ptmscope.rules.finding import Finding

#: Gives the bytes of a file by its path; None where it cannot be read.
Read = Callable[[str], bytes | None]

_COMMENT = re.compile(r"(?:#|//)\s*ptmscope:\s*ignore(?:\[([\w\s,-]*)\]|(?![\w\[-]))")


class Comments:
    """The comments of the files that `read` gives; each file is read once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._of_file = lru_cache(maxsize=64)(self._lines)

    def cover(self, finding: Finding) -> bool:
        """Whether the line of a finding says that it is meant; without names in brackets, every rule is."""
        found = self._of_file(finding.path).get((finding.cell, finding.line))
        return found is not None and (not found or finding.rule in found)

    def _lines(self, path: str) -> dict[tuple[int | None, int], frozenset[str]]:
        """(cell, line) -> the rules that its comment names."""
        source = self._read(path)
        if source is None or b"ptmscope:" not in source:
            return {}
        try:
            program = notebooks.program(source, path)
        except (UnreadableError, notebooks.NotebookError):
            return {}
        cells = dict(program.cells)
        found: dict[tuple[int | None, int], frozenset[str]] = {}
        start, cell = 1, None
        for number, line in enumerate(program.source.decode("utf-8", "replace").split("\n"), 1):
            start, cell = (number, cells[number]) if number in cells else (start, cell)
            if match := _COMMENT.search(line):
                found[cell, number - start + 1] = frozenset((match[1] or "").replace(",", " ").split())
        return found
