"""What is known of model ids: the names that libraries and the Hub have for them, from the tables in `facts`."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def names(library: str) -> dict[str, str]:
    """Short name -> id on the Hugging Face Hub, of one library; "huggingface": the hub's own renames."""
    return {row["name"]: row["id"] for row in _rows("names.csv") if row["library"] == library}


@cache
def former_names() -> dict[str, tuple[str, ...]]:
    """Present name of a model on the Hugging Face Hub -> the names it had before; all in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for old, new in names("huggingface").items():
        found[new.lower()] = (*found.get(new.lower(), ()), old.lower())
    return found


@cache
def timm_names() -> dict[str, str]:
    """timm's `architecture.tag` -> id; a bare architecture stands for its first tag."""
    found: dict[str, str] = {}
    for row in _rows("timm.csv"):
        model = row["id"] or "timm/" + row["name"]
        found[row["name"]] = model
        found.setdefault(row["name"].partition(".")[0], model)
    return found


@cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    text = (resources.files("analyzer") / "facts" / file).read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))
