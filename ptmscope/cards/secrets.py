"""What must not be passed on: access tokens in code, and values of arguments that hold secrets."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\b(?:hf_|sk-|ghp_|glpat-)[\w-]{16,}")
_NAMES = re.compile(r"token|key|secret|password|auth", re.IGNORECASE)


def has_token(text: str) -> bool:
    return _TOKEN.search(text) is not None


def is_secret(name: str, value: str) -> bool:
    """Whether the value of an argument is none to tell."""
    return _NAMES.search(name) is not None or has_token(value)
