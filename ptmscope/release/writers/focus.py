"""FOCUS (P. T. Nguyen et al., ICSE 2019; github.com/crossminer/FOCUS): a text file for each project.

A line is `declaration#invocation`; a repository is a project, a usage a declaration. By the rules of its DataReader a
line is split at `#`, and the lines of a declaration follow one another. A line that contains a declaration is taken for
one of it, so none may be a part of another. Of a project that is tested, declarations with fewer than five invocations
are dropped; if there is no other, that is an error. List.txt names the files of the projects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from ptmscope.release.usages import Usage
from ptmscope.release.writers.tool import Files, file_names, plain

#: Declarations with fewer invocations are not tested.
LEAST = 5
LIST = "List.txt"


def files(usages: Iterable[Usage]) -> Files:
    """The projects that FOCUS can read, out of usages sorted by repository."""
    projects = {source: list(group) for source, group in groupby(usages, key=lambda usage: usage.source)}
    kept = {source: found for source, found in projects.items() if any(map(_is_tested, found))}
    names = file_names(list(kept), ".txt")
    texts = {names[source]: "".join(map(_lines, found)) for source, found in kept.items()}
    short = len(projects) - len(kept)
    left_out = {f"projects without a declaration of {LEAST} invocations": short} if short else {}
    return Files({LIST: "".join(f"{name}\n" for name in sorted(texts)), **texts}, left_out)


def read(text: str) -> dict[str, list[str]]:
    """Declaration -> invocations of one project, as FOCUS reads it for a test. ValueError where it could not."""
    found: dict[str, list[str]] = {}
    last = None
    for line in text.splitlines():
        declaration, invocation = (part.strip() for part in line.split("#"))
        if declaration != last and declaration in found:
            raise ValueError(f"{declaration}: its lines do not follow one another")
        found.setdefault(declaration, []).append(invocation)
        last = declaration
    _check_parts(list(found), text)
    tested = {name: invocations for name, invocations in found.items() if len(invocations) >= LEAST}
    if not tested:
        raise ValueError(f"no declaration of {LEAST} invocations")
    return tested


def _check_parts(declarations: Sequence[str], text: str) -> None:
    of_line = Counter(line.partition("#")[0] for line in text.splitlines())
    for declaration in declarations:
        if sum(declaration in line for line in text.splitlines()) != of_line[declaration]:
            raise ValueError(f"{declaration}: a part of another line")


def _is_tested(usage: Usage) -> bool:
    return len(set(usage.apis)) >= LEAST


def _lines(usage: Usage) -> str:
    """Each invocation once, in order: FOCUS knows whether a declaration makes a call, not how often."""
    declaration = plain(f"{usage.sequence.path}/{usage.sequence.model_id}({usage.id})")
    return "".join(f"{declaration}#{plain(api)}\n" for api in dict.fromkeys(usage.apis))
