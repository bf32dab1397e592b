"""Where the cache lies if nobody says otherwise."""

from __future__ import annotations

import platformdirs


def default() -> str:
    """The folder for ptmscope's caches that the system has, such as `~/.cache/ptmscope`; not made here."""
    return platformdirs.user_cache_dir("ptmscope", appauthor=False)
