"""What the miners hand to each other: frozen, slotted, holding tuples.

Dates are ISO 8601 texts as the sources give them; None is *not told*, never no.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

#: How a query ended.
Outcome = Literal[
    "complete",  # all there is was taken
    "incomplete",  # the source says itself that it stopped early
    "capped",  # there is more than the source gives, and the query cannot be cut further
    "split",  # cut into the queries that follow it
    "unchanged",  # asked again: nothing new since
    "failed",  # no answer; the reason says why
]


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A model as a catalog tells it. `library` is the one its hub names, `hub_key` what stays when it is renamed."""

    id: str
    downloads: int | None = None
    likes: int | None = None
    pipeline_tag: str | None = None
    library: str | None = None
    licence: str | None = None
    gated: bool | None = None
    has_card: bool | None = None
    tags: tuple[str, ...] = ()
    created: str | None = None
    modified: str | None = None
    sha: str | None = None
    hub_key: str | None = None


class Terms(NamedTuple):
    """On which terms a model is to be had."""

    licence: str | None = None
    gated: bool | None = None


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model as the Hub has it. `id` is its present name; `exists` False: nobody may see one of this name, or not
    this user."""

    exists: bool
    id: str | None = None
    sha: str | None = None
    license: str | None = None
    gated: bool | str | None = None
    private: bool | None = None
    downloads: int | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One question to a source, small enough to be answered and stored in one step.

    Source, kind, text and page make its identity: `kind` is the source's own word (`search`, `repository`), `text` all
    that is asked, slices included. `model` and `form` say what it is asked for: which model id, by which form of query
    (`literal`, `loader call`), so that the share of true hits can be told for each.
    """

    source: str
    kind: str
    text: str
    page: int = 1
    model: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A file that a query found. Host, repository, path and version make its identity.

    `version` is the git hash of the content wherever the source tells it before the content is fetched, else the
    commit; "" where neither is known. `host` is the domain of the forge, or "" for folders on disk.
    """

    host: str
    repository: str
    path: str
    version: str
    commit: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Repository:
    """Facts about a repository; `commit` is the head of the branch that was read, `size` in kilobytes."""

    host: str
    name: str
    commit: str | None = None
    branch: str | None = None
    stars: int | None = None
    forks: int | None = None
    fork: bool | None = None
    parent: str | None = None
    archived: bool | None = None
    template: bool | None = None
    licence: str | None = None
    size: int | None = None
    files: int | None = None
    commits: int | None = None
    created: str | None = None
    pushed: str | None = None
    topics: tuple[str, ...] = ()
    description: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A hit with its content."""

    hit: Hit
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """All that one answered query brings; it is stored whole or not at all.

    `total` is how many hits the source claims, `etag` what to send when asking again, `then` the queries that follow
    from it: the next page, or the slices it is cut into.
    """

    query: Query
    outcome: Outcome = "complete"
    total: int | None = None
    hits: tuple[Hit, ...] = ()
    files: tuple[Fetched, ...] = ()
    repositories: tuple[Repository, ...] = ()
    then: tuple[Query, ...] = ()
    etag: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a corpus. `key` is its number there, `blob` the git hash of its content, `size` in bytes."""

    key: int
    hit: Hit
    blob: str
    size: int


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """Why a file is no usage to count: the rule, and what it saw. `file` is the file's key."""

    file: int
    rule: str
    detail: str = ""
