"""A call as it relates to the calls before it, so that what is known of one class serves for another.

`transformers.BartTokenizer.__call__.input_ids.to` is, as a symbol, that API; or `__call__.input_ids.to` of a tokenizer;
or `to`; or a step that does postprocessing. As what comes next, it is that API; or one of the calls before once more;
or `to` on what the last call gave; or `__call__.input_ids.to` of the tokenizer, or of the object loaded last. Views
without a class are taken back to an API with the classes of the context, also where no example has that API.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from analyzer.loaders import tables
from analyzer.symbols import OTHER
from analyzer.tables.index import is_class

Calls = tuple[str, ...]

#: The alphabets of contexts, from the most to the least specific.
ALPHABETS = ("api", "part", "method", "role")
#: So many of the last different calls, or objects, a view can point at.
REACH = 6


class Symbols(NamedTuple):
    """One call in all alphabets."""

    api: str
    part: str
    method: str
    role: str


class View(NamedTuple):
    """One way to see what comes next. `at` counts different calls or objects from the last one on, or is a family."""

    kind: str
    at: int | str
    name: str


def spelled(calls: Sequence[str]) -> tuple[Symbols, ...]:
    """Calls in all alphabets; each depends on those before it only."""
    loads: list[str] = []
    found = []
    for call in calls:
        if _is_load(call):
            loads.append(_object(call))
            load = f"load {_family(call) or call}"
            found.append(Symbols(call, load, load, "load"))
            continue
        owner = next((o for o in reversed(loads) if call.startswith(f"{o}.")), None) or _class_of(call)
        family = _family(owner) if owner else ""
        part = f"{family} {call[len(owner) + 1 :]}" if owner and family else call
        found.append(Symbols(call, part, call.rpartition(".")[2], _role(call)))
    return tuple(found)


class Context:
    """The calls so far, and what views point at."""

    def __init__(self, calls: Sequence[str]) -> None:
        self.seen = tuple(dict.fromkeys(reversed(calls)))[:REACH]
        last = dict.fromkeys(owner for call in reversed(calls) if (owner := _object_of(call)))
        self.objects = tuple((owner, _family(owner)) for owner in last)[:REACH]

    def views(self, call: str) -> Iterator[View]:
        """All ways to see this call as the next one."""
        yield View("call", 0, call)
        if call in self.seen:
            yield View("again", self.seen.index(call), "")
        before = [at for at, other in enumerate(self.seen) if call.startswith(f"{other}.")]
        if before:
            at = max(before, key=lambda at: len(self.seen[at]))
            yield View("on", at, call[len(self.seen[at]) + 1 :])
        at = next((at for at, (owner, _) in enumerate(self.objects) if call.startswith(f"{owner}.")), -1)
        if at >= 0:
            owner, family = self.objects[at]
            yield View("member", at, call[len(owner) + 1 :])
            if family:
                yield View("part", family, call[len(owner) + 1 :])

    def api(self, view: View) -> str | None:
        """The call that a view stands for here; None where there is none."""
        return _APIS[view.kind](self, view)

    def _again(self, view: View) -> str | None:
        return self._seen(view.at)

    def _on(self, view: View) -> str | None:
        before = self._seen(view.at)
        return before and f"{before}.{view.name}"

    def _member(self, view: View) -> str | None:
        at = view.at
        return f"{self.objects[at][0]}.{view.name}" if isinstance(at, int) and at < len(self.objects) else None

    def _part(self, view: View) -> str | None:
        owner = next((owner for owner, family in self.objects if family == view.at), None)
        return owner and f"{owner}.{view.name}"

    def _seen(self, at: int | str) -> str | None:
        return self.seen[at] if isinstance(at, int) and at < len(self.seen) else None


_APIS: Mapping[str, Callable[[Context, View], str | None]] = {
    "call": lambda _, view: view.name,
    "again": Context._again,
    "on": Context._on,
    "member": Context._member,
    "part": Context._part,
}


@functools.cache
def _is_load(call: str) -> bool:
    return tables().match(call) is not None


@functools.cache
def _family(api: str) -> str:
    return tables().family(api) or ""


@functools.cache
def _object(load: str) -> str:
    """What the names of calls on a loaded object begin with: its class, or the function that gave it."""
    owner, _, _ = load.rpartition(".")
    return owner if owner and is_class(owner.rpartition(".")[2]) else load


def _object_of(call: str) -> str | None:
    return _object(call) if _is_load(call) else _class_of(call)


@functools.cache
def _class_of(call: str) -> str | None:
    parts = call.split(".")
    at = next((at for at, part in enumerate(parts[:-1]) if is_class(part)), None)
    return None if at is None else ".".join(parts[: at + 1])


@functools.cache
def _role(call: str) -> str:
    """What the tables say that the call does."""
    known = tables()
    if (consumer := known.consumer(call)) is not None:
        return consumer.role
    parts = call.split(".")
    for size in range(len(parts) - 1, 0, -1):
        owner = ".".join(parts[:size])
        match = known.match(owner) or known.match(f"{owner}.from_pretrained")
        if match is not None:
            return known.role(match.loader.library, match.loader.loads, ".".join(parts[size:])) or OTHER
    return OTHER
