"""Puts a Markdown file on a pull request as one comment, which later runs bring up to date. Standard library only.

Reads what GitHub's runners set: GITHUB_API_URL, GITHUB_REPOSITORY; and NUMBER and TOKEN.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: By this line a comment is known again.
MARK = "<!-- ptmscope: models -->"

#: What `ptmscope diff` writes where nothing changed.
NOTHING = "**No change in models.**"

#: Characters that GitHub takes in a comment, with room to spare.
LONGEST = 60_000

PAGE = 100


def main() -> None:
    """Writes the comment. A token that may not (that of a fork's pull request) is a warning, no failure."""
    text = Path(sys.argv[1]).read_text("utf-8").strip()
    try:
        told = put(text if len(text) <= LONGEST else text[:LONGEST].rpartition("\n")[0] + "\n\n…")
    except urllib.error.HTTPError as error:
        if error.code not in (401, 403, 404):
            raise
        told = f"::warning::ptmscope: no comment on the pull request, the token may not write one ({error.code})"
    print(told)


def put(text: str) -> str:
    """Makes the comment, or changes the one that is there; where nothing changed, none is made."""
    body = {"body": f"{MARK}\n{text}\n"}
    issues = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    known = next((each for each in comments(issues) if MARK in (each.get("body") or "")), None)
    if known is not None:
        call("PATCH", f"{issues}/comments/{known['id']}", body)
        return "comment changed"
    if text == NOTHING:
        return "no change in models, no comment"
    call("POST", f"{issues}/{os.environ['NUMBER']}/comments", body)
    return "comment made"


def comments(issues: str) -> Iterator[dict[str, Any]]:
    """The comments on the pull request."""
    page = 1
    while True:
        found = call("GET", f"{issues}/{os.environ['NUMBER']}/comments?per_page={PAGE}&page={page}")
        yield from found
        if len(found) < PAGE:
            return
        page += 1


def call(method: str, url: str, body: dict[str, str] | None = None) -> Any:
    """One request to the API, and the JSON that it answers with."""
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {os.environ['TOKEN']}",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
