"""Two or more models, tasks or libraries: what is done with all of them, and what with one only."""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import combinations
from typing import get_args

from analyzer.records import CallSequence, Role
from patterns.errors import PatternError
from patterns.pattern import Pattern, patterns
from patterns.together import Together, together
from patterns.transitions import Divergence, divergence

#: A pattern is distinctive of a side that uses it this many times as often as any other side.
DISTINCTIVE = 3.0
#: A role is missing where fewer usages have it, if elsewhere more than the second have it.
MISSING, PRESENT = 0.02, 0.1

Usages = Sequence[tuple[str, CallSequence]]


@dataclass(frozen=True, slots=True)
class Side:
    """One of what is compared, and how much of it there is."""

    name: str
    usages: int
    repositories: int


@dataclass(frozen=True, slots=True)
class Shared:
    """A pattern, and the share of each side's usages that are of it; `of` is the side it is distinctive of, if any."""

    pattern: Pattern
    shares: tuple[float, ...]
    of: str | None

    @property
    def is_shared(self) -> bool:
        return all(self.shares)


@dataclass(frozen=True, slots=True)
class Row:
    """The share of each side's usages that have something; `missing` are the sides that go without."""

    name: str
    shares: tuple[float, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Shares are in the order of the sides; divergences are of pairs of sides."""

    sides: tuple[Side, ...]
    patterns: tuple[Shared, ...]
    divergences: tuple[tuple[str, str, Divergence | None], ...]
    roles: tuple[Row, ...]
    arguments: tuple[Row, ...]
    together: tuple[Together, ...]


def compare(
    usages: Iterable[tuple[str, CallSequence]], sides: Mapping[str, Callable[[CallSequence], bool]]
) -> Comparison:
    """Usages, given with their repositories, compared side by side; a side tells which usages are its own.

    Raises PatternError for fewer than two sides. A side may be empty.
    """
    if len(sides) < 2:
        raise PatternError("there are two sides at least to a comparison")
    given = tuple(usages)
    parts = {name: [entry for entry in given if is_own(entry[1])] for name, is_own in sides.items()}
    return Comparison(
        sides=tuple(Side(name, len(part), len({source for source, _ in part})) for name, part in parts.items()),
        patterns=_patterns(given, parts),
        divergences=tuple((a, b, divergence(parts[a], parts[b])) for a, b in combinations(parts, 2)),
        roles=_rows(parts, {role: _has_role(role) for role in get_args(Role)}),
        arguments=_rows(parts, {name: _is_given(keywords) for name, keywords in arguments().items()}),
        together=_together(given, parts),
    )


def _patterns(given: Usages, parts: Mapping[str, Usages]) -> tuple[Shared, ...]:
    """Patterns are those of all usages there are, so that the same way is the same pattern on all sides."""
    found = patterns(given)
    places = {name: Counter(_place(*entry) for entry in part) for name, part in parts.items()}
    rows = []
    for pattern in found.patterns:
        members = [(m.source, m.path, m.model_id) for m in pattern.members]
        shares = tuple(
            sum(at in held for at in members) / len(parts[name]) if parts[name] else 0.0
            for name, held in places.items()
        )
        if any(shares):
            rows.append(Shared(pattern, shares, _distinctive(tuple(parts), shares)))
    return tuple(sorted(rows, key=lambda row: (-max(row.shares), row.pattern.id)))


def _place(source: str, usage: CallSequence) -> tuple[str, str, str]:
    return source, usage.path, usage.model_id


def _distinctive(names: Sequence[str], shares: Sequence[float]) -> str | None:
    first, second = sorted(shares, reverse=True)[:2]
    return names[shares.index(first)] if first and first >= DISTINCTIVE * second else None


def _rows(parts: Mapping[str, Usages], has: Mapping[str, Callable[[CallSequence], bool]]) -> tuple[Row, ...]:
    rows = []
    for name, is_so in has.items():
        shares = tuple(sum(is_so(usage) for _, usage in part) / len(part) if part else 0.0 for part in parts.values())
        gone = [side for side, share in zip(parts, shares, strict=True) if share <= MISSING and parts[side]]
        rows.append(Row(name, shares, tuple(gone) if max(shares) >= PRESENT else ()))
    return tuple(row for row in rows if any(row.shares))


def _has_role(role: str) -> Callable[[CallSequence], bool]:
    return lambda usage: any(call.role == role for call in usage.calls)


def _is_given(keywords: frozenset[str]) -> Callable[[CallSequence], bool]:
    return lambda usage: any(call.link == "load" and not keywords.isdisjoint(call.keywords) for call in usage.calls)


def _together(given: Usages, parts: Mapping[str, Usages]) -> tuple[Together, ...]:
    """Pairs in which a model of one of the sides is; paths and names that are not fully known are no models."""
    own = {usage.model_id for part in parts.values() for _, usage in part}
    found = together(entry for entry in given if is_name(entry[1].model_id))
    return tuple(pair for pair in found if not own.isdisjoint(pair.models))


def is_name(model: str) -> bool:
    """Whether it is no path, and known in full."""
    return not model.startswith((".", "/", "~")) and "*" not in model


@functools.cache
def arguments() -> dict[str, frozenset[str]]:
    """What is told of arguments of loads: name -> keywords."""
    table = tomllib.loads((resources.files("patterns") / "arguments.toml").read_text(encoding="utf-8"))
    return {name: frozenset(keywords) for name, keywords in table["given"].items()}
