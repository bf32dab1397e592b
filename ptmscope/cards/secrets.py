"""What must not be passed on: access tokens in code, and values of arguments that hold secrets."""

from __future__ import annotations

import re

from analyzer.credentials import has_token

__all__ = ["has_token", "is_secret"]

_NAMES = re.compile(r"token|key|secret|password|auth", re.IGNORECASE)


def is_secret(name: str, value: str) -> bool:
    """Whether the value of an argument is none to tell."""
    return _NAMES.search(name) is not None or has_token(value)
