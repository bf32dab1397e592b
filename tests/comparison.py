"""Holds a report against the expectations of a fixture, exact both ways: one sentence per difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from expectations import Alternative, Call, Expectations, Load, Place, Sequence

from analyzer.records import REASONS, ApiCall, CallSequence, FileReport, LoadSite, ModelRef

K = TypeVar("K")
V = TypeVar("V")


class Groups(Generic[K, V]):
    """Items by key, in the order in which they came."""

    def __init__(self, pairs: Iterable[tuple[K, V]]) -> None:
        self.items: dict[K, list[V]] = defaultdict(list)
        for key, item in pairs:
            self.items[key].append(item)

    def __getitem__(self, key: K) -> list[V]:
        return self.items.get(key, [])

    def __contains__(self, key: K) -> bool:
        return key in self.items

    def __iter__(self) -> Iterator[K]:
        return iter(self.items)


def compare(expected: Expectations, report: FileReport, *, every_call: bool = False) -> Iterator[str]:
    """All differences. Calls are held against the marks only in a file that has marks of calls, or with `every_call`.

    The report may hold usages of other files: their calls in this one count.
    """
    yield from compare_diagnostics(expected, report)
    yield from compare_loads(expected, report.sites)
    if expected.calls or every_call:
        yield from compare_calls(expected, report)
        yield from compare_anchors(report)
    own = [sequence for sequence in report.sequences if sequence.path == report.path]
    sequences = {sequence.model_id: sequence for sequence in own}
    if len(sequences) != len(own):
        yield "a model id with two usages in one file"
    for sequence in expected.sequences:
        yield from compare_sequence(sequence, sequences.get(sequence.model_id))


def compare_diagnostics(expected: Expectations, report: FileReport) -> Iterator[str]:
    found = sorted({diagnostic.kind for diagnostic in report.diagnostics})
    if found != sorted(expected.diagnostics):
        details = "; ".join(diagnostic.message for diagnostic in report.diagnostics)
        yield f"diagnostics: expected {sorted(expected.diagnostics)}, found {found} {details}".rstrip()


# ---- loads


def compare_loads(expected: Expectations, sites: Iterable[LoadSite]) -> Iterator[str]:
    firm = Groups((load.place, load) for load in expected.loads if not load.todo)
    gaps = Groups((load.place, load) for load in expected.loads if load.todo)
    found = Groups(((site.cell, site.line), site) for site in sorted(sites, key=lambda site: site.column))
    for place in sorted({*firm, *gaps, *found, *expected.false_alarms}, key=order):
        actual = found[place]
        if place in gaps and not any(load_problems(gaps[place], actual)):
            yield f"{at(place)}: the gap is closed: drop the `todo`"
        elif place in expected.false_alarms and not actual:
            yield f"{at(place)}: the false alarm is gone: drop the `todo`"
        elif place in firm or not (place in gaps or place in expected.false_alarms):
            yield from (f"{at(place)}: {problem}" for problem in load_problems(firm[place], actual))


def load_problems(wanted: list[Load], actual: list[LoadSite]) -> Iterator[str]:
    if len(wanted) != len(actual):
        yield f"expected {shown_loads(wanted)}, found {' ; '.join(map(shown_site, actual)) or 'no load'}"
        return
    for load, site in zip(wanted, actual, strict=True):
        if not ids_fit(load, site) or site.status not in statuses(load.alternatives):
            yield f"expected {shown_loads([load])}, found {shown_site(site)}"
        else:
            yield from note_problems(load, site)


def ids_fit(load: Load, site: LoadSite) -> bool:
    wanted = sorted(one.id for one in load.alternatives if one.id not in ("?", "runtime"))
    return wanted == sorted(model.id for model in site.models)


def statuses(alternatives: tuple[Alternative, ...]) -> set[str]:
    """The status that a site with these alternatives can have."""
    if alternatives[0].id in ("?", "runtime"):
        return {"unresolved" if alternatives[0].id == "?" else "runtime"}
    if all(one.local for one in alternatives):
        return {"local"}
    partly = [("*" in one.id) for one in alternatives]
    return {"partial"} if all(partly) else {"resolved", "partial"} if any(partly) else {"resolved"}


def note_problems(load: Load, site: LoadSite) -> Iterator[str]:
    models = {model.id: model for model in site.models}
    for one in load.alternatives:
        for note in one.notes:
            if not note_holds(note, site, models.get(one.id)):
                yield f"expected {one.id} [{note}], found {shown_site(site)}"


def note_holds(note: str, site: LoadSite, model: ModelRef | None) -> bool:
    if note in REASONS:
        return site.reason == note
    if "." in note:
        return suffix(site.api, note)
    if model is None:
        return False
    if note.startswith("@"):
        cell, _, line = note[1:].rpartition(":")
        wanted_cell = int(cell) if cell else site.cell
        return (model.origin.cell, model.origin.line) == (wanted_cell, int(line))
    return note in (model.resolution, model.certainty)


# ---- calls


def compare_calls(expected: Expectations, report: FileReport) -> Iterator[str]:
    firm = Groups(((call.model_id, call.place), call) for call in expected.calls if not call.todo)
    gaps = Groups(((call.model_id, call.place), call) for call in expected.calls if call.todo)
    found = Groups(
        ((sequence.model_id, (call.cell, call.line)), call)
        for sequence in report.sequences
        for call in sequence.calls
        if call.link != "load" and (call.path or sequence.path) == report.path
    )
    for key in sorted({*firm, *gaps, *found}, key=lambda key: (order(key[1]), key[0])):
        where = f"{at(key[1])}: {key[0]}"
        if key in gaps and all(any(suffix(call.api, gap.api) for call in found[key]) for gap in gaps[key]):
            yield f"{where}: the gap is closed: drop the `todo`"
        elif key in firm or key not in gaps:
            yield from (f"{where}: {problem}" for problem in call_problems(firm[key], found[key]))


def call_problems(wanted: list[Call], actual: list[ApiCall]) -> Iterator[str]:
    fit = len(wanted) == len(actual) and all(suffix(b.api, a.api) for a, b in zip(wanted, actual, strict=True))
    if not fit:
        yield f"expected {[call.api for call in wanted]}, found {[call.api for call in actual]}"
        return
    for call, found in zip(wanted, actual, strict=True):
        for note in call.notes:
            if note not in (found.link, found.role):
                yield f"expected {call.api} [{note}], found [{found.role} {found.link}]"


def compare_anchors(report: FileReport) -> Iterator[str]:
    """Every resolved site is part of the usage of each of its models."""
    loads = {
        (sequence.model_id, call.cell, call.line)
        for sequence in report.sequences
        for call in sequence.calls
        if call.link == "load"
    }
    for site in report.sites:
        for model in site.models:
            if site.status == "resolved" and (model.id, site.cell, site.line) not in loads:
                yield f"{at((site.cell, site.line))}: the load is in no sequence of {model.id}"


def compare_sequence(expected: Sequence, found: CallSequence | None) -> Iterator[str]:
    calls = () if found is None else found.calls
    steps = expected.steps
    fit = len(steps) == len(calls) and all(
        suffix(call.api, step.api) and step.inputs in (None, call.inputs)
        for step, call in zip(steps, calls, strict=True)
    )
    if not fit:
        shown = ", ".join(f"{call.api}({' '.join(map(str, call.inputs))})" for call in calls)
        yield f"sequence of {expected.model_id}: found {shown or 'none'}"


# ---- words


def suffix(api: str, segments: str) -> bool:
    return f".{api}".endswith(f".{segments}")


def order(place: Place) -> tuple[int, int]:
    return (-1 if place[0] is None else place[0], place[1])


def at(place: Place) -> str:
    return f"line {place[1]}" if place[0] is None else f"cell {place[0]} line {place[1]}"


def shown_loads(loads: list[Load]) -> str:
    return " ; ".join(" | ".join(one.id for one in load.alternatives) for load in loads) or "no load"


def shown_site(site: LoadSite) -> str:
    models = " | ".join(
        f"{model.id} [{model.resolution} {model.certainty} @{model.origin.line}]" for model in site.models
    )
    return f"{models or '?'} [{site.status} {site.reason or ''}] {site.api}"
