"""The tables of a release: their columns, and the rows that a study has for them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from miner.licences import is_quotable
from ptmscope.export.rows import Cell, Kind
from ptmscope.release.material import Material, site_id
from ptmscope.release.usages import Usage

Rows = Iterator[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """One file in data/. `about` says what a row is."""

    name: str
    about: str
    columns: dict[str, Kind]
    rows: Callable[[Material], Rows]


def _repositories(material: Material) -> Rows:
    for each in material.repositories:
        read = (each.counts.files, each.counts.duplicates) if each.counts else (None, None)
        yield (
            *(each.name, each.url, each.commit, each.licence, is_quotable(each.licence)),
            *(material.dates.get(each.name), *read, len(each.sites), len(each.usages)),
        )


def _files(material: Material) -> Rows:
    for each in material.repositories:
        sites = Counter(site.path for site in each.sites)
        usages = Counter(usage.path for usage in each.usages)
        for path in sorted(sites.keys() | usages.keys()):
            facts = material.texts.facts(each.name, path)
            known = (facts.sha256, facts.size) if facts else (None, None)
            text = material.texts.text(each.name, path)
            yield each.name, each.commit, path, *known, sites[path], usages[path], each.licence, text


def _sites(material: Material) -> Rows:
    for each in material.repositories:
        for site in each.sites:
            yield (
                *(site_id(each.name, site), each.name, site.path, site.cell, site.line, site.column, site.end_line),
                *(site.api, site.library, site.loads, site.status, site.reason, len(site.models)),
                json.dumps(dict(site.arguments), ensure_ascii=False),
            )


def _resolutions(material: Material) -> Rows:
    for each in material.repositories:
        for site in each.sites:
            for model in site.models:
                origin = model.origin
                yield (
                    *(site_id(each.name, site), each.name, model.id, model.canonical_id, model.hub),
                    *(model.resolution, model.certainty, origin.path, origin.cell, origin.line),
                )


def _sequences(material: Material) -> Rows:
    repositories = material.texts.repositories
    for usage in material.usages:
        sequence, repository = usage.sequence, repositories[usage.source]
        lines = [call.line for call in sequence.calls if call.path is None and call.cell == sequence.cell]
        yield (
            *(usage.id, usage.source, repository.commit, sequence.path, sequence.cell, usage.line),
            *(max([usage.line, *lines]), sequence.model_id, usage.canonical_id, usage.library),
            *(usage.apis, tuple(call.role or "" for call in sequence.calls), len(sequence.calls)),
            *(material.cluster[usage.id], repository.licence, material.texts.excerpt(usage.source, sequence)),
        )


def _calls(material: Material) -> Rows:
    for usage in material.usages:
        for position, call in enumerate(usage.sequence.calls):
            yield (
                *(usage.id, position, call.api, call.path or usage.sequence.path, call.cell, call.line),
                *(call.link, call.role, tuple(map(str, call.inputs)), call.keywords, call.reads),
            )


def _patterns(material: Material) -> Rows:
    for each in material.patterns:
        if each["id"] is None:
            continue
        shown = each["exemplar"] or {}
        place = tuple(shown.get(name) for name in ("source", "commit", "path", "cell", "line", "end_line", "licence"))
        steps = [f"({step['call']})" if step["optional"] else step["call"] for step in each["skeleton"]]
        yield (
            *(each["id"], each["name"], each["group"], each["level"], tuple(steps)),
            *(each["support"]["repositories"], each["support"]["usages"], each["coverage"], each["stability"]),
            *(tuple(each["models"]), *place, shown.get("code") if is_quotable(shown.get("licence")) else None),
        )


def _members(material: Material) -> Rows:
    left = material.of_member()
    for each in material.patterns:
        for member in each["members"]:
            key = tuple(member[name] for name in ("source", "path", "cell", "line", "model_id"))
            if left.get(key):
                yield left[key].pop(0), each["id"]


def _models(material: Material) -> Rows:
    by_model: dict[str, list[Usage]] = defaultdict(list)
    for usage in material.usages:
        by_model[usage.model].append(usage)
    hubs = {
        model.canonical_id or model.id: model.hub
        for each in material.repositories
        for site in each.sites
        for model in site.models
    }
    for name, usages in sorted(by_model.items()):
        yield (
            *(name, any(usage.canonical_id for usage in usages), hubs.get(name)),
            *(len(usages), len({usage.source for usage in usages})),
            *(tuple(sorted({usage.library for usage in usages})), tuple(sorted({u.sequence.model_id for u in usages}))),
        )


TABLES = (
    Table(
        "repositories",
        "a repository or package of the study",
        {
            "source": "text",
            "url": "text",
            "commit": "text",
            "licence": "text",
            "text_included": "flag",
            "date": "text",
            "files": "number",
            "duplicates": "number",
            "sites": "number",
            "usages": "number",
        },
        _repositories,
    ),
    Table(
        "files",
        "a file that loads a model or says which",
        {
            "source": "text",
            "commit": "text",
            "path": "text",
            "sha256": "text",
            "size": "number",
            "sites": "number",
            "usages": "number",
            "licence": "text",
            "text": "text",
        },
        _files,
    ),
    Table(
        "sites",
        "a load site: one call of a loader",
        {
            "site": "text",
            "source": "text",
            "path": "text",
            "cell": "number",
            "line": "number",
            "column": "number",
            "end_line": "number",
            "api": "text",
            "library": "text",
            "loads": "text",
            "status": "text",
            "reason": "text",
            "models": "number",
            "arguments": "text",
        },
        _sites,
    ),
    Table(
        "resolutions",
        "one model id that can reach a load site, and how it does",
        {
            "site": "text",
            "source": "text",
            "model_id": "text",
            "canonical_id": "text",
            "hub": "text",
            "resolution": "text",
            "certainty": "text",
            "origin_path": "text",
            "origin_cell": "number",
            "origin_line": "number",
        },
        _resolutions,
    ),
    Table(
        "sequences",
        "a usage: all that one file does with one model, as a sequence of API calls",
        {
            "usage": "text",
            "source": "text",
            "commit": "text",
            "path": "text",
            "cell": "number",
            "line": "number",
            "end_line": "number",
            "model_id": "text",
            "canonical_id": "text",
            "library": "text",
            "apis": "texts",
            "roles": "texts",
            "calls": "number",
            "cluster": "text",
            "licence": "text",
            "code": "text",
        },
        _sequences,
    ),
    Table(
        "calls",
        "one call of a usage",
        {
            "usage": "text",
            "position": "number",
            "api": "text",
            "path": "text",
            "cell": "number",
            "line": "number",
            "link": "text",
            "role": "text",
            "inputs": "texts",
            "keywords": "texts",
            "reads": "texts",
        },
        _calls,
    ),
    Table(
        "patterns",
        "a way of use that recurs",
        {
            "pattern": "text",
            "name": "text",
            "group": "text",
            "level": "text",
            "skeleton": "texts",
            "repositories": "number",
            "usages": "number",
            "coverage": "real",
            "stability": "real",
            "models": "texts",
            "exemplar_source": "text",
            "exemplar_commit": "text",
            "exemplar_path": "text",
            "exemplar_cell": "number",
            "exemplar_line": "number",
            "exemplar_end_line": "number",
            "exemplar_licence": "text",
            "exemplar_code": "text",
        },
        _patterns,
    ),
    Table("members", "the pattern that a usage is of, if any", {"usage": "text", "pattern": "text"}, _members),
    Table(
        "models",
        "a model that is used",
        {
            "model": "text",
            "known": "flag",
            "hub": "text",
            "usages": "number",
            "repositories": "number",
            "libraries": "texts",
            "names": "texts",
        },
        _models,
    ),
)
