"""What a writer for another tool gives: its files, and what that tool cannot read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_UNSAFE = re.compile(r"[^!-~]|[#%'\"\\,]")


@dataclass(frozen=True, slots=True)
class Files:
    """`texts`: name -> content. `left_out`: why -> how many usages or projects are not in them."""

    texts: Mapping[str, str]
    left_out: Mapping[str, int]


def plain(text: str) -> str:
    """A name without spaces, quotes, commas, `#` and all that is not ASCII: such bytes become %XX, as in URLs."""
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in _bytes(found[0])), text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def file_names(names: list[str], ending: str) -> dict[str, str]:
    """Name -> the name of its file: what may not be in one becomes `_`; those that then are alike are numbered."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names):
        base = re.sub(r"[^\w.+-]", "_", plain(name))
        numbered = (f"{base}{f'_{n}' if n else ''}{ending}" for n in range(len(names) + 1))
        found[name] = next(each for each in numbered if each not in taken)
        taken.add(found[name])
    return found
