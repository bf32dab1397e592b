"""Reads code: no network, no disk writes, nothing executed. Bytes of one file in, records out.

source -> gate -> syntax -> names, values -> anchors -> load sites
                                          -> flow    -> call sequences
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.source import analyze_source

__all__ = ["analyze_source"]


def __getattr__(name: str) -> object:
    """Loads the analysis on first use only: records and errors are needed without it."""
    if name != "analyze_source":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from analyzer.source import analyze_source

    return analyze_source
