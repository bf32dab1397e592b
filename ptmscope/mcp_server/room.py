"""How much an answer may hold: whoever asks pays for each character."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass
from itertools import islice
from typing import Any, TypeVar

from ptmscope.export.output import printable

T = TypeVar("T")

#: Characters of JSON in an answer, some 8,000 tokens; names of fields and the head come on top.
LARGEST = 32_000
#: Characters of a text in it, and of code.
TEXT, CODE = 400, 8_000


@dataclass(slots=True)
class Room:
    """What is left of an answer. `is_full` once something did not fit."""

    left: int = LARGEST
    is_full: bool = False

    def take(self, records: Iterable[T], most: int) -> tuple[T, ...]:
        """The first records, as far as they fit."""
        taken = []
        for record in islice(records, most):
            size = _size(record)
            if self.is_full or size > self.left:
                self.is_full = True
                break
            self.left -= size
            taken.append(record)
        return tuple(taken)


def _size(record: object) -> int:
    plain = asdict(record) if is_dataclass(record) and not isinstance(record, type) else record
    return len(json.dumps(plain, ensure_ascii=False))


def text(found: Any) -> str:
    """A text of strangers: no character moves a cursor or hides, and it has an end."""
    return _ended(printable(str(found)), TEXT)


def code(found: str) -> str:
    return _ended("\n".join(map(printable, found.replace("\t", "    ").splitlines())) + "\n", CODE)


def _ended(found: str, most: int) -> str:
    return found if len(found) <= most else found[: most - 2] + " …"
