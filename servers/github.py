"""GitHub's REST API over a made-up world: code search, repositories, blobs, contents, rate limits, ETags."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from zlib import crc32

from servers.base import Clock, Faults, Reply, Request, Service
from servers.limits import Limits
from servers.search_syntax import Invalid, matches, parse
from servers.world import EPOCH, File, Repo, World

#: Results of one query, however many there are.
CAP = 1000

#: Requests and seconds per resource, as documented for a personal token.
LIMITS = {"core": (5000, 3600.0), "search": (30, 60.0), "code_search": (10, 60.0)}

#: Queries whose results are kept, for their next pages.
REMEMBERED = 64


class GitHub(Service):
    """`tokens`: the credentials it takes."""

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
        self._results: OrderedDict[str, list[File]] = OrderedDict()

    def answer(self, request: Request, fault: str | None) -> Reply:
        is_known = request.token in self.tokens
        if request.token and not is_known:
            return Reply.of({"message": "Bad credentials"}, 401)
        resource = "code_search" if request.path == "/search/code" else "core"
        if resource == "code_search" and not is_known:
            return Reply.of({"message": "Requires authentication"}, 401)
        if request.path == "/rate_limit":
            return self._rate_limit(request)
        reply = self._routed(request, fault)
        if reply.status == 304:  # not counted
            return reply.also(self._headers(request, resource))
        _, is_within = self.limits.spend(request.token, resource)
        if not is_within:
            message = "API rate limit exceeded for user ID 1. (But here's the good news: …)"
            reply = Reply.of({"message": message}, 403)
        return reply.also(self._headers(request, resource))

    def _headers(self, request: Request, resource: str) -> dict[str, str]:
        window = self.limits.window(request.token, resource)
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Used": str(window.used),
            "X-RateLimit-Reset": str(int(window.ends)),
            "X-RateLimit-Resource": resource,
        }

    def _rate_limit(self, request: Request) -> Reply:
        found = {}
        for resource in self.limits.limits:
            window = self.limits.window(request.token, resource)
            found[resource] = {
                "limit": window.limit,
                "remaining": window.remaining,
                "reset": int(window.ends),
                "used": window.used,
            }
        return Reply.of({"resources": found, "rate": found["core"]})

    def _routed(self, request: Request, fault: str | None) -> Reply:
        if request.path == "/search/code":
            return self._search(request, fault)
        if found := re.fullmatch(r"/repos/([^/]+/[^/]+)(/.*)?", request.path):
            if found[1] in self.world.renamed:
                number = self.world.by_name[self.world.renamed[found[1]]].number
                url = f"{self.base}/repositories/{number}{found[2] or ''}"
                return Reply.of({"message": "Moved Permanently", "url": url}, 301, Location=url)
            repo = self.world.by_name.get(found[1])
        elif found := re.fullmatch(r"/repositories/(\d+)(/.*)?", request.path):
            repo = self.world.repos[int(found[1])] if int(found[1]) < len(self.world.repos) else None
        else:
            return _NOT_FOUND
        return self._of_repo(repo, found[2] or "", request, fault) if repo else _NOT_FOUND

    def _of_repo(self, repo: Repo, rest: str, request: Request, fault: str | None) -> Reply:
        if not rest:
            return self._conditional(self.repository(repo), request)
        if rest.startswith("/git/blobs/"):
            number = self.world.by_sha.get(bytes.fromhex(rest.rpartition("/")[2]))
            return self._conditional(self._blob(number, fault), request) if number is not None else _NOT_FOUND
        if rest.startswith("/contents/"):
            path = rest.removeprefix("/contents/")
            file = next((self.world.files[n] for n in repo.files if self.world.files[n].path == path), None)
            return self._conditional(self._contents(repo, file), request) if file else _NOT_FOUND
        if found := re.fullmatch(r"/commits/(\w+)", rest):
            return self._conditional({"sha": repo.commit if found[1] in {"main", repo.commit} else found[1]}, request)
        return _NOT_FOUND

    def _search(self, request: Request, fault: str | None) -> Reply:
        page, size = int(request.query.get("page", 1)), min(100, int(request.query.get("per_page", 30)))
        if (page - 1) * size >= CAP:
            return Reply.of({"message": "Only the first 1000 search results are available"}, 422)
        try:
            found = self._found(request.query.get("q", ""), request.query.get("sort"), request.query.get("order"))
        except Invalid as error:
            return Reply.of({"message": "Validation Failed", "errors": [{"message": str(error)}]}, 422)
        start = (page - 1) * size
        shift = 3 if fault == "shifted" and page > 1 else 0  # the list has grown at its head since the last page
        items = found[start - shift : min(start + size, CAP) - shift]
        if fault == "incomplete":
            items = items[::2]
        body = {
            "total_count": len(found),
            "incomplete_results": fault == "incomplete",
            "items": [self.item(file) for file in items],
        }
        last = max(1, -(-min(len(found), CAP) // size))
        return Reply.of(body, **_link(self.base, request, page, last))

    def _found(self, text: str, sort: str | None, order: str | None) -> list[File]:
        """All results: the best first, or by when they were indexed, the last first."""
        key = f"{text} {sort} {order}"
        if key not in self._results:
            found = list(matches(self.world, parse(text)))
            if sort == "indexed":
                found.sort(key=lambda file: (crc32(file.path.encode()), file.number), reverse=order != "asc")
            self._results[key] = found
            if len(self._results) > REMEMBERED:
                self._results.popitem(last=False)
        self._results.move_to_end(key)
        return self._results[key]

    def item(self, file: File) -> dict[str, Any]:
        """A file as the search lists it."""
        repo = self.world.repos[file.repo]
        path, sha = quote(file.path), self.world.sha(file)
        repository = {**self._brief(repo), "description": None}
        return {
            "name": file.path.rpartition("/")[2],
            "path": file.path,
            "sha": sha,
            "url": f"{self.base}/repositories/{repo.number}/contents/{path}?ref={repo.commit}",
            "git_url": f"{self.base}/repositories/{repo.number}/git/blobs/{sha}",
            "html_url": f"https://github.com/{repo.name}/blob/{repo.commit}/{path}",
            "repository": repository,
            "score": 1.0,
        }

    def _brief(self, repo: Repo) -> dict[str, Any]:
        owner, _, name = repo.name.partition("/")
        return {
            "id": repo.number,
            "name": name,
            "full_name": repo.name,
            "owner": {"login": owner, "id": 1000 + repo.number % 97, "type": "User"},
            "private": False,
            "fork": repo.is_fork,
            "html_url": f"https://github.com/{repo.name}",
            "url": f"{self.base}/repos/{repo.name}",
        }

    def repository(self, repo: Repo) -> dict[str, Any]:
        """A repository object, with the fields that tell what it is."""
        licence = {"key": repo.licence.lower(), "spdx_id": repo.licence} if repo.licence else None
        return {
            **self._brief(repo),
            "stargazers_count": repo.stars,
            "forks_count": repo.forks,
            "archived": repo.is_archived,
            "is_template": repo.is_template,
            "license": licence,
            "size": sum(self.world.size(self.world.files[number]) for number in repo.files) // 1024,
            "created_at": _time(EPOCH + repo.number * 60),
            "pushed_at": _time(EPOCH + repo.number * 3600),
            "topics": list(repo.topics),
            "default_branch": "main",
        }

    def _blob(self, number: int, fault: str | None) -> dict[str, Any]:
        file = self.world.files[number]
        content = self.world.content(file)
        sent = content[: len(content) // 2] if fault == "corrupt" else content
        return {
            "sha": self.world.sha(file),
            "size": len(content),
            "content": base64.encodebytes(sent).decode(),
            "encoding": "base64",
            "url": f"{self.base}/git/blobs/{self.world.sha(file)}",
        }

    def _contents(self, repo: Repo, file: File) -> dict[str, Any]:
        blob = self._blob(file.number, None)
        return {**self.item(file), **blob, "type": "file"}

    def _conditional(self, body: dict[str, Any], request: Request) -> Reply:
        text = json.dumps(body).replace(self.base, "")  # the same on every port
        tag = 'W/"' + hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() + '"'
        if request.headers.get("If-None-Match") == tag:
            return Reply(304, b"", {"ETag": tag})
        return Reply.of(body, ETag=tag)


_NOT_FOUND = Reply.of({"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}, 404)


def _link(base: str, request: Request, page: int, last: int) -> dict[str, str]:
    wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    rels = ("next", "last") if page == 1 else ("prev", "first") if page == last else ("prev", "next", "last", "first")
    if last == 1:
        return {}
    urls = {rel: f"{base}{request.path}?{urlencode({**request.query, 'page': wanted[rel]})}" for rel in rels}
    return {"Link": ", ".join(f'<{url}>; rel="{rel}"' for rel, url in urls.items())}


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
