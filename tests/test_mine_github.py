"""github: the real client against a server that speaks the real protocol; what it finds, whatever goes wrong."""

from __future__ import annotations

import logging
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

pytest.importorskip("github")

from miner import github
from miner.caller import Refused
from miner.campaign import Campaign
from miner.corpus import Corpus, blob_hash
from miner.errors import Misuse
from miner.forms import chosen, queries
from miner.records import Query
from miner.slices import Slice
from servers.base import Faults, serving
from servers.clock import SimulatedClock
from servers.faults import OnDemand, Seeded
from servers.github import GitHub
from servers.mined import SECRETS, caller, mine_github
from servers.world import Shape, World

MODELS = ("gpt2", "bert-base-uncased", "org/tiny-model")
WORLD = World(Shape(models=MODELS, hits=300))
ROOMY = {"core": (10**6, 3600.0), "code_search": (10**6, 60.0)}


def server_of(world: World = WORLD, faults: Faults | None = None, **options: object) -> tuple[GitHub, SimulatedClock]:
    clock = SimulatedClock()
    return GitHub(world, clock, tokens=SECRETS, faults=faults, **options), clock  # type: ignore[arg-type]


def mined(folder: Path, world: World = WORLD, faults: Faults | None = None) -> tuple[list[str], GitHub, Campaign]:
    """What the corpus holds after a run; the server, and the campaign."""
    server, clock = server_of(world, faults)
    with serving(server) as base, Corpus.open(folder, create=True, clock=clock.now) as corpus:
        campaign = mine_github(corpus, base, clock, world.models)
        return list(corpus.lines()), server, campaign


