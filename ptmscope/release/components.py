"""What hangs together: the components of a graph that is given by groups of names."""

from __future__ import annotations

from collections.abc import Iterable


def components(groups: Iterable[Iterable[str]]) -> dict[str, str]:
    """Name -> the least name of its component; names of one group are in one component."""
    owner: dict[str, str] = {}
    for group in groups:
        roots = {_root(owner, name) for name in group}
        for root in roots:
            owner[root] = min(roots)
    return {name: _root(owner, name) for name in owner}


def _root(owner: dict[str, str], name: str) -> str:
    while owner.setdefault(name, name) != name:
        owner[name] = owner[owner[name]]
        name = owner[name]
    return name
