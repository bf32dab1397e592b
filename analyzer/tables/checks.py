"""What only all loader tables together can tell: names, kinds, and rows that stand twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analyzer.tables.index import row_tokens
from analyzer.tables.rows import Consumer, Library, Loader, LoaderTableError


def check(libraries: Mapping[str, Library]) -> None:
    """LoaderTableError if the libraries do not fit together."""
    seen: dict[tuple[str, str, str | None], str] = {}
    for library in libraries.values():
        if library.roles_from is not None and library.roles_from not in libraries:
            raise LoaderTableError(library.file, "", f"roles_from: no library {library.roles_from!r}")
        kinds = set(_kinds(libraries, library))
        rows: tuple[Loader | Consumer, ...] = (*library.loaders, *library.consumers)
        for row in rows:
            place = row.source.removeprefix(library.file).strip()
            if missing := set(row.returns) - kinds:
                raise LoaderTableError(library.file, place, f"returns: no [roles.{missing.pop()}]")
            if isinstance(row, Loader):
                _check_call(library.file, place, row)
            _check_twice(seen, library.file, place, row)


def _check_call(file: str, place: str, row: Loader) -> None:
    """What the name of the callable has to allow for: a token for the gate, and a default made of its parts."""
    if not tuple(row_tokens(row)):
        raise LoaderTableError(file, place, f"{row.callable}: a glob as last segment needs requires")
    try:
        (row.default or "").format(root="", owner="", name="")
    except (KeyError, ValueError, IndexError):
        raise LoaderTableError(file, place, f"default: {row.default}: only root, owner and name are known") from None


def _kinds(libraries: Mapping[str, Library], library: Library) -> Iterator[str]:
    """Kinds with roles, the library's own and those it takes over."""
    seen: set[str] = set()
    entry: Library | None = library
    while entry is not None:
        if entry.name in seen:
            raise LoaderTableError(library.file, "", "roles_from goes in a circle")
        seen.add(entry.name)
        yield from entry.roles
        entry = libraries.get(entry.roles_from or "")


def _check_twice(seen: dict[tuple[str, str, str | None], str], file: str, place: str, row: Loader | Consumer) -> None:
    name, receiver = (row.callable, row.receiver or "") if isinstance(row, Loader) else (row.api, None)
    for module in row.modules:
        if (key := (module, name, receiver)) in seen:
            raise LoaderTableError(file, place, f"{module}.{name} stands already in {seen[key]}")
        seen[key] = row.source
