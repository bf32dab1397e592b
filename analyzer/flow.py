"""Follows loaded objects: every API call that touches one, gathered into a call sequence for each model id."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from analyzer import readings, references
from analyzer.linking import order, spread
from analyzer.loaders import Match
from analyzer.program import (
    Binding,
    Call,
    Captured,
    Element,
    Entered,
    Expression,
    Module,
    Name,
    Scope,
    Unpacked,
    last_name,
)
from analyzer.records import Anchor, ApiCall, CallSequence, Link, LoadSite, ModelRef, Role
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import REPLACED, Event


def sequences(
    ev: Evaluator, module: int, sites: Iterable[LoadSite] = (), *, across: bool = False
) -> list[CallSequence]:
    """The usages of one file, by model id; with `across`, what other files do with the objects it loads, too.

    `sites` are the file's load sites: their ids count where the flow alone does not tell any.
    """
    _evaluate_calls(ev, module)
    if across:
        spread.follow_out(ev, module, lambda file: _carriers(ev, file))
    readings.read(ev, module)
    known = {(site.line, site.cell, site.column): site.models for site in sites}
    places = [_places(file) for file in ev.modules]
    events = sorted(
        (event for event in ev.events.values() if across or event.env.module == module),
        key=lambda event: (
            event.env.module != module,
            ev.modules[event.env.module].path,
            *places[event.env.module][id(event.call)],
            event.api,
        ),
    )
    if across:
        events = _producers_first(events)
    loads = [event for event in events if event.match is not None and event.env.module == module]
    loaded = {id(event): _ids(ev, event, known) for event in loads}
    models: dict[int, frozenset[str]] = {}
    usages: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        for model in sorted(_models(event, loaded, models, 0)):
            usages[model].append(event)
    return [_sequence(ev, module, model, usages[model], loaded) for model in sorted(usages)]


def _places(module: Module) -> dict[int, tuple[int, int]]:
    """Where each call stands in the sequence: by its end, but never before a call evaluated earlier."""
    found: dict[int, tuple[int, int]] = {}
    for scope in module.scopes:
        latest = 0
        for number, call in enumerate(scope.calls):
            latest = max(latest, call.end)
            found[id(call)] = latest, number
    return found


def _producers_first(events: list[Event]) -> list[Event]:
    """The events, each behind those whose results it uses, else in the order given; a loop starts where that does."""
    by_call: dict[tuple[int, int, int], list[Event]] = {}
    for event in events:
        by_call.setdefault(_call(event), []).append(event)
    numbers = {call: number for number, call in enumerate(by_call)}
    needed: list[set[int]] = [set() for _ in by_call]
    for event in events:
        own = numbers[_call(event)]
        needed[own] |= {numbers[_call(source)] for source in event.sources if _call(source) in numbers} - {own}
    calls = list(by_call.values())
    return [event for number in order.after_needs(needed) for event in calls[number]]


def _call(event: Event) -> tuple[int, int, int]:
    """The call of an event, in whatever frame and under whatever name."""
    return event.env.module, event.call.at, event.call.end


def _evaluate_calls(ev: Evaluator, module: int) -> None:
    """Evaluate every call, and the bodies in which a loaded object is named, until there is nothing new."""
    done: set[tuple[int, int]] = set()
    while True:
        scopes = ev.modules[module].scopes
        todo = [(i, n) for i, scope in enumerate(scopes) for n in range(len(scope.calls)) if (i, n) not in done]
        if not todo:
            return
        for index, number in todo:
            done.add((index, number))
            ev.evaluate(scopes[index].calls[number], ev.env(module, index))
        for name, inside in sorted(_carriers(ev, module)):
            ev.read_mentioning(module, name, inside)


def _carriers(ev: Evaluator, module: int) -> set[tuple[str, int]]:
    """(name, scope) of what loads, and later calls on loaded objects, are bound to, and where that can be seen.

    A function in which that happens may return the object, so its own name carries too.
    """
    places = sorted((event.call.at, event.call.end) for event in ev.events.values() if event.env.module == module)
    scopes = ev.modules[module].scopes
    makers = {s.name for s in scopes if s.kind == "function" and _any_within(places, s.at, s.end)}
    makers |= {s.name for s in scopes if any(_called(value) in makers for value in s.returns)}
    found = {(name, 0) for name in makers}
    for index, scope in enumerate(scopes):
        for name, bindings in scope.bindings.items():
            if any(_made(binding, places, makers) for binding in bindings):
                plain = name.removesuffix("[]")
                outside = "." in plain or plain not in scope.bindings
                found.add((plain.rpartition(".")[2], 0 if outside else index))
    found |= {(name.rpartition(".")[2], 0) for name, inner in _carried_out(scopes) if inner in found}
    found |= {(scope.name, 0) for scope in scopes if any((last_name(value), 0) in found for value in scope.returns)}
    return {(name, scope) for name, scope in found if not name.startswith("__")}


def _carried_out(scopes: list[Scope]) -> Iterator[tuple[str, tuple[str, int]]]:
    """(name, (its name inside, scope)) of what inner functions give variables further out."""
    for scope in scopes:
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                value = binding.value
                if isinstance(value, Captured) and isinstance(value.value, Name):
                    yield name, (value.value.id, value.scope)


def _made(binding: Binding, places: list[tuple[int, int]], makers: set[str]) -> bool:
    """Whether an API call stands in what is bound, or a function in which one stands is called for it."""
    if _called(binding.value) in makers:
        return True
    return _any_within(places, getattr(binding.value, "at", binding.at), binding.at)


def _any_within(places: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the calls, sorted, lies between two offsets."""
    inside = places[bisect_left(places, (start, 0)) : bisect_left(places, (end, 0))]
    return any(call_end <= end for _, call_end in inside)


