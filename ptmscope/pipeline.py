"""The way from a path to its findings: walk, read, analyse, sort, select."""

from __future__ import annotations

import gc
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from analyzer.project import Project
from analyzer.records import CallSequence, Credential, Diagnostic, FileReport, LoadSite
from miner import CORPUS, copies
from miner.walk import REASONS, Rules, Skip, is_read, walk
from ptmscope import tasks
from ptmscope.cache.stamps import Stamp, stamps
from ptmscope.cache.store import Store
from ptmscope.cache.tree import Knowledge, Nothing, Tree
from ptmscope.engines.local import outcomes
from ptmscope.errors import Misuse
from ptmscope.findings import Counts, Found, Scan
from ptmscope.lookup import Sources
from ptmscope.selection import Selection
from ptmscope.settings import MAX_FILE_SIZE, Settings
from ptmscope.worker import Examined, Seen, Task, contents, crashed, rare_collection, survey, unsurveyed, use
from ptmscope.worker import run as analyse

#: Called with (files done, files in all).
Progress = Callable[[int, int], None]

#: The glance at every file.
SURVEY = tasks.work(survey, unsurveyed)

#: Files per task of the closer look, which takes some milliseconds a file; the first tasks are larger.
FEW = 8


def scan(
    path: str | os.PathLike[str],
    *,
    jobs: int | None = None,
    exclude: Iterable[str] = (),
    libraries: Iterable[str] = (),
    models: Iterable[str] = (),
    max_file_size: int = MAX_FILE_SIZE,
    include_vendored: bool = False,
    gitignore: bool = True,
    across: bool = False,
    catalog: str | os.PathLike[str] | None = None,
    hub: bool = False,
    cache: str | os.PathLike[str] | None = None,
) -> Scan:
    """Finds every model that a file or a folder loads, and what it does with it.

    `exclude` takes patterns in the syntax of .gitignore, `libraries` and `models` glob patterns to keep; sizes are
    in bytes. With `across`, the usages go on in the other files of the folder. With `jobs` None, large trees are
    read by as many processes as there are cores where they can be forked (Linux, a single thread), else by one; a
    script that asks for several elsewhere needs `if __name__ == "__main__":` around the call, as for multiprocessing.
    `catalog` is a file of the model ids there are (JSON Lines, CSV, or one id per line); with `hub`, huggingface.co is
    asked about each id: nothing else goes online. `cache` is a folder for what one scan can leave to the next.

    Raises `ptmscope.errors.Misuse` (a ValueError) where the path cannot be read or an option makes no sense.
    """
    settings = Settings(
        jobs=jobs,
        exclude=_strings(exclude),
        libraries=_strings(libraries),
        models=_strings(models),
        max_file_size=max_file_size,
        include_vendored=include_vendored,
        gitignore=gitignore,
        across=across,
        catalog=None if catalog is None else os.fspath(catalog),
        hub=hub,
        cache=None if cache is None else os.fspath(cache),
    )
    return run(os.fspath(path), settings)


@rare_collection()
def run(path: str, settings: Settings, progress: Progress | None = None) -> Scan:
    """The scan that the settings describe. A corpus is scanned repository by repository."""
    if CORPUS in path or os.path.isfile(os.path.join(path, CORPUS)):
        from ptmscope import corpora

        if corpora.is_within(path):
            return corpora.scan_within(path, settings, progress)
        if corpora.is_corpus(path):
            return corpora.scan_corpus(path, settings, progress)
    selection = Selection.of(settings.libraries, settings.models)
    sources = Sources.of(settings.catalog, hub=settings.hub)
    root, files, skipped = _files(path, settings)
    files, found = copies.set_apart(root, files, counted=settings.include_vendored)
    whole = Task(root, files, settings.max_file_size, settings.sequences, settings.across)
    result = _scan(_found(whole, settings, progress), [*skipped, *copies.skips(found)], selection)
    return replace(result, copies=found, lookup=sources.look_up(result.sites), root=root or os.curdir)


def _found(whole: Task, settings: Settings, progress: Progress | None) -> Found:
    """What the files tell: as it was found before, where they are the same."""
    if settings.cache is None:
        return _read(whole, settings, Nothing(whole), progress)
    with Store(settings.cache) as store:
        tree = Tree(store, whole)
        found = tree.result()
        if found is None:
            found = _read(whole, settings, tree, progress)
            tree.keep(found)
    return found


def _read(whole: Task, settings: Settings, known: Knowledge, progress: Progress | None) -> Found:
    """What the files tell: a glance at every file, and a closer look at those that may hold load sites."""
    jobs = tasks.processes(settings.jobs, len(whole.paths), spawn=settings.spawn)
    seen = known.seen(lambda paths: _survey(replace(whole, paths=paths), jobs))
    project = linked(whole, seen)
    files = sum(1 for each in seen if each.digest or each.glance is not None)
    skipped = tuple(each.skip for each in seen if each.skip is not None)
    tokens = sorted((token for each in seen for token in each.credentials), key=_credential_order)
    del seen  # the project holds what is needed of it
    gc.freeze()  # the index lasts as long as the scan, and the processes forked now share it
    try:
        examined = known.examined(
            project, project.wanted(), lambda paths: _analysis(replace(whole, paths=paths), project, jobs, progress)
        )
    finally:
        gc.unfreeze()
    telling = [each for each in examined if not each.is_silent]
    gone = tuple(each.skip for each in examined if each.skip is not None)
    digests = [each.digest for each in telling if each.digest]
    return Found(
        files=files - len(gone),
        duplicates=len(digests) - len(set(digests)),
        skipped=(*skipped, *gone),
        reports=(*(each.report for each in telling), *project.script_reports()),
        credentials=tuple(tokens),
    )


