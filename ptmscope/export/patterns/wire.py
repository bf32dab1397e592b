"""The dict forms of patterns: the published contract. Schema: ptmscope/schemas/pattern.schema.json."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from patterns.pattern import Member, Pattern, Patterns
from patterns.rank import Quality
from patterns.skeleton import Step


def objects(found: Patterns) -> Iterator[dict[str, Any]]:
    """The lines of `ptmscope patterns --format jsonl`: patterns, then the usages that are in none, if there are any."""
    yield from map(pattern, found.patterns)
    if found.singular:
        yield {"id": None, "members": list(map(member, found.singular))}


def pattern(record: Pattern) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "group": record.group,
        "level": record.level,
        "skeleton": list(map(step, record.skeleton)),
        "support": {"repositories": record.repositories, "usages": len(record.members)},
        "coverage": round(record.coverage, 4),
        "stability": None if record.stability is None else round(record.stability, 4),
        "models": list(record.models),
        "members": list(map(member, record.members)),
        "exemplar": None if record.exemplar is None else asdict(record.exemplar),
    }


def quality(record: Quality | None) -> dict[str, float | None] | None:
    """`quality` of the JSON document: what held-out repositories say."""
    if record is None:
        return None
    return {name: None if value is None else round(value, 4) for name, value in asdict(record).items()}


def step(record: Step) -> dict[str, Any]:
    return {
        "event": record.event,
        "call": record.call,
        "role": record.role,
        "optional": record.optional,
        "details": list(record.details),
    }


def member(record: Member) -> dict[str, Any]:
    return asdict(record)
