"""Licences as SPDX names them. The only importer of license_expression."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from license_expression import get_spdx_licensing


def spdx_id(licence: str) -> str | None:
    """The SPDX identifier of a licence that a hub names; None for one that SPDX does not know: `llama3`, `other`."""
    found = _known().get(licence.lower())
    return found.key if found is not None and not found.key.startswith("LicenseRef-") else None


def expression(licence: str) -> str:
    """A licence expression: the SPDX identifier, else a reference of our own."""
    return spdx_id(licence) or f"LicenseRef-{re.sub(r'[^A-Za-z0-9.-]', '-', licence)}"


@cache
def _known() -> dict[str, Any]:
    symbols = get_spdx_licensing().known_symbols
    former = {alias.lower(): each for each in symbols.values() for alias in each.aliases}
    return former | {key.lower(): symbol for key, symbol in symbols.items()}