def _survey(whole: Task, jobs: int) -> Iterator[Seen]:
    """A glance at every file."""
    for _, part in outcomes(tasks.even(whole), min(jobs, -(-len(whole.paths) // tasks.TASK_FILES) or 1), SURVEY):
        yield from part


def linked(whole: Task, seen: Sequence[Seen]) -> Project:
    """The project that files make."""
    return Project(
        (each.glance for each in seen if each.glance is not None),
        partial(contents, whole.root, whole.max_file_size),
        ((each.path, each.script) for each in seen if each.script is not None),
    )


def project_of(root: str, file: str, settings: Settings) -> Project:
    """The project of a folder, of which `file` is one also where the walk leaves it out."""
    _, files, _ = _files(root, settings)
    files, _ = copies.set_apart(root, files, counted=settings.include_vendored)
    whole = Task(root, tuple(dict.fromkeys((*files, file))), settings.max_file_size)
    return linked(whole, tuple(_survey(whole, tasks.processes(settings.jobs, len(files), spawn=settings.spawn))))


def _analysis(whole: Task, project: Project, jobs: int, progress: Progress | None) -> Iterator[Examined]:
    """The closer look at the files that may hold load sites."""
    work = tasks.work(analyse, crashed, use, project)
    done = 0
    jobs = min(jobs, -(-len(whole.paths) // FEW) or 1)
    for task, part in outcomes(tasks.shrinking(whole, jobs, FEW), jobs, work):
        yield from part
        done += len(task.paths)
        if progress:
            progress(done, len(whole.paths))


def files_of(path: str, settings: Settings) -> Iterator[tuple[str, Stamp]]:
    """Each file that a scan of the path reads, with what the system says of it."""
    root, files, _ = _files(path, settings)
    return zip(files, stamps(root, files), strict=True)


def _files(path: str, settings: Settings) -> tuple[str, tuple[str, ...], list[Skip]]:
    """(root, files relative to it, what the walk left out)."""
    mode = _mode(path)
    if stat.S_ISREG(mode):
        if not is_read(path):
            raise Misuse(f"{path}: neither a program nor a config or script that is read")
        root, name = os.path.split(path)
        return root, (name,), []
    if not stat.S_ISDIR(mode):
        raise Misuse(f"{path}: neither a file nor a folder")
    files: list[str] = []
    skipped: list[Skip] = []
    rules = Rules(settings.exclude, settings.include_vendored, settings.gitignore, settings.outside_links)
    for each in walk(path, rules):
        if isinstance(each, Skip):
            skipped.append(each)
        else:
            files.append(each)
    return path, tuple(files), skipped


def _mode(path: str) -> int:
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise Misuse(f"{path}: {reason or error}") from error
    return mode


def _scan(found: Found, skipped: list[Skip], selection: Selection) -> Scan:
    left_out = [*skipped, *found.skipped]
    sites, usages = selection.apply(_sites(found.reports), _usages(found.reports))
    return Scan(
        sites=sites,
        usages=usages,
        diagnostics=tuple(sorted(_diagnostics(found.reports, left_out), key=_diagnostic_order)),
        counts=Counts(files=found.files, duplicates=found.duplicates, skipped=_skipped(left_out)),
        credentials=found.credentials,
    )


def _sites(reports: Iterable[FileReport]) -> tuple[LoadSite, ...]:
    return tuple(sorted((site for report in reports for site in report.sites), key=_site_order))


def _usages(reports: Iterable[FileReport]) -> tuple[CallSequence, ...]:
    return tuple(sorted((usage for report in reports for usage in report.sequences), key=_usage_order))


def _diagnostics(reports: Iterable[FileReport], skipped: Iterable[Skip]) -> Iterator[Diagnostic]:
    for report in reports:
        yield from report.diagnostics
    for skip in skipped:
        if skip.message:
            yield Diagnostic(skip.path, skip.reason, skip.message)


def _skipped(skipped: Iterable[Skip]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for skip in skipped:
        counts[skip.reason] += skip.count
    return tuple((reason, counts[reason]) for reason in REASONS if counts[reason])


def _site_order(site: LoadSite) -> tuple[str, int, int, int, str]:
    return site.path, _number(site.cell), site.line, site.column, site.api


def _usage_order(usage: CallSequence) -> tuple[str, int, int, str]:
    first = usage.anchors[0] if usage.anchors else None
    cell, line = (first.cell, first.line) if first else (None, 0)
    return usage.path, _number(cell), line, usage.model_id


def _credential_order(credential: Credential) -> tuple[str, int, int]:
    return credential.path, _number(credential.cell), credential.line


def _diagnostic_order(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    return diagnostic.path, _number(diagnostic.line), diagnostic.kind, diagnostic.message


def _number(value: int | None) -> int:
    return -1 if value is None else value


def _strings(values: Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)
