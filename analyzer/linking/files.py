"""An evaluator with the files of a project: what a question leads to is parsed and lowered as it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.program import Module
from analyzer.project import Project
from analyzer.values.evaluator import Bodies, Evaluator

#: Files that one file may lead to, at most.
MAX_FILES = 60


class Files(Evaluator):
    """`modules[0]` is the file asked about; `places` are the indexes of the others by their path."""

    def __init__(self, project: Project, module: Module, bodies: Bodies, *, follow: bool = False) -> None:
        super().__init__([module], [bodies], follow=follow)
        self.project = project
        self.around = project.layout.project_of(module.path)
        self.single: Evaluator | None = None
        self.places: dict[str, int | None] = {module.path: 0}
        self.read_configs = 0

    def load(self, path: str) -> int | None:
        """The index of a file in `modules`; None if it cannot be read or there are too many."""
        if path not in self.places:
            self.places[path] = self._lowered(path)
        return self.places[path]

    def _loaded(self, paths: Iterable[str]) -> Iterator[int]:
        """The indexes of those of the files that can be read."""
        for path in paths:
            index = self.load(path)
            if index is not None:
                yield index

    def _lowered(self, path: str) -> int | None:
        if len(self.modules) - self.read_configs >= MAX_FILES:
            self.bounded = True
            return None
        file = self.project.file(path)
        if file is None:
            return None
        self.modules.append(file.module)
        self.bodies.append(file.bodies)
        self.indexes.append(file.indexes)
        return len(self.modules) - 1

    def alone(self) -> Evaluator:
        """An evaluator of the first file that knows no other."""
        if self.single is None:
            self.single = Evaluator(self.modules[:1], self.bodies[:1])
            self.single.until = self.until
        return self.single
