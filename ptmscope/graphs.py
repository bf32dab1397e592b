"""The way from repositories to one usage graph."""

from __future__ import annotations

import os
from collections.abc import Sequence

from analyzer.graph import Graph, aggregated
from ptmscope.collection import Progress, repositories
from ptmscope.settings import Settings


def graph(
    paths: Sequence[str | os.PathLike[str]],
    settings: Settings,
    *,
    level: str = "api",
    by: str = "all",
    progress: Progress | None = None,
) -> Graph:
    """The usages in repositories, aggregated; a model counts under its present name.

    `progress` is called with (repositories done, repositories in all).
    """
    found = repositories([os.fspath(path) for path in paths], settings, progress)
    made = aggregated(((each.name, usage) for each in found for usage in each.usages), level=level, by=by)
    made.graph.update(level=level, by=by, name=", ".join((*settings.models, *settings.libraries)))
    return made
