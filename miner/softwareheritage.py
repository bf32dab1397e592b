"""Software Heritage: files by SWHID, and the files of archived repositories. The only importer of requests.

The web API is a few GET requests, so no client of its own is needed (swh.web.client is under the GPL); requests is what
the other two clients bring along.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from analyzer.languages import GRAMMARS
from miner.asking import Ask, Reply, Steps, is_object
from miner.campaign import Answers, Service
from miner.corpus import blob_hash
from miner.errors import Misuse
from miner.records import Answer, Hit, Query
from miner.tokens import Source, Token

try:
    import requests
except ImportError as missing:
    raise Misuse("mine swh needs requests: pip install 'ptmscope[mine]'") from missing

NAME = "swh"
TOKENS = Source(("SWH_TOKENS", "SWH_TOKEN"))
API, VARIABLE = "https://archive.softwareheritage.org", "SWH_API_URL"

#: Requests and seconds, as documented for users with a token; the headers say what holds.
LIMITS = {"api": (1200, 3600.0)}

#: What can have changed since it was answered: the last visit. All else is named by its hash.
REFRESHED = {"origin": ("complete", "failed")}

TIMEOUT = 30

#: Branches of a snapshot, the first that is there.
HEADS = ("HEAD", "refs/heads/main", "refs/heads/master")

_SWHID = re.compile(r"swh:1:(cnt|dir|rev|snp):([0-9a-f]{40})((?:;[a-z]+=[^;\s]+)*)")


class Client:
    """One session for each token, all to the same host."""

    def __init__(self, base: str = API, timeout: int = TIMEOUT) -> None:
        self.base, self.timeout = base.rstrip("/"), timeout
        self._sessions: dict[Token, Any] = {}

    def send(self, token: Token, ask: Ask) -> Reply:
        """One request, one reply; what goes wrong on the way is told in it."""
        path = ask.path if ask.path.startswith("/api/1/") else f"/api/1{ask.path}"
        try:
            response = self._session(token).get(
                self.base + path, params=dict(ask.parameters), timeout=self.timeout, allow_redirects=False
            )
        except OSError as error:  # requests raises kinds of it
            return Reply(0, problem=type(error).__name__)
        headers = {name.lower(): value for name, value in response.headers.items()}
        if ask.is_raw and response.status_code == 200:
            return Reply(200, headers, response.content)
        try:
            return Reply(response.status_code, headers, json.loads(response.content) if response.content else None)
        except (ValueError, RecursionError):
            return Reply(response.status_code, headers, problem="not JSON")

    def _session(self, token: Token) -> Any:
        if token not in self._sessions:
            session = self._sessions[token] = requests.Session()
            session.trust_env = False  # no credentials from .netrc instead of the token
            if token.reveal():
                session.headers["Authorization"] = f"Bearer {token.reveal()}"
        return self._sessions[token]


def service(base: str = API) -> Service:
    """The archive as a source: identifiers and origins lead to folders, folders to files."""
    host = base.partition("://")[2].partition("/")[0].partition(":")[0]
    kinds: dict[str, Answers] = {
        "origin": _visited,
        "directory": partial(_listed, host),
        "content": partial(_named, host),
    }
    return Service(NAME, host, kinds, _fetched)


def queries(names: Iterable[str]) -> Iterator[Query]:
    """What asks for SWHIDs (of contents and directories, with or without qualifiers) and URLs of origins."""
    for name in names:
        found = _SWHID.fullmatch(name)
        if found and found[1] in _KINDS:
            yield Query(NAME, _KINDS[found[1]], name)
        elif "://" in name:
            yield Query(NAME, "origin", name)
        else:
            raise Misuse(f"{name!r} is no SWHID of a content or directory, and no URL of an origin")


#: What an entry of a folder has at least.
_ENTRY = {"name", "type", "target"}

_KINDS = {"cnt": "content", "dir": "directory"}


def _visited(query: Query, etag: str | None) -> Steps[Answer]:
    """The folder at the head of an origin's last visit."""
    visit = (yield _ask(f"/origin/{query.text}/visit/latest/", "snapshot", {"require_snapshot": "true"})).data
    branches = (yield _ask(f"/snapshot/{visit['snapshot']}/", "branches")).data["branches"]
    commit = _head(branches)
    if commit is None:
        return Answer(query, "failed", reason="the snapshot has no head")
    folder = (yield _ask(f"/revision/{commit}/", "directory")).data["directory"]
    text = f"swh:1:dir:{folder};origin={query.text};anchor=swh:1:rev:{commit};path=/"
    return Answer(query, then=(Query(NAME, "directory", text, form="origin"),))


