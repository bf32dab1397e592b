"""How differently two sets of usages go from call to call: the Jensen-Shannon divergence of their transitions."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from typing import TypeAlias

from analyzer.records import CallSequence
from patterns.events import events
from patterns.symbols import symbols

Transition: TypeAlias = tuple[str, str]
Profile: TypeAlias = Mapping[Transition, float]

START, END = "(start)", "(end)"
SEED = 7
DRAWS = 200
#: The interval holds this share of the draws.
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Divergence:
    """Between 0 (the same transitions in the same shares) and 1 (none in common).

    `low` and `high` are what it is between when repositories are drawn anew, with replacement; None where a side has
    fewer than two. Small samples differ by chance: what they have in common shows only as they grow.
    """

    value: float
    low: float | None
    high: float | None


def divergence(
    left: Iterable[tuple[str, CallSequence]], right: Iterable[tuple[str, CallSequence]], *, draws: int = DRAWS
) -> Divergence | None:
    """Of usages given with their repositories; None if a side has no usage."""
    sides = _by_source(left), _by_source(right)
    if not all(sides):
        return None
    value = jensen_shannon(*(_mixed(list(side.values())) for side in sides))
    if any(len(side) < 2 for side in sides):
        return Divergence(value, None, None)
    chance = random.Random(SEED)  # noqa: S311  (no secret)
    drawn = sorted(jensen_shannon(*(_drawn(list(side.values()), chance) for side in sides)) for _ in range(draws))
    outside = round((1 - CONFIDENCE) / 2 * len(drawn))
    return Divergence(value, drawn[outside], drawn[-1 - outside])


def transitions(usage: CallSequence) -> Profile:
    """The steps of a usage between calls that tell something, by family; together they weigh 1."""
    spelled = symbols(usage, "family")
    telling = dict.fromkeys(event.call for event in events(usage))
    steps = Counter(pairwise([START, *(spelled[number] for number in telling), END]))
    total = steps.total()
    return {step: times / total for step, times in steps.items()}


def profile(usages: Iterable[tuple[str, CallSequence]]) -> Profile:
    """Of usages given with their repositories: the mean of these, which count alike whatever their size."""
    return _mixed(list(_by_source(usages).values()))


def jensen_shannon(left: Profile, right: Profile) -> float:
    """In bits, of two distributions."""
    found = 0.0
    for step in sorted({*left, *right}):
        p, q = left.get(step, 0.0), right.get(step, 0.0)
        middle = (p + q) / 2
        found += sum(share * log2(share / middle) for share in (p, q) if share) / 2
    return min(max(found, 0.0), 1.0)


def _by_source(usages: Iterable[tuple[str, CallSequence]]) -> dict[str, Profile]:
    """The mean profile of each repository, which count alike whatever their size."""
    found: defaultdict[str, list[Profile]] = defaultdict(list)
    for source, usage in usages:
        found[source].append(transitions(usage))
    return {source: _mixed(profiles) for source, profiles in sorted(found.items())}


def _mixed(profiles: Sequence[Profile]) -> Profile:
    found: defaultdict[Transition, float] = defaultdict(float)
    for profile in profiles:
        for step, share in profile.items():
            found[step] += share / len(profiles)
    return found


def _drawn(profiles: Sequence[Profile], chance: random.Random) -> Profile:
    return _mixed(chance.choices(profiles, k=len(profiles)))
