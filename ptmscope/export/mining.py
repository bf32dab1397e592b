"""What the miners tell people: funnels, changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from miner.changes import Change
from miner.funnel import Step


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