def _called(value: Expression) -> str:
    """The last name of the function whose result this is, or is a part of."""
    while isinstance(value, Unpacked | Entered | Element | Captured):
        value = value[0]
    return last_name(value.function) if isinstance(value, Call) else ""


def _ids(
    ev: Evaluator, event: Event, known: Mapping[tuple[int, int | None, int], tuple[ModelRef, ...]]
) -> frozenset[str]:
    """The model ids that a load can load, in its frame; those of its site where the frame tells none.

    Where the frame's come from an option, launch lines give others.
    """
    if not isinstance(event.match, tuple):
        return frozenset()
    match, arguments = event.match
    assert isinstance(match, Match)
    values = references.given_ids(ev, match.loader, arguments, event.call, event.env) or ()
    models, _, _ = references.read_ids(ev, match.loader, values)
    file = ev.modules[event.env.module]
    line, cell = file.place(event.call.at)
    given = known.get((line, cell, file.column(event.call.at)), ())
    if models and event.env.frame is not None:
        is_option = any(model.resolution in REPLACED for model in models)
        given = tuple(model for model in given if is_option and model.resolution == "launch_line")
    return frozenset(model.id for model in (*models, *given))


def _models(
    event: Event, loaded: dict[int, frozenset[str]], known: dict[int, frozenset[str]], depth: int
) -> frozenset[str]:
    """The model ids whose objects flow into the event."""
    key = id(event)
    if key not in known and depth < 200:
        known[key] = loaded.get(key, frozenset())
        found = set(known[key])
        for source in event.sources:
            found |= _models(source, loaded, known, depth + 1)
        known[key] = frozenset(found)
    return known.get(key, frozenset())


def _link(event: Event, *, own: bool) -> tuple[Link, Role | None]:
    """A load is one in the usage of its own model; in that of an object it is given, it is a call like others."""
    if own:
        return "load", "load"
    return ("argument" if event.link == "load" else event.link), event.role


def _key(event: Event) -> tuple[int, int, int, str]:
    """What makes calls one, in whatever frame and on an object of whatever class."""
    return event.env.module, event.call.at, event.call.end, event.api.rpartition(".")[2]


_LINKS: tuple[Link, ...] = ("load", "receiver", "argument", "derived")


def _sequence(
    ev: Evaluator, module: int, model: str, events: list[Event], loaded: dict[int, frozenset[str]]
) -> CallSequence:
    file = ev.modules[module]

    def telling(event: Event) -> tuple[bool, int]:
        """The lower, the more one call of several classes says by this one: its own load, then the nearest link."""
        return model not in loaded.get(id(event), ()), _LINKS.index(event.link)

    index: dict[tuple[int, int, int, str], int] = {}
    steps: list[Event] = []
    for event in events:
        key = _key(event)
        if key not in index:
            index[key] = len(steps)
            steps.append(event)
        else:
            steps[index[key]] = min(steps[index[key]], event, key=telling)
    inputs: list[set[int]] = [set() for _ in steps]
    keywords: list[set[str]] = [set() for _ in steps]
    reads: list[set[str]] = [set() for _ in steps]
    for event in events:
        own = index[_key(event)]
        keywords[own] |= event.keywords
        reads[own] |= event.reads - event.called
        for source in event.sources:
            earlier = index.get(_key(source))
            if earlier is not None and earlier != own:
                inputs[own].add(earlier)
    calls = []
    for event, flows, names, read in zip(steps, inputs, keywords, reads, strict=True):
        here = ev.modules[event.env.module]
        line, cell = here.place(event.call.at)
        link, role = _link(event, own=model in loaded.get(id(event), frozenset()))
        path = here.path if here is not file else None
        told = tuple(sorted(flows)), path, tuple(sorted(names)), tuple(sorted(read))
        calls.append(ApiCall(event.api, line, cell, link, role, *told))
    starts = [
        Anchor(*file.place(event.call.at), event.api) for event in steps if model in loaded.get(id(event), frozenset())
    ]
    return CallSequence(file.path, starts[0].cell if starts else None, model, tuple(starts), tuple(calls))
