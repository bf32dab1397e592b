"""Which file of a repository a dotted name means, seen from another file of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from analyzer.languages import GRAMMARS, PAGES, language_of
from analyzer.syntax.specifiers import ALIAS

#: Names that mean the standard library wherever no module beside the importer has them.
_STANDARD = sys.stdlib_module_names
#: The root of what is written in JavaScript.
_ECMA = "npm:"
#: With more folders of packages side by side, a tree is a collection of projects (`site-packages`, a corpus), not one
#: repository: imports are looked up within each.
MAX_PROJECTS = 30
#: Folders that bundlers take for the source root.
_SOURCES = ("", "src", "app")
#: Folders that the source of a package begins in.
_ROOTS = frozenset({"src", "lib", "source"})
#: Names that a file itself gives, at most: `module.CONSTANTS.model`.
_MAX_REST = 2
_MODULES = tuple(ending for ending in GRAMMARS if ending not in (".ipynb", *PAGES))


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and the names behind it that the file itself must give."""

    path: str
    rest: tuple[str, ...]


class Layout:
    """The files of one tree as importable modules; several source roots may lie in it.

    Those of JavaScript stand below a root of their own: neither language imports from the other.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.files: dict[str, str] = {}  # by path without ending, a package by its folder
        self.packages: set[str] = set()
        self.tops: dict[str, dict[str, None]] = {}  # name of a module or package -> folders that hold it
        self.steps: set[tuple[str, ...]] = set()  # of JavaScript, the names of a folder and of what it holds
        self.workspaces: dict[str, list[str]] = {}  # of JavaScript, name of a folder -> where its source begins
        for path in sorted(paths):
            if path.endswith(_MODULES) and path.isprintable():
                self._add(path)
        self.is_collection = len(self._holders()) > MAX_PROJECTS
        self.seen_from = lru_cache(maxsize=1 << 14)(self._seen_from)
        self.around = lru_cache(maxsize=1 << 10)(self._around)

    def __reduce__(self) -> tuple[type[Layout], tuple[object, ...]]:
        return Layout, (tuple(self.files.values()),)

    def _add(self, path: str) -> None:
        folder, name = _split(path)
        is_python = language_of(path) == "python"
        is_whole = name == _whole(folder)
        if is_whole:
            self.packages.add(folder)
            if not is_python:
                self.workspaces.setdefault(_named(folder), []).append(folder)
        place = folder if is_whole else _join(folder, name if is_python else name.replace(".", "/"))
        self.files[place] = path
        if not is_python:
            self.steps.update(pairwise(place.split("/")[1:]))
        while is_python and place:
            place, _, part = place.rpartition("/")
            self.tops.setdefault(part, {})[place] = None

    def _holders(self) -> set[str]:
        """The folders at the top of the tree that hold a package without being one."""
        tops = {top for top, slash, _ in (package.partition("/") for package in self.packages) if slash}
        return tops - self.packages - {_ECMA}

    def may_hold(self, qualified: str) -> bool:
        """A quick look whether a dotted name can mean a file of the tree."""
        top = qualified.partition(".")[0]
        if top in self.tops or qualified[:1] == "." or qualified.startswith(ALIAS):
            return True
        if not qualified.startswith(("@", _ECMA)):
            return False
        names = _inside(qualified).replace(".", "/").split("/", 2)[:2]
        return tuple(names) in self.steps or (top[:1] == "@" and names[-1] in self.workspaces)

    def is_own(self, root: str) -> bool:
        """Whether the tree is the repository of this package: it lies at the top, or in `src` there."""
        return root in self.packages or f"src/{root}" in self.packages

    def project_of(self, path: str) -> str:
        """The start of the paths that make one project with this one: its folder in a collection, else nothing."""
        top, slash, _ = path.partition("/")
        return top + slash if self.is_collection and slash else ""

    def child(self, package: str, name: str) -> str | None:
        """The submodule `name` of the package whose `__init__` is `package`."""
        folder, last = _split(package)
        return self.files.get(_join(folder, name)) if last == _whole(folder) else None

    def find(self, qualified: str, importer: str) -> Found | None:
        """The file with the longest name; None for what the tree does not hold.

        `importer` is the path of the file that says so, "" where that is not known; leading dots are relative to it.
        """
        return self.seen_from(_folder(importer), qualified)

    def _seen_from(self, folder: str, qualified: str) -> Found | None:
        plain = qualified.lstrip(".")
        names = plain.replace(".", "/")
        if plain != qualified:
            for _ in range(len(qualified) - len(plain) - 1):
                if folder in ("", _ECMA):
                    return None
                folder = folder.rpartition("/")[0]
            return self._longest(folder, names)
        if _is_ecma(folder):
            inside = _inside(names)
            found = self._from_root(folder, inside) if "/" in inside else None
            return found or self._from_workspace(names)
        for base in self._bases(plain.partition(".")[0], folder):
            found = self._longest(base, names)
            if found is not None and len(found.rest) <= plain.count("."):
                return found
        return None

    def _from_root(self, folder: str, names: str) -> Found | None:
        """What a path from the source root means, which is a folder around the importer, or `src` or `app` in it."""
        while True:
            for inner in _SOURCES:
                found = self._longest(_join(folder, inner) if inner else folder, names)
                if found is not None and len(found.rest) <= min(names.count("/"), _MAX_REST):
                    return found
            if folder == _ECMA:
                return None
            folder = folder.rpartition("/")[0]

    def _from_workspace(self, names: str) -> Found | None:
        """What `@scope/name` means where one folder of that name is a package: a workspace's import each other."""
        scope, _, rest = names.partition("/")
        name, _, rest = rest.partition("/")
        bases = self.workspaces.get(name, ()) if scope[:1] == "@" and len(scope) > 1 and not self.is_collection else ()
        found = self._longest(bases[0], rest) if len(bases) == 1 else None
        return found if found is not None and len(found.rest) <= _MAX_REST else None

    def _longest(self, base: str, names: str) -> Found | None:
        """The file that most of the names lead to, down from a folder."""
        rest: list[str] = []
        while names:
            path = self.files.get(_join(base, names))
            if path is not None:
                return Found(path, tuple(reversed(rest)))
            names, _, last = names.rpartition("/")
            rest.append(last)
        return Found(self.files[base], tuple(reversed(rest))) if base in self.packages else None

    def _bases(self, top: str, folder: str) -> Iterator[str]:
        """Folders in which Python could look for a top-level name, likeliest first."""
        bases = self.tops.get(top)
        if not bases:
            return
        ordered = self.around(folder)
        yield from (base for base in ordered if base in bases)
        if top not in _STANDARD and not self.is_collection:
            elsewhere = [b for b in bases if b not in self.packages and b not in ordered]
            yield from elsewhere if len(elsewhere) == 1 else ()

    def _around(self, folder: str) -> tuple[str, ...]:
        """The folder and those above it: first that of the whole package and upwards, then those within."""
        root = folder
        while root in self.packages and root:
            root = root.rpartition("/")[0]
        around = [folder]
        while around[-1]:
            around.append(around[-1].rpartition("/")[0])
        return (*(base for base in around if len(base) <= len(root)), *(b for b in around if len(b) > len(root)))


def _is_ecma(folder: str) -> bool:
    return folder == _ECMA or folder.startswith(_ECMA + "/")


def _inside(names: str) -> str:
    """The path that a name from a source root stands for: `@/lib/models`; also `@lib/models` and `lib/models`."""
    return names.removeprefix(ALIAS).removeprefix("npm:").removeprefix("@")


def _named(folder: str) -> str:
    """The name of the folder that a source root lies in: `core` of `packages/core/src`."""
    parts = folder.split("/")
    return parts[-2] if parts[-1] in _ROOTS and len(parts) > 1 else parts[-1]


def _whole(folder: str) -> str:
    """The name of the file that stands for its folder."""
    return "index" if _is_ecma(folder) else "__init__"


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


@lru_cache(maxsize=1 << 8)  # one file asks for many names
def _folder(path: str) -> str:
    return _split(path)[0]


def _split(path: str) -> tuple[str, str]:
    """(folder, name without ending)."""
    folder, _, name = path.rpartition("/")
    place = folder if language_of(path) == "python" else _join(_ECMA, folder) if folder else _ECMA
    return place, name.rpartition(".")[0] or name
