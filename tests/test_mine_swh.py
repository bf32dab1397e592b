"""softwareheritage: files by SWHID and by origin, against a server that speaks the archive's protocol."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

pytest.importorskip("requests")

from miner import softwareheritage as swh
from miner.corpus import Corpus
from miner.errors import Misuse
from servers.base import Faults, serving
from servers.clock import SimulatedClock
from servers.faults import QUICK, Seeded
from servers.mined import SECRETS, mine
from servers.softwareheritage import SoftwareHeritage, origin
from servers.world import Shape, World

WORLD = World(Shape(repositories=12, hits=200))
KINDS = tuple(kind for kind in QUICK if kind not in {"incomplete", "shifted"})
ORIGINS = [origin(repo) for repo in WORLD.repos]


def mined(folder: Path, names: list[str], faults: Faults | None = None) -> tuple[list[str], SoftwareHeritage]:
    clock = SimulatedClock()
    server = SoftwareHeritage(WORLD, clock, tokens=SECRETS, faults=faults)
    with serving(server) as base, Corpus.open(folder, create=True, clock=clock.now) as corpus:
        mine(corpus, base, clock, swh, swh.queries(names))
        return list(corpus.lines()), server


def test_faults_change_nothing(tmp_path: Path) -> None:
    expected, server = mined(tmp_path / "0", ORIGINS)
    assert server.limits.refused == 0
    spoiled = 0
    for seed in (1, 2, 3):
        lines, server = mined(tmp_path / str(seed), ORIGINS, Seeded(0.05, seed, KINDS))
        spoiled += sum(server.spoiled.values())
        assert lines == expected
    assert spoiled > 10


def test_all_files_of_an_origin(tmp_path: Path) -> None:
    mined(tmp_path, ORIGINS)
    wanted = {
        (f"github.com/{WORLD.repos[file.repo].name}", file.path): WORLD.content(file)
        for file in WORLD.files
        if file.ending in {"py", "ipynb"}
    }
    with Corpus.open(tmp_path) as corpus:
        files = list(corpus.files())
        assert {(file.hit.repository, file.hit.path): corpus.content(file.blob) for file in files} == wanted
        assert {file.hit.commit for file in files} <= {repo.commit for repo in WORLD.repos}


def test_contents_by_their_names(tmp_path: Path) -> None:
    one = WORLD.files[0]
    other = next(file for file in WORLD.files if WORLD.sha(file) != WORLD.sha(one))
    names = [
        f"swh:1:cnt:{WORLD.sha(one)}",
        f"swh:1:cnt:{WORLD.sha(other)};origin=https://github.com/a/b;path=/src/my%3Bapp.py",
        f"swh:1:cnt:{'0' * 40}",
    ]
    _, server = mined(tmp_path, names)
    assert server.requests == 2 + 3
    with Corpus.open(tmp_path) as corpus:
        found = {(file.hit.repository, file.hit.path): file.blob for file in corpus.files()}
        assert found == {
            ("127.0.0.1", names[0]): WORLD.sha(one),
            ("github.com/a/b", "src/my;app.py"): WORLD.sha(other),
        }
        (reason,) = next(iter(corpus.database.select("SELECT reason FROM files WHERE reason IS NOT NULL")))
        assert reason.startswith("HTTP status 404")


def test_names_that_are_none() -> None:
    for name in ("gpt2", "swh:1:cnt:abc", "swh:1:rev:" + "0" * 40):
        with pytest.raises(Misuse, match="is no SWHID"):
            list(swh.queries([name]))


def test_an_origin_that_is_not_archived(tmp_path: Path) -> None:
    mined(tmp_path, ["https://github.com/no/such"])
    with Corpus.open(tmp_path) as corpus:
        ((outcome, reason),) = corpus.database.select("SELECT outcome, reason FROM queries")
    assert outcome == "failed"
    assert reason.startswith("HTTP status 404: Origin with url https://github.com/no/such not found")


def test_no_token_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mined(tmp_path, ORIGINS[:3], Seeded(0.1, kinds=KINDS))
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()) + caplog.text.encode()
    assert not any(secret.encode() in written for secret in SECRETS)
