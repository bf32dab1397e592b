"""What a campaign will cost: requests and hours, told before it runs.

The answers there are already are a sample: models are taken in strata of popularity, each about three times as wide as
the one before, and what a stratum's answered models have is taken for its others.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import groupby
from math import ceil
from statistics import fmean

from miner.corpus import Corpus
from miner.growth import distinct
from miner.records import Query
from miner.slices import MOST, WANTED, Slice

#: Models of the first stratum, and how much wider the next ones reach.
FIRST, WIDER = 10, 10**0.5

#: Results of a page, and of a query.
PAGE, CAP = 100, 1000

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
    totals = _totals(corpus, source) if corpus is not None else {}
    known = {model: totals[model] for model in models if model in totals and model not in waiting}
    if corpus is None or len(known) < ENOUGH:
        return _usual(len(waiting), left)
    each = len(left) / max(1, len(waiting))
    searches, hits, weights = _unfinished(corpus, source), 0.0, dict.fromkeys(totals, 1.0)
    for start, end in _strata(len(models)):
        told = {model: known[model] for model in models[start:end] if model in known} or known
        unknown = sum(model in waiting for model in models[start:end])
        results = [total for one in told.values() for total in one]
        hits += each * unknown * fmean(results)
        searches += each * unknown * fmean(_requests(total) for total in results)
        for model in told:
            weights[model] += unknown / len(told)
    plan = Estimate(len(waiting), len(left), round(searches), 0, 0, round(hits), len(known))
    return _with_new(corpus, source, plan, hits + sum(sum(one) for one in totals.values()), weights)


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


def _with_new(corpus: Corpus, source: str, plan: Estimate, hits: float, weights: Mapping[str, float]) -> Estimate:
    """The plan with the files and repositories that all hits will have brought, less those that are there.

    A repository is in the hits of many models, a file in those of few: what the sample has of it is nearly all.
    """
    repositories = distinct(_tally(corpus, source), hits)
    files = hits * _once(corpus, source, weights)
    done, fetched = (corpus.database.one(statement, source) for statement in (_DESCRIBED, _FETCHED))
    return replace(plan, repositories=max(0, round(repositories) - done), files=max(0, round(files) - fetched))


def _once(corpus: Corpus, source: str, weights: Mapping[str, float]) -> float:
    """Versions for each hit. A hit stands for as many as its model and its query do; others may have its version."""
    standing = _standing(corpus, source)
    stand = everything = 0.0
    for _, rows in groupby(corpus.database.select(_BY_VERSION, source), key=lambda row: row[0]):
        found = [weights.get(model, 1.0) * standing.get(text, 1.0) for _, model, text in rows]
        everything += sum(found)
        stand += sum(weight / (1 + max(0.0, sum(found) - weight)) for weight in found)
    return stand / everything if everything else 1.0


def _standing(corpus: Corpus, source: str) -> dict[str, float]:
    """Query that was cut -> results that each of its hits stands for, until its slices are answered."""
    found = dict(corpus.database.select(_STORED, source))
    rows = [(Slice.parse(text), text, total, outcome) for _, text, total, outcome in _searches(corpus, source)]
    told: Counter[str] = Counter()
    for part, _, total, outcome in rows:
        told[part.terms] += total * (outcome != "split" and not part.is_whole)
    return {
        text: max(0, total - told[part.terms]) * part.is_whole / max(1, found.get(text, 0))
        for part, text, total, outcome in rows
        if outcome == "split"
    }


#: The hits of a source.
_HITS = 'FROM hits JOIN queries ON queries.key = "query" JOIN files ON files.key = file WHERE source = ?'
_DESCRIBED = "SELECT count(*) FROM queries WHERE source = ? AND kind = 'repository' AND outcome IS NOT NULL"
_FETCHED = f"SELECT count(DISTINCT version) {_HITS} AND blob IS NOT NULL"
_STORED = f"SELECT text, count(*) {_HITS} GROUP BY text"
_BY_VERSION = f"SELECT version, model, text {_HITS} ORDER BY version"
_SEARCHES = "SELECT model, text, total, outcome FROM queries WHERE source = ? AND kind = 'search' AND total IS NOT NULL"


def _tally(corpus: Corpus, source: str) -> dict[int, int]:
    """Times found -> how many repositories were."""
    counts = f"SELECT count(*) AS times {_HITS} GROUP BY repository"
    return dict(corpus.database.select(f"SELECT times, count(*) FROM ({counts}) GROUP BY times", source))  # noqa: S608


def _searches(corpus: Corpus, source: str) -> Iterator[tuple[str | None, str, int, str]]:
    """(model, text, total, outcome) of the answered searches."""
    yield from corpus.database.select(_SEARCHES, source)


def _answered(corpus: Corpus, source: str) -> set[str]:
    statement = "SELECT text FROM queries WHERE source = ? AND kind = 'search' AND outcome IS NOT NULL"
    return {text for (text,) in corpus.database.select(statement, source)}


def _totals(corpus: Corpus, source: str) -> dict[str, list[int]]:
    """model -> results of its answered queries; those of slices are in those of the whole."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for model, text, total, _ in _searches(corpus, source):
        if model is not None and Slice.parse(text).is_whole:
            found[model].append(total)
    return dict(found)


def _unfinished(corpus: Corpus, source: str) -> float:
    """Requests of the slices that wait: the results of what was cut, less those of the slices that are answered."""
    left = 0
    for _, text, total, outcome in _searches(corpus, source):
        is_whole = Slice.parse(text).is_whole
        left += total * ((outcome == "split" and is_whole) - (outcome != "split" and not is_whole))
    return max(0, left) * (1 / PAGE + 1 / WANTED / 2)
