"""Catalogs: lists of the models that exist, as the Hub's API gives them or as a file has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn

from miner import dumps
from miner.errors import Misuse
from miner.records import CatalogModel, Terms

#: Keys and columns that hold the id, the first that is there counts.
KEYS = ("id", "modelId", "model_id")

#: The whole name of a repository: `name` or `owner/name`.
ID = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[\w.-]+)?", re.ASCII)

#: How a table says yes and no.
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": None}


def read_catalog(path: str) -> Mapping[str, Terms]:
    """The ids of a catalog in lower case, since the Hub finds them in any, with the terms that it tells. Raises Misuse
    where there are none."""
    shared: dict[Terms, Terms] = {}  # a million models have few different ones
    ids = {_id(row, n, path).lower(): shared.setdefault(terms := _terms(row), terms) for n, row in _rows(path)}
    if not ids:
        raise Misuse(f"catalog {path}: no model ids")
    return ids


def _terms(row: Mapping[str, Any]) -> Terms:
    return Terms(_licence(row, _texts(row.get("tags"))), _flag(row.get("gated")))


def read_models(path: str) -> Iterator[CatalogModel]:
    """The models of a catalog, in its order; `path` may be a URL. Raises Misuse where a row is no model."""
    for number, row in _rows(path):
        yield model(_id(row, number, path), row)


def _rows(path: str) -> Iterator[tuple[int, dumps.Row]]:
    def complain(number: int, problem: str) -> NoReturn:
        raise Misuse(f"catalog {path}: line {number}: {problem}")

    try:
        yield from dumps.rows(path, keys=KEYS, complain=complain)
    except Misuse as error:
        raise error if str(error).startswith("catalog ") else Misuse(f"catalog {error}") from error


def _id(row: Mapping[str, Any], number: int, path: str) -> str:
    found = next((row[key] for key in KEYS if row.get(key)), None)
    if not isinstance(found, str) or not ID.fullmatch(found):
        what = f" in {found[:60]!r}" if isinstance(found, str) else ""
        raise Misuse(f"catalog {path}: line {number}: no model id{what}")
    return found


def model(name: str, row: Mapping[str, Any]) -> CatalogModel:
    """A model from a record of the Hub's API, of today or of 2022, or from a row with columns of these names."""
    tags = _texts(row.get("tags"))
    return CatalogModel(
        id=name,
        downloads=dumps.number(row.get("downloads")),
        likes=dumps.number(row.get("likes")),
        pipeline_tag=_text(row.get("pipeline_tag")),
        library=_text(row.get("library_name")),
        licence=_licence(row, tags),
        gated=_flag(row.get("gated")),
        has_card=_has_card(row),
        tags=tags,
        created=_text(row.get("createdAt")),
        modified=_text(row.get("lastModified")),
        sha=_text(row.get("sha")),
        hub_key=_text(row.get("_id")),
    )


def _licence(row: Mapping[str, Any], tags: tuple[str, ...]) -> str | None:
    told = next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), None)
    card = row.get("cardData")
    return told or _text(row.get("license")) or _text(card.get("license") if isinstance(card, Mapping) else None)


def _has_card(row: Mapping[str, Any]) -> bool | None:
    """Whether there is a card: as a dump says it, else by its data, else by its file."""
    told = _flag(row.get("has_card"))
    if told is not None:
        return told
    if row.get("cardData"):
        return True
    files = row.get("siblings")
    if isinstance(files, list):
        return any(isinstance(file, Mapping) and file.get("rfilename") == "README.md" for file in files)
    return False if "cardData" in row else None


def _text(value: object) -> str | None:
    """Text as it is, a date in ISO 8601; None for nothing."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> tuple[str, ...]:
    """A list; in a table, a JSON list or words with commas between."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.startswith("[") else value.split(",")
        except (ValueError, RecursionError):
            return ()
    return tuple(each.strip() for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()


def _flag(value: object) -> bool | None:
    """Yes or no. The Hub says how a model is gated: `auto`, `manual`."""
    return _WORDS.get(value.lower(), True) if isinstance(value, str) else value if isinstance(value, bool) else None
