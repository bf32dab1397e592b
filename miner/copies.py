"""Copies of libraries in a tree, told by the files they hold, and the library's own repository, which is none."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

from miner.reader import read
from miner.walk import Skip, shown

Status: TypeAlias = Literal["left_out", "counted", "own"]

#: Markers that must be there; one more inside another package, which may have a sub-package of that name by itself.
MARKERS = 2

#: Where a project says its name, whatever the syntax: `name = "x"`, `name="x"`, `name = x`, `NAME = "x"`.
METADATA = ("pyproject.toml", "setup.cfg", "setup.py")
MAX_METADATA = 200_000
_NAME = re.compile(rb"(?i)\bname\s*=\s*[\"']?([\w.-]+)")


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """The source of a library in the tree: its folder, and how many of the files found belong to it.

    `status` own: the tree is the library's own repository, so that the files are read like any others.
    """

    path: str
    library: str
    files: int
    status: Status


@dataclass(frozen=True, slots=True)
class Library:
    """How a library's source is told; the fields are explained in copies.toml."""

    package: str
    distributions: tuple[str, ...]
    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    libraries: dict[str, Library]  # by package
    checkout_folders: tuple[str, ...]
    checkout_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """`parts`: paths that belong to it; those of folders end in `/`."""

    path: str
    library: str
    parts: tuple[str, ...]
    is_own: bool


@cache
def facts() -> Facts:
    """The table that comes with the package."""
    table = tomllib.loads((resources.files("miner") / "copies.toml").read_text("utf-8"))
    rows = [Library(row["package"], tuple(row["distributions"]), tuple(row["markers"])) for row in table["library"]]
    folders, files = tuple(table["checkout_folders"]), tuple(table["checkout_files"])
    return Facts({row.package: row for row in rows}, folders, files)


def set_apart(root: str, files: tuple[str, ...], *, counted: bool) -> tuple[tuple[str, ...], tuple[Copy, ...]]:
    """(the files without those of copies, the copies): told from the paths; only project metadata is read.

    With `counted`, the copies are told and their files stay.
    """
    places = _places(root, files)
    if not places:
        return files, ()
    every = tuple(part for place in places for part in place.parts)
    inside = [file for file in files if file.startswith(every)]
    copies = tuple(_copy(place, inside, counted=counted) for place in places)
    parts = tuple(part for place in places if not (place.is_own or counted) for part in place.parts)
    return tuple(file for file in files if not file.startswith(parts)), tuple(sorted(copies))


def packages(files: tuple[str, ...]) -> tuple[str, ...]:
    """The folders below the root in which the files are the source of a library, by the paths alone."""
    return tuple(folder for folder, _ in _packages(files))


def skips(copies: Iterable[Copy]) -> Iterator[Skip]:
    """What the copies leave out."""
    for copy in copies:
        if copy.status == "left_out":
            yield Skip(copy.path, "vendored_copy", copy.files)


def _places(root: str, files: tuple[str, ...]) -> list[_Place]:
    """Every place where a library's source lies, but for those within another."""
    found = [_place(root, folder, library) for folder, library in _packages(files)]
    return [each for each in found if not any(_is_within(each, other) for other in found)]


def _packages(files: tuple[str, ...]) -> Iterator[tuple[str, Library]]:
    known = facts().libraries
    every: frozenset[str] = frozenset()
    for file in files:
        if file.endswith("/__init__.py"):
            folder = file.removesuffix("/__init__.py")
            library = known.get(folder.rpartition("/")[2])
            if library is not None:
                every = every or frozenset(files)
                if _is_source(folder, library, every):
                    yield folder, library


def _is_within(place: _Place, other: _Place) -> bool:
    return place is not other and not other.is_own and f"{place.path}/".startswith(other.parts)


def _is_source(folder: str, library: Library, files: Collection[str]) -> bool:
    outer = folder.rpartition("/")[0]
    needed = MARKERS + (f"{outer}/__init__.py" in files)
    return sum(f"{folder}/{marker}" in files for marker in library.markers) >= needed


def _place(root: str, folder: str, library: Library) -> _Place:
    """The package; with its whole checkout, where it lies in one."""
    project = _project(folder)
    is_its = _is_project_of(library, os.path.join(root, project)) or (not project and _is_source_of(library, root))
    if not is_its or not project:
        return _Place(folder, library.distributions[0], (f"{folder}/",), is_own=is_its)
    folders = (f"{project}/{name}/" for name in facts().checkout_folders)
    single = (f"{project}/{name}" for name in facts().checkout_files)
    return _Place(project, library.distributions[0], (f"{folder}/", *folders, *single), is_own=False)


def _project(folder: str) -> str:
    """Where the metadata of a package's project stands: beside it, or beside the `src` it is in; "": the root."""
    outer = folder.rpartition("/")[0]
    above, _, name = outer.rpartition("/")
    return above if name == "src" else outer


def _is_source_of(library: Library, root: str) -> bool:
    """Whether the scanned folder is the `src` of the library's repository."""
    above, name = os.path.split(os.path.realpath(root))
    return name == "src" and _is_project_of(library, above)


def _is_project_of(library: Library, folder: str) -> bool:
    named = (name for file in METADATA for name in _names(folder, file))
    return any(_normal(name) in library.distributions for name in (*named, *_installed(folder)))


def _installed(folder: str) -> Iterator[str]:
    """The distribution of an unpacked wheel; several lie in `site-packages`, which is no project's folder."""
    try:
        found = [name for name in os.listdir(folder) if name.endswith(".dist-info")]
    except OSError:
        return
    yield from (name.partition("-")[0] for name in found if len(found) == 1)


def _names(folder: str, file: str) -> Iterator[str]:
    content = read(os.path.join(folder, file), file, MAX_METADATA)
    if not isinstance(content, Skip):
        yield from (found.decode("ascii", "replace") for found in _NAME.findall(content))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _copy(place: _Place, files: list[str], *, counted: bool) -> Copy:
    number = sum(file.startswith(place.parts) for file in files)
    status: Status = "own" if place.is_own else "counted" if counted else "left_out"
    return Copy(shown(place.path), place.library, number, status)
