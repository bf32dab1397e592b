"""Data sets of code as a source: Parquet, JSON Lines or CSV with files in their rows, read as a stream.

Of all files, those are kept that may load a model; how many were looked at is the answer's `total`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from analyzer import gate, others
from analyzer.languages import GRAMMARS, language_of
from miner import dumps
from miner.corpus import Corpus
from miner.errors import Misuse
from miner.layouts import Code, codes, keys, layout_of
from miner.records import Answer, Fetched, Query

SOURCE = "shards"
KIND = "rows"
#: Rows of one page, which is stored in one step.
PAGE = 1000
#: Problems of a page that are told one by one.
_TOLD = 3


def plan(corpus: Corpus, locations: Iterable[str]) -> int:
    """Puts files or URLs on the list; how many were not there yet."""
    return corpus.plan([Query(SOURCE, KIND, location) for location in locations])


def collect(corpus: Corpus, *, max_size: int) -> Iterator[Answer]:
    """Reads the shards on the list from behind the last page that is stored; an answer is stored before it is given
    out. A shard that cannot be read is an answer, too."""
    while queries := corpus.unanswered(SOURCE, KIND, limit=1):
        (query,) = queries
        for answer in _pages(query, max_size):
            corpus.answer(answer)
            yield answer


def _pages(first: Query, max_size: int) -> Iterator[Answer]:
    problems: list[str] = []
    rows = dumps.rows(first.text, keys=keys(), complain=lambda at, what: problems.append(f"row {at}: {what}"))
    query = first
    try:
        skipped = sum(1 for _ in islice(rows, (first.page - 1) * PAGE))
        if skipped < (first.page - 1) * PAGE:
            raise Misuse(f"{first.text}: shorter than it was")
        problems.clear()
        while True:
            page = list(islice(rows, PAGE))
            then = (Query(SOURCE, KIND, query.text, query.page + 1),) if len(page) == PAGE else ()
            yield _answer(query, page, then, problems, max_size)
            if not then:
                return
            (query,) = then
            problems.clear()
    except Misuse as error:
        yield Answer(query, "failed", reason=str(error))


def _answer(
    query: Query, page: list[tuple[int, dumps.Row]], then: tuple[Query, ...], problems: list[str], max_size: int
) -> Answer:
    found: list[Code] = []
    for number, row in page:
        layout = layout_of(row)
        if layout is None:
            problems.append(f"row {number}: no columns of a known layout")
            continue
        found += (code for code in codes(layout, row, query.text) if _is_wanted(code, max_size))
    return Answer(
        query,
        total=len(page),
        hits=tuple(code.hit for code in found if code.content is None),
        files=tuple(Fetched(code.hit, code.content) for code in found if code.content is not None),
        repositories=tuple({code.repository: None for code in found}),
        then=then,
        reason=_told(problems),
    )


def _is_wanted(code: Code, max_size: int) -> bool:
    """Whether a file may load a model; of a file without content, whether its name is one of code."""
    path = code.hit.path
    is_program = path.endswith(tuple(GRAMMARS))
    if code.content is None:
        return is_program
    if len(code.content) > max_size or b"\0" in code.content[:1000]:
        return False
    if is_program:
        return gate.passes(code.content, language_of(path))
    return others.wanted(path) and bool(others.read(code.content, path).sites)


def _told(problems: list[str]) -> str | None:
    more = f"; {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
    return "; ".join(problems[:_TOLD]) + more or None
