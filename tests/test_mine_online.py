"""online: the commands that collect from the network, run as a person runs them, against local servers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("github")
pytest.importorskip("gitlab")

from miner.chosen import choose
from miner.corpus import Corpus
from miner.errors import Misuse
from miner.records import Answer, CatalogModel, Hit, Query
from ptmscope.cli import cli
from servers.base import serving
from servers.faults import OnDemand
from servers.github import GitHub
from servers.gitlab import GitLab
from servers.mined import SECRETS
from servers.softwareheritage import SoftwareHeritage, origin
from servers.world import Shape, World

MODELS = tuple(f"org/model-{number}" for number in range(30))
WORLD = World(Shape(models=MODELS, hits=120))
ROOMY = {"core": (10**6, 3600.0), "code_search": (10**6, 60.0), "search": (10**6, 60.0)}


class RealTime:
    def now(self) -> float:
        return time.time()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    server = GitHub(WORLD, RealTime(), tokens=SECRETS, limits=ROOMY)
    with serving(server) as base:
        monkeypatch.setenv("GITHUB_API_URL", base)
        monkeypatch.setenv("GITHUB_TOKENS", ",".join(SECRETS))
        yield server


def run(*arguments: object) -> Result:
    done = CliRunner().invoke(cli, ["mine", *map(str, arguments)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    assert not any(secret in done.output for secret in SECRETS)
    return done


def chosen(folder: Path) -> Path:
    with Corpus.open(folder, create=True) as corpus:
        choose(corpus, [CatalogModel(name, downloads=number) for number, name in enumerate(reversed(MODELS))], [])
    return folder


def test_a_plan_asks_for_the_limits_alone(hub: GitHub, tmp_path: Path) -> None:
    told = run("github", chosen(tmp_path), "--dry-run").stdout
    assert set(hub.asked) == {"/rate_limit"}
    assert "        30  models\n        60  queries\n     1,524  hits\n" in told
    assert "hours with 2 tokens (code_search 1,000,000 in 60 s, core 1,000,000 in 3,600 s)" in told
    with Corpus.open(tmp_path) as corpus:
        assert corpus.database.one("SELECT count(*) FROM queries") == 0


def test_a_plan_without_a_token_is_offline(hub: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKENS")
    told = run("github", tmp_path / "none", "--model", "gpt2", "--dry-run").stdout
    assert "hours with 1 token (code_search 10 in 60 s, core 5,000 in 3,600 s)" in told
    assert "usual rates" in told
    assert not hub.asked
    assert not (tmp_path / "none").exists()
    with pytest.raises(Misuse, match="needs a token: set GITHUB_TOKENS"):
        run("github", tmp_path / "none", "--model", "gpt2")


def test_pilot_then_all(hub: GitHub, tmp_path: Path) -> None:
    told = run("github", chosen(tmp_path), "--pilot", 24).stdout
    assert "search: 48 complete" in told
    assert "Drawn from the 24 models that are answered." in told
    assert not any("/git/blobs/" in target for target in hub.asked)
    run("github", tmp_path)
    told = run("github", tmp_path, "--dry-run").stdout
    assert "         0  queries" in told
    assert "         0  requests\n" in told
    with Corpus.open(tmp_path) as corpus:
        assert corpus.database.one("SELECT count(*) FROM queries WHERE outcome IS NULL") == 0
        assert not corpus.missing("127.0.0.1")
    searched = [target for target in hub.asked if target.startswith("/search")]
    assert all(hub.asked[target] == 1 for target in searched)


def test_refresh(hub: GitHub, tmp_path: Path) -> None:
    run("github", tmp_path, "--model", MODELS[0])
    blobs = sum(count for target, count in hub.asked.items() if "/git/blobs/" in target)
    assert "0  queries to github" in run("refresh", tmp_path).stdout
    told = run("refresh", tmp_path, "--older-than", 0).stdout
    assert "search: 2 complete" in told
    assert "unchanged" in told
    assert hub.statuses[304] > 0
    assert blobs == sum(count for target, count in hub.asked.items() if "/git/blobs/" in target)


def test_says_what_got_no_answer(hub: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("miner.caller.BACKOFF", 0.001)
    hub.faults = OnDemand({"/git/blobs/": ["error"] * 8})
    done = run("github", tmp_path, "--model", MODELS[0])
    assert "1 unanswered" in done.stdout
    assert "run again" in done.stderr
    assert "file: 1 complete" in run("github", tmp_path, "--model", MODELS[0]).stdout


def test_no_models(hub: GitHub, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="no models to look for"):
        run("github", tmp_path)
    assert not hub.asked


def test_gitlab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(GitLab(WORLD, RealTime(), tokens=SECRETS, limits=ROOMY)) as base:
        monkeypatch.setenv("CI_SERVER_URL", base)
        monkeypatch.setenv("GITLAB_TOKEN", SECRETS[0])
        assert "search: 2 complete" in run("gitlab", tmp_path / "a", "--model", MODELS[0]).stdout
        assert "projects: 1 complete" in run("gitlab", tmp_path / "b", "--topic", "alpha").stdout


def test_files_that_github_has_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = WORLD.files[0]
    hits = [Hit("github.com", "a/b", name, WORLD.sha(file)) for name in ("lost.py", "named.py")]
    with Corpus.open(tmp_path, create=True) as corpus:
        corpus.answer(Answer(Query("shards", "shard", "x"), hits=tuple(hits)))
        corpus.lose(hits[0], "HTTP status 404")
    with serving(SoftwareHeritage(WORLD, RealTime())) as base:
        monkeypatch.setenv("SWH_API_URL", base)
        assert "file: 1 complete" in run("swh", tmp_path, "--github").stdout
    with Corpus.open(tmp_path) as corpus:
        assert [stored.hit.path for stored in corpus.files()] == ["lost.py", "named.py"]
        assert corpus.content(WORLD.sha(file)) == WORLD.content(file)


def test_swh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = SoftwareHeritage(WORLD, RealTime(), limits={"api": (10**6, 3600.0)})
    names = tmp_path / "names"
    names.write_text(f"{origin(WORLD.repos[1])}\n\nswh:1:cnt:{WORLD.sha(WORLD.files[0])}\n")
    with serving(server) as base:
        monkeypatch.setenv("SWH_API_URL", base)
        told = run("swh", tmp_path / "corpus", origin(WORLD.repos[0]), "--from", names).stdout
    assert "origin: 2 complete" in told
    assert "content: 1 complete" in told
