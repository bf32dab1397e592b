"""What a campaign will cost: requests and hours, told before it runs.

The answers there are already are a sample: models are taken in strata of popularity, each about three times as wide as
the one before, and what a stratum's answered models have is taken for its others. How fast new files and repositories
get rarer is told by halves of the sample (Heaps' law).
"""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import ceil, log
from statistics import fmean, median

from miner.corpus import Corpus
from miner.records import Query
from miner.slices import MOST, WANTED

#: Models of the first stratum, and how much wider the next ones reach.
FIRST, WIDER = 10, 10**0.5

#: Results of a page, and of a query.
PAGE, CAP = 100, 1000

#: Halves of a sample that are compared with the whole.
HALVES = 9

#: Fewer models that are answered tell nothing.
ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """Requests of a campaign that are still to be made. `known`: models that the figures are drawn from, 0 for none."""

    models: int
    queries: int
    searches: int
    repositories: int
    files: int
    hits: int
    known: int

    @property
    def requests(self) -> int:
        return self.searches + self.repositories + self.files

    def hours(self, limits: Mapping[str, tuple[int, float]], search: str, tokens: int = 1) -> float:
        """Searches and the rest have limits of their own and run side by side."""
        needed = dict.fromkeys(limits, 0)
        needed[search] += self.searches
        needed[next((name for name in limits if name != search), search)] += self.repositories + self.files
        return max(needed[name] * seconds / count for name, (count, seconds) in limits.items()) / tokens / 3600


@dataclass(slots=True)
class _Seen:
    """What is known of one model: its queries' totals, and the repositories and versions that they led to."""

    totals: list[int]
    repositories: set[int]
    versions: set[str]
    hits: int = 0


