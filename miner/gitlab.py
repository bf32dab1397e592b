"""GitLab: search in blobs, facts about projects, files. The only importer of python-gitlab.

Where an instance has advanced search, the blobs of all projects are searched; else projects are listed by topic, and
each is searched for itself. python-gitlab carries the requests; the caller waits and asks again.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from miner.asking import Ask, Reply, Steps, is_object
from miner.campaign import Answers, Service
from miner.corpus import blob_hash
from miner.errors import Misuse
from miner.pages import Page, walked
from miner.records import Answer, Hit, Query, Repository
from miner.tokens import Source, Token

try:
    from gitlab import Gitlab
    from gitlab.exceptions import GitlabError
    from gitlab.utils import EncodedId
except ImportError as missing:
    raise Misuse("mine gitlab needs python-gitlab: pip install 'ptmscope[mine]'") from missing

NAME = "gitlab"
TOKENS = Source(("GITLAB_TOKENS", "GITLAB_TOKEN"))

#: Where the instance is, and the variable that says otherwise (the one that GitLab's own runners set).
API, VARIABLE = "https://gitlab.com", "CI_SERVER_URL"

#: Requests and seconds for each, as documented for gitlab.com; the headers say what holds.
LIMITS = {"search": (10, 60.0), "core": (2000, 60.0)}

#: What can have changed since it was answered.
ANSWERED = ("complete", "failed")
REFRESHED = {"search": ANSWERED, "projects": ANSWERED, "project": ANSWERED}

PAGE = 100
TIMEOUT = 30
_PREFIX = "/api/v4"

#: What is searched for in a single project: whatever loads by this name, in files of these endings.
IN_PROJECT = ("from_pretrained extension:py", "from_pretrained extension:ipynb")


class Client:
    """One python-gitlab client for each token, all to the same instance."""

    def __init__(self, base: str = API, timeout: int = TIMEOUT) -> None:
        self.base, self.timeout = base.rstrip("/"), timeout
        self._clients: dict[Token, Gitlab] = {}
        self._last: Any = None

    def send(self, token: Token, ask: Ask) -> Reply:
        """One request, one reply. The client's errors have no headers, so the response is taken where it comes in."""
        self._last = None
        try:
            self._client(token).http_request(
                "get",
                ask.path.removeprefix(_PREFIX),
                query_data=dict(ask.parameters),
                obey_rate_limit=False,
                retry_transient_errors=False,
                max_retries=0,
            )
        except GitlabError:
            pass
        except (OSError, ValueError) as error:  # requests raises kinds of OSError; a redirection is one, too
            if self._last is None or not self._last.is_redirect:
                return Reply(0, problem=type(error).__name__)
        return _parsed(self._last)

    def _client(self, token: Token) -> Gitlab:
        if token not in self._clients:
            client = Gitlab(self.base, private_token=token.reveal() or None, timeout=self.timeout, keep_base_url=True)
            client.session.max_redirects = 0  # followed by the caller: a header with a token goes to no other host
            client.session.hooks["response"].append(self._received)
            self._clients[token] = client
        return self._clients[token]

    def _received(self, response: Any, *_: object, **__: object) -> None:
        self._last = response


def _parsed(response: Any) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        return Reply(response.status_code, headers, json.loads(response.content) if response.content else None)
    except (ValueError, RecursionError):
        return Reply(response.status_code, headers, problem="not JSON")


def service(base: str = API) -> Service:
    """GitLab as a source. Names of projects are kept for a run: results of a search have only their numbers."""
    host = base.partition("://")[2].partition("/")[0].partition(":")[0]
    names: dict[int, Repository] = {}
    kinds: dict[str, Answers] = {
        "search": partial(_searched, host, names),
        "projects": _listed,
        "project": partial(_project, host),
    }
    return Service(NAME, host, kinds, _fetched)


def topics(names: Iterable[str]) -> Iterable[Query]:
    """What lists the projects of topics."""
    return (Query(NAME, "projects", name) for name in names)


def _searched(host: str, names: dict[int, Repository], query: Query, etag: str | None) -> Steps[Answer]:
    """All blobs of the instance that a query finds, and the facts about their projects."""
    items = yield from walked(partial(_blobs, "/search", {"search": query.text}), _key)
    for number in dict.fromkeys(item["project_id"] for item in items):
        if number not in names:
            reply = yield Ask(f"/projects/{number}", {"license": "true"}, shape=_is_project)
            names[number] = _facts(host, reply.data)
    hits = tuple(dict.fromkeys(_hit(names[item["project_id"]], item) for item in items))
    repositories = {names[item["project_id"]] for item in items}
    return Answer(query, "complete", len(hits), hits, repositories=tuple(sorted(repositories, key=lambda r: r.name)))


