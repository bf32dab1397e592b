"""How data sets of code name their columns, and what a row of one says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from miner.corpus import blob_hash
from miner.dumps import number
from miner.records import Hit, Repository


@dataclass(frozen=True, slots=True)
class Layout:
    """Names of columns; the fields are explained in layouts.toml."""

    name: str
    has: tuple[str, ...]
    path: str
    content: str
    repository: str
    host: str = ""
    commit: str = ""
    licence: str = ""
    stars: str = ""
    blob: str = ""
    files: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A file of a data set. `content` is None where the set has only its hash."""

    hit: Hit
    repository: Repository
    content: bytes | None


@cache
def layouts() -> tuple[Layout, ...]:
    """The table that comes with the package."""
    table = tomllib.loads((resources.files("miner") / "layouts.toml").read_text("utf-8"))
    return tuple(Layout(**{**row, "has": tuple(row["has"])}) for row in table["layout"])


def keys() -> tuple[str, ...]:
    """Columns of which a table of code has at least one."""
    return tuple(dict.fromkeys(name for layout in layouts() for name in layout.has))


def layout_of(row: Mapping[str, Any]) -> Layout | None:
    """The layout that a row follows; None for one of another kind."""
    return next((layout for layout in layouts() if all(name in row for name in layout.has)), None)


def codes(layout: Layout, row: Mapping[str, Any], source: str) -> Iterator[Code]:
    """The files of a row; none of a row without a path, or with neither content nor hash.

    `source` stands for the repository where the data set names none.
    """
    listed = row.get(layout.files) if layout.files else (row,)
    files = [file for file in listed if isinstance(file, Mapping)] if isinstance(listed, list | tuple) else []
    repository = _repository(layout, row, source)
    for file in files:
        path, content, blob = _text(file.get(layout.path)), _bytes(file.get(layout.content)), file.get(layout.blob)
        version = blob_hash(content) if content is not None else _text(blob)
        if path and version:
            yield Code(
                Hit(repository.host, repository.name, _clean(path), version, repository.commit), repository, content
            )


def _repository(layout: Layout, row: Mapping[str, Any], source: str) -> Repository:
    name = _text(row.get(layout.repository))
    return Repository(
        layout.host if name else "",
        name.partition(",")[0] if name else source,
        commit=_text(row.get(layout.commit)),
        stars=number(row.get(layout.stars)),
        licence=_text(row.get(layout.licence)),
    )


def _text(value: object) -> str | None:
    """Text; of a list, its members with commas between."""
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or None
    return _encodable(value) if isinstance(value, str) and value else None


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else value.encode("utf-8", "replace") if isinstance(value, str) else None


def _encodable(text: str) -> str:
    """Text without the halves of characters that JSON can hold, and no database."""
    return text.encode("utf-8", "replace").decode()


def _clean(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./").lstrip("/")
