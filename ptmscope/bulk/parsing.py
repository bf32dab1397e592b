"""The first stage: a shard becomes the tables of what its repositories load and do."""

from __future__ import annotations

import gc
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from miner import records as mined
from miner.unpacked import unpack
from ptmscope.bulk import columns, tables
from ptmscope.bulk.folder import Folder
from ptmscope.bulk.records import Parse, Parsed
from ptmscope.bulk.usages import usage_row
from ptmscope.export.rows import Cell, site_rows
from ptmscope.pipeline import run
from ptmscope.repositories import Repository, renamed

#: Rows of a shard that are told one by one.
TOLD = 20
#: Files between two collections: a project is full of cycles, and those of many small repositories add up.
COLLECTED = 2_000
TABLES = {
    "repositories": columns.REPOSITORIES,
    "sites": columns.SITES,
    "usages": columns.USAGES,
    "diagnostics": columns.DIAGNOSTICS,
}
MARKS = "work/parsed"


def parse(task: Parse) -> Parsed:
    """Reads a shard, unless it was read before; each of its repositories is linked as one project."""
    folder = Folder(task.folder)
    before = known(folder, task)
    if before is not None:
        return before
    with TemporaryDirectory(prefix="ptmscope-") as place, _opened(folder, task) as output:
        unpacked = unpack(task.shard.location, Path(place), output.complain)
        for repository, at in unpacked.folders:
            output.take(repository, at)
            shutil.rmtree(at, ignore_errors=True)
        output.end(unpacked.without_content, unpacked.broken)
    found = output.parsed(unpacked.broken)
    if found.broken is None:
        folder.tell(f"{MARKS}/{task.shard.key}.json", asdict(found))
    return found


def lost(task: Parse) -> Parsed:
    """Of a shard that killed the process."""
    why = "the process that read this shard was killed"
    with _opened(Folder(task.folder), task) as output:
        output.end(0, why)
    return output.parsed(why)


def known(folder: Folder, task: Parse) -> Parsed | None:
    """What the shard held when it was read under the same settings by the same version."""
    told = folder.told(f"{MARKS}/{task.shard.key}.json")
    wanted = {"location": task.shard.location, "stamp": task.shard.stamp, "form": task.form}
    if not task.shard.stamp or any(told.get(name) != value for name, value in wanted.items()):
        return None
    try:
        return Parsed(**told)
    except TypeError:
        return None


@contextmanager
def _opened(folder: Folder, task: Parse) -> Iterator[_Output]:
    with ExitStack() as stack:
        opened = {
            name: stack.enter_context(tables.writing(folder, f"{name}/{task.shard.key}.parquet", of))
            for name, of in TABLES.items()
        }
        yield _Output(task, opened)


class _Output:
    """The tables of a shard while they are written."""

    def __init__(self, task: Parse, opened: dict[str, tables.Table]) -> None:
        self.task, self.tables = task, opened
        self.files = 0
        self.complaints = 0
        self.collected = 0
        self.skipped: Counter[str] = Counter()
        self.models: Counter[str] = Counter()

    def complain(self, row: int, what: str) -> None:
        self.complaints += 1
        if self.complaints <= TOLD:
            self._diagnose(row, None, None, None, "unreadable_row", what)

    def _diagnose(self, *cells: Cell) -> None:
        self.tables["diagnostics"].add((self.task.shard.location, *cells))

    def take(self, known: mined.Repository, at: Path) -> None:
        """Reads a repository."""
        source = f"{known.host}/{known.name}" if known.host else known.name
        try:
            scan = run(str(at), self.task.settings)
        except Exception as error:  # a bug on one repository must not end the run
            self._diagnose(None, source, None, None, "internal_error", type(error).__name__)
            return
        found = renamed(Repository(source, str(at), scan.sites, scan.usages))
        for row in site_rows(found.sites):
            self.tables["sites"].add((source, *row))
        for usage in found.usages:
            self.tables["usages"].add(usage_row(source, usage))
        for each in scan.diagnostics:
            self._diagnose(None, source, each.path, each.line, each.kind, each.message)
        facts = (known.commit, known.licence, known.stars, scan.counts.files)
        self.tables["repositories"].add((source, *facts, len(found.sites), len(found.usages)))
        self.files += scan.counts.files
        if self.files - self.collected > COLLECTED:
            gc.collect()
            self.collected = self.files
        self.skipped.update(dict(scan.counts.skipped))
        self.models.update(usage.model_id for usage in found.usages)

    def end(self, without_content: int, broken: str | None) -> None:
        """What there is to say of the shard as a whole."""
        if self.complaints > TOLD:
            self._diagnose(None, None, None, None, "unreadable_row", f"{self.complaints - TOLD:,} more")
        if without_content:
            told = f"{without_content:,} files are named without their content"
            self._diagnose(None, None, None, None, "no_content", told)
        if broken is not None:
            self._diagnose(None, None, None, None, "broken_shard", broken)

    def parsed(self, broken: str | None) -> Parsed:
        shard = self.task.shard
        return Parsed(
            location=shard.location,
            key=shard.key,
            stamp=shard.stamp,
            form=self.task.form,
            repositories=self.tables["repositories"].count,
            files=self.files,
            sites=self.tables["sites"].count,
            usages=self.tables["usages"].count,
            diagnostics=self.tables["diagnostics"].count,
            skipped=dict(sorted(self.skipped.items())),
            models=dict(sorted(self.models.items())),
            broken=broken,
        )
