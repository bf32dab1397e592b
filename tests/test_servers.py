"""The local servers, asked by the real clients as a program usually asks: whether they speak the protocols."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("github")
pytest.importorskip("gitlab")

from github import Auth, Github, GithubException, RateLimitExceededException
from gitlab import Gitlab

from servers.base import serving
from servers.clock import SimulatedClock
from servers.github import CAP, GitHub
from servers.gitlab import GitLab
from servers.world import Shape, World

WORLD = World(Shape(hits=400))
PYTHON = [file for file in WORLD.files if file.ending == "py"]
FOUND = [file for file in PYTHON if not (repo := WORLD.repos[file.repo]).is_fork or repo.stars >= 5]


@pytest.fixture
def hub() -> Iterator[Github]:
    with serving(GitHub(WORLD, SimulatedClock())) as base:
        client = Github(auth=Auth.Token("token"), base_url=base, per_page=100, retry=None, seconds_between_requests=0)
        yield client
        client.close()


def test_github_search(hub: Github) -> None:
    found = hub.search_code("from_pretrained extension:py")
    assert found.totalCount == len(FOUND) > 100
    assert {(item.repository.full_name, item.path) for item in found} == {
        (WORLD.repos[file.repo].name, file.path) for file in FOUND
    }
    assert found.incomplete_results is False
    small = hub.search_code("from_pretrained extension:py size:0..200 -path:tests path:src")
    assert {item.path for item in small} == {
        file.path for file in FOUND if WORLD.size(file) <= 200 and file.path.startswith("src/")
    }
    for text in ("extension:py", "x" * 257, "a -path:1 -path:2 -path:3 -path:4 -path:5 -path:6"):
        with pytest.raises(GithubException, match="422"):
            _ = hub.search_code(text).totalCount
    with pytest.raises(GithubException, match=f"first {CAP} search"):
        hub.search_code("from_pretrained").get_page(10)


def test_github_objects(hub: Github) -> None:
    file = PYTHON[0]
    repo = hub.get_repo(WORLD.repos[file.repo].name)
    assert (repo.stargazers_count, repo.archived) == (WORLD.repos[file.repo].stars, WORLD.repos[file.repo].is_archived)
    assert repo.update() is False  # 304
    content = repo.get_contents(file.path)
    assert not isinstance(content, list)
    assert content.decoded_content == WORLD.content(file)
    assert repo.get_git_blob(content.sha).size == len(WORLD.content(file))
    with pytest.raises(GithubException, match="404"):
        hub.get_repo("no/such")


def test_github_limits(hub: Github) -> None:
    limits = hub.get_rate_limit().resources
    assert (limits.code_search.limit, limits.core.limit) == (10, 5000)
    for _ in range(10):
        hub.search_code("gpt2").get_page(0)
    with pytest.raises(RateLimitExceededException):
        hub.search_code("gpt2").get_page(0)
    assert hub.get_rate_limit().resources.code_search.remaining == 0


def test_gitlab() -> None:
    with serving(GitLab(WORLD, SimulatedClock())) as base, Gitlab(base, private_token="token") as client:
        found = client.search("blobs", "from_pretrained extension:py", iterator=True)
        assert len(list(found)) == len(FOUND)
        listed = client.projects.list(iterator=True, pagination="keyset", order_by="id", sort="asc", per_page=7)
        assert [each.path_with_namespace for each in listed] == [repo.name for repo in WORLD.repos]
        file = PYTHON[0]
        project = client.projects.get(WORLD.repos[file.repo].name)
        got = project.files.get(file_path=file.path, ref="main")
        assert got.decode() == WORLD.content(file)
        assert got.blob_id == WORLD.sha(file)
