"""A stratified random sample of load sites.

The strata are all combinations of what is stratified by, as long as there are no more of them than sites to draw; what
more there is to stratify by only orders the sites of a stratum, which are then drawn at even distances from a random
start, so that each part of a stratum gets its share (W. Cochran: Sampling Techniques, 1977, ch. 5 and 8). Each stratum
gets one site at least, the rest goes by the square root of its size (M. Bankier: Power Allocations, 1988), so that rare
ways of resolution are seen; the score weights them back.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.records import LoadSite
from ptmscope.errors import Misuse
from ptmscope.repositories import Repository

Place = tuple[Repository, LoadSite]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A site in the sample: of which stratum, and how many sites that has."""

    repository: Repository
    site: LoadSite
    stratum: str
    size: int


def sample(repositories: Iterable[Repository], number: int, by: Sequence[str], seed: int) -> tuple[Drawn, ...]:
    """So many sites, or all if there are fewer, sorted by place. Raises Misuse where there is nothing to draw from."""
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown:
        raise Misuse(f"--by {unknown[0]}: not one of {', '.join(DIMENSIONS)}")
    places = sorted(((r, site) for r in repositories for site in r.sites), key=_order)
    if not places:
        raise Misuse("no load sites to draw from")
    depth = max(depth for depth in range(len(by) + 1) if len(_strata(places, by[:depth])) <= max(number, 1))
    strata = _strata(places, by[:depth])
    sizes = _allocated({name: len(own) for name, own in strata.items()}, number)
    chance = random.Random(seed)  # noqa: S311  (no secret)
    drawn = (
        Drawn(*place, " · ".join(name), len(own))
        for name, own in sorted(strata.items())
        for place in _even(own, by[depth:], sizes[name], chance)
    )
    return tuple(sorted(drawn, key=lambda each: _order((each.repository, each.site))))


def whole_files(repositories: Iterable[Repository], number: int, seed: int) -> tuple[Drawn, ...]:
    """All sites of files that are drawn until there are so many sites: to be searched for sites that are missing."""
    files: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
    for repository in repositories:
        for site in repository.sites:
            files[repository.name, site.path].append((repository, site))
    if not files:
        raise Misuse("no load sites to draw from")
    names = sorted(files)
    random.Random(seed).shuffle(names)  # noqa: S311
    size = sum(map(len, files.values()))
    drawn: list[Drawn] = []
    for name in names:
        if len(drawn) >= number:
            break
        drawn += [Drawn(*place, "whole files", size) for place in files[name]]
    return tuple(sorted(drawn, key=lambda each: _order((each.repository, each.site))))


def resolution(site: LoadSite) -> str:
    """How the first model reaches the site; for one without a model, why it has none."""
    return site.models[0].resolution if site.models else site.reason or site.status


#: What can be stratified by.
DIMENSIONS: Mapping[str, Callable[[Place], str]] = {
    "resolution": lambda place: resolution(place[1]),
    "library": lambda place: place[1].library,
    "source": lambda place: place[0].name,
    "status": lambda place: place[1].status,
}


def _strata(places: Sequence[Place], by: Sequence[str]) -> dict[tuple[str, ...], list[Place]]:
    found: defaultdict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place in places:
        found[_values(place, by)].append(place)
    return found


def _allocated(sizes: Mapping[tuple[str, ...], int], number: int) -> dict[tuple[str, ...], int]:
    """One each, then always to the stratum that is shortest of its share."""
    found = dict.fromkeys(sorted(sizes), 1)
    for _ in range(min(number, sum(sizes.values())) - len(found)):
        open_strata = [name for name in found if found[name] < sizes[name]]
        found[max(open_strata, key=lambda name: sizes[name] ** 0.5 / (found[name] + 1))] += 1
    return found


def _even(places: Sequence[Place], by: Sequence[str], number: int, chance: random.Random) -> Iterator[Place]:
    lots = {id(site): chance.random() for _, site in places}
    ordered = sorted(places, key=lambda place: (_values(place, by), lots[id(place[1])]))
    start = chance.random()
    for step in range(number):
        yield ordered[int((step + start) * len(ordered) / number)]


def _values(place: Place, by: Sequence[str]) -> tuple[str, ...]:
    return tuple(DIMENSIONS[name](place) for name in by)


def _order(place: Place) -> tuple[str, str, int, int, int, str]:
    repository, site = place
    return repository.name, site.path, -1 if site.cell is None else site.cell, site.line, site.column, site.api
