"""The way from repositories to a comparison of models, tasks or libraries in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from analyzer.records import CallSequence
from analyzer.symbols import tasks
from patterns.compare import Comparison, compare
from ptmscope.errors import Misuse
from ptmscope.repositories import Repository

#: What a side can be -> the names under which a usage belongs to one.
BY: Mapping[str, Callable[[CallSequence], Iterable[str]]] = {
    "model": lambda usage: (usage.model_id, usage.model_id.rpartition("/")[2]),
    "task": tasks,
    "library": lambda usage: sorted({anchor.api.partition(".")[0] for anchor in usage.anchors}),
}


def comparing(repositories: Iterable[Repository], sides: Sequence[str], by: str) -> Comparison:
    """The sides are glob patterns on names; a model is known with and without its owner."""
    if len(set(sides)) < 2:
        raise Misuse("give two or more different names to compare")
    usages = ((repository.name, usage) for repository in repositories for usage in repository.usages)
    return compare(usages, {side: _matches(side, BY[by]) for side in sides})


def _matches(glob: str, names: Callable[[CallSequence], Iterable[str]]) -> Callable[[CallSequence], bool]:
    return lambda usage: any(fnmatchcase(name.lower(), glob.lower()) for name in names(usage))
