"""The rules and the facts they rest on, read from their tables."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

Severity = Literal["error", "warning", "note"]

#: The worst first.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Rule:
    """`severity`: where nobody says otherwise; `message`: what is wrong, in a line; `help`: what to do about it."""

    id: str
    name: str
    severity: Severity
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Revision:
    """Calls that take a revision of a model of a hub: as an argument, or in the id behind a mark."""

    apis: tuple[str, ...]
    source: str
    hub: str = "huggingface"
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Pickle:
    """Names of files that pickle reads; not those in `exclude`, nor with the libraries in `without`."""

    names: tuple[str, ...]
    source: str
    exclude: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def covers(self, file: str, library: str) -> bool:
        name = file.lower()
        return library not in self.without and matches(name, self.names) and not matches(name, self.exclude)


@dataclass(frozen=True, slots=True)
class Deprecated:
    """An argument that a loader drops."""

    apis: tuple[str, ...]
    argument: str
    instead: str
    source: str

    @property
    def package(self) -> str:
        return self.apis[0].partition(".")[0]


@dataclass(frozen=True, slots=True)
class Facts:
    """All rows of `facts.toml`."""

    revisions: tuple[Revision, ...]
    pickles: tuple[Pickle, ...]
    deprecated: tuple[Deprecated, ...]


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id, in the order of the table."""
    return {row["id"]: Rule(**row) for row in _read("rules.toml")["rule"]}


@cache
def facts() -> Facts:
    """The facts that come with the package."""
    read = _read("facts.toml")
    return Facts(
        revisions=tuple(Revision(**{**row, "apis": tuple(row["apis"])}) for row in read["revision"]),
        pickles=tuple(map(_pickle, read["pickle"])),
        deprecated=tuple(Deprecated(**{**row, "apis": tuple(row["apis"])}) for row in read["deprecated"]),
    )


def matches(name: str, globs: tuple[str, ...]) -> bool:
    """Whether one of the patterns covers the name."""
    return any(fnmatchcase(name, glob) for glob in globs)


def _pickle(row: dict[str, Any]) -> Pickle:
    return Pickle(tuple(row["names"]), row["source"], tuple(row.get("except", ())), tuple(row.get("without", ())))


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("ptmscope.rules") / file).read_text("utf-8"))
