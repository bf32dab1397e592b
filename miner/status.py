"""How far a corpus has come: what is asked, answered, fetched, judged, and how fast it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from miner.corpus import Corpus
from miner.curate import LEFT_OUT

#: Seconds over which the rate is told, back from the last answer.
WINDOW = 600.0

_QUERIES = """SELECT source, kind, count(*), count(outcome), ifnull(sum(outcome = 'failed'), 0),
    ifnull(sum(outcome IN ('capped', 'incomplete')), 0), ifnull(sum(total), 0), max(answered_at)
    FROM queries GROUP BY 1, 2"""
_RATE = "SELECT count(*), min(answered_at) FROM queries WHERE source = ? AND kind = ? AND answered_at > ?"
_KEPT = f"SELECT count(*) FROM files WHERE blob IS NOT NULL AND key NOT IN ({LEFT_OUT})"  # noqa: S608
_USED_AND_KEPT = f"""SELECT count(*) FROM verdicts WHERE model = '' AND verdict = 'load'
    AND file NOT IN ({LEFT_OUT})"""  # noqa: S608
_COUNTS = {
    "models": "SELECT count(*) FROM models",
    "repositories": "SELECT count(*) FROM repositories",
    "files": "SELECT count(*) FROM files",
    "fetched": "SELECT count(*) FROM files WHERE blob IS NOT NULL",
    "lost": "SELECT count(*) FROM files WHERE blob IS NULL AND reason IS NOT NULL",
    "contents": "SELECT count(*) FROM contents",
    "bytes": "SELECT ifnull(sum(size), 0) FROM contents",
    "judged": "SELECT count(*) FROM verdicts WHERE model = ''",
    "uses": "SELECT count(*) FROM verdicts WHERE model = '' AND verdict = 'load'",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Queries of one kind. `short`: answered, but the source says that there is more; `rate`: answers a second of the
    last minutes, None where too few came to tell."""

    source: str
    kind: str
    queries: int
    answered: int
    failed: int
    short: int
    total: int
    rate: float | None

    @property
    def left(self) -> int:
        return self.queries - self.answered

    @property
    def seconds_left(self) -> float | None:
        return self.left / self.rate if self.rate else None


@dataclass(frozen=True, slots=True)
class Status:
    """`counts`: of models, repositories, files, …; see `_COUNTS`."""

    asked: tuple[Asked, ...]
    counts: dict[str, int]


def status(corpus: Corpus) -> Status:
    """The state of a corpus at this moment; another process may be filling it."""
    asked = tuple(_asked(corpus, row) for row in corpus.database.select(_QUERIES))
    return Status(asked, {name: int(corpus.database.one(statement)) for name, statement in _COUNTS.items()})


def _asked(corpus: Corpus, row: tuple[Any, ...]) -> Asked:
    source, kind, queries, answered, failed, short, total, last = row
    return Asked(source, kind, queries, answered, failed, short, total, _rate(corpus, source, kind, last))


def _rate(corpus: Corpus, source: str, kind: str, last: float | None) -> float | None:
    if last is None:
        return None
    ((number, first),) = corpus.database.select(_RATE, source, kind, last - WINDOW)
    return (number - 1) / (last - first) if number > 1 and last > first else None


def stages(corpus: Corpus) -> tuple[tuple[str, int], ...]:
    """How many files of a corpus are left from step to step; a step that was not taken is left out."""
    counts = status(corpus).counts
    found = [("found", counts["files"]), ("fetched", counts["fetched"])]
    if counts["judged"]:
        found.append(("verified to load a model", counts["uses"]))
    if corpus.database.one("SELECT count(*) FROM rules"):
        left = _USED_AND_KEPT if counts["judged"] else _KEPT
        found.append(("kept by curation", int(corpus.database.one(left))))
    return tuple(found)
