"""A corpus as something to scan: its repositories one by one, then all of them together."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from analyzer.records import CallSequence, LoadSite, ModelRef
from miner.checkouts import Checkout, checkouts
from miner.corpus import Corpus
from miner.walk import REASONS
from ptmscope.findings import Counts, Scan
from ptmscope.lookup import Sources
from ptmscope.pipeline import Progress, run
from ptmscope.settings import Settings


@contextmanager
def checked_out(path: str) -> Iterator[tuple[Checkout, ...]]:
    """The repositories of a corpus as folders, which are gone again at the end."""
    with tempfile.TemporaryDirectory(prefix="ptmscope-") as folder, Corpus.open(path) as corpus:
        yield tuple(checkouts(corpus, Path(folder)))


def scan_of(checkout: Checkout, settings: Settings) -> Scan:
    """What a repository of a corpus holds, without what does not count."""
    found = run(os.fspath(checkout.folder), settings)
    sites = tuple(site for site in found.sites if site.path not in checkout.left_out)
    usages = tuple(usage for usage in found.usages if usage.path not in checkout.left_out)
    return replace(found, sites=sites, usages=usages)


def scan_corpus(path: str, settings: Settings, progress: Progress | None = None) -> Scan:
    """All repositories of a corpus as one scan; the paths begin with the repository's name."""
    sources = Sources.of(settings.catalog, hub=settings.hub)
    plain = replace(settings, catalog=None, hub=False)
    with checked_out(path) as found:
        scans = list(_scans(found, plain, progress))
    merged = _merged(scans)
    return replace(merged, lookup=sources.look_up(merged.sites))


def name_of(checkout: Checkout) -> str:
    """host/owner/name, or the path that the folder had."""
    repository = checkout.repository
    return "/".join(part for part in (repository.host, repository.name.strip("/")) if part)


def _scans(found: Iterable[Checkout], settings: Settings, progress: Progress | None) -> Iterator[Scan]:
    every = tuple(found)
    for number, checkout in enumerate(every, 1):
        yield _moved(scan_of(checkout, settings), name_of(checkout))
        if progress:
            progress(number, len(every))


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
    )


def _moved_site(site: LoadSite, below: Callable[[str], str]) -> LoadSite:
    return replace(site, path=below(site.path), models=tuple(_moved_model(model, below) for model in site.models))


def _moved_usage(usage: CallSequence, below: Callable[[str], str]) -> CallSequence:
    calls = tuple(call if call.path is None else replace(call, path=below(call.path)) for call in usage.calls)
    return replace(usage, path=below(usage.path), calls=calls)


def _moved_model(model: ModelRef, below: Callable[[str], str]) -> ModelRef:
    return replace(model, origin=replace(model.origin, path=below(model.origin.path)))


def _merged(scans: list[Scan]) -> Scan:
    """Several scans as one: by path, as each of them is."""
    skipped: Counter[str] = Counter()
    for scan in scans:
        skipped.update(dict(scan.counts.skipped))
    ordered = sorted(scans, key=_first_path)
    return Scan(
        sites=tuple(site for scan in ordered for site in scan.sites),
        usages=tuple(usage for scan in ordered for usage in scan.usages),
        diagnostics=tuple(each for scan in ordered for each in scan.diagnostics),
        counts=Counts(
            sum(scan.counts.files for scan in scans),
            sum(scan.counts.duplicates for scan in scans),
            tuple((reason, skipped[reason]) for reason in REASONS if skipped[reason]),
        ),
        copies=tuple(copy for scan in ordered for copy in scan.copies),
    )


def _first_path(scan: Scan) -> str:
    paths = (
        (site.path for site in scan.sites),
        (usage.path for usage in scan.usages),
        (d.path for d in scan.diagnostics),
    )
    return next(chain(*paths), "")
