"""Files, from those there are to those whose usage is of a pattern, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from miner.corpus import Corpus
from miner.status import stages
from patterns.pattern import Patterns
from ptmscope import corpora
from ptmscope.repositories import Repository

Steps = Sequence[tuple[str, int]]


def steps_of(repositories: Sequence[Repository], found: Patterns) -> Steps:
    """What a corpus tells, where all repositories are from one that is still there, else what was read; then what is
    found in it."""
    return [*(_of_corpus(repositories) or _read(repositories)), *_used(repositories, found)]


def _of_corpus(repositories: Sequence[Repository]) -> Steps:
    places = {corpora.Place.of(each.folder).corpus for each in repositories if corpora.is_within(each.folder)}
    if len(places) != 1 or not all(corpora.is_within(each.folder) for each in repositories):
        return ()
    (place,) = places
    if not corpora.is_corpus(place):
        return ()
    with Corpus.open(place) as corpus:
        return stages(corpus)


def _read(repositories: Sequence[Repository]) -> Steps:
    """Not told where it is not known of each."""
    read = [each.files for each in repositories]
    return () if None in read else (("read", sum(number or 0 for number in read)),)


def _used(repositories: Sequence[Repository], found: Patterns) -> Steps:
    sites = [(each.name, site) for each in repositories for site in each.sites]
    members = {(member.source, member.path) for pattern in found.patterns for member in pattern.members}
    return (
        ("with a load site", len({(source, site.path) for source, site in sites})),
        ("with a model id", len({(source, site.path) for source, site in sites if site.models})),
        ("with a usage", len({(each.name, usage.path) for each in repositories for usage in each.usages})),
        ("with a usage of a pattern", len(members)),
    )
