"""The repositories that a command is given: folders, files, corpora, and studies, which hold some read before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ptmscope import studied
from ptmscope.corpora import expanded
from ptmscope.repositories import Repository, names, renamed, repository
from ptmscope.settings import Settings

#: Called with (repositories done, repositories in all).
Progress = Callable[[int, int], None]


def repositories(paths: Sequence[str], settings: Settings, progress: Progress | None = None) -> Iterator[Repository]:
    """Those of the studies, then the others, each read; models are under their present names."""
    given = expanded(path for path in paths if not studied.is_study(path))
    for study in (path for path in paths if studied.is_study(path)):
        yield from map(renamed, studied.saved(study, settings))
    for number, (path, name) in enumerate(zip(given, names(given), strict=True), 1):
        yield renamed(repository(path, name, settings))
        if progress:
            progress(number, len(given))