@pytest.fixture(scope="module")
def faultless(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return mined(tmp_path_factory.mktemp("faultless") / "corpus")[0]


def test_finds_what_there_is(tmp_path: Path) -> None:
    _, server, campaign = mined(tmp_path)
    with Corpus.open(tmp_path) as corpus:
        found = {(file.hit.repository, file.hit.path): file for file in corpus.files()}
        for file in WORLD.files:
            repo = WORLD.repos[file.repo]
            stored = found.pop((repo.name, file.path), None)
            is_searched = file.ending in {"py", "ipynb"} and (not repo.is_fork or repo.stars >= 5)
            assert (stored is not None) == is_searched
            if stored is not None:
                assert corpus.content(stored.blob) == WORLD.content(file)
                assert stored.hit.commit == repo.commit
        assert not found
        facts = {each.name: each for each in corpus.repositories()}
        repo = WORLD.repos[0]
        assert (facts[repo.name].stars, facts[repo.name].commit) == (repo.stars, repo.commit)
        assert (facts[repo.name].licence, facts[repo.name].topics) == (repo.licence, repo.topics)
    assert server.limits.refused == 0
    assert campaign.caller.requests.total() == server.requests


@pytest.mark.parametrize(("share", "seed"), [(0.02, 1), (0.02, 2), (0.02, 3), (0.2, 4)])
def test_faults_change_nothing(tmp_path: Path, faultless: list[str], share: float, seed: int) -> None:
    lines, server, campaign = mined(tmp_path, faults=Seeded(share, seed))
    assert sum(server.spoiled.values()) > 100 * share
    assert lines == faultless
    assert all("unanswered" not in lane.outcomes for lane in campaign.lanes)


def test_killed_at_any_moment(tmp_path: Path, faultless: list[str]) -> None:
    draw = random.Random(5)
    server, _ = server_of(faults=Seeded(0.02), limits=ROOMY)
    with serving(server) as base:
        command = [sys.executable, "-m", "servers.mined", str(tmp_path / "corpus"), base, *MODELS]
        for _ in range(6):
            process, until = subprocess.Popen(command, cwd=ROOT), server.requests + draw.randrange(1, 60)
            while process.poll() is None and server.requests < until:
                time.sleep(0.002)
            time.sleep(draw.random() / 100)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert list(corpus.lines()) == faultless


def outcomes(corpus: Corpus) -> dict[str, tuple[str, str | None]]:
    rows = corpus.database.select("SELECT text, outcome, reason FROM queries WHERE kind = 'search'")
    return {text: (outcome, reason) for text, outcome, reason in rows}


def test_past_the_cap(tmp_path: Path) -> None:
    world = World(Shape(repositories=20, models=("gpt2",), hits=2400, copies=0.0, most_padding=6_000))
    lines, server, campaign = mined(tmp_path, world, Seeded(0.02))
    assert campaign.lanes[0].outcomes["capped"] == 0
    assert campaign.lanes[0].outcomes["split"] >= 1
    searched = [file for file in world.files if file.ending in {"py", "ipynb"}]
    held = sum(not repo.is_fork or repo.stars >= 5 for file in searched for repo in [world.repos[file.repo]])
    assert sum(line.startswith('["found"') for line in lines) == held > 1500
    assert server.limits.refused == 0


def test_says_where_it_cannot_get_past_the_cap(tmp_path: Path) -> None:
    world = World(Shape(repositories=20, models=("gpt2",), hits=3, copies=0.0))
    first = replace(world.files[0], path="lib/one.py", padding=0, is_load=True, models=(0,), same_as=None)
    world.files[0] = first
    for number in range(3, 2400):
        world.files.append(replace(first, number=number, path=f"lib/a{number}.py", same_as=0))
        world.naming[0].append(number)
    mined(tmp_path, world)
    with Corpus.open(tmp_path) as corpus:
        capped = {text: why for text, (outcome, why) in outcomes(corpus).items() if outcome == "capped"}
        (text,) = capped
        found = int(capped[text].split()[0])
        assert 2000 <= found < 2398  # the first and the last thousand
        assert capped[text] == f"{found} of 2398: cannot be cut further"
        size = world.size(first)
        assert Slice.parse(text).low == Slice.parse(text).high == size
        assert f"-path:{Slice.parse(text).outside[-1]}" in text


def test_up_to_two_thousand_files_of_one_size_and_folder(tmp_path: Path) -> None:
    world = World(Shape(repositories=5, models=("gpt2",), hits=2, copies=0.0))
    first = replace(world.files[0], path="lib/one.py", padding=0, is_load=True, models=(0,), same_as=None)
    for number in range(2, 1600):
        world.files.append(replace(first, number=number, path=f"lib/a{number}.py", same_as=0))
        world.naming[0].append(number)
    world.files[0] = first
    _, _, campaign = mined(tmp_path, world)
    assert campaign.lanes[0].outcomes.keys() == {"split", "complete"}


def test_searches_that_end_early(tmp_path: Path) -> None:
    mined(tmp_path / "once", faults=OnDemand({"extension%3Apy": ["incomplete"]}))
    with Corpus.open(tmp_path / "once") as corpus:
        assert {outcome for outcome, _ in outcomes(corpus).values()} == {"complete"}
    mined(tmp_path / "on", faults=OnDemand({"gpt2%22+from_pretrained+extension%3Apy": ["incomplete"] * 99}))
    with Corpus.open(tmp_path / "on") as corpus:
        found = outcomes(corpus)
        whole = '"gpt2" from_pretrained extension:py'
        assert found[whole][0] == "split"
        parts = [value for text, value in found.items() if text.startswith(whole + " size")]
        assert len(parts) == 2
        assert all(outcome == "incomplete" and "ended early" in str(why) for outcome, why in parts)


def test_pages_that_shift(tmp_path: Path, faultless: list[str]) -> None:
    world = World(Shape(models=MODELS, hits=900))
    expected = mined(tmp_path / "still", world)[0]
    lines, server, _ = mined(tmp_path / "shifting", world, OnDemand({"page=2": ["shifted"]}))
    assert server.spoiled == {"shifted": 1}
    assert lines == expected


def test_refresh_asks_only_for_what_changed(tmp_path: Path) -> None:
    server, clock = server_of()
    with serving(server) as base, Corpus.open(tmp_path, create=True, clock=clock.now) as corpus:
        mine_github(corpus, base, clock, MODELS)
        before, asked = list(corpus.lines()), server.requests
        clock.sleep(10)
        window = server.limits.window(SECRETS[0], "core").used
        corpus.reopen(github.NAME, "repository", before=clock.now())
        mine_github(corpus, base, clock, MODELS)
        assert server.statuses[304] == server.requests - asked > 20
        assert server.limits.window(SECRETS[0], "core").used == window
        told = [line.replace('"unchanged"', '"complete"') for line in corpus.lines()]
        assert sorted(told) == sorted(before)


def test_renamed_repositories_and_lost_files(tmp_path: Path) -> None:
    world = World(Shape(models=MODELS, hits=60, copies=0.0))
    old, new = world.repos[0].name, "new-owner/new-name"
    server, clock = server_of(world)
    with serving(server) as base, Corpus.open(tmp_path, create=True, clock=clock.now) as corpus:
        campaign = Campaign(corpus, github.service(base), caller(base, clock))
        corpus.plan(queries(github.NAME, MODELS, chosen(())))
        running = campaign.run()
        while campaign.lanes[0].outcomes.total() < 6:
            next(running)
        left = corpus.missing("127.0.0.1")
        lost = next(hit for hit in left if hit.repository != old)
        del world.by_sha[bytes.fromhex(lost.version)]
        world.repos[0].name = new
        world.renamed[old] = new
        world.__dict__.pop("by_name", None)
        for _ in running:
            pass
        facts = {each.name: each for each in corpus.repositories()}
        assert facts[old].url == f"https://github.com/{new}"
        assert any(file.hit.repository == old for file in corpus.files())
        reasons = dict(corpus.database.select("SELECT version, reason FROM files WHERE reason IS NOT NULL"))
        assert reasons == {lost.version: "HTTP status 404: Not Found"}


def test_an_outage_ends_the_run_and_loses_nothing(tmp_path: Path, faultless: list[str]) -> None:
    server, clock = server_of(faults=OnDemand({"/git/blobs": [None] * 40 + ["error"] * 32}))
    with serving(server) as base, Corpus.open(tmp_path, create=True, clock=clock.now) as corpus:
        with pytest.raises(Misuse, match="github gives no answer"):
            mine_github(corpus, base, clock, MODELS)
        mine_github(corpus, base, clock, MODELS)
        assert list(corpus.lines()) == faultless


def test_no_token_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mined(tmp_path, faults=Seeded(0.1))
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()) + caplog.text.encode()
    assert b"github.com" in written
    assert not any(secret.encode() in written for secret in SECRETS)


