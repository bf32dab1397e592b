"""A release read again, as far as an evaluation needs it: usages, folds, tasks."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from miner import dumps
from patterns.compare import is_name
from patterns.recommend.records import TASKS, Example, Query
from ptmscope.errors import Misuse

#: What splits there are; the first is the strictest.
SCHEMES = ("clone_disjoint", "kfold", "time", "leave_one_out")
#: The folds that are tested on, where not all are.
TESTED: Mapping[str, tuple[int, ...]] = {"time": (2,)}


@dataclass(frozen=True, slots=True)
class Task:
    """A query with the answers that are true. `configuration` is "" but for completions."""

    id: str
    usage: str
    source: str
    library: str
    configuration: str
    query: Query
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """What is learned from, and what is asked."""

    examples: tuple[Example, ...]
    tasks: tuple[Task, ...]


def tasks(release: str, names: Sequence[str]) -> tuple[Task, ...]:
    """Those of the release, sorted."""
    return tuple(sorted((task for name in names for task in _tasks(release, name)), key=lambda task: task.id))


def folds(release: str, scheme: str, asked: Sequence[Task]) -> Iterator[Fold]:
    """The folds that have tasks; usages in no fold are neither learned from nor asked for."""
    fold_of = {
        str(row["usage"]): int(row["fold"]) for row in _rows(release, "splits.parquet") if row["scheme"] == scheme
    }
    known = {str(row["usage"]): _example(row) for row in _rows(release, os.path.join("data", "sequences.parquet"))}
    by_fold: defaultdict[int, list[Task]] = defaultdict(list)
    for task in asked:
        if task.usage in fold_of:
            by_fold[fold_of[task.usage]].append(task)
    for number in sorted(by_fold):
        if number in TESTED.get(scheme, (number,)):
            rest = (name for name, fold in sorted(fold_of.items()) if fold != number and name in known)
            yield Fold(tuple(known[name] for name in rest), tuple(by_fold[number]))


def _example(row: Mapping[str, Any]) -> Example:
    model = row["canonical_id"] or row["model_id"]
    calls = tuple(map(str, row["apis"]))
    return Example(str(row["source"]), str(row["library"] or ""), model if is_name(model) else "", calls)


def _rows(release: str, name: str) -> Iterator[dict[str, Any]]:
    path = os.path.join(release, name)
    if not os.path.isfile(path):
        raise Misuse(f"{path}: not there; is {release} a release, as ptmscope dataset writes it?")
    for _, row in dumps.rows(path, keys=("usage",), complain=lambda *_: None):
        yield row


def _tasks(release: str, name: str) -> Iterator[Task]:
    path = os.path.join(release, "tasks", f"{name}.jsonl")
    try:
        with open(path, encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                yield _task(line, f"{path}:{number}")
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror}") from error


def _task(line: str, place: str) -> Task:
    try:
        row = json.loads(line)
        context = row["context"]
        libraries = tuple(map(str, context.get("libraries") or ()))
        query = Query(
            str(row["task"]), tuple(map(str, context["calls"])), str(context.get("model_id") or ""), libraries
        )
        if query.task not in TASKS:
            raise ValueError(query.task)
        plain = {name: str(row[name] or "") for name in ("id", "usage", "source", "library", "configuration")}
        return Task(**plain, query=query, answer=tuple(map(str, row["answer"])))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Misuse(f"{place}: not a task: {type(error).__name__} {error}") from error
