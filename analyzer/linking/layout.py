"""Which file of a repository a dotted name means, seen from another file of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from analyzer.languages import GRAMMARS, PAGES, language_of

Parts: TypeAlias = tuple[str, ...]

#: Names that mean the standard library wherever no module beside the importer has them.
_STANDARD = sys.stdlib_module_names
_ECMA = ("npm:",)
#: With more folders of packages side by side, a tree is a collection of projects (`site-packages`, a corpus), not one
#: repository: imports are looked up within each.
MAX_PROJECTS = 30
_MODULES = tuple(ending for ending in GRAMMARS if ending not in (".ipynb", *PAGES))


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and the names behind it that the file itself must give."""

    path: str
    rest: Parts


class Layout:
    """The files of one tree as importable modules; several source roots may lie in it.

    Those of JavaScript stand below a root of their own: neither language imports from the other.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.files: dict[Parts, str] = {}
        self.packages: set[Parts] = set()
        self.folders: set[Parts] = set()
        self.tops: dict[str, dict[Parts, None]] = {}  # name of a module or package -> folders that hold it
        for path in sorted(paths):
            if path.endswith(_MODULES) and path.isprintable():
                self._add(path)
        self.is_collection = len(self._holders()) > MAX_PROJECTS
        self.seen_from = lru_cache(maxsize=1 << 14)(self._seen_from)
        self.around = lru_cache(maxsize=1 << 10)(self._around)
        self.folder = lru_cache(maxsize=1 << 10)(lambda importer: _split(importer)[0] if importer else ())

    def __reduce__(self) -> tuple[type[Layout], tuple[object, ...]]:
        return Layout, (tuple(self.files.values()),)

    def _add(self, path: str) -> None:
        folder, name = _split(path)
        is_whole = name == _whole(folder)
        names = (name,) if language_of(path) == "python" else tuple(name.split("."))
        parts = folder if is_whole else (*folder, *names)
        if is_whole:
            self.packages.add(folder)
        self.files[parts] = path
        self.folders.update(folder[:length] for length in range(len(folder) + 1))
        for place, part in enumerate(parts if language_of(path) == "python" else ()):
            self.tops.setdefault(part, {})[parts[:place]] = None

    def _holders(self) -> set[str]:
        """The folders at the top of the tree that hold a package without being one."""
        python = (package for package in self.packages if package[:1] != _ECMA)
        return {package[0] for package in python if len(package) > 1 and package[:1] not in self.packages}

    def may_hold(self, qualified: str) -> bool:
        """A quick look whether a dotted name can mean a file of the tree."""
        return qualified[:1] == "." or qualified.partition(".")[0] in self.tops

    def is_own(self, root: str) -> bool:
        """Whether the tree is the repository of this package: it lies at the top, or in `src` there."""
        return any((*base, root) in self.packages for base in ((), ("src",)))

    def project_of(self, path: str) -> str:
        """The start of the paths that make one project with this one: its folder in a collection, else nothing."""
        top, slash, _ = path.partition("/")
        return top + slash if self.is_collection and slash else ""

    def child(self, package: str, name: str) -> str | None:
        """The submodule `name` of the package whose `__init__` is `package`."""
        folder, last = _split(package)
        return self.files.get((*folder, name)) if last == _whole(folder) else None

    def find(self, qualified: str, importer: str) -> Found | None:
        """The file with the longest name; None for what the tree does not hold.

        `importer` is the path of the file that says so, "" where that is not known; leading dots are relative to it.
        """
        return self.seen_from(self.folder(importer), qualified)

    def _seen_from(self, folder: Parts, qualified: str) -> Found | None:
        plain = qualified.lstrip(".")
        dots = len(qualified) - len(plain)
        names = tuple(plain.split(".")) if plain else ()
        if dots:
            if dots - 1 > len(folder) - (folder[:1] == _ECMA):
                return None
            return self._walk(folder[: len(folder) - dots + 1], names)
        if folder[:1] == _ECMA:
            return None
        for base in self._bases(names[0], folder):
            found = self._walk(base, names)
            if found is not None and (len(found.rest) < len(names)):
                return found
        return None

    def _walk(self, base: Parts, names: Parts) -> Found | None:
        """Follow names down from a folder as far as files go."""
        best: Found | None = None
        if base in self.packages:
            best = Found(self.files[base], names)
        here = base
        for place, name in enumerate(names):
            here = (*here, name)
            path = self.files.get(here)
            if path is not None:
                best = Found(path, names[place + 1 :])
            if here not in self.folders:
                break
        return best

    def _bases(self, top: str, folder: Parts) -> Iterator[Parts]:
        """Folders in which Python could look for a top-level name, likeliest first."""
        bases = self.tops.get(top)
        if not bases:
            return
        ordered = self.around(folder)
        yield from (base for base in ordered if base in bases)
        if top not in _STANDARD and not self.is_collection:
            elsewhere = [b for b in bases if b not in self.packages and b not in ordered]
            yield from elsewhere if len(elsewhere) == 1 else ()

    def _around(self, folder: Parts) -> tuple[Parts, ...]:
        """The folder and those above it: first that of the whole package and upwards, then those within."""
        root = folder
        while root in self.packages and root:
            root = root[:-1]
        around = [folder[:length] for length in range(len(folder), -1, -1)]
        return (*(base for base in around if len(base) <= len(root)), *(b for b in around if len(b) > len(root)))


def _whole(folder: Parts) -> str:
    """The name of the file that stands for its folder."""
    return "index" if folder[:1] == _ECMA else "__init__"


def _split(path: str) -> tuple[Parts, str]:
    """(folder, name without ending)."""
    *folder, name = path.split("/")
    root = () if language_of(path) == "python" else _ECMA
    return (*root, *folder), name.rpartition(".")[0] or name
