"""Asks one service with patience: a credential with budget left, waits as told, another try where one may do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from miner.asking import Ask, Reply, Send
from miner.clock import Clock
from miner.errors import Misuse
from miner.tokens import Token, without
from miner.verdicts import Meaning, Verdict, judge, remaining, reset

#: Tries of a request that gets no answer.
TRIES = 8

#: Times that a refusal has to be given to be believed.
TIMES = 3

#: Times in a row that a request may be told to come later.
LATERS = 40

#: Redirections followed in a row.
MOVES = 3

#: Seconds before the second try, doubled each time, and the most of them.
BACKOFF, LONGEST = 1.0, 60.0

#: Seconds to leave alone a service that says *later* without saying when; doubled each time, up to the most.
LATER, LATEST = 60.0, 900.0

#: Windows end within the second that is named.
MARGIN = 1.0


class Unanswered(Exception):
    """No answer after all tries; the message says what came instead."""


class Refused(Exception):
    """The service says no, and says it again: there is no such thing, or not for us."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class _Tries:
    """What has happened to one request so far."""

    failures: int = 0
    refusals: Counter[tuple[Token, int]] = field(default_factory=Counter)
    laters: int = 0
    moves: int = 0


class Caller:
    """Several credentials take turns by what is left of their budgets. Counts its requests by resource."""

    def __init__(self, send: Send, tokens: Iterable[Token], clock: Clock) -> None:
        self.send, self.clock = send, clock
        self.tokens = list(tokens)
        self.requests: Counter[str] = Counter()
        self._known = tuple(self.tokens)
        self._free: dict[tuple[Token, str], float] = {}

    def ready(self, resource: str) -> float:
        """When the next request that counts against a resource can be made, in seconds since 1970."""
        return min(self._free_at(token, resource) for token in self.tokens)

    def ask(self, ask: Ask) -> Reply:
        """The answer: status 200, or 304 where an ETag was sent.

        Raises Unanswered, Refused, or Misuse where no token is left.
        """
        tries = _Tries()
        while True:
            token = self._token(ask.resource)
            self.requests[ask.resource] += 1
            reply = self.send(token, ask)
            self._note(token, ask.resource, reply)
            verdict = judge(ask, reply)
            if verdict.meaning is Meaning.TAKEN:
                return reply
            ask = self._again(ask, token, reply, verdict, tries)

    def _again(self, ask: Ask, token: Token, reply: Reply, verdict: Verdict, tries: _Tries) -> Ask:
        """What to ask next, after waiting for it."""
        if verdict.meaning is Meaning.LIMITED:
            tries.laters += 1
            if tries.laters >= LATERS:
                raise Unanswered(self.said(reply))
            self._block(token, ask.resource, reply, verdict, tries.laters)
        elif verdict.meaning is Meaning.MOVED:
            tries.moves += 1
            if tries.moves > MOVES:
                raise Unanswered(f"{self.said(reply)}: moved too often")
            return _moved(ask, reply)
        elif verdict.meaning is Meaning.DOUBTFUL and reply.status == 401:
            self._doubt(token, tries)
        elif verdict.meaning is Meaning.DOUBTFUL:
            self._refuse(token, reply, tries)
        else:
            self._fail(reply, verdict, tries)
        return ask

    def _fail(self, reply: Reply, verdict: Verdict, tries: _Tries) -> None:
        tries.failures += 1
        if tries.failures >= TRIES:
            raise Unanswered(self.said(reply) if reply.status not in (200, 304) else "answers without sense")
        self.clock.sleep(min(LONGEST, max(verdict.wait or 0.0, BACKOFF * 2 ** (tries.failures - 1))))

    def _refuse(self, token: Token, reply: Reply, tries: _Tries) -> None:
        tries.refusals[token, reply.status] += 1
        said = sum(count for (_, status), count in tries.refusals.items() if status == reply.status)
        if said >= TIMES:
            raise Refused(reply.status, self.said(reply))
        self.clock.sleep(BACKOFF * said)

    def _doubt(self, token: Token, tries: _Tries) -> None:
        """A token that is refused three times running is used no more."""
        tries.refusals[token, 401] += 1
        if tries.refusals[token, 401] >= TIMES:
            self.tokens.remove(token)
        if not self.tokens:
            raise Misuse(f"the service takes none of the tokens: {', '.join(each.name for each in self._known)}")
        self.clock.sleep(BACKOFF)

    def said(self, reply: Reply) -> str:
        """What a reply says, without the tokens that it may repeat."""
        return without(reply.message, self._known)

    def _free_at(self, token: Token, resource: str) -> float:
        return max(self._free.get((token, resource), 0.0), self._free.get((token, ""), 0.0))

    def _token(self, resource: str) -> Token:
        """The token that is free first, after waiting for it."""
        token = min(self.tokens, key=lambda each: self._free_at(each, resource))
        wait = self._free_at(token, resource) - self.clock.now()
        if wait > 0:
            self.clock.sleep(wait)
        return token

    def _note(self, token: Token, resource: str, reply: Reply) -> None:
        ends = reset(reply)
        if remaining(reply) == 0 and ends is not None and ends + MARGIN > self.clock.now():
            self._free[token, resource] = ends + MARGIN

    def _block(self, token: Token, resource: str, reply: Reply, verdict: Verdict, times: int) -> None:
        """A used up resource waits for its window; any other limit is on all that the token does."""
        now, ends = self.clock.now(), reset(reply)
        if verdict.is_spent and verdict.wait is None and ends is not None and ends + MARGIN > now:
            self._free[token, resource] = ends + MARGIN
            return
        wait = min(LATEST, LATER * 2 ** (times - 1)) if verdict.wait is None else verdict.wait + MARGIN
        self._free[token, resource if verdict.is_spent else ""] = now + wait


def _moved(ask: Ask, reply: Reply) -> Ask:
    """The request to where the reply points; always on the same host: a token goes nowhere else."""
    _, _, beyond = reply.headers["location"].partition("://")
    path = "/" + beyond.partition("/")[2] if beyond else reply.headers["location"]
    return replace(ask, path=path, parameters={})
