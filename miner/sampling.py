"""A sample in which niche models and rare tasks are there on purpose: strata of popularity decile and task."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice

from miner.records import CatalogModel

STRATA = 10


def stratified(models: Iterable[CatalogModel], size: int, seed: int = 0) -> tuple[CatalogModel, ...]:
    """So many of the models, sorted by id: deciles take turns, and within a decile its tasks.

    Which model of a stratum comes first depends on its id and the seed alone, so that a larger sample, or one of a
    later catalog, keeps most of an earlier one.
    """
    every = list(models)
    turns = [_tasks_in_turn(each, seed) for each in _deciles(every)]
    return tuple(sorted(islice(_in_turn(turns), size), key=lambda model: model.id))


def _deciles(models: list[CatalogModel]) -> list[list[CatalogModel]]:
    """By downloads, the least first; models with as many are in one decile, so that some can be empty."""
    ranks = sorted(model.downloads or 0 for model in models)
    found: list[list[CatalogModel]] = [[] for _ in range(STRATA)]
    for model in models:
        found[STRATA * bisect_left(ranks, model.downloads or 0) // len(ranks)].append(model)
    return found


def _tasks_in_turn(models: list[CatalogModel], seed: int) -> Iterator[CatalogModel]:
    tasks: dict[str, list[CatalogModel]] = defaultdict(list)
    for model in models:
        tasks[model.pipeline_tag or ""].append(model)
    ordered = [sorted(each, key=lambda model: _lot(model.id, seed)) for each in tasks.values()]
    return _in_turn([iter(each) for each in sorted(ordered, key=lambda each: _lot(each[0].pipeline_tag or "", seed))])


def _in_turn(lists: list[Iterator[CatalogModel]]) -> Iterator[CatalogModel]:
    """The first of each, then the second of each, …"""
    while lists:
        alive = []
        for each in lists:
            for model in each:
                yield model
                alive.append(each)
                break
        lists = alive


def _lot(name: str, seed: int) -> bytes:
    return blake2b(f"{seed} {name}".encode(), digest_size=8).digest()
