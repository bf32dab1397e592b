"""The files of one repository: what each imports, who can call whom, which command lines run which program.

All of it comes from a glance at the texts. Files are parsed only when a question leads to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analyzer import notebooks
from analyzer.commands import notebook_launches, surroundings
from analyzer.commands.budget import Budget
from analyzer.commands.surroundings import Read
from analyzer.configs import documents as configs
from analyzer.configs.tree import MAX_BYTES
from analyzer.encoding import UnreadableError
from analyzer.languages import grammar_of
from analyzer.linking.aliases import loader_words
from analyzer.linking.around import Around, importers
from analyzer.linking.deployments import Deployments, Setting
from analyzer.linking.kept import Kept
from analyzer.linking.launches import Launches
from analyzer.linking.layout import Layout
from analyzer.linking.paths import Paths
from analyzer.linking.reads import Reads
from analyzer.linking.survey import Glance
from analyzer.program import Module, Scope
from analyzer.records import FileReport
from analyzer.syntax import lower, parse
from analyzer.values.configs.environment import DOTENV_READERS
from analyzer.values.configs.open_configs import ENDINGS, sets_up
from analyzer.values.evaluator import Bodies
from analyzer.values.indexes import Index

if TYPE_CHECKING:
    from analyzer.commands.scripts import Script

_FILES = 3_000_000  # bytes of the parsed files that are kept, which take about thirty times that
_TEXTS = 16_000_000
#: What a config names to be built: `type: X`, `"class_path": "a.b.X"`, `guidance_type = "x"`, `id: x`.
_BUILT = re.compile(
    rb"(?:target_?|type|name|class(?:_?path)?|cls|arch|\bid)[\"']?[ \t]*[:=][ \t]*[\"']?"
    rb"((?:[A-Za-z_]\w*\.)*[A-Za-z_][\w-]*)"
)
_DOCUMENTS = 512
#: What other processes are given of a project; the rest they make themselves.
_INDEX = (
    "given", "scripts", "configs", "layout", "launches", "names", "imported", "deriving", "words", "gated", "dotenv",
    "founded", "picking",
)  # fmt: skip
_SECONDS = 2.0
#: Files that take parts out of modules by name, at most.
_MAX_PICKING = 8


@dataclass(slots=True)
class File:
    """A file that other files lead to: what was read of it so far, and indexes over that."""

    module: Module
    bodies: Bodies | None
    size: int  # of its text
    indexes: dict[object, Index[Any, Any]] = field(default_factory=dict)


class Project:
    """The files of one repository, by path; what each imports; and the files read last.

    Files are shared by all that leads to them. What has been read of one never changes an answer: whoever looks for
    a name first reads all bodies that mention it, and indexes are in source order.
    """

    def __init__(self, glances: Iterable[Glance], read: Read, scripts: Iterable[tuple[str, Script]] = ()) -> None:
        self.given = read
        self._open()
        self.scripts = surroundings.filled(scripts, self.source)
        self.configs = Paths(self.scripts)
        known = {glance.path: glance for glance in glances}
        self.layout = Layout(known)
        self.launches = Launches(known, self.scripts, self.layout, self.source)
        self.names = {path: tuple(filter(self.layout.may_hold, glance.imports)) for path, glance in known.items()}
        self.imported = {path: self._targets(path, names) for path, names in self.names.items()}
        self.deriving = _deriving(known)
        self.words = loader_words(known, importers(self.imported), self.layout)
        self.gated = frozenset(path for path, glance in known.items() if glance.gated)
        self.dotenv = frozenset(path for path, glance in known.items() if glance.roots & DOTENV_READERS)
        self.picking = tuple(sorted(path for path, glance in known.items() if glance.picks))[:_MAX_PICKING]
        self.founded = frozenset(self.reads.paths)  # files whose content the index comes of
        self._ask()

    def _open(self) -> None:
        """Sets up what is kept of files."""
        self.reads = Reads()
        self.source = self.reads.of_file(self.given)
        self.texts = self.reads.of_file(Kept(self.given, lambda text: len(text or b""), _TEXTS))
        self.file = self.reads.of_file(Kept(self._file, lambda file: file.size if file is not None else 0, _FILES))

    def _ask(self) -> None:
        """Sets up what is kept of answers."""
        self.around = Around(self.names, self.imported, self.layout, self.read, self.reads)
        self.document = self.reads.kept(self._document, _DOCUMENTS)
        self.config_files = lru_cache(maxsize=64)(self._config_files)
        self.naming = self.reads.kept(self._naming, 16)
        self.deployments = lru_cache(maxsize=1)(lambda: Deployments(self.scripts, self.texts))
        self.deployed = self.reads.kept(self._deployed, 1024)

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in _INDEX}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._open()
        self._ask()

    def script_reports(self) -> tuple[FileReport, ...]:
        """What configs and shell scripts load themselves; a command that runs a file of the tree is no load."""
        reports = []
        for path, script in self.scripts.items():
            away = (launch.site for launch in script.launches if launch.site and not self.launches.run_by(launch, path))
            sites = tuple(dict.fromkeys((*script.sites, *away)))
            if sites or script.diagnostics:
                reports.append(FileReport(path, sites, diagnostics=script.diagnostics))
        return tuple(reports)

    def starts(self, text: str, source: bytes, path: str, budget: Budget) -> bool:
        """Whether a shell line of a notebook runs a program of the tree, with models that are known."""
        return any(
            self.launches.programs.find(script, path) for script in notebook_launches.scripts(text, source, budget)
        )

    def wanted(self) -> tuple[str, ...]:
        """The files that may hold a load site, by their own text or by what they import; in order."""
        return tuple(path for path in self.imported if path in self.gated or path in self.words)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; notebooks, which can be large, are not kept."""
        return self.source(path) if path.endswith(".ipynb") else self.texts(path)

    def _targets(self, path: str, names: Iterable[str]) -> tuple[str, ...]:
        found = (self.layout.find(name, path) for name in names)
        return tuple(dict.fromkeys(f.path for f in found if f is not None and f.path != path))

    def _file(self, path: str) -> File | None:
        source = self.read(path)
        if source is None:
            return None
        if path in self.scripts:
            module_ = configs.lower(source, path) or plain(source, path)
            return File(module_, None, len(source))
        try:
            program = notebooks.program(source, path)
        except (UnreadableError, notebooks.NotebookError):
            return None
        tree = parse(program.source, seconds=_SECONDS, grammar=grammar_of(path))
        if tree is None:
            return None
        module, bodies = lower(tree, path, ())
        module.cells = program.cells
        return File(module, bodies, len(program.source))

    def _config_files(self, endings: tuple[str, ...], project: str) -> tuple[str, ...]:
        """The configs with these endings; programs among them only where a name says that they set something up."""
        programs = self.names if ".py" in endings else ()
        found = {*(path for path in programs if path.startswith(project) and path.endswith(".py") and sets_up(path))}
        found |= {path for path in self.scripts if path.startswith(project) and path.endswith(endings)}
        return tuple(sorted(found))

    def _naming(self, project: str) -> dict[str, tuple[str, ...]]:
        """Word -> the configs that name something to be built by it, whole or as the last of a dotted name."""
        found: dict[str, dict[str, None]] = {}
        for path in self.config_files(ENDINGS, project):
            source = self.texts(path) or b""
            for name in _BUILT.findall(source) if len(source) <= MAX_BYTES else ():
                found.setdefault(name.rpartition(b".")[2].decode(), {})[path] = None
        return {word: tuple(paths) for word, paths in found.items()}

    def _document(self, path: str) -> Module | None:
        """A config file as a module that binds what it holds."""
        if path.endswith(".py"):
            file = self.file(path)
            return configs.of_program(file.module) if file is not None else None
        source = self.texts(path)
        return configs.lower(source, path) if source is not None else None

    def _deployed(self, name: str, path: str) -> tuple[Setting, ...]:
        """What the files that start programs give an environment variable of those of `path`."""
        return self.deployments().given(name, path)


def _deriving(glances: dict[str, Glance]) -> dict[str, tuple[str, ...]]:
    """Last name of a base class -> the files with classes that derive from one of that name."""
    found: dict[str, dict[str, None]] = {}
    for path, glance in sorted(glances.items()):
        for _, bases in glance.classes:
            for base in bases:
                found.setdefault(base, {})[path] = None
    return {base: tuple(paths) for base, paths in found.items()}


def plain(source: bytes, path: str) -> Module:
    """A file of which only lines are asked."""
    newlines = [match.start() for match in re.finditer(rb"\n", source)]
    return Module(path, [Scope("module", "", -1, 0, len(source))], newlines, [])