def _listed(query: Query, etag: str | None) -> Steps[Answer]:
    """The projects of a topic, by the keyset: each follows the last one's id."""
    asked: dict[str, str | int] = {"topic": query.text, "order_by": "id", "sort": "asc", "pagination": "keyset"}
    asked |= {"per_page": PAGE, "simple": "true"}
    found: list[dict[str, Any]] = []
    while True:
        page = (yield Ask("/projects", asked, shape=_list_of(_is_project))).data
        found += page
        if len(page) < PAGE:
            break
        asked = {**asked, "id_after": page[-1]["id"]}
    then = tuple(Query(NAME, "project", each["path_with_namespace"], form="project") for each in found)
    return Answer(query, "complete", len(found), then=then)


def _project(host: str, query: Query, etag: str | None) -> Steps[Answer]:
    """One project: its facts, its head, and what loads models there."""
    path = f"/projects/{EncodedId(query.text)}"
    facts = _facts(host, (yield Ask(path, {"license": "true"}, shape=_is_project)).data, query.text)
    head = (yield Ask(f"{path}/repository/commits/{EncodedId(facts.branch or 'HEAD')}", shape=_is_commit)).data["id"]
    items: list[Any] = []
    for text in IN_PROJECT:
        items += yield from walked(partial(_blobs, f"{path}/search", {"search": text, "ref": head}), _key)
    hits = tuple(dict.fromkeys(_hit(facts, item) for item in items))
    return Answer(query, "complete", len(hits), hits, repositories=(facts,))


def _blobs(path: str, asked: Mapping[str, str], number: int) -> Steps[Page]:
    parameters: dict[str, str | int] = {"scope": "blobs", "per_page": PAGE, "page": number, **asked}
    reply = yield Ask(path, parameters, "search", shape=_list_of(_is_blob))
    total = reply.headers.get("x-total", "")
    is_last = not reply.headers["x-next-page"] if "x-next-page" in reply.headers else len(reply.data) < PAGE
    return Page(tuple(reply.data), is_last, int(total) if total.isdigit() else None)


def _list_of(shape: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda data: isinstance(data, list) and all(shape(item) for item in data)


def _is_blob(item: Any) -> bool:
    return is_object(item) and isinstance(item.get("path"), str) and isinstance(item.get("project_id"), int)


def _is_project(data: Any) -> bool:
    return is_object(data) and isinstance(data.get("path_with_namespace"), str) and isinstance(data.get("id"), int)


def _is_commit(data: Any) -> bool:
    return is_object(data) and isinstance(data.get("id"), str)


def _key(item: dict[str, Any]) -> tuple[int, str, Any]:
    """A file may be listed for each place in it."""
    return item["project_id"], item["path"], item.get("startline")


def _hit(project: Repository, item: dict[str, Any]) -> Hit:
    """The version is the commit: a search tells no hash of the content."""
    ref = str(item.get("ref") or project.branch or "HEAD")
    url = f"{project.url}/-/blob/{ref}/{item['path']}"
    return Hit(project.host, project.name, item["path"], ref, ref, url)


def _facts(host: str, data: dict[str, Any], name: str | None = None) -> Repository:
    licence, origin = data.get("license"), data.get("forked_from_project")
    return Repository(
        host,
        name or data["path_with_namespace"],
        branch=data.get("default_branch"),
        stars=data.get("star_count"),
        forks=data.get("forks_count"),
        fork=origin is not None,
        parent=origin.get("path_with_namespace") if isinstance(origin, dict) else None,
        archived=data.get("archived"),
        licence=licence.get("key") if isinstance(licence, dict) else None,
        created=data.get("created_at"),
        pushed=data.get("last_activity_at"),
        topics=tuple(data.get("topics") or ()),
        description=data.get("description"),
        url=data.get("web_url"),
    )


def _fetched(hit: Hit) -> Steps[bytes]:
    """The content of a hit at its commit; it is asked for until it has the hash that is told with it."""
    path = f"/projects/{EncodedId(hit.repository)}/repository/files/{EncodedId(hit.path)}"
    reply = yield Ask(path, {"ref": hit.version or "HEAD"}, shape=_is_file)
    return base64.b64decode(reply.data["content"])


def _is_file(data: Any) -> bool:
    try:
        return blob_hash(base64.b64decode(data["content"])) == str(data["blob_id"])
    except (KeyError, TypeError, ValueError, binascii.Error):
        return False
