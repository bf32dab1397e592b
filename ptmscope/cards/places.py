"""Where code can be read on the web: links to lines of a file at a commit."""

from __future__ import annotations

import re

from patterns.pattern import Exemplar
from ptmscope.export.output import printable
from ptmscope.repositories import Repository

#: How hosts address a file at a commit, and lines of it. The first whose name is part of the host's counts.
HOSTS = (
    ("gitlab", "{url}/-/blob/{commit}/{path}", "#L{first}-{last}"),
    ("bitbucket", "{url}/src/{commit}/{path}", "#lines-{first}:{last}"),
    ("github.com", "{url}/blob/{commit}/{path}", "#L{first}-L{last}"),
    ("huggingface.co", "{url}/blob/{commit}/{path}", "#L{first}-L{last}"),
)
_URL = re.compile(r"https?://[\w.-]+(?::\d+)?/[\w./~+-]+", re.ASCII)
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


def link(shown: Exemplar, home: Repository) -> str | None:
    """The address of the lines; of a notebook that of the file, of an unknown host that of the repository."""
    if not home.url or not _URL.fullmatch(home.url):
        return None
    for host, file, lines in HOSTS:
        if host in home.url.split("/")[2]:
            address = file.format(url=home.url, commit=shown.commit or "HEAD", path=_quoted(shown.path))
            told = lines if shown.line < shown.end_line else lines.split("{last}")[0].rstrip("-L:")
            return address + (told.format(first=shown.line, last=shown.end_line) if shown.cell is None else "")
    return home.url


def label(shown: Exemplar, home: Repository) -> str:
    """`owner/name@1a2b3c4d:path:3-12`."""
    name = home.url.split("/", 3)[3] if home.url and _URL.fullmatch(home.url) else shown.source
    commit = f"@{shown.commit[:8]}" if shown.commit else ""
    cell = "" if shown.cell is None else f"[{shown.cell}]"
    lines = str(shown.line) if shown.line == shown.end_line else f"{shown.line}-{shown.end_line}"
    return printable(f"{name}{commit}:{shown.path}{cell}:{lines}")


def _quoted(path: str) -> str:
    content = path.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in content)
