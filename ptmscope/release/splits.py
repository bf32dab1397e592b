"""Splits: which fold each usage is in, by one scheme after another. The order of the usages changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from ptmscope.release.components import components

Scheme = Literal["kfold", "leave_one_out", "time", "clone_disjoint"]
Folds: TypeAlias = dict[str, int]

FOLDS = 10
#: By time, of the usages whose date is known: these shares are trained on, and on which parameters are chosen.
TRAIN, VALID = 0.8, 0.1


@dataclass(frozen=True, slots=True)
class Placed:
    """A usage, by what must not be on both sides of a split.

    `content` names the text of its file (None: not at hand), `cluster` the near duplicates that it is one of, `date`
    when its repository was last changed (ISO 8601; None: not known).
    """

    usage: str
    source: str
    content: str | None
    cluster: str
    date: str | None


@dataclass(frozen=True, slots=True)
class Options:
    """`folds` of kfold and clone_disjoint; `seed` decides between groups of one size."""

    folds: int = FOLDS
    seed: int = 0


def splits(placed: Sequence[Placed], options: Options) -> dict[Scheme, Folds]:
    """Scheme -> usage -> fold. By time, usages of unknown date are in no fold."""
    return {scheme: SCHEMES[scheme](placed, options) for scheme in get_args(Scheme)}


def _by_repository(placed: Sequence[Placed], options: Options) -> Folds:
    return _balanced(((each.source, each.usage) for each in placed), options)


def _without_clones(placed: Sequence[Placed], options: Options) -> Folds:
    """By repository, but those that share near duplicates are as one."""
    together = components((f"source {each.source}", f"cluster {each.cluster}") for each in placed)
    return _balanced(((together[f"source {each.source}"], each.usage) for each in placed), options)


def _each_out(placed: Sequence[Placed], options: Options) -> Folds:
    number = {source: fold for fold, source in enumerate(sorted({each.source for each in placed}))}
    return {each.usage: number[each.source] for each in placed}


def _by_time(placed: Sequence[Placed], options: Options) -> Folds:
    """The older repositories train (0), the next are for choosing parameters (1), the newest test (2), at least one."""
    dated = [each for each in placed if each.date is not None]
    sizes = Counter((each.date or "", each.source) for each in dated)
    fold: dict[str, int] = {}
    seen = 0
    for date, source in sorted(sizes):
        seen += sizes[date, source]
        fold[source] = 0 if seen <= TRAIN * len(dated) else 1 if seen <= (TRAIN + VALID) * len(dated) else 2
    return {each.usage: fold[each.source] for each in dated}


SCHEMES: Mapping[Scheme, Callable[[Sequence[Placed], Options], Folds]] = {
    "kfold": _by_repository,
    "leave_one_out": _each_out,
    "time": _by_time,
    "clone_disjoint": _without_clones,
}


def _balanced(grouped: Iterable[tuple[str, str]], options: Options) -> Folds:
    """Whole groups, the largest first, each into the fold that has the fewest usages so far."""
    groups: dict[str, list[str]] = defaultdict(list)
    for group, usage in grouped:
        groups[group].append(usage)
    sizes = [0] * options.folds
    folds: Folds = {}
    for group in sorted(groups, key=lambda name: (-len(groups[name]), _lot(name, options.seed))):
        fold = sizes.index(min(sizes))
        sizes[fold] += len(groups[group])
        folds.update((usage, fold) for usage in groups[group])
    return folds


def _lot(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogateescape")).hexdigest()


def rows(found: Mapping[Scheme, Folds]) -> Iterator[tuple[str, str, int]]:
    """(scheme, usage, fold), sorted."""
    for scheme, folds in sorted(found.items()):
        yield from ((scheme, usage, fold) for usage, fold in sorted(folds.items()))
