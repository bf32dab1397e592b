"""hub: the list of all models, page by page, from a local server that pages as the Hub does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from miner.errors import Misuse
from miner.records import CatalogModel
from ptmscope.cli import cli

pytest.importorskip("huggingface_hub")

from miner import hub

PAGE = 3
MODELS: list[dict[str, Any]] = [
    {"_id": str(number), "id": f"org/m{number}", "downloads": 100 - number, "tags": ["x", "license:mit"]}
    for number in range(8)
]
MODELS[1].update(
    {
        "cardData": {"license": "apache-2.0", "language": "en"},
        "createdAt": "2024-01-02T03:04:05.000Z",
        "gated": "manual",
        "lastModified": "2024-05-06T07:08:09.000Z",
        "library_name": "transformers",
        "likes": 7,
        "pipeline_tag": "fill-mask",
        "sha": "c0ffee",
        "siblings": [{"rfilename": "README.md"}],
        "tags": ["transformers"],
    }
)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, list[str]]] = []
        self.faults: list[int] = []  # statuses of the next answers
        self.shift = 0  # models that come in before, while pages are read
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        self.server.asked.append(query)
        if url.path != "/api/models" or self.server.faults:
            self._send(self.server.faults.pop(0) if self.server.faults else 404, {}, None)
            return
        start = max(0, int(query.get("cursor", ["0"])[0]) - self.server.shift)
        more = f'<{self.server.url}/api/models?cursor={start + PAGE}>; rel="next"'
        self._send(200, MODELS[start : start + PAGE], more if start + PAGE < len(MODELS) else None)

    def _send(self, status: int, body: object, link: str | None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "0")
        if link:
            self.send_header("Link", link)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as found:
        threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        yield found
        found.shutdown()


def test_every_page(server: Server) -> None:
    found = list(hub.listed(filters=["x"]))
    assert [model.id for model in found] == [f"org/m{number}" for number in range(8)]
    assert found[0] == CatalogModel(
        "org/m0", downloads=100, licence="mit", has_card=None, tags=("x", "license:mit"), hub_key="0"
    )
    assert found[1] == CatalogModel(
        "org/m1",
        downloads=99,
        likes=7,
        pipeline_tag="fill-mask",
        library="transformers",
        licence="apache-2.0",
        gated=True,
        has_card=True,
        tags=("transformers",),
        created="2024-01-02T03:04:05+00:00",
        modified="2024-05-06T07:08:09+00:00",
        sha="c0ffee",
        hub_key="1",
    )
    assert server.asked[0]["filter"] == ["x"]
    assert server.asked[0]["sort"] == ["downloads"]
    assert tuple(server.asked[0]["expand"]) == hub.LISTED
    assert len(server.asked) == 3


def test_pages_that_move(server: Server) -> None:
    server.shift = 1
    assert [model.id for model in hub.listed()] == [f"org/m{number}" for number in range(8)]


def test_no_more_than_asked_for(server: Server) -> None:
    assert len(list(hub.listed(limit=4))) == 4
    assert len(server.asked) == 2


def test_errors_that_pass_and_one_that_stays(server: Server) -> None:
    server.faults = [429]
    assert len(list(hub.listed())) == 8
    server.faults = [400]
    with pytest.raises(Misuse, match="gave no list of models: HTTP status 400"):
        list(hub.listed())


def test_command(server: Server, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["mine", "hub", str(tmp_path), "--downloads", "94", "--any-tag"])
    assert done.stdout.splitlines() == [
        "         8  models",
        "         8  any tag  (-0)",
        "         7  downloads ≥ 94  (-1)",
    ]
