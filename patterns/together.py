"""Models that one file uses: alternatives behind one interface, stages of one pipeline, or just side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from analyzer.records import CallSequence

Relation: TypeAlias = Literal["alternatives", "stages", "side by side"]


@dataclass(frozen=True, slots=True)
class Together:
    """Two models, and in how many files and repositories they stand so."""

    models: tuple[str, str]
    relation: Relation
    files: int
    repositories: int


def together(usages: Iterable[tuple[str, CallSequence]]) -> tuple[Together, ...]:
    """Pairs of models in one file, given with their repositories; those of most repositories first."""
    of_file: defaultdict[tuple[str, str], list[CallSequence]] = defaultdict(list)
    for source, usage in usages:
        of_file[source, usage.path].append(usage)
    found: defaultdict[tuple[tuple[str, str], Relation], set[tuple[str, str]]] = defaultdict(set)
    for place, inside in of_file.items():
        for left, right in combinations(sorted(inside, key=lambda usage: usage.model_id), 2):
            if left.model_id != right.model_id:
                found[(left.model_id, right.model_id), relation(left, right)].add(place)
    made = [
        Together(models, how, len(places), len({source for source, _ in places}))
        for (models, how), places in found.items()
    ]
    return tuple(sorted(made, key=lambda pair: (-pair.repositories, -pair.files, pair.models, pair.relation)))


def relation(left: CallSequence, right: CallSequence) -> Relation:
    """Alternatives are loaded by one call, stages flow into one."""
    if {(a.cell, a.line, a.api) for a in left.anchors} & {(a.cell, a.line, a.api) for a in right.anchors}:
        return "alternatives"
    return "stages" if _places(left) & _places(right) else "side by side"


def _places(usage: CallSequence) -> set[tuple[str | None, int | None, int, str]]:
    return {(call.path, call.cell, call.line, call.api) for call in usage.calls}
