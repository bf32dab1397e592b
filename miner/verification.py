"""What the analysis makes of each file and of each hit: a search result is not yet a use.

load        the file loads the model
mention     code names it, and does not load it
comment     only comments, docstrings, or cells that are no code name it
config      only a file that is no program names it
vendored    the file is another project's, kept in this one
unparsable  the file cannot be read as what its name says
absent      nothing in the file names it, whatever the search said
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from analyzer import gate, mentions, others
from analyzer.commands.scripts import Script
from analyzer.known_ids import former_names
from analyzer.known_ids import names as names_of
from analyzer.languages import GRAMMARS, language_of
from analyzer.linking.survey import Glance, glance
from analyzer.project import Project
from analyzer.records import FileReport, LoadSite
from analyzer.source import examine
from miner.corpus import Corpus
from miner.folders import reason_by_name
from miner.records import StoredFile

Verdict = Literal["load", "mention", "comment", "config", "vendored", "unparsable", "absent"]
VERDICTS: tuple[Verdict, ...] = ("load", "mention", "comment", "config", "vendored", "unparsable", "absent")

#: The verdict on a file whatever the model.
WHOLE = ""
_BROKEN = {"undecodable", "invalid_notebook", "timeout"}
_PROGRAMS = tuple(GRAMMARS)

_NEW = """SELECT DISTINCT repository FROM files WHERE blob IS NOT NULL AND repository > ? AND (
    NOT EXISTS (SELECT 1 FROM verdicts WHERE file = files.key AND model = '')
    OR EXISTS (SELECT 1 FROM hits JOIN queries ON queries.key = hits."query" WHERE hits.file = files.key
        AND queries.model IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.file = files.key AND verdicts.model = queries.model)))
    ORDER BY repository LIMIT 1"""
_ASKED = """SELECT DISTINCT files.key, queries.model FROM files JOIN hits ON hits.file = files.key
    JOIN queries ON queries.key = hits."query" WHERE files.repository = ? AND queries.model IS NOT NULL"""


@dataclass(frozen=True, slots=True, order=True)
class Judged:
    """A verdict on a file for a model, and the line it is about."""

    file: int
    model: str
    verdict: Verdict
    line: int | None = None


def verify(corpus: Corpus) -> Iterator[tuple[int, tuple[Judged, ...]]]:
    """Judges repository by repository what has no verdict yet; each is stored before it is given out."""
    last = 0
    while (repository := corpus.database.one(_NEW, last)) is not None:
        files = tuple(corpus.files(repository=repository))
        judged = tuple(sorted(_judge(corpus, files, _asked(corpus, repository))))
        with corpus.database.writing():
            for file in files:
                corpus.database.run("DELETE FROM verdicts WHERE file = ?", file.key)
            rows = ((each.file, each.model, each.verdict, each.line) for each in judged)
            corpus.database.run_all("INSERT INTO verdicts VALUES (?, ?, ?, ?)", rows)
        yield repository, judged
        last = repository


def _asked(corpus: Corpus, repository: int) -> dict[int, set[str]]:
    """File -> the models for which it was found."""
    found: dict[int, set[str]] = defaultdict(set)
    for file, model in corpus.database.select(_ASKED, repository):
        found[file].add(model)
    return found


def _judge(corpus: Corpus, files: tuple[StoredFile, ...], asked: dict[int, set[str]]) -> Iterator[Judged]:
    content = lru_cache(maxsize=64)(corpus.content)
    project = _project(files, content)
    for file in files:
        source, path = content(file.blob), file.hit.path
        report = _report(source, path, project)
        loads = {} if _is_vendored(path) else dict(_loads(report))
        models = asked.get(file.key, set())
        yield Judged(file.key, WHOLE, *_whole(source, path, report))
        for model in models:
            line = next((loads[name][1] for name in _names(model) if name in loads), None)
            yield Judged(file.key, model, *(("load", line) if line else _unloaded(source, path, model)))
        asked_names = {name for model in models for name in _names(model)}
        for name, (model, line) in loads.items():
            if name not in asked_names:
                yield Judged(file.key, model, "load", line)


def _project(files: Iterable[StoredFile], content: Callable[[str], bytes]) -> Project:
    """The files of the repository as far as they are there; of several versions of one, the last."""
    blobs = {file.hit.path: file.blob for file in files}

    def read(path: str) -> bytes | None:
        return content(blobs[path]) if path in blobs else None

    glances: list[Glance] = []
    scripts: list[tuple[str, Script]] = []
    for path in sorted(blobs):
        source = read(path) or b""
        if path.endswith(_PROGRAMS):
            glances.append(glance(source, path))
        elif others.wanted(path):
            scripts.append((path, others.read(source, path)))
    return Project(glances, read, scripts)


def _report(source: bytes, path: str, project: Project) -> FileReport:
    if path.endswith(_PROGRAMS):
        return examine(source, path, project=project, sequences=False).report
    return others.analyze(source, path) if others.wanted(path) else FileReport(path)


def _loads(report: FileReport) -> Iterator[tuple[str, tuple[str, int]]]:
    """(id in lower case, (id, line)) of what is loaded, the last line first, so that the first one counts."""
    for site in reversed(report.sites):
        for model in _models(site):
            yield model.lower(), (model, site.line)


def _models(site: LoadSite) -> Iterator[str]:
    if site.status != "local":
        for model in site.models:
            yield model.canonical_id or model.id


@lru_cache(maxsize=4096)
def _names(model: str) -> tuple[str, ...]:
    """The names of the model in lower case: its own, the present one, the former ones."""
    name = model.lower()
    present = {old.lower(): new.lower() for old, new in names_of("huggingface").items()}.get(name)
    return tuple(dict.fromkeys(each for each in (name, present, *former_names().get(present or name, ())) if each))


def _whole(source: bytes, path: str, report: FileReport) -> tuple[Verdict, int | None]:
    if _is_vendored(path):
        return "vendored", None
    if report.sites:
        return "load", report.sites[0].line
    if any(diagnostic.kind in _BROKEN for diagnostic in report.diagnostics):
        return "unparsable", None
    if not path.endswith(_PROGRAMS):
        return "absent", None
    return ("mention" if gate.passes(source, language_of(path)) else "absent"), None


def _unloaded(source: bytes, path: str, model: str) -> tuple[Verdict, int | None]:
    if _is_vendored(path):
        return "vendored", None
    if not path.endswith(_PROGRAMS):
        line = mentions.line_of(source, _names(model))
        return ("absent" if line is None else "config"), line
    found = mentions.place(source, path, _names(model))
    if found is None:
        return "absent", None
    place, line = found
    return ("mention" if place == "code" else place), line


def _is_vendored(path: str) -> bool:
    return any(reason_by_name(folder, include_vendored=False) for folder in path.split("/")[:-1])
