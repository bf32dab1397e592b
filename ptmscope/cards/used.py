"""What repositories tell about the use of one model: ways of use with an example each, companions, arguments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from analyzer.records import CallSequence, LoadSite
from miner.licences import is_quotable
from patterns.compare import is_name
from patterns.exemplar import with_exemplar
from patterns.pattern import Pattern, patterns
from patterns.skeleton import order
from patterns.together import Together, together
from ptmscope.errors import Misuse
from ptmscope.repositories import Repository

#: The value of an argument that is given, and cannot be told.
UNKNOWN = "?"
#: Usages that are tried as an example of a way.
TRIED = 12

Usage = tuple[str, CallSequence]


@dataclass(frozen=True, slots=True)
class Way:
    """A pattern as this model is used in it; its exemplar is one of this model, `home` the repository of that."""

    pattern: Pattern
    repositories: int
    usages: int
    home: Repository | None


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument, in how many repositories it is given, and in how many the call is made. `value` None: not told."""

    call: str
    name: str
    value: str | None
    repositories: int
    of: int


@dataclass(frozen=True, slots=True)
class Used:
    """The use of one model in `repositories` of the `studied` ones; what most of them do comes first."""

    model: str
    usages: int
    files: int
    repositories: int
    studied: int
    ways: tuple[Way, ...]
    companions: tuple[Together, ...]
    arguments: tuple[Argument, ...]
    library: str | None


def used(repositories: Iterable[Repository], model: str) -> Used:
    """Raises Misuse where the model, given with or without its owner, is used in none of the repositories."""
    known = {each.name: each for each in repositories}
    usages: list[Usage] = [(each.name, usage) for each in known.values() for usage in each.usages]
    name = _named(model, Counter(name for _, name in {(source, usage.model_id) for source, usage in usages}))
    own = [(source, usage) for source, usage in usages if usage.model_id == name]
    sites = [(each.name, site) for each in known.values() for site in each.sites if _loads(site, name)]
    named = (entry for entry in usages if is_name(entry[1].model_id))
    return Used(
        model=name,
        usages=len(own),
        files=len({(source, usage.path) for source, usage in own}),
        repositories=len({source for source, _ in own}),
        studied=len(known),
        ways=tuple(sorted(_ways(usages, name, known), key=lambda w: (-w.repositories, -w.usages, w.pattern.id))),
        companions=tuple(pair for pair in together(named) if name in pair.models),
        arguments=tuple(arguments(own, sites)),
        library=_commonest((source, site.library) for source, site in sites),
    )


def _named(model: str, known: Mapping[str, int]) -> str:
    """The name under which a model is known: `known` says in how many repositories. Without its owner, the one that
    most use. Misuse if it is not known, or that cannot be told."""
    wanted = model.lower()
    whole = [name for name in known if name.lower() == wanted]
    if whole and "/" in wanted:
        return whole[0]
    alike = sorted({*whole, *(name for name in known if is_name(name) and name.lower().rpartition("/")[2] == wanted)})
    first = sorted(alike, key=lambda name: -known[name])[:2]
    if first and (len(first) == 1 or known[first[0]] > known[first[1]]):
        return first[0]
    near = alike or _near(wanted, known)
    more = f"; it has {', '.join(near[:3])}" if near else ""
    raise Misuse(f"no repository of the study uses {model}{more}")


def _near(wanted: str, known: Iterable[str]) -> list[str]:
    """Names that end much like this one."""
    ends: dict[str, list[str]] = {}
    for name in sorted(filter(is_name, known)):
        ends.setdefault(name.lower().rpartition("/")[2], []).append(name)
    return [name for end in get_close_matches(wanted.rpartition("/")[2], ends, 3) for name in ends[end]]


def _loads(site: LoadSite, name: str) -> bool:
    return any((model.canonical_id or model.id) == name for model in site.models)


def _sure(sites: Iterable[LoadSite], name: str) -> Iterator[str]:
    """The files that load the model and no other in its place."""
    for site in sites:
        if any((model.canonical_id or model.id) == name and model.certainty == "certain" for model in site.models):
            yield site.path


def _ways(usages: Sequence[Usage], name: str, known: dict[str, Repository]) -> Iterator[Way]:
    sure = {(each.name, path) for each in known.values() for path in _sure(each.sites, name)}
    places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (source, usage) in enumerate(usages):
        if usage.model_id == name:
            places[source, usage.path].append(place)
    for pattern in patterns(usages).patterns:
        own = [member for member in pattern.members if member.model_id == name]
        if own:
            sources = {member.source for member in own}
            mine = sorted({place for m in own for place in places[m.source, m.path]})
            mine.sort(key=lambda place: (usages[place][0], usages[place][1].path) not in sure)
            shown = exemplified(pattern, mine, usages, known)
            home = known[shown.exemplar.source] if shown.exemplar else None
            yield Way(shown, len(sources), len(own), home)


def exemplified(pattern: Pattern, places: list[int], usages: Sequence[Usage], known: dict[str, Repository]) -> Pattern:
    """With an exemplar among these usages, the best of which come first: one that may be quoted, if there is any, and
    shows all steps in few calls."""
    steps = {step.event for step in pattern.skeleton}

    def rank(place: int) -> tuple[bool, int, int]:
        source, usage = usages[place]
        missing = len(steps.difference(order(usage)))
        return not is_quotable(known[source].licence), missing, len(usage.calls)

    central = tuple(sorted(places, key=rank)[:TRIED])
    quotable = tuple(place for place in central if not rank(place)[0])
    found = pattern
    for tried in (quotable, central):
        found = with_exemplar(replace(pattern, central=tried), usages, lambda source, path: known[source].read(path))
        if found.exemplar is not None:
            home = known[found.exemplar.source]
            return replace(found, exemplar=replace(found.exemplar, commit=home.commit, licence=home.licence))
    return found


def arguments(own: Sequence[Usage], sites: Sequence[tuple[str, LoadSite]]) -> list[Argument]:
    """Of loads with their values, of what is done then by name only."""
    calls: defaultdict[str, set[str]] = defaultdict(set)
    given: defaultdict[tuple[str, str, str | None], set[str]] = defaultdict(set)
    for source, site in sites:
        calls[site.api].add(source)
        for name, value in site.arguments:
            if value is not None:  # as if it was not given
                given[site.api, name, None if value == UNKNOWN else str(value)].add(source)
    for source, usage in own:
        for call in usage.calls:
            if call.link != "load":
                calls[call.api].add(source)
                for name in call.keywords:
                    given[call.api, name, None].add(source)
    found = [Argument(*what, len(sources), len(calls[what[0]])) for what, sources in given.items()]
    return sorted(found, key=lambda a: (-a.repositories, a.call, a.name, a.value or ""))


def _commonest(seen: Iterable[tuple[str, str]]) -> str | None:
    """What most repositories have."""
    counted = Counter(what for _, what in set(seen))
    return min(counted, key=lambda what: (-counted[what], what), default=None)
