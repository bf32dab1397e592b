"""What many usages have in common, counted: each symbol and each step between two, by usages and repositories."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias, TypeVar, get_args

from analyzer.records import ApiCall, CallSequence, Role
from analyzer.symbols import OTHER

Kind = Literal["flow", "order"]
Symbol: TypeAlias = Callable[[ApiCall], str]
Groups: TypeAlias = Callable[[CallSequence], Iterable[str]]

Key = TypeVar("Key", tuple[str, str], tuple[str, str, str, Kind])

#: The columns of a picture, in the order of work; `other` is for calls without a role.
STAGES = (*get_args(Role), OTHER)

#: Places kept per node and edge.
PLACES = 5


@dataclass(frozen=True, slots=True)
class Weight:
    """How often, and where: `places` is a sample of `repository/path:line`, of many repositories rather than of one."""

    usages: int
    repositories: int
    roles: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One call that shows a symbol, or that a step leads to."""

    usage: int
    repository: str
    place: str
    role: str


Point: TypeAlias = tuple[str, str]  # group, symbol
Step: TypeAlias = tuple[str, str, str, Kind]  # group, symbol, next symbol, kind


@dataclass(frozen=True, slots=True)
class Tally:
    """Sorted; `usages` and `repositories` in all."""

    points: tuple[tuple[Point, Weight], ...]
    steps: tuple[tuple[Step, Weight], ...]
    usages: int
    repositories: int


def tally(usages: Iterable[tuple[str, CallSequence]], symbol: Symbol, groups: Groups) -> Tally:
    """Counts the calls of usages, each with the name of its repository, under the names that `symbol` gives them."""
    points: defaultdict[Point, list[Sighting]] = defaultdict(list)
    steps: defaultdict[Step, list[Sighting]] = defaultdict(list)
    repositories = set()
    number = 0
    for number, (repository, usage) in enumerate(usages, 1):
        repositories.add(repository)
        names = [plain(symbol(call)) for call in usage.calls]
        seen = [_sighting(number, repository, usage, call) for call in usage.calls]
        for group in map(plain, groups(usage)):
            for name, sighting in zip(names, seen, strict=True):
                points[group, name].append(sighting)
            for start, end, kind in connections(usage.calls):
                steps[group, names[start], names[end], kind].append(seen[end])
    return Tally(_weights(points), _weights(steps), number, len(repositories))


def connections(calls: tuple[ApiCall, ...]) -> Iterator[tuple[int, int, Kind]]:
    """(from, to, kind): what flows into each call, then which call follows which."""
    for end, call in enumerate(calls):
        yield from ((start, end, "flow") for start in call.inputs)
    yield from ((start, end, "order") for start, end in pairwise(range(len(calls))))


def stage(roles: Iterable[str]) -> str:
    """The column of a symbol: its commonest role, which comes first."""
    return next(iter(roles), OTHER)


def plain(text: str) -> str:
    """Text that every graph format can hold: characters that XML forbids or that end a line are escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _sighting(number: int, repository: str, usage: CallSequence, call: ApiCall) -> Sighting:
    cell = "" if call.cell is None else f"[{call.cell}]"
    place = plain(f"{repository}/{call.path or usage.path}{cell}:{call.line}")
    return Sighting(number, repository, place, call.role or OTHER)


def _weights(found: dict[Key, list[Sighting]]) -> tuple[tuple[Key, Weight], ...]:
    return tuple((key, _weight(found[key])) for key in sorted(found))


def _weight(sightings: list[Sighting]) -> Weight:
    roles = Counter(sighting.role for sighting in sightings)
    return Weight(
        usages=len({sighting.usage for sighting in sightings}),
        repositories=len({sighting.repository for sighting in sightings}),
        roles=tuple(sorted(roles, key=lambda role: (-roles[role], STAGES.index(role)))),
        places=_sample(sightings),
    )


def _sample(sightings: list[Sighting]) -> tuple[str, ...]:
    """The first place of each repository, then the second of each, and so on, cut and sorted."""
    ranks: Counter[str] = Counter()
    ranked = []
    for place, repository in sorted({(sighting.place, sighting.repository) for sighting in sightings}):
        ranked.append((ranks[repository], place))
        ranks[repository] += 1
    return tuple(sorted(place for _, place in sorted(ranked)[:PLACES]))
