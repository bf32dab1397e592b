"""A usage as events: what its calls mean for how the model is used, each with how much it decides.

Calls of one meaning are one event, whatever the class or library: loaders are folded to what they load, consumers
(`Trainer(model=m)`, `get_peft_model(m)`, a `.backward()`) and decisive arguments and results (`image=`, `.logits`) are
events of their own. What only prepares (a chat template) decides where the usage goes on to compute. The meanings are
rows of events.toml.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from importlib import resources
from typing import Any, NamedTuple

from analyzer.loaders import tables
from analyzer.records import ApiCall, CallSequence
from patterns.errors import PatternError


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of events.toml; an empty condition always holds."""

    name: str
    weight: float
    kind: str | None = None
    under: str | None = None
    unused: str | None = None
    api: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    def fits(self, call: ApiCall, family: str) -> bool:
        """Whether the conditions on the call's name hold; those on its arguments and result are `is_shown`."""
        return (
            _among(call.role or "", self.role)
            and _among(call.link, self.link)
            and _like(call.api, self.api)
            and _like(call.api.rpartition(".")[2], self.method)
            and _like(family, self.family)
        )

    def is_shown(self, call: ApiCall) -> bool:
        return _shared(call.keywords, self.keywords) and _shared(call.reads, self.reads)


def _among(value: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or value in wanted


def _like(text: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(text, glob) for glob in globs)


def _shared(given: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return not wanted or any(name in wanted for name in given)


class Event(NamedTuple):
    """One step of a usage; `call` is the number of the call that shows it, `detail`: by its arguments or result.

    `under` is the wider event that it is one of.
    """

    name: str
    weight: float
    kind: str | None
    call: int
    detail: bool = False
    under: str | None = None


class _Named(NamedTuple):
    """What the rules say of a call by its name: its event, if any, and the details to look for."""

    event: tuple[str, float, str | None] | None
    under: str | None
    details: tuple[Rule, ...]


def events(usage: CallSequence) -> tuple[Event, ...]:
    """The events of a usage in the order of its calls; a call that shows several gives them one after the other."""
    found = tuple(event for number, call in enumerate(usage.calls) for event in _of_call(call, number))
    return found if any(event.kind is not None for event in found) else tuple(map(_unused, found))


def _unused(event: Event) -> Event:
    """What an event is in a usage that shows no kind of use."""
    name, weight = _instead().get(event.name, (event.name, event.weight))
    return event._replace(name=name, weight=weight)


@functools.cache
def _instead() -> dict[str, tuple[str, float]]:
    """Event -> the name and weight of the one that it is where it is not used."""
    weights = {rule.name: rule.weight for rule in rules()[0]}
    return {rule.name: (rule.unused, weights[rule.unused]) for rule in rules()[0] if rule.unused is not None}


def _of_call(call: ApiCall, number: int) -> Iterator[Event]:
    named = _named(call.api, call.role, call.link)
    if named.event is not None:
        yield Event(*named.event, number, under=named.under)
    for rule in named.details:
        if rule.is_shown(call):
            yield Event(rule.name, rule.weight, rule.kind, number, detail=True)


@functools.cache
def _named(api: str, role: Any, link: Any) -> _Named:
    call = ApiCall(api, 0, None, link, role, ())
    family = tables().family(api) or ""
    names, details = rules()
    rule = next((rule for rule in names if rule.fits(call, family)), None)
    kept = tuple(detail for detail in details if detail.fits(call, family))
    if rule is None or not rule.weight:
        return _Named(None, None, kept)
    library, _, _ = api.lstrip(".").partition(".")
    name = rule.name.format(family=family or "model", method=api.rpartition(".")[2].strip("_"), library=library)
    return _Named((name, rule.weight, rule.kind), rule.under, kept)


@functools.cache
def rules() -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """(rules that name a call, details) of events.toml, in its order."""
    table = _table()
    return tuple(map(_rule, table["event"])), tuple(map(_rule, table["detail"]))


@functools.cache
def kinds() -> dict[str, float]:
    """Kind of use -> how much it says about a usage."""
    return {name: float(weight) for name, weight in _table()["kinds"].items()}


def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("patterns") / "events.toml").read_text(encoding="utf-8"))


_FIELDS = frozenset(field.name for field in fields(Rule))


def _rule(row: dict[str, Any]) -> Rule:
    if unknown := row.keys() - _FIELDS:
        raise PatternError(f"events.toml: {row.get('name')!r}: unknown {', '.join(sorted(unknown))}")
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Rule(**given)
