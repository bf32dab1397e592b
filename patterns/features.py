"""Usages as weighted sets of features, collapsed: usages that show the same are one row with a weight.

Features of the fine level are events, those that decide more out of proportion, and, at a fraction of their weight,
which event's result flows into which. Those of the coarse level are the kinds of use that the events show. A feature
weighs the same wherever it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analyzer.records import CallSequence
from patterns.events import Event, events, kinds

Features: TypeAlias = Mapping[str, float]
Describe: TypeAlias = Callable[[CallSequence], Features]

#: Weights are raised to this power: an event that decides more hides what is done besides.
DECISIVE = 1.5
#: What a flow between two events weighs, as a share of the lighter one.
FLOW = 0.15
#: Of the weight of an event that stands under a wider one, the share that its own name has.
OWN = 0.25
NONE = "none"


def fine(usage: CallSequence) -> Features:
    """Events, and flows between them, with their weights."""
    shown = events(usage)
    found: dict[str, float] = {}
    for event in shown:
        weight = event.weight**DECISIVE
        if event.under is None:
            found[event.name] = weight
        else:
            found |= {event.under: (1 - OWN) * weight, event.name: OWN * weight}
    for before, after in flows(usage, shown):
        if before.name != after.name:
            found[f"{before.name} > {after.name}"] = FLOW * min(before.weight, after.weight) ** DECISIVE
    return found


def coarse(usage: CallSequence) -> Features:
    """Kinds of use; `none` where no event shows any."""
    weights = kinds()
    found = {event.kind: weights[event.kind] for event in events(usage) if event.kind is not None}
    return found or {NONE: weights[NONE]}


def flows(usage: CallSequence, shown: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    """Pairs of events of which one's result reaches the other, without an event between them."""
    of_call: dict[int, list[Event]] = {}
    for event in shown:
        of_call.setdefault(event.call, []).append(event)
    reaching: list[dict[int, None]] = []
    for call in usage.calls:
        before: dict[int, None] = {}
        for source in call.inputs:
            if source < len(reaching):
                before |= {source: None} if source in of_call else reaching[source]
        reaching.append(before)
    for number, before in enumerate(reaching):
        for event in of_call.get(number, ()):
            yield from ((earlier, event) for source in before for earlier in of_call[source])


@dataclass(frozen=True, slots=True)
class Rows:
    """Distinct sets of features, sorted. `row_of[i]` is the row of usage i; `holders[r]` the repositories of row r.

    `matrix` holds the weight of each feature of each row; `total` the sum over a row.
    """

    names: tuple[str, ...]
    matrix: sparse.csr_array
    total: NDArray[np.float32]
    row_of: tuple[int, ...]
    holders: tuple[frozenset[Hashable], ...]
    sizes: tuple[int, ...]  # usages of each row


def rows(usages: Iterable[CallSequence], groups: Iterable[Hashable], describe: Describe) -> Rows:
    """The usages in rows, each usage with its repository."""
    found: dict[frozenset[tuple[str, float]], list[tuple[int, Hashable]]] = {}
    number = -1
    for number, (usage, group) in enumerate(zip(usages, groups, strict=True)):
        found.setdefault(frozenset(describe(usage).items()), []).append((number, group))
    ordered = sorted((tuple(sorted(key)), members) for key, members in found.items())
    row_of = [0] * (number + 1)
    for row, (_, members) in enumerate(ordered):
        for usage_number, _ in members:
            row_of[usage_number] = row
    names = sorted({name for key, _ in ordered for name, _ in key})
    matrix = _matrix([key for key, _ in ordered], names)
    return Rows(
        tuple(names),
        matrix,
        np.asarray(matrix.sum(axis=1), dtype=np.float32).ravel(),
        tuple(row_of),
        tuple(frozenset(group for _, group in members) for _, members in ordered),
        tuple(len(members) for _, members in ordered),
    )


def _matrix(keys: list[tuple[tuple[str, float], ...]], names: list[str]) -> sparse.csr_array:
    column = {name: number for number, name in enumerate(names)}
    columns = [column[name] for key in keys for name, _ in key]
    weights = [weight for key in keys for _, weight in key]
    starts = np.cumsum([0, *(len(key) for key in keys)])
    shape = (len(keys), len(names))
    return sparse.csr_array((np.array(weights, dtype=np.float32), columns, starts), shape=shape)
