"""The table of scanners side by side, with what the figures mean and what each scanner was not built for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.label_files import Label, Verdict
from bench.peers.install import install
from bench.peers.run import Run, run
from bench.peers.scanners import PEERS, PTMSCOPE, Scanner
from bench.peers.score import NEAR, Graded, Recall, grade, recall
from bench.sources import Source
from bench.tables import share, table

MEANING = f"""\
tied to the load: labels whose id is reported in that file within {NEAR} lines of the call (notebooks: anywhere in it).
in the file, in the report: the same without the line, without the file. Ids compare as passed, upper and lower case
alike. Precision: of the distinct (line, id) reported in labelled files that are judged, the right ones. Right: near a
label with that id or near where its literal stands, or read and found right. Wrong: else on a label's lines, or read
and found wrong. The labels list not all loads, so what is neither is counted apart, as not judged. Paths on disk claim
nothing. Seconds are sums over the sources, start included, one run, without network.
"""
_HEAD = ("scanner", "version", "tied to the load", "in the file", "in the report", "precision", "not judged")


@dataclass(frozen=True, slots=True)
class Peer:
    """One row: a scanner with its runs, or with the problem that kept it from running."""

    scanner: Scanner
    runs: tuple[Run, ...]
    recall: Recall
    graded: tuple[Graded, ...]
    problem: str = ""


def compare(
    labels: Sequence[Label],
    sources: Sequence[Source],
    verdicts: Sequence[Verdict],
    cache: Path,
    limit: float,
    only: Sequence[str] | None = None,
) -> Iterator[Peer]:
    """ptmscope and every peer (or those named) on the sources at hand, scored on their labels."""
    at_hand = [source for source in sources if source.folder is not None]
    wanted = [label for label in labels if label.source in {source.name for source in at_hand}]
    for scanner in (PTMSCOPE, *(peer for peer in PEERS if only is None or peer.name in only)):
        print(f"{scanner.name} {scanner.version}", file=sys.stderr)
        installed = install(scanner, cache)
        if installed.programs is None:
            yield measure(scanner, (), wanted, verdicts, f"not installed: {installed.problem}")
        else:
            runs = tuple(run(scanner, installed.programs, source, limit) for source in at_hand)
            yield measure(scanner, runs, wanted, verdicts)


def measure(
    scanner: Scanner, runs: Sequence[Run], labels: Sequence[Label], verdicts: Iterable[Verdict], problem: str = ""
) -> Peer:
    """Scores the runs of one scanner. Labels of a source where it failed count as not found."""
    found = {each.source: each.findings for each in runs}
    failed = [f"{each.source}: {each.problem}" for each in runs if each.problem]
    graded = tuple(grade(labels, found, verdicts))
    return Peer(scanner, tuple(runs), recall(labels, found), graded, problem or "; ".join(failed))


def tables(peers: Sequence[Peer]) -> Iterator[str]:
    """The figures, their meaning, and the scanners' own aims."""
    yield table("Scanners side by side", (*_HEAD, "wall s", "CPU s", "remark"), map(_row, peers))
    yield MEANING
    rows = [(peer.scanner.name, peer.scanner.registry or "-", peer.scanner.not_built_for) for peer in peers]
    yield table("What each was not built for", ("scanner", "registry", "not built for"), rows)


def unlisted(peers: Iterable[Peer]) -> list[tuple[str, str, int, int, str]]:
    """(source, path, -1 for no cell, line, id) of what nobody has judged yet, over all scanners."""
    graded = ((each.source, each.finding) for peer in peers for each in peer.graded if each.grade == "unlisted")
    return sorted({(source, finding.path, -1, finding.line, finding.id) for source, finding in graded})


def _row(peer: Peer) -> tuple[str, ...]:
    name, version, counts = peer.scanner.name, peer.scanner.version, peer.recall
    if not peer.runs:
        return name, version, *["-"] * 7, peer.problem
    grades = [each.grade for each in peer.graded]
    right, wrong = grades.count("right"), grades.count("wrong")
    shares = (share(part, counts.labels) for part in (counts.tied, counts.in_file, counts.in_report))
    seconds = (f"{sum(each.wall for each in peer.runs):.1f}", f"{sum(each.cpu for each in peer.runs):.1f}")
    return name, version, *shares, share(right, right + wrong), str(grades.count("unlisted")), *seconds, peer.problem
