"""A pattern: a way of using models that recurs, as a record with its members and figures."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from analyzer.records import CallSequence
from patterns import features
from patterns.cluster import Clustering, clustered
from patterns.events import kinds
from patterns.rank import Quality
from patterns.skeleton import Step, name, skeleton, weights_of

#: The alphabet of the calls in a skeleton.
LEVEL = "family"
#: A kind names a coarse cluster if it is seen in this share of its usages.
_KIND_SHARE = 0.5
NO_COMPUTE = "no compute"


@dataclass(frozen=True, slots=True)
class Member:
    """One usage, by where it is: `source` is its repository, `line` that of its first load."""

    source: str
    path: str
    cell: int | None
    line: int
    model_id: str


@dataclass(frozen=True, slots=True)
class Exemplar:
    """The most central usage as a snippet of its own; commit and licence are those of the repository, if known."""

    source: str
    path: str
    cell: int | None
    line: int
    end_line: int
    code: str
    commit: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """`id` is a hash of group, name and skeleton. `coverage` is the share of all usages that are members.

    `stability` is the mean share of the pattern that is found again when repositories are left out (None: not
    measured). `central` are the members that show it best, for the exemplar to be made of.
    """

    id: str
    name: str
    group: str
    skeleton: tuple[Step, ...]
    repositories: int
    coverage: float
    stability: float | None
    models: tuple[str, ...]
    members: tuple[Member, ...]
    exemplar: Exemplar | None = None
    level: str = LEVEL
    central: tuple[int, ...] = ()  # places among all usages


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns, those of most repositories first; the usages in none of them; what the usages were clustered into.

    `quality` is what `patterns.validation` measures, None where it was not.
    """

    patterns: tuple[Pattern, ...] = ()
    singular: tuple[Member, ...] = ()
    usages: int = 0
    clustering: Clustering = field(default_factory=lambda: clustered(()))
    quality: Quality | None = None


def member(source: str, usage: CallSequence) -> Member:
    start = usage.anchors[0] if usage.anchors else None
    return Member(source, usage.path, usage.cell, start.line if start else 0, usage.model_id)


def patterns(usages: Iterable[tuple[str, CallSequence]]) -> Patterns:
    """The patterns in usages, each given with the name of its repository. No usages have no patterns."""
    given = tuple(usages)
    return described(given, clustered([usage for _, usage in given], [source for source, _ in given]))


def described(given: Sequence[tuple[str, CallSequence]], found: Clustering) -> Patterns:
    """The patterns that clusters of usages are."""
    calls = [usage for _, usage in given]
    members: defaultdict[int | None, list[int]] = defaultdict(list)
    for place, label in enumerate(found.fine):
        members[label].append(place)
    groups = _groups(calls, found)
    made = [_pattern(number, members[number], given, found, groups) for number in range(len(found.patterns.stability))]
    singular = tuple(sorted((member(*given[place]) for place in members[None]), key=_order))
    return Patterns(tuple(_identified(_told_apart(made))), singular, len(given), found)


def _pattern(
    number: int,
    places: Sequence[int],
    given: Sequence[tuple[str, CallSequence]],
    found: Clustering,
    groups: dict[int | None, str],
) -> Pattern:
    usages, sources = [given[place][1] for place in places], [given[place][0] for place in places]
    steps = skeleton(usages, sources)
    kind = Counter(found.coarse[place] for place in places if found.coarse[place] is not None)
    group = min(kind, key=lambda label: (-kind[label], label or 0), default=None)
    models = Counter(usage.model_id for usage in usages)
    return Pattern(
        id="",
        name=name(steps, weights_of(usages)),
        group=groups.get(group, "other"),
        skeleton=steps,
        repositories=len(set(sources)),
        coverage=len(places) / len(given),
        stability=found.patterns.stability[number],
        models=tuple(sorted(models, key=lambda model: (-models[model], model))),
        members=tuple(sorted((member(*given[place]) for place in places), key=_order)),
        central=found.patterns.central[number],
    )


def _order(member: Member) -> tuple[str, str, int, int, str]:
    return member.source, member.path, -1 if member.cell is None else member.cell, member.line, member.model_id


def _groups(usages: Sequence[CallSequence], found: Clustering) -> dict[int | None, str]:
    """Coarse cluster -> the weightiest of the kinds that most of its usages show."""
    weights = kinds()
    seen: defaultdict[int, Counter[str]] = defaultdict(Counter)
    sizes = Counter(found.coarse)
    for usage, label in zip(usages, found.coarse, strict=True):
        if label is not None:
            seen[label].update(features.coarse(usage))
    return {
        label: _kind([kind for kind, times in held.items() if times >= _KIND_SHARE * sizes[label]], weights)
        for label, held in seen.items()
    }


def _kind(shown: Iterable[str], weights: dict[str, float]) -> str:
    kind = min(shown, key=lambda kind: (-weights[kind], kind), default="other")
    return NO_COMPUTE if kind == features.NONE else kind


def _told_apart(patterns: Sequence[Pattern]) -> Iterator[Pattern]:
    """Names that several have are told apart by what the usages load, by a step of their own, else by a number."""
    alike = Counter(pattern.name for pattern in patterns)
    used: Counter[str] = Counter()
    for pattern in patterns:
        text = pattern.name
        if alike[text] > 1 and not text.startswith("load "):
            loads = [step.event.removeprefix("load ") for step in pattern.skeleton if step.event.startswith("load ")]
            text = f"{text} ({', '.join(loads) or pattern.skeleton[0].call})" if pattern.skeleton else text
        used[text] += 1
        yield replace(pattern, name=text if used[text] == 1 else f"{text} [{used[text]}]")


def _identified(patterns: Iterable[Pattern]) -> Iterator[Pattern]:
    for pattern in patterns:
        steps = [[step.call, step.optional, step.details] for step in pattern.skeleton]
        content = json.dumps([pattern.level, pattern.group, pattern.name, steps])
        yield replace(pattern, id=hashlib.sha256(content.encode()).hexdigest()[:12])
