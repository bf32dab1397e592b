"""An evaluator that serves config files of a folder, without linking anything else: the readers' side alone."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from analyzer import anchors, configs
from analyzer.objects import Values
from analyzer.program import Module
from analyzer.records import FileReport
from analyzer.syntax import lower, parse
from analyzer.values import Bodies, Evaluator


class Served(Evaluator):
    """One file of code (module 0) and the config files of its folder."""

    def __init__(self, module: Module, bodies: Bodies, files: list[Module]) -> None:
        super().__init__([module, *files], [bodies, *(None for _ in files)])

    def config(self, path: str, module: int) -> Values:
        plain = path.removeprefix("/*/").removeprefix("./").removeprefix("../")
        for index, file in enumerate(self.modules):
            if index and (fnmatch(file.path, plain) or fnmatch("/" + file.path, plain)):
                return self.evaluate(configs.document(file), self.env(index, 0))
        return ()


def analyze(folder: Path, name: str) -> FileReport:
    """The sites of one file of a folder, with the config files beside it within reach."""
    files = []
    for file in sorted(folder.rglob("*")):
        found = configs.lower(file.read_bytes(), file.relative_to(folder).as_posix()) if file.is_file() else None
        files += [found] if found is not None else []
    return of_source((folder / name).read_bytes(), name, files)


def of_source(source: bytes, name: str, files: list[Module]) -> FileReport:
    tree = parse(source, seconds=10)
    assert tree is not None
    module, bodies = lower(tree, name, list(range(0, len(source), 8)))
    return FileReport(name, tuple(anchors.sites(Served(module, bodies, files), 0)))
