"""The tables of a release: their columns, and the rows that a study has for them."""

from __future__ import annotations

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from analyzer.graph import aggregated, edges, nodes
from miner.licences import is_quotable
from ptmscope.export.rows import Cell, Kind
from ptmscope.release import splits
from ptmscope.release.dropped import dropped
from ptmscope.release.material import Material, site_id
from ptmscope.release.usages import Usage

Rows = Iterator[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    about: str


@dataclass(frozen=True, slots=True)
class Table:
    """One file in data/. `about` says what a row is."""

    name: str
    about: str
    columns: tuple[Column, ...]

    @property
    def path(self) -> str:
        return "splits.parquet" if self.name == "splits" else f"data/{self.name}.parquet"

    @property
    def kinds(self) -> dict[str, Kind]:
        return {column.name: column.kind for column in self.columns}

    def rows(self, material: Material) -> Rows:
        return ROWS[self.name](material)


@cache
def tables() -> tuple[Table, ...]:
    """The tables, in the order of the card."""
    found = tomllib.loads((resources.files("ptmscope.release") / "tables.toml").read_text(encoding="utf-8"))
    return tuple(
        Table(table["name"], table["about"], tuple(Column(*column) for column in table["columns"]))
        for table in found["table"]
    )


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
            text, cells = material.texts.text(each.name, path), material.texts.cells(each.name, path)
            yield each.name, each.commit, path, *known, sites[path], usages[path], each.licence, text, cells


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
    repositories, cluster = material.texts.repositories, material.cluster
    for usage in material.usages:
        sequence, repository = usage.sequence, repositories[usage.source]
        lines = [call.line for call in sequence.calls if call.path is None and call.cell == sequence.cell]
        yield (
            *(usage.id, usage.source, repository.commit, sequence.path, sequence.cell, usage.line),
            *(max([usage.line, *lines]), sequence.model_id, usage.canonical_id, usage.library),
            *(usage.apis, tuple(call.role or "" for call in sequence.calls), len(sequence.calls)),
            *(usage.declaration, cluster[usage.id], repository.licence, material.texts.excerpt(usage.source, sequence)),
        )


def _calls(material: Material) -> Rows:
    for usage in material.usages:
        for position, call in enumerate(usage.sequence.calls):
            yield (
                *(usage.id, position, call.api, call.path or usage.sequence.path, call.cell, call.line),
                *(call.link, call.role, tuple(map(str, call.inputs)), call.keywords, call.reads),
            )


def _graphs(material: Material) -> Rows:
    usages = ((usage.source, replace(usage.sequence, model_id=usage.model)) for usage in material.usages)
    graph = aggregated(usages, by="model")
    known = nodes(graph)
    for node in known.values():
        yield node.group, "node", node.label, None, node.stage, node.usages, node.repositories
    for start, end, edge in edges(graph):
        one, other = known[start], known[end]
        yield one.group, edge.kind, one.label, other.label, None, edge.usages, edge.repositories


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


ROWS: Mapping[str, Callable[[Material], Rows]] = {
    "repositories": _repositories,
    "files": _files,
    "sites": _sites,
    "resolutions": _resolutions,
    "sequences": _sequences,
    "calls": _calls,
    "graphs": _graphs,
    "patterns": _patterns,
    "members": _members,
    "models": _models,
    "dropped": dropped,
    "splits": lambda material: splits.rows(material.splits),
}
