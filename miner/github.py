"""GitHub: code search, facts about repositories, files by the hash of their content. The only importer of PyGithub.

PyGithub carries the requests. That it waits and retries by itself is turned off: the caller does, by a clock that is
handed in, and takes turns with the tokens.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from miner.asking import Ask, Reply, Steps
from miner.caller import Caller
from miner.campaign import Service
from miner.corpus import blob_hash
from miner.errors import Misuse
from miner.pages import Page, walked
from miner.records import Answer, Hit, Outcome, Query, Repository
from miner.slices import Slice
from miner.tokens import Source, Token

try:
    from github import Auth, Github
    from github.GithubException import GithubException
except ImportError as missing:
    raise Misuse("mine github needs PyGithub: pip install 'ptmscope[mine]'") from missing

NAME = "github"

#: Where tokens are; several take turns.
TOKENS = Source(("GITHUB_TOKENS", "GITHUB_TOKEN", "GH_TOKEN"))

#: Where the API is, and the variable that says otherwise (the one that GitHub's own runners set).
API, VARIABLE = "https://api.github.com", "GITHUB_API_URL"

#: Requests and seconds for each, as documented; the headers say what holds.
LIMITS = {"code_search": (10, 60.0), "core": (5000, 3600.0)}

#: What can have changed since it was answered; what was cut stays cut, and files never change under their hash.
ANSWERED = ("complete", "incomplete", "capped", "unchanged", "failed")
REFRESHED = {"search": ANSWERED, "repository": ANSWERED}

#: Results of a page, and of a query however many there are.
PAGE, CAP = 100, 1000

#: Times that a query is asked that was not answered in full.
ASKS = 3

#: Seconds that a request may take.
TIMEOUT = 30


class Client:
    """One PyGithub client for each token, all to the same host."""

    def __init__(self, base: str = API, timeout: int = TIMEOUT) -> None:
        self.base, self.timeout = base.rstrip("/"), timeout
        self._prefix = "".join(self.base.partition("://")[2].partition("/")[1:]).rstrip("/")
        self._clients: dict[Token, Github] = {}

    def send(self, token: Token, ask: Ask) -> Reply:
        """One request, one reply; what goes wrong on the way is told in it."""
        headers = {"If-None-Match": ask.etag} if ask.etag else {}
        try:
            status, received, text = self._client(token).requester.requestJson(
                "GET", ask.path.removeprefix(self._prefix), dict(ask.parameters), headers
            )
        except (OSError, GithubException, RuntimeError, AssertionError) as error:  # requests raises kinds of OSError
            return Reply(0, problem=type(error).__name__)
        return _parsed(status, received, text)

    def _client(self, token: Token) -> Github:
        if token not in self._clients:
            auth = Auth.Token(token.reveal()) if token.reveal() else None
            self._clients[token] = Github(
                auth=auth,
                base_url=self.base,
                timeout=self.timeout,
                per_page=PAGE,
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=None,
            )
        return self._clients[token]


def _parsed(status: int, headers: dict[str, Any], text: str) -> Reply:
    try:
        return Reply(status, headers, json.loads(text) if text else None)
    except (ValueError, RecursionError):
        return Reply(status, headers, problem="not JSON")


def limits(caller: Caller) -> dict[str, tuple[int, float]]:
    """The limits that hold for the first token; asking for them is counted against none."""
    data = caller.ask(Ask("/rate_limit", resource="rate_limit", shape=_is_limits)).data["resources"]
    return {name: (int(data[name]["limit"]), seconds) for name, (_, seconds) in LIMITS.items()}


def _is_limits(data: Any) -> bool:
    return isinstance(data, dict) and LIMITS.keys() <= (data.get("resources") or {}).keys()


def service(base: str = API) -> Service:
    """GitHub as a source: searches lead to files, and to the facts about the repositories they are in."""
    host = base.partition("://")[2].partition("/")[0].partition(":")[0].removeprefix("api.")
    return Service(NAME, host, {"search": partial(_searched, host), "repository": partial(_described, host)}, _fetched)


def _searched(host: str, query: Query, etag: str | None) -> Steps[Answer]:
    """All results of a query; or the slices that it is cut into, where there are more than the service gives."""
    first = yield from _results(query.text, 1)
    total = first["total_count"]
    part = Slice.parse(query.text)
    is_cut_short = first["incomplete_results"]
    if (total > CAP or (is_cut_short and part.is_whole)) and (cuts := part.cut(total)):
        slices = tuple(Query(NAME, "search", cut.text, model=query.model, form=query.form) for cut in cuts)
        return _with(host, first["items"], Answer(query, "split", total, then=slices))
    items = yield from walked(partial(_page, query.text), _key, _as_page(first, 1))
    if total > CAP:
        items = yield from _from_both_ends(query.text, items)
    if len(items) >= total and not is_cut_short:
        return _with(host, items, Answer(query, "complete", total))
    outcome: Outcome = "capped" if total > CAP else "incomplete"
    why = _SHORT[outcome] if not is_cut_short else "the search ended early"
    return _with(host, items, Answer(query, outcome, total, reason=f"{len(items)} of {total}: {why}"))


#: Why a query brought less than there is.
_SHORT = {"capped": "cannot be cut further", "incomplete": "fewer than claimed"}


def _with(host: str, items: Sequence[dict[str, Any]], answer: Answer) -> Answer:
    """The answer with its files, what stands with them about their repositories, and queries for the rest of that."""
    hits = _hits(host, items)
    told = {
        hit.repository: Repository(host, hit.repository, commit=hit.commit, fork=item["repository"].get("fork"))
        for hit, item in zip(hits, items, strict=True)
    }
    asked = tuple(Query(NAME, "repository", name) for name in told)
    return replace(answer, hits=hits, repositories=tuple(told.values()), then=(*answer.then, *asked))


def _from_both_ends(text: str, items: Iterable[dict[str, Any]]) -> Steps[tuple[dict[str, Any], ...]]:
    """More than one query gives: the files that were indexed first and last. The last way past the cap."""
    found = {_key(item): item for item in items}
    for order in ("asc", "desc"):
        read = partial(_page, text, order=order)
        found |= {_key(item): item for item in (yield from walked(read, _key))}
    return tuple(found.values())


def _results(text: str, number: int, order: str | None = None) -> Steps[dict[str, Any]]:
    """One page of results, asked again where the search was cut short."""
    asked: dict[str, str | int] = {"q": text, "per_page": PAGE, "page": number}
    if order is not None:
        asked |= {"sort": "indexed", "order": order}
    ask = Ask("/search/code", asked, "code_search", shape=_is_page)
    for _ in range(ASKS):
        page: dict[str, Any] = (yield ask).data
        if not page["incomplete_results"]:
            break
    return page


def _page(text: str, number: int, order: str | None = None) -> Steps[Page]:
    return _as_page((yield from _results(text, number, order)), number)


def _as_page(results: dict[str, Any], number: int) -> Page:
    total = min(results["total_count"], CAP)
    return Page(tuple(results["items"]), number * PAGE >= total, total)


def _key(item: dict[str, Any]) -> tuple[str, str, str]:
    return item["repository"]["full_name"], item["path"], item["sha"]


def _is_page(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and isinstance(data.get("total_count"), int)
        and isinstance(data.get("incomplete_results"), bool)
        and isinstance(data.get("items"), list)
        and all(_is_item(item) for item in data["items"])
    )


def _is_item(item: Any) -> bool:
    names = ("path", "sha", "url", "html_url")
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(name), str) for name in names)
        and isinstance(item.get("repository"), dict)
        and isinstance(item["repository"].get("full_name"), str)
    )


def _hits(host: str, items: Iterable[dict[str, Any]]) -> tuple[Hit, ...]:
    """Items as hits. The commit stands only in the URL of an item."""
    return tuple(
        Hit(
            host,
            item["repository"]["full_name"],
            item["path"],
            item["sha"],
            item["url"].rpartition("?ref=")[2] if "?ref=" in item["url"] else None,
            item["html_url"],
        )
        for item in items
    )


def _described(host: str, query: Query, etag: str | None) -> Steps[Answer]:
    """Facts about a repository; nothing is counted against the limit where they have not changed."""
    reply = yield Ask(f"/repos/{query.text}", etag=etag, shape=_is_repository)
    if reply.status == 304:
        return Answer(query, "unchanged", etag=etag)
    return Answer(query, repositories=(_facts(host, query.text, reply.data),), etag=reply.headers.get("etag"))


def _is_repository(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("full_name"), str) and "default_branch" in data


def _facts(host: str, name: str, data: dict[str, Any]) -> Repository:
    """Under the name that it was asked by; a present name that differs stands in the URL."""
    licence = data.get("license")
    parent = data.get("parent")
    return Repository(
        host,
        name,
        branch=data["default_branch"],
        stars=data.get("stargazers_count"),
        forks=data.get("forks_count"),
        fork=data.get("fork"),
        parent=parent.get("full_name") if isinstance(parent, dict) else None,
        archived=data.get("archived"),
        template=data.get("is_template"),
        licence=licence.get("spdx_id") if isinstance(licence, dict) else None,
        size=data.get("size"),
        created=data.get("created_at"),
        pushed=data.get("pushed_at"),
        topics=tuple(data.get("topics") or ()),
        description=data.get("description"),
        url=data.get("html_url"),
    )


def _fetched(hit: Hit) -> Steps[bytes]:
    """The content of a hit, by its hash: it is asked for until it has that hash."""
    reply = yield Ask(f"/repos/{hit.repository}/git/blobs/{hit.version}", shape=partial(_is_blob, hit.version))
    return _content(reply.data)


def _is_blob(wanted: str, data: Any) -> bool:
    try:
        return blob_hash(_content(data)) == wanted
    except (KeyError, TypeError, ValueError, binascii.Error):
        return False


def _content(data: dict[str, Any]) -> bytes:
    if data["encoding"] != "base64":
        return str(data["content"]).encode()
    return base64.b64decode(data["content"])
