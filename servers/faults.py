"""Wrong answers, by name: on demand for a target, or for a share of all answers by a seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from servers.base import Reply, Request

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def _error(status: int, message: str, **headers: str) -> Callable[[Request, Reply], Reply]:
    return lambda request, reply: Reply.of({"message": message}, status, **headers)


def _redirected(status: int) -> Callable[[Request, Reply], Reply]:
    """To where the right answer is: the very same target, which the next request gets."""
    return lambda request, reply: Reply.of({"message": "Moved"}, status, Location=request.target)


#: Faults of transport and status; what a service alone can do wrong has its name in SERVICE.
TRANSPORT: Mapping[str, Callable[[Request, Reply], Reply]] = {
    "unauthorized": _error(401, "Bad credentials"),
    "secondary": _error(403, SECONDARY, Retry_After="60"),
    "secondary_silent": _error(403, SECONDARY),
    "forbidden": _error(403, "Resource not accessible"),
    "missing": _error(404, "Not Found"),
    "unprocessable": _error(422, "Validation Failed"),
    "busy": _error(429, "Too Many Requests", Retry_After="7"),
    "busy_silent": _error(429, "Too Many Requests"),
    "error": _error(500, "Server Error"),
    "gateway": lambda request, reply: Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
    "unavailable": _error(503, "Service Unavailable"),
    "slow": lambda request, reply: replace(reply, pause=1.5),
    "cut": lambda request, reply: replace(reply, body=reply.body or b"{}", sent=len(reply.body) // 2),
    "dropped": lambda request, reply: replace(reply, is_dropped=True),
    "garbled": lambda request, reply: replace(reply, body=b'{"total_count": 3, "items": [{'),
    "html": lambda request, reply: Reply(200, b"<html>Unicorn!</html>", {"Content-Type": "text/html"}),
    "other": lambda request, reply: Reply.of({"message": "fine"}),
    "list": lambda request, reply: Reply.of([1, "two", None]),
    "found": _redirected(302),
    "temporary": _redirected(307),
}

#: Wrong in a way that only the service can be: the answer looks right.
SERVICE = ("shifted", "incomplete", "corrupt")

#: All but the slow one, which costs real seconds.
QUICK = tuple(name for name in (*TRANSPORT, *SERVICE) if name != "slow")


class Seeded:
    """Spoils a share of all answers. The same request, asked for the same time, meets the same fault in every run."""

    def __init__(self, share: float, seed: int = 1, kinds: Sequence[str] = QUICK) -> None:
        self.share, self.seed, self.kinds = share, seed, kinds

    def kind(self, request: Request) -> str | None:
        drawn = zlib.crc32(f"{self.seed} {request.nth} {request.target}".encode())
        if drawn >= self.share * 2**32:
            return None
        return self.kinds[zlib.crc32(f"{drawn} kind".encode()) % len(self.kinds)]

    def spoil(self, kind: str, request: Request, reply: Reply) -> Reply:
        return TRANSPORT[kind](request, reply) if kind in TRANSPORT else reply


class OnDemand:
    """Spoils what is asked for: part of the target -> the faults of the first, second, … such request, or None."""

    def __init__(self, wanted: Mapping[str, Sequence[str | None]]) -> None:
        self.left = {part: list(kinds) for part, kinds in wanted.items()}

    def kind(self, request: Request) -> str | None:
        for part, kinds in self.left.items():
            if part in request.target and kinds:
                return kinds.pop(0)
        return None

    def spoil(self, kind: str, request: Request, reply: Reply) -> Reply:
        return TRANSPORT[kind](request, reply) if kind in TRANSPORT else reply
