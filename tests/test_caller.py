"""caller: what it waits for, what it asks again, what it believes; the real client against a server with faults."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from miner.errors import Misuse

pytest.importorskip("github")

from miner.asking import Ask
from miner.caller import LATER, MARGIN, TIMES, TRIES, Caller, Refused, Unanswered
from miner.tokens import Source, Token
from servers.base import Reply, Request, serving
from servers.clock import SimulatedClock
from servers.faults import TRANSPORT, OnDemand
from servers.github import GitHub
from servers.mined import SECRETS, caller
from servers.world import Shape, World

WORLD = World(Shape(repositories=3, hits=5))
REPOSITORY = f"/repos/{WORLD.repos[0].name}"


@contextmanager
def asking(
    faults: Sequence[str | None], tokens: Sequence[str] = SECRETS[:1], limit: int = 5000
) -> Iterator[tuple[Caller, GitHub, SimulatedClock]]:
    clock = SimulatedClock()
    limits = {"core": (limit, 3600.0)}
    server = GitHub(WORLD, clock, tokens=tuple(tokens), faults=OnDemand({"": faults}), limits=limits)
    with serving(server) as base:
        yield caller(base, clock, tokens), server, clock


#: Seconds that each fault costs, once.
COSTS = {
    **dict.fromkeys(("error", "gateway", "unavailable", "dropped", "cut", "garbled", "html", "list", "slow"), 1.0),
    **dict.fromkeys(("other", "unauthorized", "forbidden", "missing", "unprocessable"), 1.0),
    **dict.fromkeys(("found", "temporary"), 0.0),
    "secondary": 60 + MARGIN,
    "secondary_silent": LATER,
    "busy": 7 + MARGIN,
    "busy_silent": LATER,
}


@pytest.mark.parametrize(("fault", "slept"), [(None, 0), *COSTS.items()])
def test_one_fault(fault: str | None, slept: float) -> None:
    shape = {"shape": lambda data: isinstance(data, dict) and "full_name" in data}
    with asking([fault]) as (called, server, clock):
        reply = called.ask(Ask(REPOSITORY, **shape))
    assert reply.data["full_name"] == WORLD.repos[0].name
    assert clock.slept == slept
    assert server.requests == called.requests["core"] == 1 + bool(fault)


def test_every_fault_is_tried() -> None:
    assert set(COSTS) == set(TRANSPORT)


def test_waits_double_until_it_gives_up() -> None:
    with (
        asking(["error"] * 20) as (called, server, clock),
        pytest.raises(Unanswered, match=r"^HTTP status 500: Server"),
    ):
        called.ask(Ask(REPOSITORY))
    assert server.requests == TRIES
    assert clock.slept == sum(min(60, 2**n) for n in range(TRIES - 1))


def test_a_refusal_is_believed_when_it_is_said_again() -> None:
    with asking(["missing", "error", None]) as (called, _, _):
        assert called.ask(Ask(REPOSITORY)).status == 200
    with asking([]) as (called, server, _), pytest.raises(Refused, match=r"^HTTP status 404: Not Found$") as error:
        called.ask(Ask("/repos/no/such"))
    assert error.value.status == 404
    assert server.requests == TIMES


def test_limits_are_kept_by_the_headers() -> None:
    with asking([], limit=3) as (called, server, clock):
        for _ in range(10):
            called.ask(Ask(REPOSITORY))
    assert server.limits.refused == 0
    assert 3 * 3600 <= clock.slept <= 3 * (3600 + MARGIN + 1)


def test_tokens_take_turns() -> None:
    with asking([], tokens=SECRETS, limit=5) as (called, server, clock):
        for _ in range(10):
            called.ask(Ask(REPOSITORY))
        assert (server.limits.refused, clock.slept) == (0, 0)
        called.ask(Ask(REPOSITORY))
    assert clock.slept >= 3600


def test_another_token_goes_on_where_one_is_told_to_wait() -> None:
    with asking(["secondary"], tokens=SECRETS) as (called, _, clock):
        called.ask(Ask(REPOSITORY))
    assert clock.slept == 0


def test_a_used_up_window_that_others_share_is_waited_for() -> None:
    with asking([], limit=1) as (called, server, clock):
        server.limits.spend(SECRETS[0], "core")
        called.ask(Ask(REPOSITORY))
    assert server.limits.refused == 1
    assert 3600 <= clock.slept <= 3602


def test_a_token_that_is_refused_is_used_no_more() -> None:
    clock = SimulatedClock()
    server = GitHub(WORLD, clock, tokens=SECRETS[1:])
    with serving(server) as base:
        called = caller(base, clock, SECRETS)
        called.ask(Ask(REPOSITORY))
        called.ask(Ask(REPOSITORY))
        assert server.statuses == {401: TIMES, 200: 2}
        with pytest.raises(Misuse, match=r"none of the tokens: TOKEN\[1\]$") as error:
            caller(base, clock, SECRETS[:1]).ask(Ask(REPOSITORY))
    assert SECRETS[0] not in str(error.value)


class Echo(GitHub):
    """Says back what it was sent, as some proxies do."""

    def answer(self, request: Request, fault: str | None) -> Reply:
        return Reply.of({"message": f"no: {request.headers['Authorization']}"}, 422)


def test_no_token_in_messages_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    clock = SimulatedClock()
    with serving(Echo(WORLD, clock)) as base, pytest.raises(Refused, match=r"no: token \*\*\*$") as error:
        caller(base, clock).ask(Ask(REPOSITORY))
    assert caplog.text
    assert SECRETS[0] not in caplog.text + repr(error.value) + repr(error.getrepr())


def test_tokens_of_the_environment() -> None:
    found = Source(("A", "B")).tokens({"A": "one,two, three", "B": "two"})
    assert [str(token) for token in found] == ["Token(A[1])", "Token(A[2])", "Token(A[3])"]
    assert [token.reveal() for token in found] == ["one", "two", "three"]
    assert Source(("A",)).tokens({}) == ()
    with pytest.raises(TypeError):
        pickle.dumps(Token("A", "one"))
