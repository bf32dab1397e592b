"""A request and its reply, whatever the client that carries them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from miner.tokens import Token

#: Whether the data of a reply has the form that was asked for.
Shape = Callable[[Any], bool]


#: Where services say what is wrong.
_SAID = ("message", "error", "reason")


def is_object(data: Any) -> bool:
    return isinstance(data, dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. `resource` names the limit that it counts against; `etag` is sent to be told of changes only.

    `shape` tells an answer from nonsense, which services under load also send with status 200.
    """

    path: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    resource: str = "core"
    etag: str | None = None
    body: Any = None
    is_raw: bool = False
    shape: Shape = is_object


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; status 0 where nothing did, and `problem` says why. Names of headers are in lower case.

    `data` is parsed JSON, bytes for raw requests, or None.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Any = None
    problem: str | None = None

    @property
    def message(self) -> str:
        """What the service says of it, in a word or two."""
        data = self.data if isinstance(self.data, dict) else {}
        said = next((data[name] for name in _SAID if data.get(name)), None)
        text = " ".join(str(said).split())[:200] if said else self.problem
        return f"HTTP status {self.status}" + (f": {text}" if text else "") if self.status else str(self.problem)


#: Carries a request with a credential over the network; never raises for what the network or the service does.
Send = Callable[[Token, Ask], Reply]

Result = TypeVar("Result")

#: Work that needs replies: yields requests, is sent replies, returns what it found. Free of clients, clocks and stores.
Steps = Generator[Ask, Reply, Result]
