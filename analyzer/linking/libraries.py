"""Which names stay a library's, though the tree has files by them."""

from __future__ import annotations

from functools import lru_cache

from analyzer.loaders import tables


def is_library(qualified: str, importer: str) -> bool:
    """Whether the name stays a library's, also where the tree holds a copy of that.

    In the code of the copy itself, what it defines is a wrapper like any other. But what takes a model keeps its name,
    and so do the loaders of a library that no other table's loaders stand behind.
    """
    root = qualified.partition(".")[0]
    if root not in tables().roots:
        return False
    return _keeps_name(qualified) if f"/{root}/" in f"/{importer}" else not _is_other_class(qualified)


@lru_cache(maxsize=4096)
def _is_other_class(qualified: str) -> bool:
    """Whether it is a class that the table of the library says nothing of: its own repository may define it."""
    known = tables()
    is_class = qualified.rpartition(".")[2][:1].isupper()
    return is_class and not (known.match(qualified) or known.consumer(qualified) or known.offers(qualified))


@lru_cache(maxsize=4096)
def _keeps_name(qualified: str) -> bool:
    found = tables().match(qualified)
    if found is None:
        return tables().consumer(qualified) is not None
    return tables().libraries[found.loader.library].sink
