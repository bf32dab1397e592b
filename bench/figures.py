"""The figures of one set of labels, as plain data (for `--json`) and as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.records import LoadSite
from bench.label_files import ONE_FILE, Label, Verdict
from bench.scores import CellLines, Outcome, Reports, Result, claims, judged, outcomes, results
from bench.tables import Cell, share, table

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is known of one set of labels: outcomes of those with an id and of those without, results."""

    title: str
    outcomes: tuple[Outcome, ...]
    unresolvable: tuple[Outcome, ...]
    results: tuple[Result, ...]
    sites: tuple[LoadSite, ...]
    verdicts: tuple[Verdict, ...]


def figures(
    title: str, labels: Sequence[Label], reports: Reports, cell_lines: CellLines, verdicts: Sequence[Verdict]
) -> Figures:
    """Scores these labels against the reports of their sources."""
    wanted = {label.source for label in labels}
    reports = {source: sites for source, sites in reports.items() if source in wanted}
    known = [label for label in labels if label.known]
    return Figures(
        title,
        tuple(outcomes(known, reports, cell_lines)),
        tuple(outcomes([label for label in labels if not label.known], reports, cell_lines)),
        tuple(results(known, reports, cell_lines)),
        tuple(site for sites in reports.values() for site in sites),
        tuple(verdicts),
    )


def raw(found: Figures) -> Json:
    """The figures as JSON-ready data."""
    return {
        "title": found.title,
        "all": _counts(found.outcomes, found.results),
        "one_file": _counts(*_one_file(found)),
        "by_kind": _split(found, lambda label: label.kind),
        "by_library": _split(found, lambda label: label.library),
        "by_source": _split(found, lambda label: label.source),
        "unresolvable": {"labels": len(found.unresolvable), **_false(found)},
        "all_results": dict(zip(("right", "wrong", "not_judged"), judged(found.results, found.verdicts), strict=True)),
        "sites": len(found.sites),
        "statuses": dict(Counter(site.status for site in found.sites).most_common()),
        "reasons": dict(_reasons(found.sites)),
        "resolutions": dict(_resolutions(found.sites)),
        "misses": [_miss(outcome) for outcome in found.outcomes if not outcome.found],
        "wrong": [_shown(result) for result in found.results if result.grade == "wrong"],
        "false_resolutions": [_miss(outcome) for outcome in found.unresolvable if _claimed(outcome)],
    }


def summary(found: Figures) -> str:
    """Recall, sites seen and precision: overall, one-file subset, by kind and by library."""
    groups: list[tuple[str, str, tuple[Sequence[Outcome], Sequence[Result]]]] = [
        ("all", "", (found.outcomes, found.results)),
        ("one-file kinds", "", _one_file(found)),
    ]
    for name, key in (("kind", _kind), ("library", _library)):
        values = sorted({key(outcome.label) for outcome in found.outcomes})
        groups += [(name, value, _having(found, key, value)) for value in values]
    head = ("labels", "", "recall", "seen at all", "precision on labelled lines", "with verdicts")
    lines = (_row(*group, found.verdicts) for group in groups)
    return table(f"{found.title}: recall and precision", head, lines)


def details(found: Figures) -> Iterator[str]:
    """The tables below the summary: all results, sites that cannot be resolved, reasons, resolutions."""
    right, wrong, open_ = judged(found.results, found.verdicts)
    rows: list[tuple[str, Cell]] = [
        ("right", right),
        ("wrong", wrong),
        ("not judged", open_),
        ("precision of the judged", share(right, right + wrong)),
    ]
    yield table(f"{found.title}: all reported (site, id)", ("", ""), rows)
    if found.unresolvable:
        false = _false(found)
        counts = [("labels", len(found.unresolvable)), *false.items()]
        yield table(f"{found.title}: sites whose id nobody can know", ("", ""), counts)
    yield table(f"{found.title}: status of all sites", ("status", "sites"), _status(found.sites))
    yield table(f"{found.title}: reasons of sites without an id", ("reason", "sites"), _reasons(found.sites))
    yield table(f"{found.title}: resolutions", ("resolution", "ids"), _resolutions(found.sites))


