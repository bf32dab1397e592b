"""Systems asked the tasks of a release, fold by fold, and marked."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from multiprocessing import get_context

from patterns.measures import CUTS, MEASURES, marks
from patterns.recommend.neighbours import Neighbours
from patterns.recommend.ngram import Ngrams
from patterns.recommend.patterned import Patterned
from patterns.recommend.popularity import Popularity
from patterns.recommend.records import Learner, Query, Recommender
from patterns.resampling import Difference, Estimate, Sample, difference, means
from ptmscope.errors import Misuse
from ptmscope.evaluation import predictions, releases
from ptmscope.evaluation.releases import Fold, Task

SYSTEMS: Mapping[str, Learner] = {
    "popularity": Popularity,
    "ngram": Ngrams,
    "neighbours": Neighbours,
    "patterns": Patterned,
}
#: Two systems are tested against each other by these measures.
TESTED = ("success@1", "success@5", "mrr")

#: So few tasks are done before other processes have begun.
FEW = 2000

Marks = tuple[float, ...]
#: Called with (folds done, folds in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One system on some tasks; `configuration` and `library` are "" for all there are. `values` are as MEASURES."""

    task: str
    configuration: str
    library: str
    system: str
    tasks: int
    repositories: int
    values: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two systems on all instances of a task: by a measure, the first less the second."""

    task: str
    measure: str
    systems: tuple[str, str]
    difference: Difference


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`notes` say what was not as it should be."""

    split: str
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]

    def shown(self, by: Sequence[str]) -> Evaluation:
        """Without the parts that were not asked for: those by `configuration`, by `library`."""
        hidden = [name for name in ("configuration", "library") if name not in by]
        return replace(self, rows=tuple(row for row in self.rows if not any(getattr(row, name) for name in hidden)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to evaluate; `given` are NAME=FILE of other systems, `jobs` processes (None: one a core)."""

    tasks: tuple[str, ...]
    split: str
    systems: tuple[str, ...]
    given: tuple[str, ...] = ()
    jobs: int | None = None


def evaluate(release: str, wanted: Wanted, progress: Progress | None = None) -> Evaluation:
    """All systems on all tasks of the folds of one split."""
    every = releases.tasks(release, wanted.tasks)
    others = [predictions.read(given, [task.id for task in every]) for given in wanted.given]
    _check(Counter([*wanted.systems, *(other.name for other in others)]))
    marked: dict[str, dict[str, Marks]] = {name: {} for name in wanted.systems}
    asked: list[Task] = []
    held_out = tuple(releases.folds(release, wanted.split, every))
    for number, (fold, found) in enumerate(zip(held_out, _folds(held_out, wanted), strict=True), 1):
        asked += fold.tasks
        for name in wanted.systems:
            marked[name].update(found[name])
        if progress:
            progress(number, len(held_out))
    for other in others:
        marked[other.name] = {task.id: marks(other.ranked.get(task.id, ()), task.answer) for task in asked}
    rows = tuple(_rows(asked, marked))
    return Evaluation(wanted.split, rows, tuple(_pairs(asked, marked)), tuple(_notes(every, asked, others)))


def _check(names: Counter[str]) -> None:
    for name, times in names.items():
        if times > 1:
            raise Misuse(f"{name}: the name of a system that is taken")


def _folds(held_out: Sequence[Fold], wanted: Wanted) -> Iterator[Mapping[str, dict[str, Marks]]]:
    """What each fold gives, system by system, in as many processes as are wanted."""
    ask = partial(_asked, wanted.systems)
    size = sum(len(fold.tasks) for fold in held_out)
    jobs = min(wanted.jobs or (os.cpu_count() or 1 if size > FEW else 1), len(held_out))
    if jobs < 2:
        yield from map(ask, held_out)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(ask, held_out)


def _asked(systems: Sequence[str], fold: Fold) -> dict[str, dict[str, Marks]]:
    return {name: dict(_answered(SYSTEMS[name](fold.examples), fold.tasks)) for name in systems}


def _answered(system: Recommender, asked: Iterable[Task]) -> Iterator[tuple[str, Marks]]:
    """Tasks are often alike: each query is ranked once."""
    known: dict[Query, tuple[str, ...] | None] = {}
    for task in asked:
        if task.query not in known:
            known[task.query] = system.rank(task.query, CUTS[-1])
        ranked = known[task.query]
        if ranked is not None:
            yield task.id, marks(ranked, task.answer)


def _rows(asked: Sequence[Task], marked: Mapping[str, Mapping[str, Marks]]) -> Iterator[Row]:
    groups: defaultdict[tuple[str, str, str], list[Task]] = defaultdict(list)
    for task in asked:
        for configuration in {"", task.configuration}:
            groups[task.query.task, configuration, ""].append(task)
        if task.library:
            groups[task.query.task, "", task.library].append(task)
    for (task_name, configuration, library), group in sorted(groups.items()):
        for system, found in marked.items():
            if answered := [task for task in group if task.id in found]:
                sample = _sample(answered, found)
                size = len(answered), len(sample.counts)
                yield Row(task_name, configuration, library, system, *size, means(sample))


def _pairs(asked: Sequence[Task], marked: Mapping[str, Mapping[str, Marks]]) -> Iterator[Pair]:
    for name in sorted({task.query.task for task in asked}):
        group = [task for task in asked if task.query.task == name]
        for left, right in combinations(tuple(marked)[::-1], 2):
            both = [task for task in group if task.id in marked[left] and task.id in marked[right]]
            if both:
                found = difference(_sample(both, marked[left]), _sample(both, marked[right]))
                for measure in TESTED:
                    yield Pair(name, measure, (left, right), found[MEASURES.index(measure)])


def _sample(group: Sequence[Task], found: Mapping[str, Marks]) -> Sample:
    return Sample.of([task.source for task in group], [found[task.id] for task in group])


def _notes(every: Sequence[Task], asked: Sequence[Task], others: Iterable[predictions.Predictions]) -> Iterator[str]:
    if len(asked) < len(every):
        yield f"{len(every) - len(asked):,} of {len(every):,} tasks are in no fold that is tested"
    for other in others:
        if missing := other.missing([task.id for task in asked]):
            yield f"{other.name}: {missing:,} of {len(asked):,} tasks without a prediction, marked 0"
        if other.unknown:
            yield f"{other.name}: {other.unknown:,} predictions for tasks that were not asked"
