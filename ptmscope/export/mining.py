"""What the miners tell people: funnels, changes, shares of true hits, how far a corpus is."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict

from miner.changes import Change
from miner.curate import Tally
from miner.funnel import Step
from miner.plan import Estimate
from miner.shares import Share
from miner.status import Asked, Status
from miner.verification import VERDICTS


def funnel(entered: int, steps: Iterable[Step]) -> Iterator[str]:
    """One line a rule: how many it dropped, how many are left."""
    yield f"{entered:>10,}  models"
    for step in steps:
        yield f"{step.entered - step.dropped:>10,}  {step.rule}  (-{step.dropped:,})"


def _counted(changes: Iterable[Change]) -> Iterator[str]:
    """How many of each kind, and of changes in each field."""
    counts = Counter(f"{change.kind} {change.field}".rstrip() for change in changes)
    yield from (f"{number:>10,}  {kind}" for kind, number in sorted(counts.items()))


def _told(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        yield json.dumps({name: value for name, value in asdict(change).items() if value}, ensure_ascii=False)


#: Format -> the lines of it.
CHANGES: dict[str, Callable[[Iterable[Change]], Iterator[str]]] = {"table": _counted, "jsonl": _told}


_COLUMNS = ("source", "model", "form", "hits", "open", *VERDICTS, "verified")


def _row(share: Share) -> dict[str, object]:
    verified = None if share.verified is None else round(share.verified, 4)
    told = {"source": share.source, "model": share.model or None, "form": share.form or None}
    return {**told, "hits": share.hits, "open": share.open, **share.counts, "verified": verified}


def _shares_table(shares: Iterable[Share]) -> Iterator[str]:
    rows = [[str("" if value is None else value) for value in _row(share).values()] for share in shares]
    named = [at for at in range(len(_COLUMNS)) if at != 1 or any(row[1] for row in rows)]
    widths = [max(len(row[at]) for row in [list(_COLUMNS), *rows]) for at in range(len(_COLUMNS))]
    for row in [list(_COLUMNS), *rows]:
        cells = (row[at].ljust(widths[at]) if at < 3 else row[at].rjust(widths[at]) for at in named)
        yield "  ".join(cells).rstrip()


def _shares_csv(shares: Iterable[Share]) -> Iterator[str]:
    for row in [_COLUMNS, *(tuple(_row(share).values()) for share in shares)]:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(row)
        yield line.getvalue()


def _shares_lines(shares: Iterable[Share]) -> Iterator[str]:
    return (json.dumps(_row(share), ensure_ascii=False) for share in shares)


#: Format -> the lines of it.
SHARES: dict[str, Callable[[Iterable[Share]], Iterator[str]]] = {
    "table": _shares_table,
    "csv": _shares_csv,
    "jsonl": _shares_lines,
}


def progress(status: Status) -> Iterator[str]:
    """One line for each kind of query, then what is there."""
    for asked in status.asked:
        yield f"{asked.source} {asked.kind}: {asked.answered:,} of {asked.queries:,} answered{_remarks(asked)}"
    counts = status.counts
    yield f"{counts['models']:,} models to look for, {counts['repositories']:,} repositories"
    lost = f", {counts['lost']:,} cannot be had" if counts["lost"] else ""
    yield f"{counts['fetched']:,} of {counts['files']:,} files fetched{lost}: {counts['contents']:,} contents, " + (
        f"{counts['bytes'] / 1e6:,.1f} MB"
    )
    yield f"{counts['judged']:,} files judged, {counts['uses']:,} load a model"


def _remarks(asked: Asked) -> str:
    remarks = [f"{asked.failed:,} failed"] if asked.failed else []
    remarks += [f"{asked.short:,} with more hits than the source gives"] if asked.short else []
    if asked.left and asked.rate and asked.seconds_left:
        remarks.append(f"{asked.rate * 60:,.0f} a minute, {asked.seconds_left / 3600:,.1f} hours left")
    return f" ({', '.join(remarks)})" if remarks else ""


def _tally_table(tallies: Iterable[Tally]) -> Iterator[str]:
    rows = list(tallies)
    head = ("rule", "files", "repositories", "alone", "together with")
    cells = [
        head,
        *((_named(row), *(f"{n:,}" for n in (row.files, row.repositories, row.alone)), _met(row)) for row in rows),
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    for first, *numbers, last in cells:
        right = (number.rjust(width) for number, width in zip(numbers, widths[1:], strict=False))
        yield "  ".join((first.ljust(widths[0]), *right, last)).rstrip()


def _tally_cells(tally: Tally) -> tuple[str, ...]:
    return _named(tally), f"{tally.files:,}", f"{tally.repositories:,}", f"{tally.alone:,}", _met(tally)


def _named(tally: Tally) -> str:
    return tally.rule if tally.leaves_out else f"{tally.rule} (kept)"


def _met(tally: Tally) -> str:
    return ", ".join(f"{rule} {number:,}" for rule, number in sorted(tally.overlaps.items()))


def _tally_lines(tallies: Iterable[Tally]) -> Iterator[str]:
    return (json.dumps(asdict(tally), sort_keys=True) for tally in tallies)


#: Format -> the lines of it.
TALLIES: dict[str, Callable[[Iterable[Tally]], Iterator[str]]] = {"table": _tally_table, "jsonl": _tally_lines}


def costs(plan: Estimate, limits: Mapping[str, tuple[int, float]], search: str, tokens: int) -> Iterator[str]:
    """What a campaign will cost, and what the figures are drawn from."""
    counts = {
        "models": plan.models,
        "queries": plan.queries,
        "hits": plan.hits,
        "requests for searches": plan.searches,
        "requests for facts about repositories": plan.repositories,
        "requests for files": plan.files,
        "requests": plan.requests,
    }
    yield from (f"{count:>10,}  {name}" for name, count in counts.items())
    held = ", ".join(f"{name} {count:,} in {seconds:,.0f} s" for name, (count, seconds) in limits.items())
    yield f"{plan.hours(limits, search, tokens):>10,.1f}  hours with {tokens} token{'s' * (tokens > 1)} ({held})"
    if plan.known:
        yield f"Drawn from the {plan.known:,} models that are answered."
    else:
        yield "Nothing is answered yet: usual rates are taken (miner/rates.toml); a pilot says it better."
