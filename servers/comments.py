"""GitHub's REST API for comments on issues and pull requests: list, create, update."""

from __future__ import annotations

import json
import re
from typing import Any

from servers.base import Reply, Request, Service

_OF_ISSUE = re.compile(r"/repos/([\w.-]+/[\w.-]+)/issues/(\d+)/comments")
_ONE = re.compile(r"/repos/([\w.-]+/[\w.-]+)/issues/comments/(\d+)")


class Comments(Service):
    """`writers` are the tokens that may write, `readers` those that may only read. Comments count from 1."""

    def __init__(self, *, writers: tuple[str, ...] = ("writer",), readers: tuple[str, ...] = ("reader",)) -> None:
        super().__init__()
        self.writers, self.readers = writers, readers
        self.comments: list[dict[str, Any]] = []

    def add(self, repository: str, number: int, body: str) -> dict[str, Any]:
        """A comment on an issue."""
        made = {"id": len(self.comments) + 1, "body": body, "issue": (repository, number)}
        self.comments.append(made)
        return made

    def answer(self, request: Request, fault: str | None) -> Reply:
        if request.token not in (*self.writers, *self.readers):
            return Reply.of({"message": "Bad credentials"}, 401)
        if request.method != "GET" and request.token not in self.writers:
            return Reply.of({"message": "Resource not accessible by integration"}, 403)
        if found := _OF_ISSUE.fullmatch(request.path):
            return self._of_issue(request, found[1], int(found[2]))
        found = _ONE.fullmatch(request.path)
        known = [
            each for each in self.comments if found and (each["issue"][0], each["id"]) == (found[1], int(found[2]))
        ]
        if request.method != "PATCH" or not known:
            return Reply.of({"message": "Not Found"}, 404)
        known[0]["body"] = json.loads(request.body)["body"]
        return Reply.of(known[0])

    def _of_issue(self, request: Request, repository: str, number: int) -> Reply:
        if request.method == "POST":
            return Reply.of(self.add(repository, number, json.loads(request.body)["body"]), 201)
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        found = [each for each in self.comments if each["issue"] == (repository, number)]
        return Reply.of(found[(page - 1) * size : page * size])
