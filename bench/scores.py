"""Scoring of reported load sites against labels. Pure: records in, counts out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.records import LoadSite, ModelRef
from bench.label_files import Label, Verdict

Grade = Literal["right", "wrong", "unlisted"]
#: source of the labels -> what the scan of it reported
Reports = Mapping[str, Sequence[LoadSite]]
#: a notebook label -> its lines within the cell, where they are known
CellLines = Mapping[Label, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one label: the sites on its lines, and whether one of them holds its id."""

    label: Label
    sites: tuple[LoadSite, ...]
    found: bool

    @property
    def seen(self) -> bool:
        return bool(self.sites)


@dataclass(frozen=True, slots=True)
class Result:
    """One reported (load site, id): right or wrong on labelled lines, unlisted elsewhere."""

    source: str
    site: LoadSite
    model: ModelRef
    grade: Grade
    kinds: frozenset[str]

    @property
    def key(self) -> tuple[str, str, int, int, str]:
        cell = -1 if self.site.cell is None else self.site.cell
        return self.source, self.site.path, cell, self.site.line, self.model.id


def outcomes(labels: Iterable[Label], reports: Reports, cell_lines: CellLines) -> list[Outcome]:
    """Each label with the sites on its lines. A notebook id counts as found anywhere in the label's cell."""
    by_path = _by_path(reports)
    return [_outcome(label, by_path[label.source, label.path], cell_lines.get(label)) for label in labels]


def results(labels: Iterable[Label], reports: Reports, cell_lines: CellLines) -> list[Result]:
    """Every reported (site, id), graded by the labels of its lines; ids that are local paths are left out."""
    by_path: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        by_path[label.source, label.path].append(label)
    return [
        _result(source, site, model, [x for x in by_path[source, site.path] if covers(x, site, cell_lines.get(x))])
        for source, sites in sorted(reports.items())
        for site in sites
        for model in claims(site)
    ]


def claims(site: LoadSite) -> tuple[ModelRef, ...]:
    """The hub ids that a site is said to load: paths on disk and unresolved sites claim nothing."""
    if site.status not in ("resolved", "partial"):
        return ()
    return tuple({model.id: model for model in site.models if not is_local(model.id)}.values())


def covers(label: Label, site: LoadSite, cell_lines: tuple[int, int] | None = None) -> bool:
    """Whether a site lies on the label's lines (notebooks: in its cell, and there on its lines if known)."""
    if site.path != label.path:
        return False
    if not label.path.endswith(".ipynb"):
        return _overlap(site, label.line, label.end_line)
    if label.cell is None or site.cell != label.cell:
        return False
    return cell_lines is None or _overlap(site, *cell_lines)


def is_local(model_id: str) -> bool:
    """A path on disk by its look; `organisation/name` is none."""
    return model_id.startswith((".", "/", "~", "\\")) or (model_id.count("/") > 1 and "://" not in model_id)


def judged(graded: Iterable[Result], verdicts: Iterable[Verdict]) -> tuple[int, int, int]:
    """(right, wrong, not judged) over all results, labels and verdicts taken together."""
    by_key = {verdict.key: verdict.right for verdict in verdicts}
    counts = {True: 0, False: 0, None: 0}
    for result in graded:
        counts[True if result.grade == "right" else by_key.get(result.key, _by_label(result))] += 1
    return counts[True], counts[False], counts[None]


def _by_label(result: Result) -> bool | None:
    return False if result.grade == "wrong" else None


def _by_path(reports: Reports) -> dict[tuple[str, str], list[LoadSite]]:
    found: dict[tuple[str, str], list[LoadSite]] = defaultdict(list)
    for source, sites in reports.items():
        for site in sites:
            found[source, site.path].append(site)
    return found


def _outcome(label: Label, sites: Sequence[LoadSite], cell_lines: tuple[int, int] | None) -> Outcome:
    near = tuple(site for site in sites if covers(label, site, cell_lines))
    wide = tuple(site for site in sites if covers(label, site))
    found = any(label.names(model.id) for site in wide for model in site.models)
    return Outcome(label, near or wide, found)


def _result(source: str, site: LoadSite, model: ModelRef, labels: Sequence[Label]) -> Result:
    kinds = frozenset(label.kind for label in labels)
    if not labels:
        return Result(source, site, model, "unlisted", kinds)
    right = any(label.names(model.id) for label in labels)
    return Result(source, site, model, "right" if right else "wrong", kinds)


def _overlap(site: LoadSite, first: int, last: int) -> bool:
    return site.line <= last and first <= site.end_line
