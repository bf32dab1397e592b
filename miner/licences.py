"""The licence of a folder, told by the texts in it; and which licences let others pass code on."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from miner.reader import read
from miner.walk import Skip

_LICENCE_FILE = re.compile(r"(?i)(un)?licen[sc]e|copying")
#: What says which licence it is stands at the beginning.
_READ = 4_000
_LARGEST = 1_000_000


def licence_of(folder: str) -> str | None:
    """The SPDX id of the licence whose text lies in the folder; None if there is none that is known."""
    try:
        files = sorted(name for name in os.listdir(folder) if _LICENCE_FILE.match(name))
    except OSError:
        return None
    texts = (" ".join(_text(os.path.join(folder, name)).lower().split()) for name in files)
    return next((name for text in texts for name, phrases in _phrases() if all(p in text for p in phrases)), None)


def is_quotable(licence: str | None) -> bool:
    """Whether code under this licence may be passed on by others: it asks for no more than to name it. Unknown: no."""
    return (licence or "").lower() in _quotable()


@cache
def _quotable() -> frozenset[str]:
    return frozenset(name.lower() for name in _table()["quotable"])


@cache
def _phrases() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((row["id"], tuple(row["phrases"])) for row in _table()["licence"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("miner") / "licences.toml").read_text(encoding="utf-8"))


def _text(path: str) -> str:
    content = read(path, path, _LARGEST)
    return "" if isinstance(content, Skip) else content.decode("utf-8", "replace")[:_READ]
