"""PAM (J. Fowkes and C. Sutton, FSE 2016; github.com/mast-group/api-mining), UP-Miner and MAPO: an ARFF file for each
library.

A line is `'caller','call call …'`. PAM splits it at commas and the calls at spaces, so that no name written here holds
these, or quotes. Some in PAM's own data hold commas (`Map<K,V>`), which are read as they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ptmscope.release.usages import Usage
from ptmscope.release.writers.tool import Files, file_names, plain

_HEADER = "@relation {}\n\n@attribute fqCaller string\n@attribute fqCalls string\n\n@data\n"
_RELATION = re.compile(r"@relation (\S+)\n\n@attribute fqCaller string\n@attribute fqCalls string\n\n@data\n")
_LINE = re.compile(r"'([^',]*)','([^']*)'")


@dataclass(frozen=True, slots=True)
class Arff:
    """The calls of a library that clients make: (caller, calls in order)."""

    relation: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def read(text: str) -> Arff:
    """What PAM's files hold. ValueError for another file."""
    header = _RELATION.match(text)
    if header is None:
        raise ValueError("no header of PAM's files")
    return Arff(header[1], tuple(map(_row, text[header.end() :].splitlines())))


def _row(line: str) -> tuple[str, tuple[str, ...]]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"no caller and calls: {line}")
    return found[1], tuple(found[2].split(" "))


def write(arff: Arff) -> str:
    """The text that `read` makes the same of again."""
    rows = (f"'{caller}','{' '.join(calls)}'\n" for caller, calls in arff.rows)
    return _HEADER.format(arff.relation) + "".join(rows)


def files(usages: Iterable[Usage]) -> Files:
    """The usages of each library; the caller is the repository, the file, the model and the id of the usage."""
    of_library: dict[str, list[Usage]] = defaultdict(list)
    for usage in usages:
        of_library[usage.library].append(usage)
    names = file_names(list(of_library), ".arff")
    return Files({names[library]: write(_arff(library, found)) for library, found in of_library.items()}, {})


def _arff(library: str, usages: Iterable[Usage]) -> Arff:
    return Arff(plain(library), tuple((_caller(usage), tuple(map(plain, usage.apis))) for usage in usages))


def _caller(usage: Usage) -> str:
    return plain(f"{usage.source}/{usage.sequence.path}/{usage.sequence.model_id}({usage.id})")