def _head(branches: dict[str, Any]) -> str | None:
    """The commit that the head of a snapshot stands for; aliases are followed."""
    for name in HEADS:
        for _ in range(len(branches)):
            branch = branches.get(name) or {}
            if branch.get("target_type") == "revision":
                return str(branch["target"])
            name = branch.get("target", "")
    return None


def _listed(host: str, query: Query, etag: str | None) -> Steps[Answer]:
    """The files in a folder that can hold code with models, and its folders."""
    digest, qualifiers = _parsed(query.text)
    entries = (yield Ask(f"/directory/{digest}/", resource="api", shape=_is_listing)).data
    above = qualifiers.get("path", "/").rstrip("/")
    hits, then = [], []
    for entry in entries:
        within = {**qualifiers, "path": f"{above}/{entry['name']}"}
        if entry["type"] == "dir":
            then.append(Query(NAME, "directory", _swhid("dir", entry["target"], within), form=query.form))
        elif entry["type"] == "file" and "." + entry["name"].rpartition(".")[2] in GRAMMARS:
            hits.append(_hit(host, entry["target"], within))
    return Answer(query, total=len(hits), hits=tuple(hits), then=tuple(then))


def _named(host: str, query: Query, etag: str | None) -> Steps[Answer]:
    """A content by its SWHID; nothing is asked before its bytes are."""
    yield from ()
    return Answer(query, total=1, hits=(_hit(host, *_parsed(query.text)),))


def _parsed(swhid: str) -> tuple[str, dict[str, str]]:
    found = _SWHID.fullmatch(swhid)
    assert found is not None
    return found[2], dict(_unescaped(part).split("=", 1) for part in found[3].split(";") if part)


def _swhid(kind: str, digest: str, qualifiers: dict[str, str]) -> str:
    written = (f";{name}={_escaped(value)}" for name, value in qualifiers.items())
    return f"swh:1:{kind}:{digest}{''.join(written)}"


def _escaped(text: str) -> str:
    """What a qualifier cannot hold, as the standard of SWHIDs writes it; blanks, too, for lists."""
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text


def _unescaped(text: str) -> str:
    for character, escape in reversed(_ESCAPES):
        text = text.replace(escape, character)
    return text


_ESCAPES = (("%", "%25"), (";", "%3B"), (" ", "%20"))


def _hit(host: str, digest: str, qualifiers: dict[str, str]) -> Hit:
    """Named by its origin and path where the SWHID tells them, else by itself."""
    repository = qualifiers.get("origin", "").partition("://")[2] or host
    path = qualifiers.get("path", "").lstrip("/") or f"swh:1:cnt:{digest}"
    commit = qualifiers.get("anchor", "").rpartition(":")[2] or None
    return Hit(host, repository, path, digest, commit, f"{API}/swh:1:cnt:{digest}")


def _ask(path: str, needed: str, parameters: dict[str, str] | None = None) -> Ask:
    return Ask(path, parameters or {}, "api", shape=lambda data: is_object(data) and bool(data.get(needed)))


def _is_listing(data: Any) -> bool:
    return isinstance(data, list) and all(is_object(entry) and set(entry) >= _ENTRY for entry in data)


def _fetched(hit: Hit) -> Steps[bytes]:
    """The bytes of a content; asked for until they have the hash they are named by."""
    path = f"/content/sha1_git:{hit.version}/raw/"
    reply = yield Ask(path, resource="api", is_raw=True, shape=lambda data: blob_hash(data) == hit.version)
    return bytes(reply.data)
