"""The patterns of repositories: as the study wrote them, if it did, else found now."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from patterns.pattern import Exemplar, Member, Pattern, Patterns
from patterns.skeleton import Step
from ptmscope import studied
from ptmscope.errors import Misuse
from ptmscope.recurring import recurring
from ptmscope.repositories import Repository
from ptmscope.study import is_done

_FILE = "patterns.jsonl"


def patterns_of(paths: Sequence[str], repositories: Sequence[Repository]) -> Patterns:
    """Of one study whose repositories are those that its patterns were found in, these are read."""
    if len(paths) == 1 and studied.is_study(paths[0]) and is_done(paths[0], "patterns"):
        return _read(os.path.join(paths[0], _FILE), sum(len(each.usages) for each in repositories))
    return recurring(repositories)


def _read(path: str, usages: int) -> Patterns:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            told = list(map(json.loads, stream))
        found = tuple(_pattern(each) for each in told if each["id"] is not None)
        singular = tuple(_member(m) for each in told if each["id"] is None for m in each["members"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misuse(f"{path}: not the patterns of a study: {type(error).__name__} {error}") from error
    return Patterns(found, singular, usages)


def _pattern(data: Mapping[str, Any]) -> Pattern:
    return Pattern(
        id=data["id"],
        name=data["name"],
        group=data["group"],
        level=data["level"],
        skeleton=tuple(Step(**{**step, "details": tuple(step["details"])}) for step in data["skeleton"]),
        repositories=data["support"]["repositories"],
        coverage=data["coverage"],
        stability=data["stability"],
        models=tuple(data["models"]),
        members=tuple(map(_member, data["members"])),
        exemplar=None if data["exemplar"] is None else Exemplar(**data["exemplar"]),
    )


def _member(data: Mapping[str, Any]) -> Member:
    return Member(**data)
