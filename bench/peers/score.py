"""Scoring of findings of any scanner, ptmscope's too, on the label rows. Pure: records in, counts out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.label_files import Label, Verdict
from bench.peers.findings import Finding
from bench.scores import Grade, is_local

#: Lines before and behind a call that still count as the call.
NEAR = 3
#: source of the labels -> what a scanner found in it
Found = Mapping[str, Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Recall:
    """Of how many labels the id was found: near the load, anywhere in its file, anywhere in the report."""

    labels: int
    tied: int
    in_file: int
    in_report: int


@dataclass(frozen=True, slots=True)
class Graded:
    """One distinct (path, line, id) that a scanner reported in a labelled file."""

    source: str
    finding: Finding
    grade: Grade


def recall(labels: Iterable[Label], found: Found) -> Recall:
    """Counts over the labels whose id can be known; ids compare as passed, but for case."""
    known = [label for label in labels if label.known]
    named = [[each for each in found.get(label.source, ()) if names(label, each.id)] for label in known]
    in_file = [[each for each in ids if each.path == label.path] for label, ids in zip(known, named, strict=True)]
    tied = [any(near(label, each) for each in ids) for label, ids in zip(known, in_file, strict=True)]
    return Recall(len(known), sum(tied), sum(map(bool, in_file)), sum(map(bool, named)))


def grade(labels: Iterable[Label], found: Found, verdicts: Iterable[Verdict]) -> Iterator[Graded]:
    """Grades what was reported with a line in labelled files; ids that are paths on disk are left out.

    Right: near a label with that id, or near the place where that label's literal stands, or read and found right.
    Wrong: else on the lines of a label, or read and found wrong. The rest is unlisted: nobody has judged it.
    """
    by_path: dict[tuple[str, str], list[Label]] = defaultdict(list)
    read: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for label in labels:
        by_path[label.source, label.path].append(label)
    for verdict in verdicts:
        read[verdict.source, verdict.path].append(verdict)
    origins = _origins(by_path)
    for source, path in sorted(by_path):
        here = {_folded(each): each for each in found.get(source, ()) if each.path == path and _counts(each)}
        places = [*by_path[source, path], *origins[source, path]]
        for finding in here.values():
            yield Graded(source, finding, _grade(finding, by_path[source, path], places, read[source, path]))


def near(label: Label, finding: Finding) -> bool:
    """Whether a finding lies at the label: within NEAR lines, and in a notebook anywhere in the file."""
    if finding.path != label.path:
        return False
    return label.path.endswith(".ipynb") or (
        finding.line > 0 and label.line - NEAR <= finding.line <= label.end_line + NEAR
    )


def names(label: Label, model: str) -> bool:
    """Whether this id is the label's, upper or lower case alike: some scanners report one case only."""
    return replace(label, model_id=label.model_id.casefold()).names(model.casefold())


def _grade(finding: Finding, labels: Sequence[Label], places: Sequence[Label], read: Sequence[Verdict]) -> Grade:
    verdicts = {verdict.right for verdict in read if _judges(verdict, finding)}
    if True in verdicts or any(near(place, finding) and names(place, finding.id) for place in places):
        return "right"
    on_label = any(label.known and label.line <= finding.line <= label.end_line for label in labels)
    return "wrong" if verdicts or on_label else "unlisted"


def _judges(verdict: Verdict, finding: Finding) -> bool:
    close = finding.path.endswith(".ipynb") or abs(verdict.line - finding.line) <= NEAR
    return close and verdict.id.casefold() == finding.id.casefold()


def _counts(finding: Finding) -> bool:
    return finding.line > 0 and not is_local(finding.id)


def _folded(finding: Finding) -> Finding:
    return replace(finding, id=finding.id.casefold())


def _origins(by_path: Mapping[tuple[str, str], Sequence[Label]]) -> dict[tuple[str, str], list[Label]]:
    """The labels, moved to where their literals stand."""
    moved: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for (source, _), labels in by_path.items():
        for label in labels:
            path, _, line = label.origin.rpartition(":")
            if path and line.isdigit():
                moved[source, path].append(replace(label, path=path, line=int(line), end_line=int(line)))
    return moved
