"""What a git clone says about itself: commit, branch, where it comes from. Read from its files, nothing is run.

A `git` process would obey the clone's own configuration, and other people's clones are what is read here; dulwich is a
whole implementation of git, of which two small files are needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SECTION = re.compile(r'[ \t]*\[[ \t]*(?:remote[ \t]+"([^"]+)")?')
_URL = re.compile(r"[ \t]*url[ \t]*=[ \t]*(\S+)")
_ADDRESS = re.compile(r"\w[\w+.-]*://(?:[^/@]*@)?([^/:@]+)(?::\d+)?/(.+)")
_SHORT = re.compile(r"(?:[^/@:]+@)?([^/@:]+):(?!//)(.+)")
_LARGEST = 50_000_000  # of packed refs


@dataclass(frozen=True, slots=True)
class Clone:
    """`host` and `name` are those of the remote `origin`, or of the only one; "" where there is none."""

    commit: str | None = None
    branch: str | None = None
    host: str = ""
    name: str = ""

    @property
    def url(self) -> str | None:
        return f"https://{self.host}/{self.name}" if self.host else None


def clone_of(folder: Path) -> Clone | None:
    """The clone whose work tree this folder is; None where it is none."""
    place = git_folder(folder)
    head = _text(place / "HEAD") if place else None
    if place is None or head is None:
        return None
    shared = _text(place / "commondir")  # of a linked work tree
    common = (place / shared.strip()) if shared else place
    reference = head.removeprefix("ref:").strip() if head.startswith("ref:") else None
    commit = _commit(place, common, reference) if reference else _hash(head)
    host, name = _origin(_text(common / "config") or "")
    return Clone(commit, reference and reference.removeprefix("refs/heads/"), host, name)


def git_folder(folder: Path) -> Path | None:
    """Where git keeps what it knows of a work tree: `.git`, or what that file points to."""
    place = folder / ".git"
    if place.is_dir():
        return place
    pointer = _text(place)
    if pointer and pointer.startswith("gitdir:"):
        return folder / pointer.removeprefix("gitdir:").strip()
    return None


def _commit(place: Path, common: Path, reference: str) -> str | None:
    """What a branch stands at: in a file of its own, or packed with others."""
    if not re.fullmatch(r"refs/[\w./+@-]+", reference) or ".." in reference:
        return None
    loose = _text(place / reference) or _text(common / reference)
    if loose:
        return _hash(loose)
    for line in (_text(common / "packed-refs") or "").splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return _hash(commit)
    return None


def _hash(text: str) -> str | None:
    found = _COMMIT.fullmatch(text.strip())
    return found[0] if found else None


def _origin(config: str) -> tuple[str, str]:
    remotes = _remotes(config)
    url = remotes.get("origin") or (next(iter(remotes.values())) if len(remotes) == 1 else "")
    return repository_of(url)


def _remotes(config: str) -> dict[str, str]:
    """The first address of each remote. Read by lines: what stands in a work tree may be made to take long."""
    found: dict[str, str] = {}
    name = None
    for line in config.splitlines():
        if section := _SECTION.match(line):
            name = section[1]
        elif name is not None and (url := _URL.match(line)):
            found.setdefault(name, url[1])
    return found


def repository_of(url: str) -> tuple[str, str]:
    """(host, owner/name) of the address of a repository; empty for what is none. Users and tokens stay out."""
    found = _ADDRESS.fullmatch(url) or _SHORT.fullmatch(url)
    name = found[2].strip("/").removesuffix(".git") if found else ""
    return (found[1].lower(), name) if found and name else ("", "")


def _text(file: Path) -> str | None:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        return file.read_text("utf-8", "replace")
    except OSError:
        return None
