"""What the tools answer. The SDK makes JSON Schemas of these; it would take slots for defaults, so they have none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """A call that loads a model. In a notebook, `cell` counts from 0 and `line` within it."""

    path: str
    line: int
    cell: int | None
    api: str
    resolution: str | None
    certainty: str | None
    origin: str | None
    arguments: dict[str, str]


@dataclass(frozen=True)
class Model:
    """`id` is its present name on `hub`, `written` what the code calls it. `sites_in_all` may be more than `sites`."""

    id: str
    hub: str
    written: tuple[str, ...]
    sites: tuple[Site, ...]
    sites_in_all: int


@dataclass(frozen=True)
class Unknown:
    """A call that loads something whose id is not known (`reason`), or a path on disk."""

    path: str
    line: int
    cell: int | None
    api: str
    status: str
    reason: str | None


@dataclass(frozen=True)
class Models:
    """`cut` says what is left out, and how to ask for it."""

    folder: str
    files_read: int
    models: tuple[Model, ...]
    models_in_all: int
    without_id: tuple[Unknown, ...]
    without_id_in_all: int
    cut: str | None


@dataclass(frozen=True)
class PatternLine:
    """A way of use that recurs: optional steps in parentheses. `models` are the commonest."""

    id: str
    name: str
    group: str
    steps: str
    repositories: int
    usages: int
    models: tuple[str, ...]


@dataclass(frozen=True)
class Patterns:
    patterns: tuple[PatternLine, ...]
    patterns_in_all: int
    cut: str | None


@dataclass(frozen=True)
class Example:
    """One usage, cut down to its statements."""

    source: str
    path: str
    line: int
    cell: int | None
    commit: str | None
    licence: str | None
    code: str


@dataclass(frozen=True)
class Exemplar:
    pattern: PatternLine
    example: Example | None
    places: tuple[str, ...]
    cut: str | None


@dataclass(frozen=True)
class Way:
    """A pattern, as this model is used in it."""

    pattern: str
    name: str
    steps: str
    repositories: int
    usages: int
    example: Example | None


@dataclass(frozen=True)
class Companion:
    model: str
    relation: str
    files: int
    repositories: int


@dataclass(frozen=True)
class Argument:
    """An argument (`value` null: not told) in so many of the `of` repositories that make the call."""

    call: str
    name: str
    value: str | None
    repositories: int
    of: int


@dataclass(frozen=True)
class Usage:
    """Of the `studied` repositories, `repositories` use the model. A repository can have several ways of use."""

    model: str
    library: str | None
    usages: int
    files: int
    repositories: int
    studied: int
    ways: tuple[Way, ...]
    companions: tuple[Companion, ...]
    arguments: tuple[Argument, ...]
    cut: str | None


@dataclass(frozen=True)
class Side:
    name: str
    usages: int
    repositories: int


@dataclass(frozen=True)
class Share:
    """The share of each side's usages that have something, in the order of the sides."""

    name: str
    shares: tuple[float, ...]
    remark: str | None


@dataclass(frozen=True)
class Divergence:
    """Of two sides' call transitions: 0 the same, 1 nothing in common; 95% of draws between low and high."""

    sides: tuple[str, ...]
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Compared:
    sides: tuple[Side, ...]
    divergences: tuple[Divergence, ...]
    patterns: tuple[Share, ...]
    roles: tuple[Share, ...]
    arguments: tuple[Share, ...]
    cut: str | None


@dataclass(frozen=True)
class Step:
    place: str
    code: str
    words: str


@dataclass(frozen=True)
class Trail:
    """The way from the call back to the string (`id`), or to where it is lost (`reason`, `end`)."""

    id: str | None
    resolution: str | None
    reason: str | None
    steps: tuple[Step, ...]
    end: str | None


@dataclass(frozen=True)
class Why:
    path: str
    line: int
    cell: int | None
    api: str
    status: str
    trails: tuple[Trail, ...]


@dataclass(frozen=True)
class Explained:
    root: str
    loads: tuple[Why, ...]
    cut: str | None
