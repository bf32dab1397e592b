"""When a bill of materials was made, and its name: the same for the same content."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from ptmscope.components import Component
from ptmscope.errors import Misuse
from ptmscope.findings import Scan

VARIABLE = "SOURCE_DATE_EPOCH"


def created() -> datetime | None:
    """The time that SOURCE_DATE_EPOCH gives (reproducible-builds.org), else none: it would be another each time."""
    told = os.environ.get(VARIABLE)
    try:
        return datetime.fromtimestamp(int(told), UTC) if told else None
    except (ValueError, OverflowError, OSError):
        raise Misuse(f"{VARIABLE}: {told!r} is not a number of seconds") from None


def identity(program: str, components: tuple[Component, ...]) -> UUID:
    """An identifier made of the content."""
    return uuid5(NAMESPACE_URL, repr((program, components)))


def program(scan: Scan) -> str:
    """What the scanned folder is called."""
    return os.path.basename(os.path.realpath(scan.root)) or "program" if scan.root is not None else "corpus"
