"""gitlab: the real client against a server that speaks the real protocol."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

pytest.importorskip("gitlab")

from miner import gitlab
from miner.asking import Ask
from miner.corpus import Corpus
from miner.forms import chosen, queries
from servers.base import Faults, Reply, Request, Service, serving
from servers.clock import SimulatedClock
from servers.faults import QUICK, OnDemand, Seeded
from servers.gitlab import GitLab
from servers.mined import SECRETS, caller, mine
from servers.world import Shape, World

MODELS = ("gpt2", "bert-base-uncased", "org/tiny-model")
WORLD = World(Shape(models=MODELS, hits=300))
KINDS = tuple(kind for kind in QUICK if kind != "incomplete")


def mined(folder: Path, faults: Faults | None = None, *, advanced: bool = True) -> tuple[list[str], GitLab]:
    clock = SimulatedClock()
    server = GitLab(WORLD, clock, tokens=SECRETS, faults=faults, has_advanced_search=advanced)
    with serving(server) as base, Corpus.open(folder, create=True, clock=clock.now) as corpus:
        asked = queries(gitlab.NAME, MODELS, chosen(())) if advanced else gitlab.topics(["alpha", "bravo"])
        mine(corpus, base, clock, gitlab, asked)
        return list(corpus.lines()), server


@pytest.mark.parametrize("advanced", [True, False])
def test_faults_change_nothing(tmp_path: Path, advanced: bool) -> None:
    expected, server = mined(tmp_path / "0", advanced=advanced)
    assert server.limits.refused == 0
    spoiled = 0
    for seed in (1, 2, 3):
        lines, server = mined(tmp_path / str(seed), Seeded(0.05, seed, KINDS), advanced=advanced)
        spoiled += sum(server.spoiled.values())
        assert lines == expected
    assert spoiled > 10


def test_finds_what_there_is(tmp_path: Path) -> None:
    mined(tmp_path)
    wanted = {
        (WORLD.repos[file.repo].name, file.path): WORLD.content(file)
        for file in WORLD.files
        if file.ending in {"py", "ipynb"} and (not WORLD.repos[file.repo].is_fork or WORLD.repos[file.repo].stars >= 5)
    }
    with Corpus.open(tmp_path) as corpus:
        files = list(corpus.files())
        assert {(file.hit.repository, file.hit.path): corpus.content(file.blob) for file in files} == wanted
        assert all(file.hit.version == WORLD.by_name[file.hit.repository].commit for file in files)
        facts = next(iter(corpus.repositories()))
        assert facts.stars == WORLD.by_name[facts.name].stars


def test_projects_by_topic(tmp_path: Path) -> None:
    mined(tmp_path, advanced=False)
    with Corpus.open(tmp_path) as corpus:
        told = {each.name for each in corpus.repositories()}
    assert told == {repo.name for repo in WORLD.repos if {"alpha", "bravo"} & set(repo.topics)}


def test_an_instance_without_advanced_search(tmp_path: Path) -> None:
    clock = SimulatedClock()
    server = GitLab(WORLD, clock, tokens=SECRETS, has_advanced_search=False)
    with serving(server) as base, Corpus.open(tmp_path, create=True, clock=clock.now) as corpus:
        mine(corpus, base, clock, gitlab, queries(gitlab.NAME, ["gpt2"], chosen(())))
        rows = set(corpus.database.select("SELECT outcome, reason FROM queries"))
    assert rows == {("failed", "HTTP status 400: scope does not have a valid value")}


class Elsewhere(Service):
    """Sends everybody to another host."""

    def __init__(self, other: str) -> None:
        super().__init__()
        self.other = other

    def answer(self, request: Request, fault: str | None) -> Reply:
        return Reply(302, b"", {"Location": f"{self.other}/api/v4/stolen"})


def test_a_token_goes_to_no_other_host() -> None:
    clock = SimulatedClock()
    other = GitLab(WORLD, clock, tokens=SECRETS)
    with serving(other) as there, serving(Elsewhere(there)) as here, pytest.raises(Exception, match="302"):
        caller(here, clock, source=gitlab).ask(Ask("/projects/1"))
    assert other.requests == 0


def test_renamed_projects() -> None:
    world = World(Shape(models=MODELS, hits=20))
    world.renamed["old/name"] = world.repos[3].name
    clock = SimulatedClock()
    with serving(GitLab(world, clock, tokens=SECRETS)) as base:
        reply = caller(base, clock, source=gitlab).ask(Ask("/projects/old%2Fname"))
    assert reply.data["path_with_namespace"] == world.repos[3].name


def test_many_pages_that_shift(tmp_path: Path) -> None:
    world = World(Shape(models=("gpt2",), hits=500, copies=0.0))
    clock = SimulatedClock()
    for name, faults in (("still", None), ("shifting", OnDemand({"page=2": ["shifted"]}))):
        server = GitLab(world, clock, tokens=SECRETS, faults=faults)
        with serving(server) as base, Corpus.open(tmp_path / name, create=True, clock=clock.now) as corpus:
            mine(corpus, base, clock, gitlab, queries(gitlab.NAME, ["gpt2"], chosen(())))
    with Corpus.open(tmp_path / "still") as one, Corpus.open(tmp_path / "shifting") as two:
        assert list(one.lines()) == list(two.lines())


def test_no_token_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mined(tmp_path, Seeded(0.1, kinds=KINDS))
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()) + caplog.text.encode()
    assert not any(secret.encode() in written for secret in SECRETS)
