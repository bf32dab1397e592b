"""A loopback HTTP server: requests in, replies out, faults in between. Services are built on it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit


class Clock(Protocol):
    def now(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; `nth` counts how often this very target has been asked, from 1."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    nth: int = 1

    @property
    def token(self) -> str:
        """The credential in whichever header the service uses; empty where there is none."""
        return self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization", "").rpartition(" ")[2]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent. `sent` bytes of the body at most, then the line goes dead; `pause` seconds before the body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    pause: float = 0.0
    is_dropped: bool = False

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> Self:
        """A JSON reply; `_` in names of headers stands for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=utf-8", **named})

    def also(self, headers: Mapping[str, str]) -> Reply:
        return replace(self, headers={**self.headers, **headers})


class Faults(Protocol):
    """Decides whether a request is answered wrongly, and how."""

    def kind(self, request: Request) -> str | None: ...

    def spoil(self, kind: str, request: Request, reply: Reply) -> Reply: ...


class NoFaults:
    def kind(self, request: Request) -> str | None:
        return None

    def spoil(self, kind: str, request: Request, reply: Reply) -> Reply:
        return reply


class Service:
    """What answers: `answer` is overridden. Counts what it was asked, by status and by target."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults: Faults = faults or NoFaults()
        self.statuses: Counter[int] = Counter()
        self.spoiled: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.base = ""
        self._lock = threading.Lock()

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    def handle(self, request: Request) -> Reply:
        with self._lock:  # one at a time, so that windows of limits and counts are exact
            self.asked[request.target] += 1
            request = replace(request, nth=self.asked[request.target])
            reply = self._faulty(request)
            self.statuses[reply.status] += 1
            return reply

    def _faulty(self, request: Request) -> Reply:
        kind = self.faults.kind(request)
        reply = self.answer(request, kind)
        if kind is None:
            return reply
        self.spoiled[kind] += 1
        return self.faults.spoil(kind, request, reply)

    def answer(self, request: Request, fault: str | None) -> Reply:
        """The right answer; faults that only the service can make (shifted pages, …) are made here."""
        raise NotImplementedError


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    service: Service


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave together

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that was killed
            super().handle()

    def _handle(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, unquote(url.path), query, self.headers, body)  # type: ignore[arg-type]
        reply = self.server.service.handle(request)
        with suppress(OSError):  # the client went away
            self._send(reply)

    def do_GET(self) -> None:
        self._handle()

    def do_HEAD(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PATCH(self) -> None:
        self._handle()

    def _send(self, reply: Reply) -> None:
        if reply.is_dropped:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.pause:
            self.wfile.flush()
            threading.Event().wait(reply.pause)
        if self.command != "HEAD":
            self.wfile.write(reply.body[: reply.sent])
        self.wfile.flush()
        self.close_connection = self.close_connection or reply.sent is not None

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(service: Service, port: int = 0) -> Iterator[str]:
    """Serves on a port of the loopback address; gives the base URL."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.service = service
        service.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield service.base
        finally:
            server.shutdown()
