"""The way from repositories to the patterns that recur in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from patterns.exemplar import with_exemplar
from patterns.pattern import Pattern, Patterns, patterns
from patterns.validation import validated
from ptmscope.repositories import Repository


def recurring(repositories: Iterable[Repository]) -> Patterns:
    """The patterns in all usages of the repositories, each with its exemplar where the code is at hand, validated."""
    known = {repository.name: repository for repository in repositories}
    usages = [(name, usage) for name, repository in known.items() for usage in repository.usages]

    def read(source: str, path: str) -> bytes | None:
        return known[source].read(path)

    found = patterns(usages)
    shown = (with_exemplar(pattern, usages, read) for pattern in found.patterns)
    made = tuple(_with_origin(pattern, known) for pattern in shown)
    return replace(found, patterns=made, quality=validated(usages))


def _with_origin(pattern: Pattern, known: dict[str, Repository]) -> Pattern:
    if pattern.exemplar is None:
        return pattern
    origin = known[pattern.exemplar.source]
    return replace(pattern, exemplar=replace(pattern.exemplar, commit=origin.commit, licence=origin.licence))
