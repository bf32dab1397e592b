"""Software Heritage's web API over a made-up world: contents by hash, directories, visits of origins, rate limits."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from servers.base import Clock, Faults, Reply, Request, Service
from servers.github import _time
from servers.limits import Limits
from servers.world import EPOCH, Repo, World

#: Requests and seconds, with a token; 120 without.
LIMITS = {"api": (1200, 3600.0)}


def origin(repo: Repo) -> str:
    return f"https://github.com/{repo.name}"


class SoftwareHeritage(Service):
    """The archive has all repositories of the world, each visited once."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        tokens: tuple[str, ...] = ("token",),
        faults: Faults | None = None,
        limits: dict[str, tuple[int, float]] | None = None,
    ) -> None:
        super().__init__(faults)
        self.world, self.clock, self.tokens = world, clock, set(tokens)
        self.limits = Limits(clock, LIMITS | (limits or {}))
        self.by_origin = {origin(repo): repo for repo in world.repos}
        self.directories: dict[str, list[dict[str, Any]]] = {}
        self.roots = {repo.number: self._directory(_tree(world, repo)) for repo in world.repos}

    def _directory(self, tree: dict[str, Any]) -> str:
        """Names a folder by what is in it, as git does (in spirit)."""
        entries = []
        for name, value in sorted(tree.items()):
            is_file = isinstance(value, str)
            target = value if is_file else self._directory(value)
            entries.append({"name": name, "type": "file" if is_file else "dir", "target": target, "perms": 33188})
        digest = hashlib.sha1(json.dumps(entries).encode(), usedforsecurity=False).hexdigest()
        self.directories[digest] = entries
        return digest

    def answer(self, request: Request, fault: str | None) -> Reply:
        if request.token and request.token not in self.tokens:
            return Reply.of({"exception": "AuthenticationFailed", "reason": "invalid token"}, 401)
        window, is_within = self.limits.spend(request.token, "api")
        headers = {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Reset": str(int(window.ends)),
        }
        if not is_within:
            wait = str(int(window.ends - self.clock.now()) + 1)
            return Reply.of({"exception": "Throttled", "reason": "Request was throttled."}, 429).also(
                {"Retry-After": wait, **headers}
            )
        return self._routed(request.path.removeprefix("/api/1"), request, fault).also(headers)

    def _routed(self, path: str, request: Request, fault: str | None) -> Reply:
        if found := re.fullmatch(r"/content/sha1_git:([0-9a-f]{40})/(raw/)?", path):
            return self._content(found[1], fault, is_raw=bool(found[2]))
        if (found := re.fullmatch(r"/directory/([0-9a-f]{40})/", path)) and found[1] in self.directories:
            return Reply.of(self.directories[found[1]])
        if found := re.fullmatch(r"/origin/(.+)/visit/latest/", path):
            repo = self.by_origin.get(found[1])
            return Reply.of(self._visit(repo)) if repo else _missing(f"Origin with url {found[1]}")
        if found := re.fullmatch(r"/origin/search/([^/]+)/", path):
            names = [url for url in self.by_origin if found[1] in url]
            return Reply.of([{"url": url} for url in names[: int(request.query.get("limit", 70))]])
        if found := re.fullmatch(r"/(snapshot|revision)/([0-9a-f]{40})/", path):
            repo = next((each for each in self.world.repos if found[2] == _NAMES[found[1]](each)), None)
            if repo is not None:
                return Reply.of(self._snapshot(repo) if found[1] == "snapshot" else self._revision(repo))
        if path == "/known/" and request.method == "POST":
            held = {f"swh:1:cnt:{sha.hex()}" for sha in self.world.by_sha}
            return Reply.of({swhid: {"known": swhid in held} for swhid in json.loads(request.body)})
        return _missing(path)

    def _content(self, sha: str, fault: str | None, *, is_raw: bool) -> Reply:
        number = self.world.by_sha.get(bytes.fromhex(sha))
        if number is None:
            return _missing(f"Content with sha1_git checksum equals to {sha}")
        content = self.world.content(self.world.files[number])
        if is_raw:
            sent = content[: len(content) // 2] if fault == "corrupt" else content
            return Reply(200, sent, {"Content-Type": "application/octet-stream"})
        return Reply.of({"checksums": {"sha1_git": sha}, "length": len(content), "status": "visible"})

    def _visit(self, repo: Repo) -> dict[str, Any]:
        return {
            "origin": origin(repo),
            "visit": 1,
            "date": _time(EPOCH + repo.number),
            "status": "full",
            "snapshot": _snapshot_of(repo),
        }

    def _snapshot(self, repo: Repo) -> dict[str, Any]:
        branches = {
            "HEAD": {"target_type": "alias", "target": "refs/heads/main"},
            "refs/heads/main": {"target_type": "revision", "target": repo.commit},
        }
        return {"id": _snapshot_of(repo), "branches": branches, "next_branch": None}

    def _revision(self, repo: Repo) -> dict[str, Any]:
        return {"id": repo.commit, "directory": self.roots[repo.number], "date": _time(EPOCH)}


def _tree(world: World, repo: Repo) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for number in repo.files:
        *folders, name = world.files[number].path.split("/")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = world.sha(world.files[number])
    return tree


def _snapshot_of(repo: Repo) -> str:
    return hashlib.sha1(f"snapshot {repo.number}".encode(), usedforsecurity=False).hexdigest()


_NAMES = {"snapshot": _snapshot_of, "revision": lambda repo: repo.commit}


def _missing(what: str) -> Reply:
    return Reply.of({"exception": "NotFoundExc", "reason": f"{what} not found!"}, 404)
