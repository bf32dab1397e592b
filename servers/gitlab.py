"""GitLab's REST API over a made-up world: search in blobs, projects, files, offset and keyset paging, rate limits."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import unquote, urlencode

from servers.base import Clock, Faults, Reply, Request, Service
from servers.github import _time
from servers.limits import Limits
from servers.search_syntax import Invalid, matches, parse
from servers.world import EPOCH, File, Repo, World

LIMITS = {"core": (2000, 60.0), "search": (10, 60.0)}

#: Above so many results, the service does not count them.
COUNTED = 10_000


class GitLab(Service):
    """`has_advanced_search`: whether blobs of all projects can be searched at once."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        tokens: tuple[str, ...] = ("token",),
        faults: Faults | None = None,
        limits: dict[str, tuple[int, float]] | None = None,
        has_advanced_search: bool = True,
    ) -> None:
        super().__init__(faults)
        self.world, self.clock, self.tokens = world, clock, set(tokens)
        self.limits = Limits(clock, LIMITS | (limits or {}))
        self.has_advanced_search = has_advanced_search

    def answer(self, request: Request, fault: str | None) -> Reply:
        if request.token and request.token not in self.tokens:
            return Reply.of({"message": "401 Unauthorized"}, 401)
        path = request.target.partition("?")[0].removeprefix("/api/v4")  # still encoded: names hold slashes
        resource = "search" if path.endswith("/search") else "core"
        if resource == "search" and not request.token:
            return Reply.of({"message": "401 Unauthorized"}, 401)
        window, is_within = self.limits.spend(request.token, resource)
        headers = {
            "RateLimit-Limit": str(window.limit),
            "RateLimit-Observed": str(window.used),
            "RateLimit-Remaining": str(window.remaining),
            "RateLimit-Reset": str(int(window.ends)),
            "RateLimit-Name": f"throttle_authenticated_{resource}",
        }
        if not is_within:
            wait = str(int(window.ends - self.clock.now()) + 1)
            return Reply(429, b"Retry later\n", {"Content-Type": "text/plain", "Retry-After": wait, **headers})
        return self._routed(path, request, fault).also(headers)

    def _routed(self, path: str, request: Request, fault: str | None) -> Reply:
        if path == "/search":
            if not self.has_advanced_search:
                return Reply.of({"error": "scope does not have a valid value"}, 400)
            return self._search(None, request, fault)
        if path == "/projects":
            return self._projects(request)
        if found := re.fullmatch(r"/projects/([^/]+)(/.*)?", path):
            name = unquote(found[1])
            if name in self.world.renamed:
                number = self.world.by_name[self.world.renamed[name]].number
                url = f"{self.base}/api/v4/projects/{number}{found[2] or ''}"
                return Reply.of({"message": "Moved"}, 301, Location=url)
            repo = self._repo(name)
            return self._of_project(repo, found[2] or "", request, fault) if repo else _missing("Project")
        return _missing("Route")

    def _repo(self, name: str) -> Repo | None:
        if name.isdigit():
            return self.world.repos[int(name)] if int(name) < len(self.world.repos) else None
        return self.world.by_name.get(name)

    def _of_project(self, repo: Repo, rest: str, request: Request, fault: str | None) -> Reply:
        if not rest:
            return Reply.of(self.project(repo))
        if rest == "/search":
            return self._search(repo, request, fault)
        if rest.startswith("/repository/commits/"):
            return Reply.of({"id": repo.commit, "short_id": repo.commit[:8], "created_at": _time(EPOCH)})
        if rest.startswith("/repository/files/"):
            path = unquote(rest.removeprefix("/repository/files/"))
            file = next((self.world.files[n] for n in repo.files if self.world.files[n].path == path), None)
            is_known = request.query.get("ref") in {"main", "HEAD", repo.commit}
            return Reply.of(self._file(repo, file, fault)) if file and is_known else _missing("File")
        return _missing("Route")

    def project(self, repo: Repo) -> dict[str, Any]:
        owner, _, name = repo.name.partition("/")
        found: dict[str, Any] = {
            "id": repo.number,
            "name": name,
            "path_with_namespace": repo.name,
            "namespace": {"full_path": owner},
            "description": None,
            "default_branch": "main",
            "star_count": repo.stars,
            "forks_count": repo.forks,
            "archived": repo.is_archived,
            "topics": list(repo.topics),
            "web_url": f"https://gitlab.com/{repo.name}",
            "created_at": _time(EPOCH + repo.number * 60),
            "last_activity_at": _time(EPOCH + repo.number * 3600),
            "license": {"key": repo.licence.lower(), "name": repo.licence} if repo.licence else None,
        }
        return {**found, "forked_from_project": {"path_with_namespace": "origin/of"}} if repo.is_fork else found

    def _search(self, repo: Repo | None, request: Request, fault: str | None) -> Reply:
        if request.query.get("scope") != "blobs":
            return Reply.of({"error": "scope does not have a valid value"}, 400)
        try:
            files = list(matches(self.world, parse(request.query.get("search", ""))))
        except Invalid as error:
            return Reply.of({"error": str(error)}, 400)
        found = [file for file in files if repo is None or file.repo == repo.number]
        return self._paged([self._blob(file) for file in found], request, fault)

    def _paged(self, found: list[dict[str, Any]], request: Request, fault: str | None) -> Reply:
        page, size = int(request.query.get("page", 1)), min(100, int(request.query.get("per_page", 20)))
        shift = 3 if fault == "shifted" and page > 1 else 0
        start, last = (page - 1) * size, max(1, -(-len(found) // size))
        headers = {"X-Page": str(page), "X-Per-Page": str(size), "X-Next-Page": str(page + 1) if page < last else ""}
        if len(found) <= COUNTED:
            headers |= {"X-Total": str(len(found)), "X-Total-Pages": str(last)}
        if page < last:
            url = f"{self.base}{request.path}?{urlencode({**request.query, 'page': page + 1})}"
            headers["Link"] = f'<{url}>; rel="next"'
        return Reply.of(found[start - shift : start + size - shift]).also(headers)

    def _projects(self, request: Request) -> Reply:
        """Keyset paging: what follows an id."""
        topic, after = request.query.get("topic"), int(request.query.get("id_after", -1))
        size = min(100, int(request.query.get("per_page", 20)))
        found = [r for r in self.world.repos if r.number > after and (topic is None or topic in r.topics)]
        headers = {}
        if len(found) > size:
            query = {**request.query, "id_after": found[size - 1].number}
            headers["Link"] = f'<{self.base}{request.path}?{urlencode(query)}>; rel="next"'
        return Reply.of([self.project(repo) for repo in found[:size]]).also(headers)

    def _blob(self, file: File) -> dict[str, Any]:
        repo = self.world.repos[file.repo]
        return {
            "basename": file.path.rpartition(".")[0],
            "data": self.world.content(file).decode()[:200],
            "path": file.path,
            "filename": file.path,
            "id": None,
            "ref": repo.commit,
            "startline": 1,
            "project_id": repo.number,
        }

    def _file(self, repo: Repo, file: File, fault: str | None) -> dict[str, Any]:
        content = self.world.content(file)
        sent = content[: len(content) // 2] if fault == "corrupt" else content
        return {
            "file_name": file.path.rpartition("/")[2],
            "file_path": file.path,
            "size": len(content),
            "encoding": "base64",
            "content": base64.b64encode(sent).decode(),
            "ref": repo.commit,
            "blob_id": self.world.sha(file),
            "commit_id": repo.commit,
            "last_commit_id": repo.commit,
        }


def _missing(what: str) -> Reply:
    return Reply.of({"message": f"404 {what} Not Found"}, 404)
