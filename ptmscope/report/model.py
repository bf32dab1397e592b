"""One model as the page shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from analyzer.records import CallSequence
from analyzer.symbols import tasks
from analyzer.tally import STAGES
from miner.licences import is_quotable
from patterns.pattern import Exemplar, Member, Pattern
from patterns.transitions import profile
from ptmscope.cards.places import link
from ptmscope.cards.secrets import has_token, is_secret
from ptmscope.cards.used import Argument, arguments, exemplified
from ptmscope.export.output import printable
from ptmscope.export.overview import short
from ptmscope.report.code import pieces
from ptmscope.report.material import Model, Usage, key
from ptmscope.report.network import network
from ptmscope.report.stages import flow
from ptmscope.repositories import Repository

#: Rows of each kind that are told; how many there are is told, too.
PATTERNS, ARGUMENTS, COMPANIONS, PLACES, STEPS = 8, 20, 12, 40, 2000
#: Longer examples are only linked.
LINES = 60

Told = dict[str, Any]


def told(model: Model, known: dict[str, Repository]) -> Told:
    """Names and texts are as they can be seen; addresses are those that `ptmscope.cards.places` makes. `all`: how many
    rows there are of what is told in part."""
    given = arguments(model.usages, model.sites)
    usages = [usage for _, usage in model.usages]
    return {
        "key": key(model.name),
        "name": printable(model.name),
        "usages": len(usages),
        "files": model.files,
        "repositories": model.repositories,
        "hubs": _counted(m.hub for _, s in model.sites for m in s.models if (m.canonical_id or m.id) == model.name),
        "libraries": _counted(site.library for _, site in model.sites),
        "tasks": _counted(task for usage in usages for task in tasks(usage)),
        "resolutions": _resolutions(model),
        "stages": _stages(usages),
        "flow": flow(usages),
        "graph": network(model.usages),
        "steps": _steps(model.usages),
        "patterns": list(_patterns(model, known)),
        "ways": [[printable(pattern.name), len(members)] for pattern, members in model.patterns],
        "arguments": list(_arguments(given)),
        "companions": list(_companions(model)),
        "places": list(_places(model, known)),
        "all": {"arguments": len(given), "companions": len(model.companions), "places": len(model.sites)},
    }


def _counted(names: Iterable[str]) -> list[list[Any]]:
    counted = Counter(map(printable, names))
    return [[name, number] for name, number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def _resolutions(model: Model) -> list[list[Any]]:
    own = (m for _, site in model.sites for m in site.models if (m.canonical_id or m.id) == model.name)
    return _counted(f"{m.resolution.replace('_', ' ')}, {m.certainty}" for m in own)


def _stages(usages: Sequence[CallSequence]) -> list[list[Any]]:
    """[stage, usages that have it], in the order of work."""
    counted = Counter(role for usage in usages for role in {call.role for call in usage.calls if call.role})
    return [[stage, counted[stage]] for stage in STAGES if counted[stage]]


def _steps(usages: Sequence[Usage]) -> Told:
    """The transitions between calls that models are compared by: [from, to, share], as places in `calls`."""
    ranked = sorted(profile(usages).items(), key=lambda step: (-step[1], step[0]))[:STEPS]
    calls = sorted({call for pair, _ in ranked for call in pair})
    place = {call: number for number, call in enumerate(calls)}
    rows = [[place[start], place[end], float(f"{share:.4g}")] for (start, end), share in ranked]
    return {"calls": list(map(printable, calls)), "rows": rows}


def _patterns(model: Model, known: dict[str, Repository]) -> Iterator[Told]:
    for pattern, members in model.patterns[:PATTERNS]:
        yield {
            "id": pattern.id,
            "name": printable(pattern.name),
            "group": printable(pattern.group),
            "steps": [[printable(step.call), printable(step.role or ""), step.optional] for step in pattern.skeleton],
            "usages": len(members),
            "repositories": len({member.source for member in members}),
            "example": example(_exemplar(pattern, members, model, known), known),
        }


def _exemplar(
    pattern: Pattern, members: Sequence[Member], model: Model, known: dict[str, Repository]
) -> Exemplar | None:
    """A usage of this model as code, where its licence lets others show it; else where one is."""
    at = {(member.source, member.path) for member in members}
    open_sources = {source for source, _ in at if is_quotable(known[source].licence)}
    places = [
        place
        for place, (source, usage) in enumerate(model.usages)
        if source in open_sources and (source, usage.path) in at
    ]
    found = exemplified(pattern, places, model.usages, known).exemplar if places else None
    if found is not None:
        return found
    first = members[0]
    home = known[first.source]
    return Exemplar(first.source, first.path, first.cell, first.line, first.line, "", home.commit, home.licence)


def example(shown: Exemplar | None, known: dict[str, Repository]) -> Told | None:
    """Where it is; its code, if that may be shown."""
    if shown is None:
        return None
    home = known.get(shown.source)
    why = _hidden(shown)
    code = None if why else pieces(shown.code.rstrip("\n"))
    return {**_place(shown, home), "licence": printable(shown.licence or ""), "code": code, "why": why}


def _hidden(shown: Exemplar) -> str | None:
    """Why the code is not shown."""
    if not shown.licence:
        return "unknown"
    if not is_quotable(shown.licence):
        return "licence"
    if not shown.code:
        return "gone"
    if has_token(shown.code):
        return "secret"
    return "long" if shown.code.count("\n") > LINES else None


def _place(shown: Exemplar, home: Repository | None) -> Told:
    cell = "" if shown.cell is None else f"[{shown.cell}]"
    return {
        "source": printable(shown.source),
        "place": printable(f"{shown.path}{cell}:{shown.line}"),
        "link": link(shown, home) if home else None,
    }


def _arguments(given: Sequence[Argument]) -> Iterator[list[Any]]:
    """[call, name, value or null, repositories that give it, repositories that make the call]."""
    for each in given[:ARGUMENTS]:
        value = each.value
        is_told = value is not None and not is_secret(each.name, value)
        text = printable(value[:80]) if value is not None and is_told else None
        yield [short(each.call), printable(each.name), text, each.repositories, each.of]


def _companions(model: Model) -> Iterator[list[Any]]:
    """[model, its key, relation, files, repositories]."""
    for pair in model.companions[:COMPANIONS]:
        other = next((name for name in pair.models if name != model.name), model.name)
        yield [printable(other), key(other), pair.relation, pair.files, pair.repositories]


def _places(model: Model, known: dict[str, Repository]) -> Iterator[list[Any]]:
    """[repository, place, address or null, API]: where it is loaded, of many repositories rather than of one."""
    ranks: Counter[str] = Counter()
    ranked = []
    for source, site in model.sites:
        ranked.append((ranks[source], source, site))
        ranks[source] += 1
    ranked.sort(key=lambda entry: (entry[0], entry[1], entry[2].path, entry[2].line, entry[2].column))
    for _, source, site in ranked[:PLACES]:
        shown = Exemplar(source, site.path, site.cell, site.line, site.end_line, "", known[source].commit)
        found = _place(shown, known[source])
        yield [found["source"], found["place"], found["link"], short(site.api)]
