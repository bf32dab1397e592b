"""Accuracy against labelled load sites: `python -m bench.accuracy --repos DIR`."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

if __package__ in (None, ""):  # started as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import ptmscope
from analyzer.records import LoadSite
from bench.figures import Figures, details, figures, lists, raw, summary
from bench.label_files import PEERS_JUDGED, Label, label_files, lines_in_cell, read_labels, read_verdicts
from bench.peers.report import compare, tables, unlisted
from bench.peers.scanners import PEERS
from bench.sources import CACHE, Source, locate
from bench.tables import table


def main(arguments: Sequence[str] | None = None) -> int:
    """Scans every labelled source at hand and prints the tables; 2 where no source is at hand."""
    options = _parser().parse_args(arguments)
    labels = [label for path in options.labels for label in read_labels(path)]
    sources = [locate(*source, options.repos, options.cache) for source in _sources(labels)]
    at_hand = _at_hand(labels, sources)
    if not at_hand:
        print("none of the labelled code is at hand", file=sys.stderr)
        return 2
    if options.peers:
        _print_peers(labels, sources, options)
        return 0
    reports = {source.name: scan(source) for source in _progress(sources) if source.folder is not None}
    cell_lines = notebook_lines(at_hand, sources)
    verdicts = read_verdicts()
    found = [figures(title, part, reports, cell_lines, verdicts) for title, part in _parts(at_hand)]
    if options.unlisted is not None:
        _write_unlisted(options.unlisted, _unjudged(found[-1]), sources)
    print(_as_json(found, sources) if options.json else "\n".join(_tables(found, sources, labels, options.short)))
    return 0


def scan(source: Source) -> tuple[LoadSite, ...]:
    """What ptmscope reports on one source."""
    assert source.folder is not None
    return tuple(ptmscope.scan(source.folder).sites)


def notebook_lines(labels: Iterable[Label], sources: Iterable[Source]) -> dict[Label, tuple[int, int] | None]:
    """The lines of every notebook label within its cell."""
    folders = {source.name: source.folder for source in sources}
    lines: dict[Label, tuple[int, int] | None] = {}
    for label in labels:
        folder = folders[label.source]
        if label.cell is None or folder is None or not (folder / label.path).is_file():
            continue
        lines[label] = lines_in_cell(label, (folder / label.path).read_text(encoding="utf-8"))
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.accuracy", description=__doc__)
    parser.add_argument("--labels", nargs="+", type=Path, default=label_files(), metavar="FILE", help="label files")
    parser.add_argument("--repos", type=Path, metavar="DIR", help="holds the GitHub repositories as OWNER+NAME")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help="keeps the downloaded wheels")
    parser.add_argument("--unlisted", type=Path, metavar="FILE", help="write results that no label lists, to be judged")
    parser.add_argument("--peers", action="store_true", help="other scanners on the same labels; installs them first")
    names = [peer.name for peer in PEERS]
    parser.add_argument("--peer", action="append", choices=names, help="only this one of them; may be repeated")
    parser.add_argument("--limit", type=float, default=300, metavar="SECONDS", help="for each peer on each source")
    parser.add_argument("--short", action="store_true", help="no lists of misses")
    parser.add_argument("--json", action="store_true", help="the raw figures")
    return parser


def _print_peers(labels: Sequence[Label], sources: Sequence[Source], options: argparse.Namespace) -> None:
    """ptmscope and its peers side by side, instead of the tables of ptmscope alone."""
    verdicts = [*read_verdicts(), *read_verdicts(PEERS_JUDGED)]
    peers = list(compare(labels, sources, verdicts, options.cache, options.limit, options.peer))
    if options.unlisted is not None:
        _write_unlisted(options.unlisted, unlisted(peers), sources)
    print("\n".join([_not_at_hand(sources, labels), *tables(peers)]))


def _at_hand(labels: Iterable[Label], sources: Iterable[Source]) -> list[Label]:
    names = {source.name for source in sources if source.folder is not None}
    return [label for label in labels if label.source in names]


def _sources(labels: Iterable[Label]) -> list[tuple[str, str]]:
    return sorted({(label.source, label.version) for label in labels})


def _parts(labels: Sequence[Label]) -> Iterator[tuple[str, list[Label]]]:
    """Each label file on its own, then all together."""
    files = sorted({label.file for label in labels})
    for file in files:
        yield file, [label for label in labels if label.file == file]
    if len(files) > 1:
        yield "together", list(labels)


def _progress(sources: Iterable[Source]) -> Iterator[Source]:
    for source in sources:
        print(f"{source.name} {source.version[:12]} {source.remark}".rstrip(), file=sys.stderr)
        yield source


def _tables(found: Sequence[Figures], sources: Sequence[Source], labels: Sequence[Label], short: bool) -> Iterator[str]:
    yield _not_at_hand(sources, labels)
    for one in found:
        if one.outcomes:
            yield summary(one)
        yield from details(one)
        if not short and one.title != "together":
            yield from lists(one)


def _not_at_hand(sources: Sequence[Source], labels: Sequence[Label]) -> str:
    missing = [source for source in sources if source.remark]
    rows = [(source.name, source.remark, sum(label.source == source.name for label in labels)) for source in missing]
    return table("Sources not at hand, or at another commit", ("source", "remark", "labels"), rows)


def _as_json(found: Iterable[Figures], sources: Iterable[Source]) -> str:
    not_at_hand = {source.name: source.remark for source in sources if source.remark}
    return json.dumps({"figures": [raw(one) for one in found], "sources": not_at_hand}, indent=1)


def _unjudged(found: Figures) -> list[tuple[str, str, int, int, str]]:
    judged = {verdict.key for verdict in found.verdicts}
    return sorted({result.key for result in found.results if result.grade != "right"} - judged)


def _write_unlisted(path: Path, keys: Iterable[tuple[str, str, int, int, str]], sources: Sequence[Source]) -> None:
    """A file in the form of judged.csv with empty verdicts, and the source line in the note."""
    folders = {source.name: source.folder for source in sources}
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("source", "path", "cell", "line", "id", "verdict", "note"))
        for source, file, cell, line, model in keys:
            shown = _text(folders[source], file, line)
            writer.writerow((source, file, "" if cell < 0 else cell, line, model, "", shown))


def _text(folder: Path | None, path: str, line: int) -> str:
    if folder is None or path.endswith(".ipynb"):
        return ""
    lines = (folder / path).read_text(encoding="utf-8", errors="replace").split("\n")
    return lines[line - 1].strip() if line <= len(lines) else ""


if __name__ == "__main__":
    raise SystemExit(main())