def lists(found: Figures) -> Iterator[str]:
    """What a person reads: misses, wrong ids on labelled lines, ids given to sites that have none."""
    misses = [_miss(outcome) for outcome in found.outcomes if not outcome.found]
    head = ("kind", "place", "label", "origin", "reported")
    yield table(f"{found.title}: misses", head, [_cells(miss) for miss in misses])
    wrong = [_shown(result) for result in found.results if result.grade == "wrong"]
    yield table(f"{found.title}: unlisted ids on labelled lines", ("place", "id", "resolution", "origin"), wrong)
    false = [_miss(outcome) for outcome in found.unresolvable if _claimed(outcome)]
    yield table(f"{found.title}: ids given to sites that have none", head, [_cells(miss) for miss in false])


def _kind(label: Label) -> str:
    return label.kind


def _library(label: Label) -> str:
    return label.library


def _having(found: Figures, key: Callable[[Label], str], value: str) -> tuple[Sequence[Outcome], Sequence[Result]]:
    chosen = [outcome for outcome in found.outcomes if key(outcome.label) == value]
    places = {(outcome.label.source, site) for outcome in chosen for site in outcome.sites}
    graded = [x for x in found.results if x.grade != "unlisted" and (x.source, x.site) in places]
    return chosen, graded


def _one_file(found: Figures) -> tuple[Sequence[Outcome], Sequence[Result]]:
    chosen = [outcome for outcome in found.outcomes if outcome.label.kind in ONE_FILE]
    return chosen, [result for result in found.results if result.kinds and result.kinds <= ONE_FILE]


def _split(found: Figures, key: Callable[[Label], str]) -> dict[str, Json]:
    values = sorted({key(outcome.label) for outcome in found.outcomes})
    return {value: _counts(*_having(found, key, value)) for value in values}


def _counts(chosen: Sequence[Outcome], graded: Sequence[Result]) -> Json:
    right = sum(result.grade == "right" for result in graded)
    return {
        "labels": len(chosen),
        "found": sum(outcome.found for outcome in chosen),
        "seen": sum(outcome.seen for outcome in chosen),
        "right": right,
        "wrong": sum(result.grade == "wrong" for result in graded),
    }


def _row(
    name: str, value: str, group: tuple[Sequence[Outcome], Sequence[Result]], verdicts: Sequence[Verdict]
) -> tuple[str, ...]:
    chosen, graded = group
    graded = [result for result in graded if result.grade != "unlisted"]
    right, read = sum(result.grade == "right" for result in graded), judged(graded, verdicts)[0]
    found, seen = sum(outcome.found for outcome in chosen), sum(outcome.seen for outcome in chosen)
    shares = share(found, len(chosen)), share(seen, len(chosen)), share(right, len(graded)), share(read, len(graded))
    return name, value, *shares


def _claimed(outcome: Outcome) -> bool:
    return any(claims(site) for site in outcome.sites)


def _false(found: Figures) -> dict[str, int]:
    return {
        "seen": sum(outcome.seen for outcome in found.unresolvable),
        "given an id all the same": sum(_claimed(outcome) for outcome in found.unresolvable),
    }


def _status(sites: Sequence[LoadSite]) -> list[tuple[str, int]]:
    return Counter(str(site.status) for site in sites).most_common()


def _reasons(sites: Sequence[LoadSite]) -> list[tuple[str, int]]:
    return Counter(site.reason for site in sites if site.reason is not None).most_common()


def _resolutions(sites: Sequence[LoadSite]) -> list[tuple[str, int]]:
    return Counter(model.resolution for site in sites for model in site.models).most_common()


def _miss(outcome: Outcome) -> dict[str, str]:
    label = outcome.label
    return {
        "kind": label.kind,
        "place": f"{label.source} {label.path}:{label.line}" + ("" if label.cell is None else f" cell {label.cell}"),
        "label": label.model_id if len(label.model_id) < 90 else label.model_id[:87] + "...",
        "origin": label.origin,
        "reported": "; ".join(_reported(site) for site in outcome.sites) or "no site",
    }


def _cells(miss: dict[str, str]) -> tuple[str, ...]:
    return tuple(miss.values())


def _reported(site: LoadSite) -> str:
    ids = ", ".join(model.id for model in site.models)
    return f"{site.status} {site.reason or ''} {ids}".strip()


def _shown(result: Result) -> tuple[str, str, str, str]:
    place = f"{result.source} {result.site.path}:{result.site.line}"
    if result.site.cell is not None:
        place += f" cell {result.site.cell}"
    origin = result.model.origin
    return place, result.model.id, result.model.resolution, f"{origin.path}:{origin.line}"
