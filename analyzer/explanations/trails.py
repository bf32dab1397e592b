"""What an explanation is made of: steps from a load to its id, and why a way ends, in words."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.credentials import redacted
from analyzer.records import CallSequence, LoadSite, ModelRef

#: Why a way ends, in words, for each of `records.REASONS`.
SENTENCES = {
    "local_path": "the program passes a path on disk",
    "runtime_input": "the value comes at run time: from the command line, the environment, a file or a person",
    "parameter": "no call was found that fills this parameter",
    "call_not_followed": "what this call gives is not known",
    "import_not_followed": "this name comes from a module that is not in the tree, and no table knows it",
    "attribute_not_found": "nothing was found that sets this attribute",
    "name_not_found": "this name is bound nowhere",
    "computed_string": "this is put together from parts that are not all known, or is no model id",
    "bound_reached": "there was more to follow than the bounds allow",
    "unsupported_syntax": "this kind of expression is not looked into",
    "no_argument": "the id is passed in a way that cannot be seen here (*args, **kwargs), or not at all",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way, from the load to the string. `words` say what it is; `part`: of a composed string."""

    path: str
    line: int
    cell: int | None
    words: str
    code: str
    is_part: bool = False


def shown(path: str, line: int, cell: int | None, words: str, code: str) -> Step:
    """A step as it may be shown: without the tokens in it."""
    return Step(path, line, cell, redacted(words), redacted(code))


@dataclass(frozen=True, slots=True)
class Trail:
    """The way of one id (`model`), or of what is not known (`reason`, with `end` in words)."""

    model: ModelRef | None
    reason: str | None
    steps: tuple[Step, ...]
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    site: LoadSite
    trails: tuple[Trail, ...]
    usages: tuple[CallSequence, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """The sites asked for, each explained; and all sites of the file."""

    explanations: tuple[Explanation, ...]
    sites: tuple[LoadSite, ...]
