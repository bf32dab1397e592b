"""SHA-256 of the files of a folder, as `sha256sum --check` reads them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping

NAME = "SHA256SUMS"


def digests(folder: str, names: Iterable[str]) -> dict[str, str]:
    """File -> digest, sorted."""
    return {name: _digest(os.path.join(folder, name)) for name in sorted(names)}


def lines(found: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(found.items()))


def _digest(path: str) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
