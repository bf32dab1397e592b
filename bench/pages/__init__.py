"""Pages of the documentation that are made of the code. `python -m bench.pages` writes them."""

from __future__ import annotations

from bench.pages import commands, records


def pages() -> dict[str, str]:
    """Path in the repository -> what stands there."""
    return {**commands.pages(), **records.pages()}
