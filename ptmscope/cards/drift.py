"""What the code in a card shows, held against what repositories do with the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.records import ApiCall, CallSequence
from analyzer.symbols import LEVELS
from patterns.pattern import Pattern, patterns
from patterns.skeleton import order
from ptmscope.cards.snippets import Shown, Verdict, present, shown
from ptmscope.repositories import Repository

#: A way of use is common if this share of the model's repositories has it, and so many of them.
COMMON, LEAST = 0.1, 2

#: How a call of a card is found in repositories: with this model as it is; with it, but of another class; with other
#: models only; not at all. Of a model that no repository uses, other models tell.
Met = Literal["as shown", "in another class", "with other models", "nowhere"]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the card shows, `line` of the card; `repositories` of the model make it, or one of its family."""

    api: str
    line: int
    met: Met
    repositories: int


@dataclass(frozen=True, slots=True)
class Unmentioned:
    """A common way of use that no usage in the card shows, and in how many of the model's repositories it is."""

    pattern: Pattern
    repositories: int


@dataclass(frozen=True, slots=True)
class Drift:
    """`loaded` are the ids that the card loads; `repositories` of the study use the model."""

    card: str
    model: str
    verdict: Verdict
    loaded: tuple[str, ...]
    repositories: int
    calls: tuple[Call, ...]
    unmentioned: tuple[Unmentioned, ...]

    @property
    def has_drifted(self) -> bool:
        """Whether the card has code that does not load its model, or shows a call that is found nowhere."""
        is_about_it = self.verdict in ("no code", "no Python", "loads it")
        return not is_about_it or any(call.met == "nowhere" for call in self.calls)


@dataclass(frozen=True, slots=True)
class Wild:
    """What the repositories of a study do: repositories by model (in lower case) and call, all patterns."""

    by_api: dict[tuple[str, str], frozenset[str]]
    by_family: dict[tuple[str, str], frozenset[str]]
    anywhere: frozenset[str]  # APIs and families
    repositories: dict[str, frozenset[str]]
    patterns: tuple[Pattern, ...]


def wild(repositories: Iterable[Repository]) -> Wild:
    """Read once, compared with many cards."""
    usages = [(each.name, usage) for each in repositories for usage in each.usages]
    sources: dict[str, set[str]] = defaultdict(set)
    found: dict[str, dict[tuple[str, str], set[str]]] = {level: defaultdict(set) for level in ("api", "family")}
    for source, usage in usages:
        model = present(usage.model_id)
        sources[model].add(source)
        for level, seen in found.items():
            for call in usage.calls:
                seen[model, LEVELS[level](call)].add(source)
    return Wild(
        by_api=_frozen(found["api"]),
        by_family=_frozen(found["family"]),
        anywhere=frozenset(symbol for seen in found.values() for _, symbol in seen),
        repositories={model: frozenset(names) for model, names in sources.items()},
        patterns=patterns(usages).patterns,
    )


def _frozen(seen: dict[tuple[str, str], set[str]]) -> dict[tuple[str, str], frozenset[str]]:
    return {key: frozenset(names) for key, names in seen.items()}


def drift(name: str, card: str, model: str, found: Wild) -> Drift:
    """A card's text against the wild; `name` is what the card is called."""
    seen = shown(card, model)
    own = [usage for usage in seen.usages if present(_canonical(seen, usage)) == seen.model]
    loaded = {ref.canonical_id or ref.id for site in seen.sites if site.status == "resolved" for ref in site.models}
    return Drift(
        card=name,
        model=model,
        verdict=seen.verdict,
        loaded=tuple(sorted(loaded)),
        repositories=len(found.repositories.get(seen.model, ())),
        calls=tuple(_calls(seen, own, found)),
        unmentioned=tuple(_unmentioned(seen.model, own, found)) if own else (),
    )


def _canonical(seen: Shown, usage: CallSequence) -> str:
    names = {ref.id: ref.canonical_id for site in seen.sites for ref in site.models}
    return names.get(usage.model_id) or usage.model_id


def _calls(seen: Shown, own: Sequence[CallSequence], found: Wild) -> list[Call]:
    """Each API once, where it is shown first."""
    first: dict[str, tuple[int, ApiCall]] = {}
    for usage in own:
        for call in usage.calls:
            line = seen.line(call.cell, call.line)
            if call.api not in first or line < first[call.api][0]:
                first[call.api] = line, call
    return [
        _call(seen.model, line, call, found) for line, call in sorted(first.values(), key=lambda e: (e[0], e[1].api))
    ]


def _call(model: str, line: int, call: ApiCall, found: Wild) -> Call:
    family = LEVELS["family"](call)
    exact = found.by_api.get((model, call.api), frozenset())
    alike = found.by_family.get((model, family), frozenset())
    if exact or alike:
        return Call(call.api, line, "as shown" if exact else "in another class", len(exact or alike))
    is_known = call.api in found.anywhere or family in found.anywhere
    return Call(call.api, line, "with other models" if is_known else "nowhere", 0)


def _unmentioned(model: str, own: Sequence[CallSequence], found: Wild) -> list[Unmentioned]:
    """Common ways with a step that the card does not show; loads and preparations alone are no way of use."""
    events = {event for usage in own for event in order(usage)}
    total = len(found.repositories.get(model, ()))
    missing = []
    for pattern in found.patterns:
        sources = {member.source for member in pattern.members if present(member.model_id) == model}
        firm = {step.event for step in pattern.skeleton if not step.optional}
        if len(sources) >= max(LEAST, COMMON * total) and not firm <= events:
            missing.append(Unmentioned(pattern, len(sources)))
    return sorted(missing, key=lambda each: (-each.repositories, each.pattern.id))
