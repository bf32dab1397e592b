"""What the usages of a cluster have in common: their steps in order, some of them optional, and a name for it.

A usage is the sequence of its events, each where it first occurs; where the usages differ in the narrow ones under a
wide event, it is the wide one. The core is the closed frequent subsequence that explains most of the cluster: its
length times its support. The skeleton is the longest one around it that many usages have; a step that some go without
is optional.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from analyzer.records import CallSequence
from patterns.closed import closed_subsequences
from patterns.events import Event, events
from patterns.gapped import contains
from patterns.symbols import symbols

#: A skeleton holds for this share of the cluster at least; a step of fewer usages than the second is optional.
LEAST_SHARE = 0.4
ALWAYS = 0.75
#: Lighter events are no steps.
LEAST_WEIGHT = 0.4
#: A detail is told of a step if it is seen in this share of the usages that have the step.
TOLD = 0.5
#: Stages in a name.
NAMED = 4
#: Longer skeletons are not looked for; usages with more events are long notebooks.
_MAX_STEPS = 15


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it means, the commonest call that shows it (at the level of families), and its details."""

    event: str
    call: str
    role: str | None
    optional: bool
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """One usage: its events in order, each once, with the call and role that show it first; details by event."""

    order: tuple[str, ...]
    calls: dict[str, tuple[str, str | None]]
    details: dict[str, frozenset[str]]


def skeleton(usages: Sequence[CallSequence], groups: Sequence[Hashable]) -> tuple[Step, ...]:
    """The steps of usages that are alike, given with their repositories; none if they share no order of events."""
    shown = [events(usage) for usage in usages]
    names = _wider(shown, groups)
    seen = [_seen(usage, found, names) for usage, found in zip(usages, shown, strict=True)]
    chosen = _explaining(seen, groups)
    return tuple(_step(seen, event) for event in chosen)


def order(usage: CallSequence) -> tuple[str, ...]:
    """The events of a usage, each where it first occurs, behind the wider one that it is under."""
    shown = events(usage)
    under = {event.name: event.under for event in shown}
    names = chain.from_iterable((under[name], name) for name in _seen(usage, shown, {}).order)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _wider(shown: Sequence[Sequence[Event]], groups: Sequence[Hashable]) -> dict[str, str]:
    """Narrow event -> the wide one, where none of those under it is in nearly all usages, and repositories, that have
    it. Of the events of each usage."""
    under: defaultdict[str, defaultdict[str, set[tuple[int, Hashable]]]] = defaultdict(lambda: defaultdict(set))
    for number, (found, group) in enumerate(zip(shown, groups, strict=True)):
        for event in found:
            if event.under is not None:
                under[event.under][event.name].add((number, group))
    names: dict[str, str] = {}
    for wide, narrow in under.items():
        having = set().union(*narrow.values())
        if not any(_nearly_all(part, having) for part in narrow.values()):
            names |= dict.fromkeys(narrow, wide)
    return names


def _nearly_all(part: set[tuple[int, Hashable]], whole: set[tuple[int, Hashable]]) -> bool:
    """Of usages, numbered, with their repositories."""
    inside, there = ({group for _, group in found} for found in (part, whole))
    return len(part) >= ALWAYS * len(whole) and len(inside) >= ALWAYS * len(there)


def _seen(usage: CallSequence, shown: Sequence[Event], names: Mapping[str, str]) -> _Seen:
    """`shown` are the events of the usage, `names` what some are called instead."""
    spelled = symbols(usage, "family")
    calls: dict[str, tuple[str, str | None]] = {}
    details: dict[str, set[str]] = {}
    of_call: dict[int, str] = {}
    for event in shown:
        if event.weight < LEAST_WEIGHT:
            continue
        if event.detail:
            details.setdefault(of_call.get(event.call, ""), set()).add(event.name)
        else:
            name = of_call[event.call] = names.get(event.name, event.name)
            call = usage.calls[event.call]
            told = call.api if call.link == "load" and _computes(event) else spelled[event.call]
            calls.setdefault(name, (told, call.role))
    return _Seen(tuple(calls), calls, {event: frozenset(found) for event, found in details.items()})


def _computes(event: Event) -> bool:
    """Whether a call that loads does more: a trainer that is given an id."""
    return event.kind is not None and not event.name.startswith("load ")


def _explaining(seen: Sequence[_Seen], groups: Sequence[Hashable]) -> tuple[str, ...]:
    several = len(set(groups)) > 2
    found = closed_subsequences(
        (one.order for one in seen),
        min_support=LEAST_SHARE,
        groups=groups if several else None,
        max_length=_MAX_STEPS,
    )
    core, _ = max(found, key=lambda pattern: (len(pattern[0]) * pattern[1], len(pattern[0])), default=((), 0))
    around = [(len(steps), support, steps) for steps, support in found if contains(steps, core)]
    return max(around, key=lambda entry: entry[:2], default=(0, 0, core))[2]


def _step(seen: Sequence[_Seen], event: str) -> Step:
    having = [one for one in seen if event in one.calls]
    calls = Counter(one.calls[event] for one in having)
    (call, role), _ = min(calls.items(), key=lambda item: (-item[1], item[0][0]))
    details = Counter(name for one in having for name in one.details.get(event, ()))
    told = tuple(sorted(name for name, times in details.items() if times >= TOLD * len(having)))
    return Step(event, call, role, len(having) < ALWAYS * len(seen), told)


def name(steps: Sequence[Step], weights: dict[str, float]) -> str:
    """`tokenize, generate, decode with streamer`: the stages that are always there, loads only if there is no other."""
    firm = [step for step in steps if not step.optional] or list(steps)
    done = [step for step in firm if not step.event.startswith("load ")]
    stages = done or firm
    heaviest = sorted(stages, key=lambda step: -weights.get(step.event, 0.0))[:NAMED]
    text = ", ".join(step.event for step in stages if step in heaviest)
    details = sorted({detail for step in stages for detail in step.details})
    if not text:
        return "nothing in common"
    return f"{text} with {_listed(details)}" if details else text if done else f"{text} only"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def weights_of(usages: Sequence[CallSequence]) -> dict[str, float]:
    """Event, and the wider one that it is under -> how much it decides."""
    found = [event for usage in usages for event in events(usage)]
    return {name: event.weight for event in found for name in (event.name, event.under) if name is not None}
