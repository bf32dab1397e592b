"""The models that a corpus asks for, and how they were chosen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields

from miner.corpus import Corpus
from miner.errors import Misuse
from miner.funnel import Step
from miner.records import CatalogModel

_COLUMNS = tuple(field.name for field in fields(CatalogModel))
_INSERT = f"INSERT OR REPLACE INTO models VALUES ({', '.join('?' * (len(_COLUMNS) + 1))})"  # noqa: S608


def choose(corpus: Corpus, models: Iterable[CatalogModel], steps: Iterable[Step]) -> None:
    """Adds models, and the funnel that led to them, in one transaction."""
    now = corpus.clock()
    with corpus.database.writing():
        corpus.database.run_all(_INSERT, ((*_row(model), now) for model in models))
        run = corpus.database.one("SELECT ifnull(max(run), 0) + 1 FROM funnels")
        rows = ((run, number, step.rule, step.entered, step.dropped) for number, step in enumerate(steps, 1))
        corpus.database.run_all("INSERT INTO funnels VALUES (?, ?, ?, ?, ?)", rows)


def chosen(corpus: Corpus) -> Iterator[CatalogModel]:
    """The models that are asked for, by id."""
    for row in corpus.database.select("SELECT * FROM chosen ORDER BY id"):
        values = dict(zip(_COLUMNS, row, strict=False))
        for flag in ("gated", "has_card"):
            values[flag] = None if values[flag] is None else bool(values[flag])
        yield CatalogModel(**{**values, "tags": _tags(values["tags"])})


def _tags(told: object) -> tuple[str, ...]:
    try:
        return tuple(map(str, json.loads(str(told))))
    except (TypeError, ValueError, RecursionError) as error:
        raise Misuse("the tags of a model in the corpus are damaged") from error


def funnels(corpus: Corpus) -> Iterator[tuple[int, Step]]:
    """(run, step) of every choice made so far."""
    for run, *step in corpus.database.select("SELECT run, rule, entered, dropped FROM funnels ORDER BY run, step"):
        yield run, Step(*step)


def _row(model: CatalogModel) -> tuple[object, ...]:
    return tuple(json.dumps(value) if isinstance(value, tuple) else value for value in astuple(model))
