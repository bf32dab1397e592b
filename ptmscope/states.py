"""States of a program to compare: a tree, a saved scan, or a git revision."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from analyzer.records import LoadSite
from miner.walk import is_read, shown
from ptmscope import reading
from ptmscope.errors import Misuse
from ptmscope.pipeline import run
from ptmscope.settings import MAX_FILE_SIZE, Settings

#: How git marks a symbolic link.
_LINK = b"120000"

#: Endings of saved scans.
SAVED = (".json", ".jsonl")


def sites_of(state: str, other: str, settings: Settings) -> tuple[LoadSite, ...]:
    """The load sites of one state. A git revision is one of the repository that holds `other`, or the present folder.

    Raises Misuse where the state cannot be read.
    """
    if state.lower().endswith(SAVED) and os.path.isfile(state):
        return tuple(_saved(state))
    if os.path.exists(state):
        return run(state, settings).sites
    with tempfile.TemporaryDirectory(prefix="ptmscope-") as folder:
        _extract(state, other if os.path.isdir(other) else os.curdir, folder)
        return run(folder, settings).sites


def _saved(file: str) -> Iterator[LoadSite]:
    """The sites that `scan --format json` or `jsonl` wrote."""
    try:
        with open(file, encoding="utf-8") as stream:
            yield from map(reading.site, _records(stream.read(), file))
    except OSError as error:
        raise Misuse(f"{file}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Misuse(f"{file}: not what `ptmscope scan --format json` or `jsonl` writes") from error


def _records(text: str, file: str) -> Iterable[Any]:
    return map(json.loads, text.splitlines()) if file.lower().endswith("l") else json.loads(text)["sites"]


def _extract(revision: str, repository: str, folder: str) -> None:
    """Writes the files of a git revision, as git has them, to a folder: those of the present folder, where that is
    within a repository. `git archive` would leave out what .gitattributes says, and run filters."""
    if revision.startswith("-"):
        raise Misuse(f"{revision}: neither a path nor a git revision")
    listed = _git(repository, revision, "ls-tree", "-r", "-z", "--long", revision)
    entries = [entry.split(b"\t", 1) for entry in listed.split(b"\0") if entry]
    wanted = [(facts.split()[2], path) for facts, path in entries if _is_wanted(facts.split(), path)]
    contents = _git(repository, revision, "cat-file", "--batch", given=b"".join(name + b"\n" for name, _ in wanted))
    at = 0
    for _, path in wanted:
        head = contents.index(b"\n", at)
        size = int(contents[at:head].split()[2])
        file = os.path.join(os.fsencode(folder), path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as stream:
            stream.write(contents[head + 1 : head + 1 + size])
        at = head + size + 2


def _is_wanted(facts: list[bytes], path: bytes) -> bool:
    """Whether an entry of a tree is a file that may be read, and stays within its folder."""
    mode, kind, _, size = facts
    if kind != b"blob" or mode == _LINK or any(part in (b"", b".", b"..", b".git") for part in path.split(b"/")):
        return False
    if size.isdigit():
        return int(size) <= MAX_FILE_SIZE
    if is_read(os.fsdecode(path)):
        raise Misuse(f"{shown(os.fsdecode(path))}: not in this clone of the repository")
    return False


def _git(repository: str, revision: str, *command: str, given: bytes = b"") -> bytes:
    """Reads a repository that may be a stranger's: nothing that its own config names is run, nothing fetched.

    The two commands used run no hook, filter or pager; but git would fetch what a partial clone lacks, by a program
    that its config may name.
    """
    safe = {**os.environ, "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    switches = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "--no-pager", "--no-optional-locks")
    line = ["git", *switches, "-C", repository, *command]
    try:
        done = subprocess.run(line, input=given, capture_output=True, check=False, env=safe)
    except OSError as error:
        raise Misuse(f"{revision}: No such file or directory, and git cannot be run") from error
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip()
        raise Misuse(f"{revision}: neither a path nor a git revision ({why})")
    return done.stdout
