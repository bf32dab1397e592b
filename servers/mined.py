"""A run of a miner against a local server: what tests and benchmarks share. As a program, something to be killed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from miner import github
from miner.caller import Caller
from miner.campaign import Campaign
from miner.clock import Clock
from miner.corpus import Corpus
from miner.forms import chosen, queries
from miner.records import Query
from miner.tokens import Token
from servers.clock import SimulatedClock

#: What the servers take, and what must be found nowhere else.
SECRETS = ("ghp_secretsecretsecret1", "ghp_secretsecretsecret2")


def tokens(values: Iterable[str] = SECRETS) -> tuple[Token, ...]:
    return tuple(Token(f"TOKEN[{place}]", value) for place, value in enumerate(values, 1))


def caller(base: str, clock: Clock, values: Iterable[str] = SECRETS, source: ModuleType = github) -> Caller:
    return Caller(source.Client(base, timeout=1).send, tokens(values), clock)


def mine_github(corpus: Corpus, base: str, clock: Clock, models: Iterable[str], forms: Iterable[str] = ()) -> Campaign:
    """Plans searches for models, and asks until nothing is left."""
    return mine(corpus, base, clock, github, queries(github.NAME, models, chosen(forms)))


def mine(corpus: Corpus, base: str, clock: Clock, source: ModuleType, asked: Iterable[Query]) -> Campaign:
    """Asks a source until nothing is left."""
    corpus.plan(asked)
    campaign = Campaign(corpus, source.service(base), caller(base, clock, source=source))
    for _ in campaign.run():
        pass
    return campaign


def main(folder: str, base: str, *models: str) -> None:
    clock = SimulatedClock()
    with Corpus.open(Path(folder), create=True, clock=clock.now) as corpus:
        mine_github(corpus, base, clock, models)


if __name__ == "__main__":
    main(*sys.argv[1:])
