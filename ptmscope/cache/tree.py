"""What is known of one tree of files before it is read, and what a scan of it adds to that.

```
stamps ─ as before? ─ digest of the whole tree ─ known? ─ the result
            │ no                    │ no
            └ digest of each file ──┴ glance known? ─ index of the project ─ report known, of the same files? ─ report
```

A report is kept with the other files that it came of (`Project.reads`), and holds while none of them, nor the index
of the project (who imports whom, which classes there are, what scripts start), has changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from blake3 import blake3

from analyzer.project import Project
from analyzer.records import FileReport
from miner.walk import Skip
from ptmscope.cache.records import from_bytes, packed, to_bytes, unpacked
from ptmscope.cache.stamps import NONE, Stamp, settled, stamp, stamps
from ptmscope.cache.store import Store
from ptmscope.cache.version import version
from ptmscope.findings import Found
from ptmscope.worker import SIZE, Examined, Seen, Task, contained, digested

#: Files whose digests tell whether those of the others are worth taking before the files are read in full.
PROBE = 64
#: In place of the digest of a file that cannot be read.
NO_FILE = b"\0" * SIZE

Survey = Callable[[tuple[str, ...]], Iterable[Seen]]
Examine = Callable[[tuple[str, ...]], Iterable[Examined]]


class Knowledge(Protocol):
    """What a scan asks before it works, and tells afterwards."""

    def result(self) -> Found | None:
        """What an earlier scan of the same files found."""
        ...

    def seen(self, survey: Survey) -> tuple[Seen, ...]:
        """A glance at every file; `survey` is called for those that need one."""
        ...

    def examined(self, project: Project, paths: tuple[str, ...], examine: Examine) -> tuple[Examined, ...]:
        """The closer look at these files; `examine` is called for those that need one."""
        ...

    def keep(self, found: Found) -> None:
        """Called with the result."""
        ...


@dataclass(frozen=True, slots=True)
class Nothing:
    """A tree of which nothing is known, nor will be."""

    whole: Task

    def result(self) -> Found | None:
        return None

    def seen(self, survey: Survey) -> tuple[Seen, ...]:
        return tuple(survey(self.whole.paths))

    def examined(self, project: Project, paths: tuple[str, ...], examine: Examine) -> tuple[Examined, ...]:
        return tuple(examine(paths))

    def keep(self, found: Found) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Stamped:
    """The files of a tree when it was last scanned; `signature` of all stamps, empty where one may be misleading."""

    signature: bytes
    digest: bytes
    files: bytes  # _Files


@dataclass(frozen=True, slots=True)
class _Files:
    """The stamps of files, NONE where one cannot be relied on, and the digests of their contents in a row."""

    paths: tuple[str, ...]
    stamps: list[Stamp]
    digests: bytes


@dataclass(frozen=True, slots=True)
class _Report:
    """A report, the files that it came of, and the digest of all of those."""

    report: FileReport
    reads: tuple[str, ...]
    digest: bytes


class Tree:
    """A tree of which the store may know something."""

    def __init__(self, store: Store, whole: Task) -> None:
        self.store, self.whole = store, whole
        self.options = repr((whole.max_file_size, whole.sequences, whole.across)).encode()
        self.key = _digest(version(), self.options, os.path.realpath(whole.root).encode("utf-8", "surrogateescape"))
        self.settled = settled()
        self.stamps: dict[str, Stamp] = {}  # by path
        self.digests: dict[str, bytes] = {}  # by path; of what could be read
        self.glances: dict[str, bytes] = {}  # digests of what is stored of them

    # -- the whole

    def result(self) -> Found | None:
        before = self._before()
        if before is not None:
            self._take_stamps()
            if before.signature == self._signature():
                return self._result_of(before.digest)
            self._recall(before)
        if not self._is_known():
            self._take_stamps()
            return None
        self._take_digests(self.whole.paths)
        digest = self._tree_digest()
        found = self._result_of(digest)
        if found is not None:
            self._remember(digest)
        return found

    def keep(self, found: Found) -> None:
        content = to_bytes(found)
        if content is not None:
            digest = self._tree_digest()
            self.store.put("results", [(self._result_key(digest), packed(content))])
            self._remember(digest)

    def _before(self) -> _Stamped | None:
        stored = self.store.get("trees", [self.key]).get(self.key)
        return from_bytes(_Stamped, stored) if stored is not None else None

    def _result_of(self, digest: bytes) -> Found | None:
        key = self._result_key(digest)
        stored = self.store.get("results", [key]).get(key)
        return from_bytes(Found, unpacked(stored)) if stored is not None else None

    def _result_key(self, digest: bytes) -> bytes:
        return _digest(version(), self.options, digest)

    def _tree_digest(self) -> bytes:
        return self._digest_of(self.whole.paths)

    def _remember(self, digest: bytes) -> None:
        """Stamps and digests of the files, for the next scan."""
        told = [each if each[1] < self.settled else NONE for each in self._stamps_of_all()]
        content = to_bytes(_Files(self.whole.paths, told, self._digests_of(self.whole.paths)))
        if content is not None:
            record = _Stamped(b"" if NONE in told else self._signature(), digest, packed(content))
            self.store.put("trees", [(self.key, to_bytes(record) or b"")])

    def _signature(self) -> bytes:
        """Of the names and the stamps of all files."""
        return _digest(to_bytes((self.whole.paths, self._stamps_of_all())) or os.urandom(16))

    def _stamps_of_all(self) -> list[Stamp]:
        return [self.stamps[path] for path in self.whole.paths]

    # -- the files

    def _take_stamps(self) -> None:
        """Of all files that have none yet."""
        left = [path for path in self.whole.paths if path not in self.stamps]
        self.stamps.update(zip(left, stamps(self.whole.root, left), strict=True))

    def _recall(self, before: _Stamped) -> None:
        """The digests of files that have the stamp they had."""
        known = from_bytes(_Files, unpacked(before.files))
        if known is None:
            return
        for at, (path, then) in enumerate(zip(known.paths, known.stamps, strict=False)):
            digest = known.digests[SIZE * at : SIZE * (at + 1)]
            if then == self.stamps.get(path) != NONE and digest != NO_FILE:
                self.digests[path] = digest

    def _is_known(self) -> bool:
        """Whether files with other stamps are likely to be known: taking digests of new ones would be in vain."""
        left = [path for path in self.whole.paths if path not in self.digests]
        some = left[:: max(1, len(left) // PROBE)][:PROBE]
        self._take_digests(some)
        known = self.store.get("glances", (self._glance_key(path) for path in some if path in self.digests))
        return len(known) * 2 >= len(some)

    def _take_digests(self, paths: Iterable[str]) -> None:
        """And the stamps, where they have not been asked for before."""
        root, limit = self.whole.root, self.whole.max_file_size
        for path in paths:
            if path in self.digests:
                continue
            content, status = contained(root, limit, path)
            if not isinstance(content, Skip):
                self.digests[path] = digested(content)
            if path not in self.stamps:
                self.stamps[path] = stamp(status) if status else stamps(root, [path])[0]

    def _glance_key(self, path: str) -> bytes:
        return _digest(version(), _name(path), self.digests[path])

    def seen(self, survey: Survey) -> tuple[Seen, ...]:
        keys = {path: self._glance_key(path) for path in self.whole.paths if path in self.digests}
        stored = self.store.get("glances", keys.values())
        found: dict[str, Seen] = {}
        for path, key in keys.items():
            seen = from_bytes(Seen, stored[key]) if key in stored else None
            if seen is not None:
                found[path] = replace(seen, digest=self.digests[path])
                self.glances[path] = _digest(stored[key])
        fresh = tuple(survey(tuple(path for path in self.whole.paths if path not in found)))
        self.store.put("glances", self._new_glances(fresh))
        found.update((seen.path, seen) for seen in fresh)
        return tuple(found[path] for path in self.whole.paths)

    def _new_glances(self, fresh: Iterable[Seen]) -> Iterator[tuple[bytes, bytes]]:
        for seen in fresh:
            content = to_bytes(replace(seen, digest=b"")) if seen.digest else None  # the same for the index
            if seen.digest:
                self.digests[seen.path] = seen.digest
            if content is not None:
                self.glances[seen.path] = _digest(content)
                yield self._glance_key(seen.path), content

    # -- the closer look

    def examined(self, project: Project, paths: tuple[str, ...], examine: Examine) -> tuple[Examined, ...]:
        index = self._index(project)
        keys = {
            p: _digest(version(), self.options, index, _name(p), self.digests[p]) for p in paths if p in self.digests
        }
        stored = self.store.get("reports", keys.values())
        found = {path: known for path, key in keys.items() if (known := self._known(path, stored.get(key)))}
        fresh = iter(examine(tuple(path for path in paths if path not in found)))
        while part := list(islice(fresh, PROBE)):  # written as they come: a run that is stopped goes on from here
            self.store.put("reports", self._new_reports(part, keys))
            found.update((each.path, each) for each in part)
        return tuple(found[path] for path in paths)

    def _index(self, project: Project) -> bytes:
        """A digest of all that the project knows beside the contents of files."""
        glances = (part for path in self.whole.paths for part in (_name(path), self.glances.get(path, NO_FILE)))
        return _digest(*glances, self._digest_of(sorted(project.founded)))

    def _known(self, path: str, stored: bytes | None) -> Examined | None:
        found = from_bytes(_Report, unpacked(stored)) if stored is not None else None
        if found is None or found.digest != self._digest_of(found.reads):
            return None
        return Examined(path, found.report, self.digests[path], reads=frozenset(found.reads))

    def _new_reports(self, fresh: Sequence[Examined], keys: dict[str, bytes]) -> Iterator[tuple[bytes, bytes]]:
        for each in fresh:
            if each.reads is None or each.digest != self.digests.get(each.path):
                continue
            reads = tuple(sorted(each.reads))
            content = to_bytes(_Report(each.report, reads, self._digest_of(reads)))
            if content is not None:
                yield keys[each.path], packed(content)

    def _digest_of(self, paths: Sequence[str]) -> bytes:
        """Of the names and the contents of files."""
        return _digest(_name("\0".join(paths)), self._digests_of(paths))

    def _digests_of(self, paths: Sequence[str]) -> bytes:
        """Of each content, in a row."""
        return b"".join([self.digests.get(path, NO_FILE) for path in paths])


def _name(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _digest(*parts: bytes) -> bytes:
    """Of the parts, each with its length: no two lists of parts look the same."""
    found = blake3()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest(SIZE)
