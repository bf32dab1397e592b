"""From load sites and explanations to what the tools answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from analyzer.explanations.trails import Explanation, Step, Trail
from analyzer.records import LoadSite, ModelRef, Origin
from ptmscope.export.overview import place
from ptmscope.mcp_server import answers
from ptmscope.mcp_server.room import Room, text

#: Most of what stands within one record, so that no record alone fills an answer.
SITES, NAMES, STEPS, TRAILS = 20, 5, 30, 10
WITHIN = 12_000


def models(sites: Iterable[LoadSite]) -> list[answers.Model]:
    """One for each model that is known by name, in alphabetical order."""
    found: defaultdict[tuple[str, str], list[tuple[LoadSite, ModelRef]]] = defaultdict(list)
    for site in sites:
        if site.status != "local":
            for model in site.models:
                found[model.canonical_id or model.id, model.hub].append((site, model))
    return [_model(*name, found[name]) for name in sorted(found, key=lambda name: (name[0].lower(), name))]


def _model(name: str, hub: str, pairs: list[tuple[LoadSite, ModelRef]]) -> answers.Model:
    written = sorted({model.id for _, model in pairs})
    shown = Room(WITHIN).take((_site(*pair) for pair in pairs), SITES)
    return answers.Model(text(name), hub, tuple(map(text, written[:NAMES])), shown, len(pairs))


def _site(site: LoadSite, model: ModelRef) -> answers.Site:
    given = {text(name): text(value) for name, value in site.arguments[:NAMES] if value is not None}
    where = (text(site.path), site.line, site.cell, text(site.api))
    return answers.Site(*where, model.resolution, model.certainty, _origin(model.origin), given)


def _origin(origin: Origin) -> str:
    return text(place(origin.path, origin.line, origin.cell))


def unknown(sites: Iterable[LoadSite]) -> list[answers.Unknown]:
    """Load sites without a model that has a name."""
    return [
        answers.Unknown(text(site.path), site.line, site.cell, text(site.api), site.status, site.reason)
        for site in sites
        if site.status == "local" or not site.models
    ]


def why(found: Explanation) -> answers.Why:
    site = found.site
    where = (text(site.path), site.line, site.cell, text(site.api), site.status)
    return answers.Why(*where, Room(WITHIN).take(map(_trail, found.trails), TRAILS))


def _trail(found: Trail) -> answers.Trail:
    model = found.model
    told = Room(WITHIN // 2).take(map(_step, found.steps), STEPS)
    name, how = (None, None) if model is None else (text(model.id), model.resolution)
    return answers.Trail(name, how, found.reason, told, None if found.end is None else text(found.end))


def _step(found: Step) -> answers.Step:
    where = place(found.path, found.line, found.cell)
    return answers.Step(text(where), text(found.code), text(found.words))
