"""The records every stage hands to the next: frozen, slotted, holding tuples.

`line` is 1-based, `column` 0-based and counted in characters; in a notebook `cell` counts all cells from 0 and
`line` counts within the cell. Paths are relative to the scanned folder and use `/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Status = Literal["resolved", "partial", "local", "runtime", "unresolved"]
Certainty = Literal["certain", "possible"]
Link = Literal["load", "receiver", "argument", "derived"]
Role = Literal["load", "configure", "prepare", "infer", "postprocess", "train", "evaluate", "save"]
Scalar: TypeAlias = str | int | float | bool | None

#: How a model reference reaches its load site. Closed list.
RESOLUTIONS = (
    "literal",  # the string stands in the call
    "local_variable",  # a name bound in the same function, or in the script body
    "module_constant",  # a name bound at module level, read inside a function or class
    "function_default",  # the default of a parameter
    "call_argument",  # given by a caller of the enclosing function or class
    "attribute",  # self.x, a class attribute, an attribute of a plain object
    "field_default",  # a dataclass, attrs or pydantic field
    "enum_member",
    "container",  # an element of a list, tuple, set or dict
    "formatted",  # put together: concatenation, f-string, %, format, join, case change
    "argparse_default",  # argparse, HfArgumentParser and their like
    "option_default",  # click, typer
    "environment_default",  # os.environ.get("X", default)
    "loader_default",  # the loader's own default, such as pipeline("ner")
    "import",  # from another file of the repository
    "config",  # from a configuration file
    "launch_line",  # from a command line: notebook magic, shell script, Dockerfile
)

#: Why a site has no model id. Closed list.
REASONS = (
    "local_path",  # the program passes a path
    "runtime_input",  # argv, input(), an environment variable or an option without a default
    "parameter",  # a parameter that no known caller fills
    "call_not_followed",  # the result of a call that the analysis does not know
    "import_not_followed",  # a name imported from a module that was not read
    "attribute_not_found",
    "name_not_found",
    "computed_string",  # put together from parts that are not all known
    "bound_reached",  # too deep, too many candidates, or the file's deadline
    "unsupported_syntax",
    "no_argument",  # the id parameter is not given in a way that can be seen (*args, **kwargs)
)


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a string literal stands."""

    path: str
    line: int
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class ModelRef:
    """One id that can reach a load site.

    `id` is what the program passes, `canonical_id` the hub's present name for it (None: unknown to the facts).
    A partly known id holds `*` for each unknown part.
    """

    id: str
    canonical_id: str | None
    hub: str
    resolution: str
    certainty: Certainty
    origin: Origin


@dataclass(frozen=True, slots=True)
class LoadSite:
    """One call of a loader."""

    path: str
    line: int
    column: int
    end_line: int
    cell: int | None
    api: str
    library: str
    loads: str
    status: Status
    reason: str | None
    models: tuple[ModelRef, ...]
    arguments: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a call sequence starts: one load site, for one model id."""

    line: int
    cell: int | None
    api: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call in a sequence. `inputs` are indices of earlier calls whose results flow into it.

    `path` is None for the file of the usage; only sequences across files have others. `keywords` are names of
    arguments given by name, but for those that are literally None or False; `reads` attributes read from the result.
    """

    api: str
    line: int
    cell: int | None
    link: Link
    role: Role | None
    inputs: tuple[int, ...]
    path: str | None = None
    keywords: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallSequence:
    """A usage: all that one file does with one model id, in source order."""

    path: str
    cell: int | None
    model_id: str
    anchors: tuple[Anchor, ...]
    calls: tuple[ApiCall, ...]


@dataclass(frozen=True, slots=True, order=True)
class Credential:
    """Where an access token stands in a file; never the token."""

    path: str
    line: int
    cell: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """Something that could not be read, parsed or followed; the run went on without it."""

    path: str
    kind: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """All that one file tells."""

    path: str
    sites: tuple[LoadSite, ...] = ()
    sequences: tuple[CallSequence, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
