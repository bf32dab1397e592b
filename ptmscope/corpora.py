"""Corpora as something to scan: each repository in one has a path, as if the corpus were a folder of them."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.records import CallSequence, LoadSite, ModelRef
from miner import CORPUS, checkouts
from miner.checkouts import checkout, countable, read
from miner.chosen import funnels
from miner.corpus import Corpus
from miner.curate import left_out
from miner.records import Repository
from miner.walk import REASONS
from ptmscope.findings import Counts, Scan
from ptmscope.lookup import Sources
from ptmscope.pipeline import Progress, run
from ptmscope.settings import Settings

_WITHIN = f"/{CORPUS}/"


@dataclass(frozen=True, slots=True)
class Place:
    """A repository in a corpus: `FOLDER/corpus.sqlite/KEY/NAME`; the key says which, the name is for people."""

    corpus: str
    key: int
    name: str

    def __str__(self) -> str:
        return f"{self.corpus}{_WITHIN}{self.key}/{self.name}"

    @classmethod
    def of(cls, path: str) -> Place:
        """The place that a path means; ValueError for another path."""
        corpus, within, rest = path.partition(_WITHIN)
        key, _, name = rest.partition("/")
        if not within:
            raise ValueError(path)
        return cls(corpus, int(key), name)


def is_corpus(path: str) -> bool:
    """Whether a folder is a corpus."""
    return os.path.isfile(os.path.join(path, CORPUS))


def is_within(path: str) -> bool:
    """Whether a path is that of a repository in a corpus."""
    return _WITHIN in path


def expanded(paths: Iterable[str]) -> list[str]:
    """The paths, with those of its repositories in place of each corpus."""
    return [found for path in paths for found in (_places(path) if is_corpus(path) else (path,))]


def _places(path: str) -> list[str]:
    with Corpus.open(path) as corpus:
        return [str(Place(path.rstrip("/"), key, _name(host, name))) for key, host, name in countable(corpus)]


def _name(host: str, name: str) -> str:
    """host/owner/name, or the path that the folder had."""
    return "/".join(part for part in (host, name.strip("/")) if part)


def facts(path: str) -> Repository:
    """What the corpus knows of one of its repositories."""
    place = Place.of(path)
    with Corpus.open(place.corpus) as corpus:
        return corpus.repository(place.key)


def dropped(path: str) -> Iterator[tuple[str | None, str | None, str, int]]:
    """(repository, path, reason, how many) of what its corpus leaves out: models that were not chosen, which have
    neither repository nor path, then files that do not count."""
    with Corpus.open(Place.of(path).corpus) as corpus:
        for run, step in funnels(corpus):
            yield None, None, f"{step.rule} (choice {run})", step.dropped
        for host, name, file, rule in left_out(corpus):
            yield _name(host, name), file, rule, 1


def contents(path: str, file: str) -> bytes | None:
    """The bytes of a file of a repository in a corpus."""
    place = Place.of(path)
    with Corpus.open(place.corpus) as corpus:
        return read(corpus, place.key, file)


def files_of(path: str) -> Iterator[tuple[str, str, bool]]:
    """(path, hash, whether it is left out) of each file of a repository in a corpus."""
    place = Place.of(path)
    with Corpus.open(place.corpus) as corpus:
        yield from checkouts.contents(corpus, place.key)


def scan_within(path: str, settings: Settings, progress: Progress | None = None) -> Scan:
    """What a repository of a corpus holds, without what does not count."""
    place = Place.of(path)
    with tempfile.TemporaryDirectory(prefix="ptmscope-") as folder:
        with Corpus.open(place.corpus) as corpus:
            written = checkout(corpus, place.key, Path(folder) / "repository")
        found = run(os.fspath(written.folder), settings, progress)
    sites = tuple(site for site in found.sites if site.path not in written.left_out)
    usages = tuple(usage for usage in found.usages if usage.path not in written.left_out)
    tokens = tuple(each for each in found.credentials if each.path not in written.left_out)
    return replace(found, sites=sites, usages=usages, credentials=tokens, root=None)


def scan_corpus(path: str, settings: Settings, progress: Progress | None = None) -> Scan:
    """All repositories of a corpus as one scan; the paths begin with the repository's name."""
    sources = Sources.of(settings.catalog, hub=settings.hub)
    merged = _merged(list(_scans(expanded([path]), replace(settings, catalog=None, hub=False), progress)))
    return replace(merged, lookup=sources.look_up(merged.sites))


def _scans(places: list[str], settings: Settings, progress: Progress | None) -> Iterator[Scan]:
    for number, place in enumerate(places, 1):
        yield _moved(scan_within(place, settings), Place.of(place).name)
        if progress:
            progress(number, len(places))


def _moved(scan: Scan, name: str) -> Scan:
    """The scan with its paths below a folder."""

    def below(path: str) -> str:
        return f"{name}/{path}"

    return replace(
        scan,
        sites=tuple(_moved_site(site, below) for site in scan.sites),
        usages=tuple(_moved_usage(usage, below) for usage in scan.usages),
        diagnostics=tuple(replace(each, path=below(each.path)) for each in scan.diagnostics),
        copies=tuple(replace(copy, path=below(copy.path)) for copy in scan.copies),
        credentials=tuple(replace(each, path=below(each.path)) for each in scan.credentials),
    )


def _moved_site(site: LoadSite, below: Callable[[str], str]) -> LoadSite:
    return replace(site, path=below(site.path), models=tuple(_moved_model(model, below) for model in site.models))


def _moved_usage(usage: CallSequence, below: Callable[[str], str]) -> CallSequence:
    calls = tuple(call if call.path is None else replace(call, path=below(call.path)) for call in usage.calls)
    return replace(usage, path=below(usage.path), calls=calls)


def _moved_model(model: ModelRef, below: Callable[[str], str]) -> ModelRef:
    return replace(model, origin=replace(model.origin, path=below(model.origin.path)))


def _merged(scans: list[Scan]) -> Scan:
    """Several scans as one, in this order."""
    skipped: Counter[str] = Counter()
    for scan in scans:
        skipped.update(dict(scan.counts.skipped))
    return Scan(
        sites=tuple(site for scan in scans for site in scan.sites),
        usages=tuple(usage for scan in scans for usage in scan.usages),
        diagnostics=tuple(each for scan in scans for each in scan.diagnostics),
        counts=Counts(
            sum(scan.counts.files for scan in scans),
            sum(scan.counts.duplicates for scan in scans),
            tuple((reason, skipped[reason]) for reason in REASONS if skipped[reason]),
        ),
        copies=tuple(copy for scan in scans for copy in scan.copies),
        credentials=tuple(each for scan in scans for each in scan.credentials),
    )
