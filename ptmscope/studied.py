"""The repositories of a study, as files of its folder: one per repository, JSON Lines, whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from ptmscope import reading
from ptmscope.destination import writing
from ptmscope.errors import Misuse
from ptmscope.export import wire
from ptmscope.repositories import Repository
from ptmscope.selection import Selection
from ptmscope.settings import Settings

FOLDER = "repositories"
MARK = "study.json"
#: The form of the files; another one is read anew.
FORM = 3


def is_study(path: str) -> bool:
    return os.path.isfile(os.path.join(path, MARK))


def saved(study: str, settings: Settings) -> Iterator[Repository]:
    """The repositories of a study as they were read, with what the settings select of them."""
    selection = Selection.of(settings.libraries, settings.models)
    for path in files(study):
        found = _read(path)[1]
        sites, usages = selection.apply(found.sites, found.usages)
        yield replace(found, sites=sites, usages=usages)


def files(study: str) -> list[str]:
    folder = os.path.join(study, FOLDER)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return [os.path.join(folder, name) for name in sorted(names) if name.endswith(".jsonl")]


def file_of(study: str, name: str) -> str:
    """Where a repository of this name is kept; the hash keeps names apart that look alike as file names."""
    plain = "".join(c if c.isalnum() or c in "+-_." else "_" for c in name)[-80:]
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return os.path.join(study, FOLDER, f"{plain}-{digest}.jsonl")


def is_kept(study: str, name: str, settings: Settings, look: str) -> bool:
    """Whether the repository is there, read under the same settings when it had this look."""
    path = file_of(study, name)
    return os.path.isfile(path) and _first(path) == {"study": _told(settings), "look": look}


def keep(study: str, repository: Repository, settings: Settings, look: str = "") -> None:
    path = file_of(study, repository.name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    facts = {name: getattr(repository, name) for name in ("name", "folder", "commit", "licence", "url", "date")}
    with writing(path, is_binary=False) as output:
        for line in (
            {"study": _told(settings), "look": look},
            {"repository": {**facts, "folder": os.path.realpath(repository.folder)}},
            *([{"counts": wire.counts(repository.counts)}] if repository.counts else []),
            *({"site": wire.site(site)} for site in repository.sites),
            *({"usage": wire.sequence(usage)} for usage in repository.usages),
        ):
            output.write(json.dumps(line, ensure_ascii=False) + "\n")


def readings(study: str) -> list[dict[str, Any]]:
    """The settings under which the repositories were read: one, unless they were read in several runs."""
    found = {json.dumps(_head(path), sort_keys=True) for path in files(study)}
    return [json.loads(each) for each in sorted(found)]


def _told(settings: Settings) -> dict[str, Any]:
    """What decides how a repository is read, as it comes back from JSON."""
    left_out = {"jobs", "sequences", "catalog", "hub", "cache", "outside_links"}
    told = {name: value for name, value in asdict(settings).items() if name not in left_out}
    return {"form": FORM, **json.loads(json.dumps(told))}


def _head(path: str) -> dict[str, Any] | None:
    head = _first(path).get("study")
    return head if isinstance(head, dict) else None


def _first(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as stream:
            found = json.loads(stream.readline())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(path: str) -> tuple[dict[str, Any], Repository]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            head, facts, *rest = map(json.loads, stream)
            sites = tuple(reading.site(line["site"]) for line in rest if "site" in line)
            usages = tuple(reading.sequence(line["usage"]) for line in rest if "usage" in line)
            counts = next((reading.counts(line["counts"]) for line in rest if "counts" in line), None)
            return head["study"], Repository(sites=sites, usages=usages, counts=counts, **facts["repository"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Misuse(f"{path}: not a file of a study: {error}") from error
