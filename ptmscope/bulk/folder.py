"""The folder that a run writes to: a path, or a URL that fsspec knows. A file appears there only when it is whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from ptmscope.errors import Misuse

#: Where files stand that are not whole; those of a process that was killed are left there.
PARTIAL = "work/partial"


@dataclass(frozen=True, slots=True)
class Folder:
    """Names are relative to it, with `/`."""

    url: str

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """A stream for the content of a file, which is there as soon as the block ends without an error."""
        system, path = self._at(name)
        system.makedirs(path.rpartition("/")[0], exist_ok=True)
        near = self._at(PARTIAL)[1] if isinstance(system, LocalFileSystem) else None
        if near is not None:
            os.makedirs(near, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix="ptmscope-", dir=near)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
            if near is None:
                system.put_file(partial, path)
                os.unlink(partial)
            else:
                os.chmod(partial, 0o644)
                os.replace(partial, path)
        except BaseException:
            os.unlink(partial)
            raise

    @contextmanager
    def reading(self, name: str) -> Iterator[IO[bytes]]:
        """A stream that can be sought in."""
        system, path = self._at(name)
        with system.open(path, "rb") as stream:
            yield stream

    def tell(self, name: str, what: dict[str, Any]) -> None:
        """Writes a JSON file."""
        with self.writing(name) as stream:
            stream.write(json.dumps(what, indent=1, sort_keys=True).encode() + b"\n")

    def told(self, name: str) -> dict[str, Any]:
        """What a JSON file says; nothing where it is not there, or is none."""
        system, path = self._at(name)
        try:
            found = json.loads(system.cat_file(path))
        except (FileNotFoundError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def names(self, below: str) -> list[str]:
        """The files in one of its folders, sorted."""
        system, path = self._at(below)
        system.invalidate_cache()  # others write there, too
        listed = system.ls(path, detail=False) if system.isdir(path) else []
        return sorted(os.path.basename(found) for found in listed)

    def remove(self, name: str) -> None:
        """Removes a file or a folder, if it is there."""
        system, path = self._at(name)
        system.invalidate_cache()
        if system.exists(path):
            system.rm(path, recursive=True)

    def _at(self, name: str) -> tuple[Any, str]:
        system, path = system_of(self.url)
        return system, f"{path.rstrip('/')}/{name}"


def system_of(location: str) -> tuple[Any, str]:
    """What reads and writes there, and what it calls the place. Raises Misuse for a URL of an unknown kind."""
    try:
        found: tuple[Any, str] = fsspec.core.url_to_fs(location)
    except (ValueError, ImportError) as error:
        raise Misuse(f"{location}: {error}") from error
    return found


def expanded(location: str) -> list[str]:
    """The paths or URLs that a pattern such as `s3://bucket/*.parquet` means; another location as it is."""
    if not any(sign in location for sign in "*?["):
        return [location]
    system, path = system_of(location)
    with failing(location):
        found = sorted(system.glob(path))
    if not found:
        raise Misuse(f"{location}: nothing there")
    return [system.unstrip_protocol(each) if "://" in location else each for each in found]


def stamp(location: str) -> str:
    """What tells one version of a file from another, as far as where it lies tells; empty where it cannot be read."""
    system, path = system_of(location)
    try:
        return str(system.ukey(path))
    except (OSError, ValueError, NotImplementedError):
        return ""


@contextmanager
def failing(location: str) -> Iterator[None]:
    """What cannot be read or written is misuse."""
    try:
        yield
    except OSError as error:
        raise Misuse(f"{location}: {error.strerror or error}") from error
