"""The folders that a server may read, and nothing outside of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from miner import CORPUS
from ptmscope.errors import Misuse
from ptmscope.repositories import Repository


@dataclass(frozen=True, slots=True)
class Folders:
    """Real paths: no link leads out of them unnoticed."""

    roots: tuple[str, ...]

    @classmethod
    def of(cls, paths: Iterable[str]) -> Folders:
        """Raises Misuse for what is no folder."""
        return cls(tuple(dict.fromkeys(map(_folder, paths))))

    def holds(self, real: str) -> bool:
        return self.root_of(real) is not None

    def root_of(self, real: str) -> str | None:
        """The innermost of them around a real path."""
        around = [root for root in self.roots if real == root or real.startswith(os.path.join(root, ""))]
        return max(around, key=len, default=None)

    def inside(self, path: str) -> str:
        """The real path of one in the folders, given whole or relative to one of them.

        Raises Misuse for any other, in the same words whether it exists or not.
        """
        if "\0" in path or os.pardir in path.replace("\\", "/").split("/"):
            raise Misuse(f"{path!r}: no path with '..' or a NUL is read")
        found = [os.path.realpath(os.path.join(root, path)) for root in self.roots]
        within = [real for real in found if self.holds(real)]
        if not within:
            raise Misuse(f"{path!r}: not in the folders that this server was started with: {', '.join(self.roots)}")
        real = next(filter(os.path.exists, within), None)
        if real is None:
            raise Misuse(f"{path!r}: No such file or directory")
        return real

    def folder(self, path: str | None) -> str:
        """The folder meant; without a path, the only one there is."""
        if path is not None:
            return _folder(self.inside(path))
        if len(self.roots) > 1:
            raise Misuse(f"say which folder: {', '.join(self.roots)}")
        return self.roots[0]


def _folder(path: str) -> str:
    real = os.path.realpath(path)
    if not os.path.isdir(real):
        raise Misuse(f"{path}: not a folder")
    if os.path.exists(os.path.join(real, CORPUS)):
        raise Misuse(f"{path}: a corpus is not served: make a study of it (ptmscope study), and give that with --study")
    return real


@dataclass(frozen=True, slots=True)
class Confined(Repository):
    """A repository of which no file outside of the folders is read, wherever a study says that it lies."""

    within: Folders = Folders(())

    def read(self, path: str) -> bytes | None:
        real = os.path.realpath(os.path.join(self.folder, path))
        if "\0" in path or not self.within.holds(real) or not os.path.isfile(real):
            return None
        return Repository.read(self, path)
