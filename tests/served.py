"""An evaluator that serves config files of a folder, without linking anything else: the readers' side alone."""

from __future__ import annotations

from fnmatch import fnmatch

from analyzer.configs import documents as configs
from analyzer.program import Module
from analyzer.values.evaluator import Bodies, Evaluator
from analyzer.values.objects import Values


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
