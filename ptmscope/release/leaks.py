"""The leak check: what stands on both sides of a split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ptmscope.release.splits import Folds, Placed, Scheme

#: What may leak -> what names it; None: not known.
KINDS: Mapping[str, Callable[[Placed], str | None]] = {
    "identical_content": lambda placed: placed.content,
    "near_duplicates": lambda placed: placed.cluster,
    "repository": lambda placed: placed.source,
}


@dataclass(frozen=True, slots=True)
class Leak:
    """Of `groups` that hold more than one usage, `crossing` are in more than one fold, with `usages` in them."""

    scheme: Scheme
    kind: str
    groups: int
    crossing: int
    usages: int


def leaks(placed: Sequence[Placed], splits: Mapping[Scheme, Folds]) -> Iterator[Leak]:
    """Each scheme by each kind, whether anything leaks or not."""
    for scheme, folds in splits.items():
        for kind, name in KINDS.items():
            yield _leak(scheme, kind, placed, folds, name)


def _leak(
    scheme: Scheme, kind: str, placed: Sequence[Placed], folds: Folds, name: Callable[[Placed], str | None]
) -> Leak:
    groups: dict[str, list[int]] = defaultdict(list)
    for each in placed:
        group = name(each)
        if group is not None and each.usage in folds:
            groups[group].append(folds[each.usage])
    several = [found for found in groups.values() if len(found) > 1]
    crossing = [found for found in several if len(set(found)) > 1]
    return Leak(scheme, kind, len(several), len(crossing), sum(map(len, crossing)))