def pilot(models: Sequence[str], size: int, seed: int = 0) -> tuple[str, ...]:
    """Models to ask for first, from all strata of popularity; the most popular ones are all among them."""
    draw, left, found = random.Random(seed), size, []  # noqa: S311
    strata = list(_strata(len(models)))
    for place, (start, end) in enumerate(strata):
        taken = min(end - start, max(1, left // (len(strata) - place)))
        left -= taken
        found += sorted(draw.sample(range(start, end), taken))
    return tuple(models[number] for number in found)


def estimate(corpus: Corpus | None, source: str, models: Sequence[str], asked: Iterable[Query]) -> Estimate:
    """The cost of the queries that have no answer yet; models in the order of their popularity."""
    answered = _answered(corpus, source) if corpus is not None else set()
    left = [query for query in asked if query.text not in answered]
    waiting = {query.model for query in left if query.model is not None}
    seen = _seen(corpus, source) if corpus is not None else {}
    known = [model for model in models if model in seen and model not in waiting]
    if corpus is None or len(known) < ENOUGH:
        return _usual(len(waiting), left)
    each = len(left) / max(1, len(waiting))
    searches = hits = 0.0
    for start, end in _strata(len(models)):
        told = [seen[model] for model in models[start:end] if model in seen and model not in waiting]
        told = told or [seen[model] for model in known]
        open_models = sum(model in waiting for model in models[start:end])
        totals = [total for one in told for total in one.totals]
        hits += open_models * each * fmean(totals)
        searches += open_models * each * fmean(_requests(total) for total in totals)
    searches += _unfinished(corpus, source)
    plan = Estimate(len(waiting), len(left), round(searches), 0, 0, round(hits), len(known))
    return _with_new(corpus, source, plan, seen)


def _usual(models: int, left: Sequence[Query]) -> Estimate:
    rates = _rates()
    hits = models * rates["hits_per_model"]
    searches = sum(_requests(hits / len(left)) for _ in left) if left else 0
    repositories, files = hits * rates["repositories_per_hit"], hits * rates["files_per_hit"]
    return Estimate(models, len(left), round(searches), round(repositories), round(files), round(hits), 0)


@cache
def _rates() -> dict[str, float]:
    return tomllib.loads((resources.files("miner") / "rates.toml").read_text("utf-8"))


def _requests(total: float) -> float:
    """Requests of a search with so many results, those of its slices included."""
    if total <= CAP:
        return max(1, ceil(total / PAGE))
    slices = min(MOST, ceil(total / WANTED))
    inner = 1 + (total > MOST * CAP) * MOST  # slices that are cut again
    return inner + total / PAGE + max(slices, total / WANTED) / 2


def _strata(count: int) -> Iterator[tuple[int, int]]:
    start, end = 0, float(FIRST)
    while start < count:
        yield start, min(count, int(end))
        start, end = int(end), end * WIDER


def _with_new(corpus: Corpus, source: str, plan: Estimate, seen: Mapping[str, _Seen]) -> Estimate:
    """The plan with the files and repositories that its hits will bring, and those that wait already."""
    told = [one for one in seen.values() if one.hits]
    all_hits = plan.hits + sum(sum(one.totals) for one in seen.values())
    files = _grown(told, [one.versions for one in told], all_hits)
    repositories = _grown(told, [one.repositories for one in told], all_hits)
    done = corpus.database.one(
        "SELECT count(*) FROM queries WHERE source = ? AND kind = 'repository' AND outcome IS NOT NULL", source
    )
    fetched = corpus.database.one("SELECT count(DISTINCT version) FROM files WHERE blob IS NOT NULL")
    return replace(plan, repositories=max(0, round(repositories) - done), files=max(0, round(files) - fetched))


def _grown(told: Sequence[_Seen], sets: Sequence[set[int] | set[str]], hits: float) -> float:
    """Distinct things among so many hits, from those in the sample."""
    whole, seen = len(set().union(*sets)), sum(one.hits for one in told)
    draw, slopes = random.Random(0), []  # noqa: S311
    for _ in range(HALVES):
        half = draw.sample(range(len(told)), len(told) // 2)
        part, part_hits = len(set().union(*(sets[place] for place in half))), sum(told[place].hits for place in half)
        if part and 0 < part_hits < seen:
            slopes.append(log(whole / part) / log(seen / part_hits))
    return whole * (hits / seen) ** min(1.0, median(slopes)) if slopes and seen else hits


def _answered(corpus: Corpus, source: str) -> set[str]:
    statement = "SELECT text FROM queries WHERE source = ? AND kind = 'search' AND outcome IS NOT NULL"
    return {text for (text,) in corpus.database.select(statement, source)}


def _unfinished(corpus: Corpus, source: str) -> float:
    """Requests of the slices that wait: the results of what was cut, less those of the slices that are answered."""
    statement = "SELECT text, total, outcome FROM queries WHERE source = ? AND kind = 'search' AND total IS NOT NULL"
    cut, told = 0, 0
    for text, total, outcome in corpus.database.select(statement, source):
        is_slice = " size:" in text
        cut += total * (outcome == "split" and not is_slice)
        told += total * (outcome != "split" and is_slice)
    return max(0.0, cut - told) / PAGE + max(0.0, cut - told) / WANTED / 2


def _seen(corpus: Corpus, source: str) -> dict[str, _Seen]:
    """model -> what its answered queries brought; slices count as hits, their totals are in those of the whole."""
    found: defaultdict[str, _Seen] = defaultdict(lambda: _Seen([], set(), set()))
    queries = """SELECT model, text, total FROM queries WHERE source = ? AND kind = 'search' AND model IS NOT NULL
        AND total IS NOT NULL"""
    for model, text, total in corpus.database.select(queries, source):
        if " size:" not in text:
            found[model].totals.append(total)
    hits = """SELECT model, repository, version FROM hits JOIN queries ON queries.key = "query" JOIN files
        ON files.key = file WHERE source = ? AND kind = 'search' AND model IS NOT NULL"""
    for model, repository, version in corpus.database.select(hits, source):
        found[model].repositories.add(repository)
        found[model].versions.add(version)
        found[model].hits += 1
    return dict(found)
