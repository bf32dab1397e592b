"""A study as a whole: figures, the way of its usages, the funnel, patterns, and what was not read or not resolved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from analyzer.records import LoadSite
from patterns.pattern import Exemplar, Pattern
from ptmscope import __version__
from ptmscope.cards.places import link
from ptmscope.export.output import printable
from ptmscope.export.overview import short
from ptmscope.report.material import Material, key
from ptmscope.report.model import example
from ptmscope.repositories import Repository
from ptmscope.statistics.funnel import steps_of
from ptmscope.statistics.tables import Table, statistics
from ptmscope.statistics.ways import HEADS, ways

#: Tables of the statistics that the overview shows, and that the diagnostics do.
FIGURES = ("totals", "libraries", "tasks", "concentration")
OUTCOMES = ("status", "reason", "resolution", "certainty", "practice")
#: Rows of a table, models of a pattern, sites without an id and repositories that are told.
ROWS, MODELS, SITES, REPOSITORIES = 20, 8, 200, 2000

Told = dict[str, Any]


def overview(found: Material) -> Told:
    """All that the pages about no single model show."""
    given = tuple(found.repositories.values())
    tables = {table.name: _table(table) for table in statistics(given)}
    folded = ways(given, found.patterns)
    return {
        "version": __version__,
        "figures": [tables[name] for name in FIGURES],
        "outcomes": [tables[name] for name in OUTCOMES],
        "heads": HEADS,
        "ways": [[*map(printable, way), number] for way, number in sorted(folded.items(), key=lambda w: (-w[1], w[0]))],
        "funnel": list(map(list, steps_of(given, found.patterns))),
        "left_out": _left_out(given),
        "unresolved": list(_unresolved(given)),
        "repositories": list(_repositories(given)),
    }


def patterns(found: Material) -> list[Told]:
    """Those of most repositories first."""
    return [_pattern(each, found.repositories) for each in found.patterns.patterns]


def _pattern(pattern: Pattern, known: dict[str, Repository]) -> Told:
    return {
        "id": pattern.id,
        "name": printable(pattern.name),
        "group": printable(pattern.group),
        "steps": [[printable(step.call), printable(step.role or ""), step.optional] for step in pattern.skeleton],
        "usages": len(pattern.members),
        "repositories": pattern.repositories,
        "stability": pattern.stability,
        "models": [[printable(name), key(name)] for name in pattern.models[:MODELS]],
        "more": max(len(pattern.models) - MODELS, 0),
        "example": example(pattern.exemplar, known),
    }


def _table(table: Table) -> Told:
    rows = [[printable(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows]
    return {
        "name": table.name,
        "title": table.title,
        "columns": table.columns,
        "rows": rows[:ROWS],
        "more": max(len(rows) - ROWS, 0),
        "note": table.note,
    }


def _left_out(given: Sequence[Repository]) -> list[list[Any]]:
    """[reason, number] of files and folders that were not read."""
    counted: Counter[str] = Counter()
    for each in given:
        if each.counts is not None:
            counted.update(dict(each.counts.skipped))
            counted["duplicates"] += each.counts.duplicates
    told = sorted(((name, number) for name, number in counted.items() if number), key=lambda row: (-row[1], row[0]))
    return [[printable(name.replace("_", " ")), number] for name, number in told]


def _unresolved(given: Sequence[Repository]) -> Iterator[list[Any]]:
    """[repository, place, address or null, API, outcome, reason]: of many repositories rather than of one."""
    ranked: list[tuple[int, Repository, LoadSite]] = []
    for each in given:
        own = (site for site in each.sites if not site.models)
        ranked += [(rank, each, site) for rank, site in enumerate(own)]
    for _, home, site in sorted(ranked, key=lambda entry: (entry[0], entry[1].name))[:SITES]:
        cell = "" if site.cell is None else f"[{site.cell}]"
        shown = Exemplar(home.name, site.path, site.cell, site.line, site.end_line, "", home.commit)
        place = printable(f"{site.path}{cell}:{site.line}")
        reason = (site.reason or "").replace("_", " ")
        yield [
            printable(home.name),
            place,
            link(shown, home),
            short(site.api),
            printable(site.status),
            printable(reason),
        ]


def _repositories(given: Sequence[Repository]) -> Iterator[list[Any]]:
    """[name, address or null, commit, licence, files read, load sites, usages]; those of most usages first."""
    for each in sorted(given, key=lambda home: (-len(home.usages), home.name))[:REPOSITORIES]:
        at = link(Exemplar(each.name, "", None, 1, 1, ""), each)
        yield [
            printable(each.name),
            each.url if at else None,
            printable((each.commit or "")[:8]),
            printable(each.licence or ""),
            *(each.files, len(each.sites), len(each.usages)),
        ]
