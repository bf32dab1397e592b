"""The lines of the files that a trail goes through, as they are written."""

from __future__ import annotations

from functools import lru_cache

from analyzer import notebooks
from analyzer.commands.surroundings import Read
from analyzer.encoding import UnreadableError


class Texts:
    """Of the program at `path`, and of the other files of its project, which `read` gives."""

    def __init__(self, program: notebooks.Program, path: str, read: Read) -> None:
        self.own = path, program
        self.read = read
        self.lines = lru_cache(maxsize=None)(self._lines)
        self.commands = lru_cache(maxsize=None)(self._commands)

    def code(self, path: str, row: int) -> str:
        """A line without the space around it; of a notebook, its rows are those of all cells together."""
        lines = self.lines(path)
        code = lines[row - 1].decode("utf-8", "replace").strip() if row <= len(lines) else ""
        return code or (self.commands(path).get(row, "") if path.endswith(".ipynb") else "")

    def _lines(self, path: str) -> list[bytes]:
        return self._program(path).source.split(b"\n")

    def _commands(self, path: str) -> dict[int, str]:
        """The shell lines of a notebook, which are blank in its code, by their row."""
        program = self._program(path)
        first = {cell: row for row, cell in program.cells}
        return {first[line.cell] + line.line - 1: line.text for line in program.launches if line.cell is not None}

    def _program(self, path: str) -> notebooks.Program:
        own, program = self.own
        if path == own:
            return program
        try:
            return notebooks.program(self.read(path) or b"", path)
        except (UnreadableError, notebooks.NotebookError):
            return notebooks.Program(b"", (), ())
