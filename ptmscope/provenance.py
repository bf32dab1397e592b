"""Where a repository's code is from, told by its files alone: the commit that is checked out, the licence."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from importlib import resources

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LICENCE_FILE = re.compile(r"(?i)(un)?licen[sc]e|copying")
#: What says which licence it is stands at the beginning.
_READ = 4_000


def commit(folder: str) -> str | None:
    """The commit that HEAD is at; None outside of git."""
    git = _git(folder)
    head = _text(os.path.join(git, "HEAD")).strip() if git else ""
    if _COMMIT.fullmatch(head):
        return head
    name = head.removeprefix("ref: ")
    if name == head or ".." in name:
        return None
    found = _text(os.path.join(git, name)).strip() or _packed(git, name)
    return found if _COMMIT.fullmatch(found) else None


def _git(folder: str) -> str:
    """The directory of git's files; in a work tree of its own, `.git` is a file that names it."""
    path = os.path.join(folder, ".git")
    if os.path.isfile(path):
        named = os.path.join(folder, _text(path).strip().removeprefix("gitdir: "))
        shared = _text(os.path.join(named, "commondir")).strip()
        head = _text(os.path.join(named, "HEAD")).strip()
        return named if _COMMIT.fullmatch(head) or not shared else os.path.join(named, shared)
    return path if os.path.isdir(path) else ""


def _packed(git: str, name: str) -> str:
    for line in _text(os.path.join(git, "packed-refs")).splitlines():
        if line.endswith(f" {name}"):
            return line.partition(" ")[0]
    return ""


def licence(folder: str) -> str | None:
    """The SPDX id of the licence whose text lies in the folder; None if there is none that is known."""
    try:
        files = sorted(name for name in os.listdir(folder) if _LICENCE_FILE.match(name))
    except OSError:
        return None
    texts = (" ".join(_text(os.path.join(folder, name)).lower().split()) for name in files)
    return next((name for text in texts for name, phrases in _phrases() if all(p in text for p in phrases)), None)


@cache
def _phrases() -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = tomllib.loads((resources.files("ptmscope") / "licences.toml").read_text(encoding="utf-8"))
    return tuple((row["id"], tuple(row["phrases"])) for row in table["licence"])


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(_READ if _LICENCE_FILE.match(os.path.basename(path)) else -1)
    except OSError:
        return ""
