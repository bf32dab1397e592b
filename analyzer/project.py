"""Links the files of one repository: an evaluator that reads other files when a question leads there.

Nothing is linked beforehand. A load site is evaluated as in a file alone; where its id comes from an import, a caller
or a config, the file in question is parsed and lowered, and the same evaluator goes on in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer import attributes, configs, environment, notebooks
from analyzer.aliases import loader_words
from analyzer.encoding import UnreadableError
from analyzer.languages import grammar_of
from analyzer.launch import Launch
from analyzer.layout import Layout
from analyzer.loaders import tables
from analyzer.lookup_paths import Paths
from analyzer.objects import Mod, Ref, Str, Unknown, Values, merged, relabel
from analyzer.program import Binding, Imported, Items, Module, Scope, Text
from analyzer.records import FileReport
from analyzer.survey import Glance
from analyzer.syntax import lower, parse
from analyzer.values import Bodies, Evaluator

if TYPE_CHECKING:
    from analyzer.scripts import Script

#: Files that one question may lead to, at most.
MAX_FILES = 60
#: Files with callers of one function that are read, at most; nearest first.
MAX_CALLER_FILES = 24
#: How many imports a caller can be away from what it calls.
MAX_IMPORTS = 4
_FILES = 128
_CONTENTS = 1024
_SECONDS = 2.0

#: Gives the bytes of a file by its path; None where it cannot be read.
Read = Callable[[str], bytes | None]


@dataclass(slots=True)
class File:
    """A file that other files lead to: what was read of it so far, and indexes over that."""

    module: Module
    bodies: Bodies | None
    indexes: dict[str, tuple[int, object]] = field(default_factory=dict)


class Project:
    """The files of one repository, by path; what each imports; and the files read last.

    Files are shared by all that leads to them. What has been read of one never changes an answer: whoever looks for
    a name first reads all bodies that mention it, and indexes are in source order.
    """

    def __init__(self, glances: Iterable[Glance], read: Read, scripts: Iterable[tuple[str, Script]] = ()) -> None:
        self.source = read
        self.scripts = dict(scripts)
        self.configs = Paths(self.scripts)
        self.glances = {glance.path: glance for glance in glances}
        self.programs = Paths(self.glances)
        self.launches = self._launches()
        self.layout = Layout(self.glances)
        self.imported = {path: self._targets(glance) for path, glance in self.glances.items()}
        self.importers = _reversed(self.imported)
        self.read = lru_cache(maxsize=_CONTENTS)(read)
        self.file = lru_cache(maxsize=_FILES)(self._file)
        self.reaching = lru_cache(maxsize=1024)(self._reaching)
        self.setting = lru_cache(maxsize=4096)(self._setting)
        self.defined = Counter(name for glance in self.glances.values() for name in glance.functions)
        self.deriving = _deriving(self.glances)
        self.words = loader_words(self.glances, self.importers)

    def __reduce__(self) -> tuple[type[Project], tuple[object, ...]]:
        return Project, (tuple(self.glances.values()), self.source, tuple(self.scripts.items()))

    def script_reports(self) -> tuple[FileReport, ...]:
        """What configs and shell scripts load themselves; a command that runs a file of the tree is no load."""
        reports = []
        for path, script in self.scripts.items():
            away = (launch.site for launch in script.launches if launch.site and not self._launched(launch, path))
            sites = tuple(dict.fromkeys((*script.sites, *away)))
            if sites or script.diagnostics:
                reports.append(FileReport(path, sites, diagnostics=script.diagnostics))
        return tuple(reports)

    def _launched(self, launch: Launch, path: str) -> tuple[str, ...]:
        """The files of the tree that a command line runs."""
        return self.programs.find(launch.script, path)

    def _launches(self) -> dict[str, list[tuple[str, Launch]]]:
        """Program -> command lines that give it options, with the file that holds them."""
        found: dict[str, list[tuple[str, Launch]]] = {}
        for path, script in sorted(self.scripts.items()):
            for launch in script.launches:
                for program in self._launched(launch, path):
                    found.setdefault(program, []).append((path, launch))
        return found

    def wanted(self) -> tuple[str, ...]:
        """The files that may hold a load site, by their own text or by what they import; in order."""
        return tuple(path for path, glance in self.glances.items() if glance.gated or path in self.words)

    def _targets(self, glance: Glance) -> tuple[str, ...]:
        found = (self.layout.find(name, glance.path) for name in glance.imports)
        return tuple(dict.fromkeys(f.path for f in found if f is not None and f.path != glance.path))

    def _file(self, path: str) -> File | None:
        source = self.read(path)
        if source is None:
            return None
        if path in self.scripts:
            module_ = configs.lower(source, path) or plain(source, path)
            return File(module_, None)
        try:
            program = notebooks.program(source, path)
        except (UnreadableError, notebooks.NotebookError):
            return None
        tree = parse(program.source, seconds=_SECONDS, grammar=grammar_of(path))
        if tree is None:
            return None
        module, bodies = lower(tree, path, ())
        module.cells = program.cells
        return File(module, bodies)

    def _reaching(self, path: str) -> tuple[str, ...]:
        """Files from which a chain of imports leads to `path`, nearest first."""
        seen = {path: None}
        edge = [path]
        for _ in range(MAX_IMPORTS):
            edge = sorted({importer for file in edge for importer in self.importers.get(file, ())} - seen.keys())
            seen.update(dict.fromkeys(edge))
        return tuple(seen)[1:]

    def near(self, path: str) -> tuple[str, ...]:
        """Files that import `path`, over some steps, and those that it imports."""
        return (*self.reaching(path), *self.imported.get(path, ()))

    def mentioning(self, paths: Iterable[str], word: str) -> Iterator[str]:
        """Those of the files in whose text the word occurs."""
        wanted = word.encode()
        for path in paths:
            source = self.read(path)
            if source is not None and wanted in source:
                yield path

    def _setting(self, path: str, name: str) -> tuple[str, ...]:
        """Files from which `path` can be reached in whose text something is assigned to `.name`."""
        pattern = re.compile(rb"\." + re.escape(name.encode()) + rb"[ \t]*=[^=]")
        found = self.mentioning(self.reaching(path), name)
        return tuple(file for file in found if pattern.search(self.read(file) or b""))[:MAX_CALLER_FILES]


def _deriving(glances: dict[str, Glance]) -> dict[str, tuple[str, ...]]:
    """Last name of a base class -> the files with classes that derive from one of that name."""
    found: dict[str, dict[str, None]] = {}
    for path, glance in sorted(glances.items()):
        for _, bases in glance.classes:
            for base in bases:
                found.setdefault(base, {})[path] = None
    return {base: tuple(paths) for base, paths in found.items()}


def _reversed(edges: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in sorted(edges):
        for target in edges[path]:
            found.setdefault(target, []).append(path)
    return {path: tuple(importers) for path, importers in found.items()}


def plain(source: bytes, path: str) -> Module:
    """A file of which only lines are asked."""
    newlines = [match.start() for match in re.finditer(rb"\n", source)]
    return Module(path, [Scope("module", "", -1, 0, len(source))], newlines, [])


def _option(written: str) -> str:
    """`--model-name` and `--model_name` are one option."""
    return written.lstrip("-").replace("-", "_")


class Linker(Evaluator):
    """An evaluator that starts in one file, `modules[0]`, and reads others of its project as it needs them."""

    max_steps = 6_000

    def __init__(self, project: Project, module: Module, bodies: Bodies, *, follow: bool = False) -> None:
        super().__init__([module], [bodies], follow=follow)
        self.project = project
        self.single: Evaluator | None = None
        self.places: dict[str, int | None] = {module.path: 0}

    def load(self, path: str) -> int | None:
        """The index of a file in `modules`; None if it cannot be read or there are too many."""
        if path not in self.places:
            self.places[path] = self._lowered(path)
        return self.places[path]

    def _lowered(self, path: str) -> int | None:
        if len(self.modules) >= MAX_FILES:
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

    # -- imports

    def external(self, qualified: str, module: int) -> Values:
        """A name of another file, where the tree has it; else of a library."""
        if not qualified.startswith(".") and qualified.partition(".")[0] not in self.project.layout.tops:
            return (Ref(qualified),)
        importer = self.modules[module].path if module >= 0 else ""
        if _is_library(qualified, importer):
            return (Ref(qualified),)
        found = self.project.layout.find(qualified, importer)
        if found is None:
            return (Ref(qualified),)
        self.asked = True
        if not found.rest and "." in qualified.lstrip("."):
            outer, _, last = qualified.rpartition(".")
            package = self.project.layout.find(outer or ".", importer)
            if package is not None and not package.rest and package.path != found.path:
                return self._member(package.path, last, qualified)
        values: Values = self._module(found.path, qualified)
        for name in found.rest:
            values = merged(*(attributes.attribute(self, value, name) for value in values))
        return relabel(values, "import")

    def _module(self, path: str, qualified: str) -> Values:
        index = self.load(path)
        return (Mod(index),) if index is not None else (Ref(qualified),)

    def _member(self, path: str, name: str, qualified: str) -> Values:
        index = self.load(path)
        return self.member(index, name) if index is not None else (Ref(qualified),)

    def member(self, module: int, name: str) -> Values:
        """What the module binds, takes in by a star, or has as a submodule."""
        scope = self.modules[module].scopes[0]
        found: Values = ()
        if name in scope.bindings:
            found = super().member(module, name)
        if not found:
            stars = [b.value for b in scope.bindings.get("*", ()) if isinstance(b.value, Imported)]
            found = merged(*(self._starred(star, name, module) for star in stars))
        child = self.project.layout.child(self.modules[module].path, name) if not found else None
        if child is not None:
            found = self._module(child, name)
        return relabel(found, "import") or (Unknown("attribute_not_found"),)

    def starred(self, binding: Binding, name: str, module: int) -> Values:
        """`name` through `from x import *`: of another file what it hands out, of a library what a table knows."""
        if not isinstance(binding.value, Imported):
            return ()
        source = self.project.layout.find(binding.value.qualified, self.modules[module].path)
        if source is None or source.rest or _is_library(binding.value.qualified, self.modules[module].path):
            return super().starred(binding, name, module)
        return self._starred(binding.value, name, module)

    def _hands_out(self, module: int, name: str) -> bool:
        """Whether a star import of the module brings the name."""
        listed = self.modules[module].scopes[0].bindings.get("__all__")
        if not listed or not isinstance(listed[-1].value, Items):
            return not name.startswith("_")
        return any(isinstance(item, Text) and item.value == name for item in listed[-1].value.items)

    def _starred(self, star: Imported, name: str, module: int) -> Values:
        source = self.project.layout.find(star.qualified, self.modules[module].path)
        if source is not None and not source.rest:
            index = self.load(source.path)
            if index is not None and not self._hands_out(index, name):
                return ()
        found = self.external(f"{star.qualified.rstrip('.')}.{name}", module)
        return tuple(value for value in found if not isinstance(value, Ref | Unknown))

    # -- configs and command lines

    def config(self, path: str, module: int) -> Values:
        """What the config files hold that code of `module` can mean by a path."""
        self.asked = True
        found: list[Values] = []
        for other in self.project.configs.find(path, self.modules[module].path):
            index = self.load(other)
            if index is not None and configs.DOCUMENT in self.modules[index].scopes[0].bindings:
                found.append(self.evaluate(configs.document(self.modules[index]), self.env(index, 0)))
        return merged(*found)

    def launched(self, module: int, options: Iterable[str]) -> Values:
        """What command lines give these options of the programs that can reach `module`."""
        path = self.modules[module].path
        if not self.project.launches:
            return ()
        self.asked = True
        wanted = {_option(option) for option in options}
        given: list[Str] = []
        for program in (path, *self.project.reaching(path)):
            for holder, launch in self.project.launches.get(program, ()):
                index = self.load(holder) if _option(launch.option) in wanted else None
                if index is not None:
                    given.append(Str(launch.value, index, launch.at, "launch_line"))
        return tuple(dict.fromkeys(given))

    def environment_files(self) -> Iterable[int]:
        """The files read so far, and those near the first that import a reader of .env files."""
        near = self.project.near(self.modules[0].path)
        loading = (path for path in near if self.project.glances[path].roots & environment.DOTENV_READERS)
        indexes = [self.load(path) for path in loading]
        return sorted({*range(len(self.modules)), *(index for index in indexes if index is not None)})

    # -- callers and options

    def callers_of(self, module: int, name: str) -> Iterable[int]:
        """The file itself, then those that can have got hold of what it defines and mention the name."""
        self.asked = True
        path = self.modules[module].path
        found = [module]
        for other in self.project.mentioning(self.project.reaching(path), name):
            if len(found) > MAX_CALLER_FILES:
                self.bounded = True
                break
            index = self.load(other)
            if index is not None:
                found.append(index)
        return found

    def derived_in(self, module: int, name: str) -> Iterable[int]:
        """The file itself, then those that have a class with a base of this name and can see it."""
        self.asked = True
        path = self.modules[module].path
        others = self.project.deriving.get(name, ())
        reaching = self.project.reaching(path) if others else ()
        found = (self.load(other) for other in others if other in reaching)
        return [module, *(index for index in found if index is not None)]

    def is_distinct(self, name: str) -> bool:
        """Whether a single file of the project defines functions of this name."""
        self.asked = True
        return self.project.defined[name] == 1 and not name.startswith("__")

    def setters_of(self, module: int, name: str) -> Iterable[int]:
        """The file itself, then those that can see it and write `.name = …`."""
        self.asked = True
        found = [module]
        for other in self.project.setting(self.modules[module].path, name):
            index = self.load(other)
            if index is not None:
                found.append(index)
        return found

    def option_files(self, module: int) -> Iterable[int]:
        """The file itself, and files it imports or is imported by that declare options."""
        self.asked = True
        path = self.modules[module].path
        near = dict.fromkeys((*self.project.imported.get(path, ()), *self.project.importers.get(path, ())))
        found = [module]
        for other in self.project.mentioning(near, "add_argument"):
            index = self.load(other)
            if index is not None:
                found.append(index)
        return found


def _is_library(qualified: str, importer: str) -> bool:
    """Whether the name stays a library's, also where the tree holds a copy of that: but for the copy itself."""
    root = qualified.partition(".")[0]
    return root in tables().roots and (_is_api(qualified) or f"/{root}/" not in f"/{importer}")


@lru_cache(maxsize=4096)
def _is_api(qualified: str) -> bool:
    return tables().match(qualified) is not None or tables().consumer(qualified) is not None
