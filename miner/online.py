"""The sources that are on the network, by name: their tokens from the environment, their hosts, their campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from miner.caller import Caller
from miner.campaign import Campaign
from miner.clock import Clock
from miner.corpus import Corpus
from miner.errors import Misuse
from miner.tokens import ANONYMOUS

#: Source -> its module. A client library is imported when its source is asked.
MODULES = {"github": "miner.github", "gitlab": "miner.gitlab", "swh": "miner.softwareheritage"}

#: Sources that answer nobody without a token.
CLOSED = ("github", "gitlab")


def source(name: str) -> Any:
    """The module of a source. Raises Misuse where its client is not installed."""
    return import_module(MODULES[name])


def caller(name: str, environment: Mapping[str, str], clock: Clock) -> Caller:
    """Asks a source with the tokens of the environment. Raises Misuse where it needs one and there is none."""
    module = source(name)
    tokens = module.TOKENS.tokens(environment)
    if not tokens and name in CLOSED:
        raise Misuse(f"mine {name} needs a token: set {module.TOKENS.variables[0]} (several, separated by commas)")
    client = module.Client(_base(module, environment))
    return Caller(client.send, tokens or (ANONYMOUS,), clock)


def campaign(
    corpus: Corpus, name: str, environment: Mapping[str, str], clock: Clock, host: str | None = None
) -> Campaign:
    """A campaign on a source, over what a corpus has still to ask; `host`: whose files it fetches, if not its own."""
    module = source(name)
    service = module.service(_base(module, environment))
    asked = service if host is None else replace(service, host=host)
    return Campaign(corpus, asked, caller(name, environment, clock))


def reopen(corpus: Corpus, names: Iterable[str], before: float) -> dict[str, int]:
    """Makes unanswered what can have changed since before a time; how many queries, by source."""
    counts = {}
    for name in names:
        pairs = ((kind, each) for kind, outcomes in source(name).REFRESHED.items() for each in outcomes)
        counts[name] = sum(corpus.reopen(name, kind, outcome=each, before=before) for kind, each in pairs)
    return counts


def asked(corpus: Corpus) -> tuple[str, ...]:
    """The sources on the network that a corpus has queries to."""
    names = {name for (name,) in corpus.database.select("SELECT DISTINCT source FROM queries")}
    return tuple(name for name in MODULES if name in names)


def _base(module: Any, environment: Mapping[str, str]) -> str:
    return (environment.get(module.VARIABLE) or module.API).rstrip("/")
