"""The way from repositories to one usage graph."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from analyzer.graph import Graph, aggregated
from analyzer.records import CallSequence
from ptmscope.errors import Misuse
from ptmscope.findings import Scan
from ptmscope.pipeline import run
from ptmscope.settings import Settings


def graph(
    paths: Sequence[str | os.PathLike[str]],
    settings: Settings,
    *,
    level: str = "api",
    by: str = "all",
    progress: Callable[[int, int], None] | None = None,
) -> Graph:
    """The usages in repositories, aggregated; a model counts under its present name.

    `progress` is called with (repositories done, repositories in all).
    """
    found = aggregated(_usages([os.fspath(path) for path in paths], settings, progress), level=level, by=by)
    found.graph.update(level=level, by=by, name=", ".join((*settings.models, *settings.libraries)))
    return found


def _usages(
    paths: list[str], settings: Settings, progress: Callable[[int, int], None] | None
) -> Iterator[tuple[str, CallSequence]]:
    for number, (path, name) in enumerate(zip(paths, names(paths), strict=True), 1):
        yield from ((name, usage) for usage in _renamed(run(path, settings)))
        if progress:
            progress(number, len(paths))


def names(paths: Sequence[str]) -> list[str]:
    """The last part of each path; of those that end alike, the whole path. No path may stand twice."""
    whole = [os.path.realpath(path) for path in paths]
    for path, times in Counter(whole).items():
        if times > 1:
            raise Misuse(f"{path}: given {times} times")
    last = [os.path.basename(path) for path in whole]
    alike = Counter(last)
    return [path if alike[name] > 1 else name for path, name in zip(whole, last, strict=True)]


def _renamed(scan: Scan) -> Iterator[CallSequence]:
    """The usages, each under the canonical id of its model."""
    present = {model.id: model.canonical_id for site in scan.sites for model in site.models}
    for usage in scan.usages:
        yield replace(usage, model_id=present.get(usage.model_id) or usage.model_id)
