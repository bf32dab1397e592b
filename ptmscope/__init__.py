"""Which pre-trained models a repository loads, and what it does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ptmscope.findings import Scan
    from ptmscope.pipeline import scan

__version__ = "0.1.0"
__all__ = ["Scan", "__version__", "scan"]

_HOMES = {"Scan": "ptmscope.findings", "scan": "ptmscope.pipeline"}


def __getattr__(name: str) -> object:
    """Loads the analyzer on first use only, so that `ptmscope --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
