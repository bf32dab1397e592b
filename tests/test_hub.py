"""hub: what is asked of the Hub and what becomes of its answers, against a local server that speaks its protocol."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from click.testing import CliRunner
from conftest import Run, Tree

from miner.records import HubModel
from ptmscope.cli import cli

pytest.importorskip("huggingface_hub")

from miner import hub

MODELS: dict[str, dict[str, Any]] = {
    "openai-community/gpt2": {"sha": "607a30d", "tags": ["pytorch", "license:mit"], "downloads": 9, "private": False},
    "meta/gated": {"gated": "manual", "tags": ["license:llama3"]},
    "new/name": {"lastModified": "2024-05-06T07:08:09.000Z", "gated": False},
    "org/bare": {},
}
RENAMED = {"gpt2": "openai-community/gpt2", "old/name": "new/name"}


class Server(ThreadingHTTPServer):
    """A Hub: answers by what the name begins with, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.fields: set[tuple[str, ...]] = set()
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        name = unquote(url.path).removeprefix("/api/models/")
        with self.server.lock:
            self.server.asked[name] += 1
            self.server.fields.add(tuple(parse_qs(url.query).get("expand", ())))
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
        try:
            self._answer(name, self.server.asked[name])
        finally:
            with self.server.lock:
                self.server.now -= 1

    def _answer(self, name: str, time_asked: int) -> None:
        owner = name.partition("/")[0]
        if name in RENAMED:
            self._send(307, {}, Location=f"/api/models/{RENAMED[name]}?{urlsplit(self.path).query}")
        elif owner == "slow":
            time.sleep(1.5)
            self._send(200, {"id": name})
        elif owner == "busy" and time_asked == 1:
            self._send(429, {"error": "too many"}, **{"Retry-After": "1"})
        elif owner == "limited" and time_asked == 1:
            self._send(429, {"error": "too many"}, RateLimit='"api";r=0;t=1')
        elif owner == "later":
            self._send(429, {"error": "too many"}, **{"Retry-After": "3600"})
        elif owner == "shaky" and time_asked < 3:
            self._send(503, {"error": "down"})
        elif owner == "broken":
            self._send(500, {"error": "down"})
        elif owner == "token":
            self._send(401, {"error": "x"}, **{"X-Error-Message": "Invalid credentials in Authorization header"})
        elif owner == "gone":
            self._send(404, {"error": "Repository not found"}, **{"X-Error-Code": "RepoNotFound"})
        elif owner == "gate":
            self._send(403, {"error": "gated"}, **{"X-Error-Code": "GatedRepo"})
        elif name in MODELS or owner in {"busy", "limited", "shaky", "many"}:
            time.sleep(0.02)
            self._send(200, {"_id": "1", "id": name, **MODELS.get(name, {})})
        else:  # as for anybody without a token, whether it is missing or private
            self._send(401, {"error": "Invalid username or password."})

    def _send(self, status: int, body: dict[str, Any], **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for key, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        with suppress(OSError):  # the client went away
            self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as found:
        threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        monkeypatch.setattr(hub, "BACKOFF", 0.01)
        yield found
        found.shutdown()


def test_answers(server: Server) -> None:
    names = ["openai-community/gpt2", "meta/gated", "old/name", "gone/a", "no/such", "gate/a", "org/bare"]
    answers, warning = hub.ask(names)
    assert warning is None
    assert answers == {
        "openai-community/gpt2": HubModel(
            exists=True, id="openai-community/gpt2", sha="607a30d", license="mit", private=False, downloads=9
        ),
        "meta/gated": HubModel(exists=True, id="meta/gated", license="llama3", gated="manual"),
        "old/name": HubModel(exists=True, id="new/name", gated=False, last_modified="2024-05-06T07:08:09+00:00"),
        "gone/a": HubModel(exists=False),
        "no/such": HubModel(exists=False),
        "gate/a": HubModel(exists=True, id="gate/a", gated=True),
        "org/bare": HubModel(exists=True, id="org/bare"),
    }
    assert server.fields == {hub.FIELDS}


@pytest.mark.parametrize(("name", "times"), [("busy/a", 2), ("limited/a", 2), ("shaky/a", 3)])
def test_asked_again(server: Server, name: str, times: int) -> None:
    started = time.monotonic()
    answers, warning = hub.ask([name])
    assert answers[name] == HubModel(exists=True, id=name)
    assert warning is None
    assert server.asked[name] == times
    if not name.startswith("shaky"):
        assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("name", "times", "why"),
    [
        ("broken/a", hub.ATTEMPTS, "HTTP status 500"),
        ("later/a", 1, "HTTP status 429"),
        ("token/a", 1, "HTTP status 401"),
        ("slow/a", hub.ATTEMPTS, "ReadTimeout"),
    ],
)
def test_no_answer(server: Server, monkeypatch: pytest.MonkeyPatch, name: str, times: int, why: str) -> None:
    monkeypatch.setattr(hub, "TIMEOUT", 0.2)
    answers, warning = hub.ask([name, "org/bare"])
    assert list(answers) == ["org/bare"]
    assert warning is not None
    assert warning.startswith(f"{server.url} gave no answer for 1 of 2 models: {why}")
    assert server.asked[name] == times


