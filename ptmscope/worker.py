"""What one process does with a run of files: read and analyse. Nothing that a file holds ends the run."""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from blake3 import blake3

from analyzer import others
from analyzer.commands.scripts import Script, is_script
from analyzer.configs.tree import MAX_BYTES
from analyzer.credentials import credentials
from analyzer.linking.survey import Glance, glance
from analyzer.project import Project
from analyzer.records import Credential, Diagnostic, FileReport, LoadSite, ModelRef
from analyzer.source import examine
from miner.reader import read, read_with_status
from miner.walk import SUFFIXES, Skip, shown
from ptmscope.engines.watchdog import watched

#: Bytes of a digest.
SIZE = 16
#: Reports kept per process, so that the copies of a file are analysed once.
REMEMBERED = 1000

T = TypeVar("T")

_by_content: dict[tuple[bytes, str, bool], FileReport] = {}
_project: list[Project] = []  # of this process; what `use` sets


@dataclass(frozen=True, slots=True)
class Task:
    """Files to read: their paths relative to the root, as the system knows them."""

    root: str
    paths: tuple[str, ...]
    max_file_size: int
    sequences: bool = True
    across: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a glance at one file told: of a program, of a config or script, or why it could not be read.

    `digest`: of its content.
    """

    path: str
    digest: bytes = b""
    glance: Glance | None = None
    script: Script | None = None
    skip: Skip | None = None
    credentials: tuple[Credential, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What the closer look at one file told. `reads`: the other files that this came of; None where it might come out
    otherwise another time, for a deadline or a process that was killed."""

    path: str
    report: FileReport
    digest: bytes = b""
    skip: Skip | None = None
    reads: frozenset[str] | None = None

    @property
    def is_silent(self) -> bool:
        return not (self.report.sites or self.report.sequences or self.report.diagnostics)


@contextmanager
def rare_collection() -> Iterator[None]:
    """Cycles are collected less often meanwhile: the analysis makes millions of small tuples, hardly ever a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@rare_collection()
def survey(task: Task) -> tuple[Seen, ...]:
    """Looks at the text of every file of a task: which need a closer look, and how they hang together."""
    return tuple(_seen(task, path) for path in task.paths)


def _seen(task: Task, file: str) -> Seen:
    content, _ = contained(task.root, task.max_file_size, file)
    if isinstance(content, Skip):
        is_data = content.reason == "too_large" and not file.endswith(SUFFIXES) and not is_script(file)
        return Seen(file, skip=replace(content, message=None) if is_data else content)  # counted, not told
    digest = digested(content)
    try:
        return _glanced(file, content, digest)
    except Exception as error:  # a bug on one file must not end the run; without a digest, it is not remembered
        if file.endswith(SUFFIXES):
            return Seen(file, glance=Glance(file, gated=True))  # the closer look will say why
        broken = Diagnostic(shown(file), "internal_error", _where(error))
        return Seen(file, script=Script(diagnostics=(broken,)))


def _glanced(file: str, content: bytes, digest: bytes) -> Seen:
    tokens = credentials(content, shown(file))
    if file.endswith(SUFFIXES):
        return Seen(file, digest, glance=glance(content, file), credentials=tokens)
    return Seen(file, digest, script=others.read(content, shown(file)), credentials=tokens)


def contained(root: str, max_size: int, file: str) -> tuple[bytes | Skip, os.stat_result | None]:
    """The bytes of a file of the walk, or why it is left out, and what the system said of it, if it could be opened."""
    limit = max_size if file.endswith(SUFFIXES) else min(max_size, MAX_BYTES)
    return read_with_status(_place(root, file), file, limit)


def _place(root: str, file: str) -> str:
    return root + os.sep + file if root else file


def digested(content: bytes) -> bytes:
    """What tells one content from another."""
    return blake3(content).digest(SIZE)


def unsurveyed(path: str, message: str) -> tuple[Seen, ...]:
    """The survey of a file that broke it: the closer look will say why."""
    return (Seen(path, glance=Glance(path, gated=True)),)


def use(project: Project) -> None:
    """The project to which the files of the next tasks belong."""
    _project[:] = [project]
    _by_content.clear()


def contents(root: str, max_size: int, path: str) -> bytes | None:
    """The bytes of a file of the project; None where it cannot be read."""
    found = read(_place(root, path), path, max_size)
    return None if isinstance(found, Skip) else found


@rare_collection()
def run(task: Task) -> tuple[Examined, ...]:
    """Analyses the files of a task."""
    return tuple(_examined(task, path) for path in task.paths)


def together(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    """What came of several tasks as if it were one."""
    return tuple(chain.from_iterable(parts))


def crashed(path: str, message: str) -> tuple[Examined, ...]:
    """What there is to say of a file that broke the analysis."""
    return (Examined(path, FileReport(path, diagnostics=(Diagnostic(path, "internal_error", message),))),)


def _examined(task: Task, file: str) -> Examined:
    path = shown(file)
    content = read(_place(task.root, file), file, task.max_file_size)
    if isinstance(content, Skip):
        return Examined(file, FileReport(path), skip=content)
    try:
        with watched():
            report, reads = _analysed(content, path, task)
    except Exception as error:
        return crashed(path, _where(error))[0]
    return Examined(file, report, digested(content), reads=reads)


def _analysed(content: bytes, path: str, task: Task) -> tuple[FileReport, frozenset[str] | None]:
    """The report of a file, and which other files it came of."""
    key = (digested(content), os.path.splitext(path)[1], task.sequences)
    known = _by_content.get(key)
    if known is not None:
        return _moved(known, path), frozenset()
    project = _project[0] if _project else None
    with project.reads.noted() if project is not None else nullcontext(set[str]()) as reads:
        found = examine(content, path, project=project, sequences=task.sequences, across=task.across)
    if found.is_alone and (found.report.sites or found.report.diagnostics):
        if len(_by_content) >= REMEMBERED:
            _by_content.clear()
        _by_content[key] = found.report
    return found.report, frozenset(reads) if found.is_final else None


def _moved(report: FileReport, path: str) -> FileReport:
    """The report of a copy that stands at another path."""
    return FileReport(
        path,
        tuple(_moved_site(site, path) for site in report.sites),
        tuple(replace(sequence, path=path) for sequence in report.sequences),
        tuple(replace(diagnostic, path=path) for diagnostic in report.diagnostics),
    )


def _moved_site(site: LoadSite, path: str) -> LoadSite:
    models = tuple(_moved_model(model, site.path, path) for model in site.models)
    return replace(site, path=path, models=models)


def _moved_model(model: ModelRef, old: str, new: str) -> ModelRef:
    if model.origin.path != old:
        return model
    return replace(model, origin=replace(model.origin, path=new))


def _where(error: Exception) -> str:
    """The exception's class and the place that raised it: what a bug report needs, and the same on every
    machine."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {os.path.basename(frame.filename)}:{frame.lineno}"
