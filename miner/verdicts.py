"""What a reply means: taken, limited, worth another try, or a refusal to be confirmed. No clock, no network."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from miner.asking import Ask, Reply


class Meaning(Enum):
    TAKEN = "taken"  # an answer
    LIMITED = "limited"  # come back later: no fault of this request
    PASSING = "passing"  # another try may do
    DOUBTFUL = "doubtful"  # a refusal; services under load refuse wrongly, so it has to be said again
    MOVED = "moved"  # asked elsewhere


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait`: seconds that the service asks for, if it names any. `is_spent`: that resource alone is used up."""

    meaning: Meaning
    wait: float | None = None
    is_spent: bool = False


#: What GitHub calls limits that are not counted in headers.
_SECONDARY = "secondary rate limit"
_LATER = ("please retry your request again later.", "please wait a few minutes before you try again.")
_PRIMARY = "rate limit exceeded"

_TAKEN = {200, 201, 203}
_MOVED = {301, 302, 303, 307, 308}
_PASSING = {408, 409, 425}


def judge(ask: Ask, reply: Reply) -> Verdict:
    """What to make of a reply to a request."""
    if reply.status == 304:
        return Verdict(Meaning.TAKEN if ask.etag else Meaning.PASSING)
    if reply.status in _TAKEN:
        is_good = reply.problem is None and ask.shape(reply.data)
        return Verdict(Meaning.TAKEN if is_good else Meaning.PASSING)
    if reply.status in _MOVED:
        return Verdict(Meaning.MOVED if "location" in reply.headers else Meaning.PASSING)
    if reply.status in {403, 429}:
        return _limited(reply)
    if 400 <= reply.status < 500 and reply.status not in _PASSING:
        return Verdict(Meaning.DOUBTFUL)
    return Verdict(Meaning.PASSING, _seconds(reply.headers.get("retry-after")))


def _limited(reply: Reply) -> Verdict:
    wait = _seconds(reply.headers.get("retry-after"))
    message = reply.message.lower()
    if remaining(reply) == 0 or (wait is None and _PRIMARY in message and _SECONDARY not in message):
        return Verdict(Meaning.LIMITED, wait, is_spent=True)
    if wait is not None or reply.status == 429 or _SECONDARY in message or message.endswith(_LATER):
        return Verdict(Meaning.LIMITED, wait)
    return Verdict(Meaning.DOUBTFUL)


def remaining(reply: Reply) -> int | None:
    """Requests left in the window; None where the service does not tell."""
    return _number(reply, "remaining")


def reset(reply: Reply) -> int | None:
    """When the window ends, in seconds since 1970."""
    return _number(reply, "reset")


def _number(reply: Reply, name: str) -> int | None:
    text = reply.headers.get(f"x-ratelimit-{name}", reply.headers.get(f"ratelimit-{name}", ""))
    seconds = _seconds(text)
    return None if seconds is None else int(seconds)


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None  # a date: no service here sends one