def test_forms_are_told_apart() -> None:
    named = list(queries("github", ["a/b"], chosen(["id", "loader call"])))
    assert Query("github", "search", '"a/b" extension:py', model="a/b", form="id") in named
    assert Query("github", "search", '"load_model" whisper extension:py', form="loader call") in named
    assert Query("github", "search", '"from_pretrained" transformers extension:ipynb', form="loader call") in named
    assert len({each.text for each in named}) == len(named)
    with pytest.raises(Misuse, match="no form of query 'x'"):
        chosen(["x"])


def test_content_is_checked_by_its_hash(tmp_path: Path) -> None:
    file = WORLD.files[0]
    server, clock = server_of(faults=OnDemand({"/git/blobs": ["corrupt"]}))
    with serving(server) as base:
        steps = github.service(base).fetch(
            next(iter(github._hits("x", [server.item(file)])))  # as a search gives it
        )
        reply = caller(base, clock).ask(next(steps))
        with pytest.raises(StopIteration) as done:
            steps.send(reply)
    assert blob_hash(done.value.value) == WORLD.sha(file)
    assert server.spoiled == {"corrupt": 1}


def test_nothing_there() -> None:
    server, clock = server_of()
    with serving(server) as base, pytest.raises(Refused):
        caller(base, clock).ask(
            next(github.service(base).kinds["repository"](Query("github", "repository", "a/b"), None))
        )
