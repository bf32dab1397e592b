"""What one process does with a run of files: read and analyse. Nothing that a file holds ends the run."""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b

from analyzer import others
from analyzer.commands.scripts import Script
from analyzer.configs.tree import MAX_BYTES
from analyzer.credentials import credentials
from analyzer.linking.survey import Glance, glance
from analyzer.project import Project
from analyzer.records import Credential, Diagnostic, FileReport, LoadSite, ModelRef
from analyzer.source import examine
from miner.reader import read
from miner.walk import SUFFIXES, Skip, shown

#: Reports kept per process, so that the copies of a file are analysed once.
REMEMBERED = 1000

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
class Outcome:
    """What came of a task: reports that say something, in the order of the task, and what was left out.

    `digests`: of the contents of the files in `reports`.
    """

    reports: tuple[FileReport, ...] = ()
    skipped: tuple[Skip, ...] = ()
    digests: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """What a glance at the files of a task told, and what could not be read."""

    glances: tuple[Glance, ...] = ()
    scripts: tuple[tuple[str, Script], ...] = ()  # configs and shell scripts, with what they tell
    skipped: tuple[Skip, ...] = ()
    credentials: tuple[Credential, ...] = ()


def survey(task: Task) -> Survey:
    """Looks at the text of every file of a task: which need a closer look, and how they hang together."""
    glances: list[Glance] = []
    scripts: list[tuple[str, Script]] = []
    skipped: list[Skip] = []
    tokens: list[Credential] = []
    with rare_collection():
        for file in task.paths:
            is_program = file.endswith(SUFFIXES)
            limit = task.max_file_size if is_program else min(task.max_file_size, MAX_BYTES)
            content = read(os.path.join(task.root, file), shown(file), limit)
            if isinstance(content, Skip):
                if is_program or content.reason != "too_large":  # else data
                    skipped.append(content)
                continue
            tokens += credentials(content, shown(file))
            if is_program:
                glances.append(glance(content, file))
            else:
                scripts.append((file, others.read(content, shown(file))))
    return Survey(tuple(glances), tuple(scripts), tuple(skipped), tuple(tokens))


def unsurveyed(path: str, message: str) -> Survey:
    """The survey of a file that broke it: the closer look will say why."""
    return Survey((Glance(path, gated=True),))


def surveyed(surveys: Iterable[Survey]) -> Survey:
    """Several surveys as one."""
    glances: list[Glance] = []
    scripts: list[tuple[str, Script]] = []
    skipped: list[Skip] = []
    tokens: list[Credential] = []
    for each in surveys:
        glances += each.glances
        scripts += each.scripts
        skipped += each.skipped
        tokens += each.credentials
    return Survey(tuple(glances), tuple(scripts), tuple(skipped), tuple(tokens))


def use(project: Project) -> None:
    """The project to which the files of the next tasks belong."""
    _project[:] = [project]
    _by_content.clear()


def contents(root: str, max_size: int, path: str) -> bytes | None:
    """The bytes of a file of the project; None where it cannot be read."""
    found = read(os.path.join(root, path), path, max_size)
    return None if isinstance(found, Skip) else found


def run(task: Task) -> Outcome:
    """Analyses the files of a task."""
    with rare_collection():
        return merge(_run_file(task, path) for path in task.paths)


@contextmanager
def rare_collection() -> Iterator[None]:
    """Cycles are collected less often meanwhile: the analysis makes millions of small tuples, hardly ever a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def merge(outcomes: Iterable[Outcome]) -> Outcome:
    """Several outcomes as one."""
    reports: list[FileReport] = []
    skipped: list[Skip] = []
    digests: list[bytes] = []
    for outcome in outcomes:
        reports += outcome.reports
        skipped += outcome.skipped
        digests += outcome.digests
    return Outcome(tuple(reports), tuple(skipped), tuple(digests))


def crashed(path: str, message: str) -> Outcome:
    """The outcome of a file that broke the analysis."""
    return Outcome((FileReport(path, diagnostics=(Diagnostic(path, "internal_error", message),)),))


_NOTHING = Outcome()


def _run_file(task: Task, file: str) -> Outcome:
    path = shown(file)
    content = read(os.path.join(task.root, file), path, task.max_file_size)
    if isinstance(content, Skip):
        return Outcome(skipped=(content,))
    digest = blake2b(content, digest_size=16).digest()
    try:
        report = _analyse(content, path, digest, task)
    except Exception as error:
        return crashed(path, _where(error))
    is_silent = not (report.sites or report.sequences or report.diagnostics)
    return _NOTHING if is_silent else Outcome((report,), digests=(digest,))


def _analyse(content: bytes, path: str, digest: bytes, task: Task) -> FileReport:
    key = (digest, os.path.splitext(path)[1], task.sequences)
    known = _by_content.get(key)
    if known is not None:
        return _moved(known, path)
    project = _project[0] if _project else None
    report, is_alone = examine(content, path, project=project, sequences=task.sequences, across=task.across)
    if is_alone and (report.sites or report.diagnostics):
        if len(_by_content) >= REMEMBERED:
            _by_content.clear()
        _by_content[key] = report
    return report


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
