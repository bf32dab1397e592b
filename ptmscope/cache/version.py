"""What the answers of a scan depend on beside the files: the code and tables of ptmscope, and what parses for it."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import blake2b
from importlib import metadata
from types import ModuleType

import analyzer
import miner
import ptmscope

_PARSERS = ("tree-sitter", "tree-sitter-python", "tree-sitter-javascript", "tree-sitter-typescript", "PyYAML")
_READ = (".py", ".toml", ".json", ".csv", ".txt")


@cache
def version(*more: ModuleType) -> bytes:
    """A digest that is another one whenever a scan, or what these packages make of it, may come out otherwise."""
    found = blake2b(digest_size=16)
    found.update(repr((sys.version_info[:2], [metadata.version(name) for name in _PARSERS])).encode())
    for package in (analyzer, miner, ptmscope, *more):
        folder = os.path.dirname(package.__file__ or "")
        for path in _files(folder):
            found.update(f"{package.__name__} {os.path.relpath(path, folder)}\0".encode("utf-8", "surrogateescape"))
            with open(path, "rb") as stream:
                found.update(stream.read() + b"\0")
    return found.digest()


def _files(folder: str) -> list[str]:
    walked = os.walk(folder)
    return sorted(os.path.join(here, name) for here, _, names in walked for name in names if name.endswith(_READ))
