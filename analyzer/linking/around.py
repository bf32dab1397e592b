"""The files around one: those that it imports, those that lead to it by imports, and which of them mention a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from analyzer.linking.layout import Layout
from analyzer.linking.reads import Reads

#: Files in which an attribute may be set from outside, at most.
MAX_SETTER_FILES = 24
#: Files with callers of one function that are read, at most; nearest first.
MAX_CALLER_FILES = 24
#: The file whose fixtures the tests below its folder can use.
CONFTEST = "conftest.py"
#: How many imports a caller can be away from what it calls.
MAX_IMPORTS = 6
#: Files looked at for callers of one file, at most; nearest first.
MAX_REACHING = 300


class Around:
    """Questions about single files. Answers are remembered, each with the files that it came of.

    `names`: what each file imports, dotted; `imported`: the files that this leads to.
    """

    def __init__(
        self,
        names: Mapping[str, tuple[str, ...]],
        imported: Mapping[str, tuple[str, ...]],
        layout: Layout,
        read: Callable[[str], bytes | None],
        reads: Reads,
    ) -> None:
        self.names, self.imported, self.layout, self.read = names, imported, layout, read
        self.importers = importers(imported)
        self.reaching = lru_cache(maxsize=1024)(self._reaching)
        self.setting = reads.kept(self._setting, 4096)
        self.enters = reads.kept(self._enters, 4096)
        self.is_distinct = reads.kept(self._is_distinct, 4096)
        self.calling = reads.kept(self._calling, 4096)
        self.declaring = reads.kept(self._declaring, 1024)
        self.using_fixtures = reads.kept(self._using_fixtures, 1024)

    def _reaching(self, path: str) -> tuple[str, ...]:
        """Files from which a chain of imports leads to `path`, nearest first."""
        seen = {path: None}
        edge = [path]
        for _ in range(MAX_IMPORTS):
            edge = sorted({importer for file in edge for importer in self.importers.get(file, ())} - seen.keys())
            seen.update(dict.fromkeys(edge))
            if len(seen) > MAX_REACHING:
                break
        return tuple(seen)[1 : MAX_REACHING + 1]

    def near(self, path: str) -> tuple[str, ...]:
        """Files that import `path`, over some steps, and those that it imports."""
        return (*self.reaching(path), *self.imported.get(path, ()))

    def mentioning(self, paths: Iterable[str], word: str) -> Iterator[str]:
        """Those of the files in whose text the word occurs."""
        wanted = word.encode("utf-8", "surrogatepass")
        for path in paths:
            source = self.read(path)
            if source is not None and wanted in source:
                yield path

    def _calling(self, path: str, name: str) -> tuple[str, ...]:
        """Files from which `path` can be reached that mention the name, nearest first; one more than are read."""
        return tuple(islice(self.mentioning(self.reaching(path), name), MAX_CALLER_FILES + 1))

    def conftests(self, path: str) -> Iterator[str]:
        """The `conftest.py` of each folder above the file, nearest first."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            found = f"{folder}/{CONFTEST}" if folder else CONFTEST
            if found in self.names and found != path:
                yield found

    def _using_fixtures(self, path: str, name: str) -> tuple[str, ...]:
        """Files that mention the name whose tests can use the fixtures of `path`; one more than are read."""
        folder, slash, last = path.rpartition("/")
        below: Iterable[str] = self.reaching(path)
        if last == CONFTEST:
            below = (file for file in self.names if file != path and file.startswith(folder + slash))
        return tuple(islice(self.mentioning(below, name), MAX_CALLER_FILES + 1))

    def _declaring(self, path: str, word: str) -> tuple[str, ...]:
        """Files that `path` imports, or that import it, that say the word: that declare options."""
        near = dict.fromkeys((*self.imported.get(path, ()), *self.importers.get(path, ())))
        return tuple(self.mentioning(near, word))

    def _is_distinct(self, path: str, name: str) -> bool:
        """Whether neither the files that can call `path`, nor what they import, define a function of this name."""
        callers = self.reaching(path)
        around = dict.fromkeys((*callers, *(file for caller in callers for file in self.imported[caller])))
        header = f"def {name}("
        return not any(file != path for file in self.mentioning(around, header))

    def _enters(self, program: str, path: str, names: frozenset[str]) -> bool:
        """Whether the program, or a file that it imports, gets hold of one of these names of the file `path`."""
        for importer in self.importers.get(path, ()):
            if importer == program or program in self.reaching(importer):
                found = (self.layout.find(name, importer) for name in self.names[importer])
                taken = [place.rest[:1] for place in found if place is not None and place.path == path]
                if any(rest and rest[0] in names for rest in taken):
                    return True
                if () in taken and any(True for name in sorted(names) for _ in self.mentioning((importer,), name)):
                    return True
        return False

    def _setting(self, path: str, name: str) -> tuple[str, ...]:
        """Files from which `path` can be reached in whose text something is assigned to `.name`."""
        pattern = re.compile(rb"\." + re.escape(name.encode("utf-8", "surrogatepass")) + rb"[ \t]*=[^=]")
        found = self.mentioning(self.reaching(path), name)
        return tuple(file for file in found if pattern.search(self.read(file) or b""))[:MAX_SETTER_FILES]


def importers(imported: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """File -> the files that import it, in order."""
    found: dict[str, list[str]] = {}
    for path in sorted(imported):
        for target in imported[path]:
            found.setdefault(target, []).append(path)
    return {path: tuple(importing) for path, importing in found.items()}