def test_each_once_and_few_at_a_time(server: Server) -> None:
    names = [f"many/{number}" for number in range(60)]
    answers, _ = hub.ask(names)
    assert list(answers) == names
    assert set(server.asked.values()) == {1}
    assert 1 < server.most <= hub.PARALLEL


def test_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(hub, "BACKOFF", 0.01)
    started = time.monotonic()
    answers, warning = hub.ask([f"a/{number}" for number in range(500)])
    assert answers == {}
    assert warning is not None
    assert "gave no answer for 500 of 500 models: ConnectError" in warning
    assert "\n" not in warning
    assert time.monotonic() - started < 10


CODE = """from transformers import AutoModel
AutoModel.from_pretrained("gpt2")
AutoModel.from_pretrained("OLD/name")
AutoModel.from_pretrained("old/name")
AutoModel.from_pretrained("gone/a")
AutoModel.from_pretrained("broken/a")
AutoModel.from_pretrained("./local")
"""


def scanned(root: Path, *options: str) -> Any:
    return CliRunner().invoke(cli, ["scan", str(root), *options], standalone_mode=False)


def test_command_line(server: Server, tree: Tree) -> None:
    RENAMED["OLD/name"] = "new/name"  # the Hub finds names in any case
    root = tree({"a.py": CODE})
    done = scanned(root, "--hub", "-f", "json")
    document = json.loads(done.stdout)
    found = [site["models"][0]["on_hub"] for site in document["sites"]]
    assert [each and (each["exists"], each["id"]) for each in found] == [
        *((True, "openai-community/gpt2"), (True, "new/name"), (True, "new/name")),
        *((False, None), None, None),
    ]
    assert found[0]["license"] == "mit"
    assert document["warnings"] == [f"{server.url} gave no answer for 1 of 4 models: HTTP status 500"]
    assert f"ptmscope: warning: {document['warnings'][0]}" in done.stderr
    assert sum(server.asked[name] for name in ("OLD/name", "old/name")) == 1
    shown = scanned(root, "--hub").stdout
    assert "gone/a  huggingface, not on the Hub\n" in shown
    assert "now new/name" in shown
    assert "huggingface, mit\n" in shown


def test_nothing_goes_online_unless_asked(server: Server, tree: Tree, tmp_path: Path) -> None:
    catalog = tmp_path / "ids"
    catalog.write_text("gpt2")
    done = scanned(tree({"a.py": CODE}), "--catalog", str(catalog), "-f", "json")
    assert not server.asked
    assert "on_hub" not in done.stdout


def test_without_the_client(ptmscope: Run, tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "huggingface_hub.py").write_text("raise ImportError")
    done = ptmscope("scan", "a.py", "--hub", cwd=tree({"a.py": CODE}), env={"PYTHONPATH": _path(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.decode() == "ptmscope: error: the Hub needs huggingface_hub: pip install 'ptmscope[hub]'\n"


def _path(first: Path) -> str:
    import sys

    return ":".join([str(first), *sys.path])
