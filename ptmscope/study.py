"""A study: everything about some repositories in one folder, step by step; what is there already is not done again."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from analyzer.graph import Graph, aggregated
from patterns.compare import Comparison, is_name
from patterns.pattern import Patterns
from ptmscope import studied
from ptmscope.collection import Progress
from ptmscope.comparing import comparing
from ptmscope.corpora import expanded
from ptmscope.destination import writing
from ptmscope.export import parquet
from ptmscope.export.comparison.formats import FORMATS as COMPARISONS
from ptmscope.export.graphs.formats import FORMATS as GRAPHS
from ptmscope.export.output import Output
from ptmscope.export.patterns.formats import FORMATS as PATTERNS
from ptmscope.export.patterns.rows import MEMBER_COLUMNS, PATTERN_COLUMNS, member_rows, pattern_rows
from ptmscope.export.rows import SITE_COLUMNS, USAGE_COLUMNS, Cell, Kind, site_rows, usage_rows
from ptmscope.export.statistics import FORMATS as FIGURES
from ptmscope.recurring import recurring
from ptmscope.repositories import Repository, looks, names, renamed, repository
from ptmscope.settings import Settings
from ptmscope.statistics.tables import statistics

#: Models compared in a study: the commonest.
COMPARED = 6
#: Nodes of the picture of the graph.
NODES = 40

Write = Callable[[Output], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of a study writes: file -> how, out of all repositories."""

    name: str
    writers: Callable[[tuple[Repository, ...]], dict[str, Write]]


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken: the digest of the repositories, and what was written."""

    digest: str
    files: tuple[str, ...]

    def holds(self, folder: str, digest: str) -> bool:
        return self.digest == digest and all(os.path.isfile(os.path.join(folder, name)) for name in self.files)


def study(
    paths: Sequence[str], folder: str, settings: Settings, steps: Sequence[str], progress: Progress | None = None
) -> Iterator[str]:
    """Reads the repositories and takes the steps, in this order; tells of each what was done.

    A repository that looks as it did (`looks`) and was read under the same settings is not read again, a step whose
    files are made of the same repositories not taken again.
    """
    parquet.require_pyarrow()  # before all repositories are read
    os.makedirs(folder, exist_ok=True)
    done = _marked(folder)
    _mark(folder, done)
    yield _scanned(paths, folder, settings, progress)
    digest = _digest(folder)
    kept: tuple[Repository, ...] | None = None
    for step in (step for step in STEPS if step.name in steps):
        before = done.get(step.name)
        if before is not None and before.holds(folder, digest):
            yield f"{step.name}: done before"
            continue
        kept = tuple(map(renamed, studied.saved(folder, Settings()))) if kept is None else kept
        written = _written(folder, step.writers(kept))
        done[step.name] = Done(digest, written)
        _mark(folder, done)
        yield f"{step.name}: {', '.join(written) or 'nothing to write'}"


def is_done(folder: str, step: str) -> bool:
    """Whether the files of a step are there, made of the repositories as they are now."""
    before = _marked(folder).get(step)
    return before is not None and before.holds(folder, _digest(folder))


def mark_done(folder: str, step: str, files: tuple[str, ...]) -> None:
    """Says that a step was taken, of the repositories as they are now."""
    _mark(folder, {**_marked(folder), step: Done(_digest(folder), files)})


def _written(folder: str, writers: dict[str, Write]) -> tuple[str, ...]:
    for name, write in writers.items():
        with writing(os.path.join(folder, name), is_binary=name.endswith(".parquet")) as output:
            write(output)
    return tuple(writers)


def _scanned(paths: Sequence[str], folder: str, settings: Settings, progress: Progress | None) -> str:
    paths = expanded(paths)
    known = names(paths)
    fresh = 0
    for number, (path, name) in enumerate(zip(paths, known, strict=True), 1):
        look = looks(path, settings)
        if not studied.is_kept(folder, name, settings, look):
            studied.keep(folder, repository(path, name, settings), settings, look)
            fresh += 1
        if progress:
            progress(number, len(paths))
    return f"scan: {fresh:,} of {len(known):,} repositories read, {len(studied.files(folder)):,} in the study"


def _marked(folder: str) -> dict[str, Done]:
    """The steps taken so far; none where the mark cannot be read."""
    try:
        with open(os.path.join(folder, studied.MARK), encoding="utf-8") as stream:
            steps = json.load(stream)["steps"]
        return {name: Done(step["digest"], tuple(step["files"])) for name, step in steps.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _mark(folder: str, steps: dict[str, Done]) -> None:
    told = {"form": studied.FORM, "steps": {name: asdict(step) for name, step in steps.items()}}
    with writing(os.path.join(folder, studied.MARK), is_binary=False) as output:
        output.write(json.dumps(told, indent=2) + "\n")


def _digest(folder: str) -> str:
    found = hashlib.sha256()
    for path in studied.files(folder):
        with open(path, "rb") as stream:
            found.update(hashlib.file_digest(stream, "sha256").digest())
    return found.hexdigest()


# -- the steps


def _tables(repositories: tuple[Repository, ...]) -> dict[str, Write]:
    sites = ((r.name, *row) for r in repositories for row in site_rows(r.sites))
    calls = ((r.name, *row) for r in repositories for row in usage_rows(r.usages))
    return {
        "sites.parquet": _rows({"source": "text", **SITE_COLUMNS}, sites),
        "calls.parquet": _rows({"source": "text", **USAGE_COLUMNS}, calls),
    }


def _rows(columns: dict[str, Kind], rows: Iterator[tuple[Cell, ...]]) -> Write:
    return lambda output: parquet.write_rows(columns, rows, output)


def _graphs(repositories: tuple[Repository, ...]) -> dict[str, Write]:
    usages = [(r.name, usage) for r in repositories for usage in r.usages]
    made = {by: aggregated(usages, by=by) for by in ("all", "library")}
    for by, graph in made.items():
        graph.graph.update(level="api", by=by, name="")
    return {
        "graph.json": _graph("json", made["all"]),
        "graph.svg": _graph("svg", made["all"]),
        "libraries.svg": _graph("svg", made["library"]),
    }


def _graph(form: str, graph: Graph) -> Write:
    return lambda output: output.write(GRAPHS[form](graph, NODES))


def _patterns(repositories: tuple[Repository, ...]) -> dict[str, Write]:
    found = recurring(repositories)
    return {
        "patterns.parquet": _rows(PATTERN_COLUMNS, pattern_rows(found)),
        "members.parquet": _rows(MEMBER_COLUMNS, member_rows(found)),
        "patterns.jsonl": _pattern("jsonl", found),
        "patterns.md": _pattern("markdown", found),
    }


def _pattern(form: str, found: Patterns) -> Write:
    return lambda output: PATTERNS[form](found, output)


def _compared(repositories: tuple[Repository, ...]) -> dict[str, Write]:
    """The models that most repositories use."""
    used = Counter(model for r in repositories for model in {u.model_id for u in r.usages if is_name(u.model_id)})
    ranked = sorted(used, key=lambda model: (-used[model], model))
    sides = [_literal(model) for model in ranked[:COMPARED]]
    if len(sides) < 2:
        return {}
    found = comparing(repositories, sides, "model")
    return {f"models.{form}": _comparison(form, found) for form in ("json", "svg")}


def _comparison(form: str, found: Comparison) -> Write:
    return lambda output: COMPARISONS[form](found, output)


def _literal(model: str) -> str:
    return model.replace("[", "[[]")


def _statistics(repositories: tuple[Repository, ...]) -> dict[str, Write]:
    return {"statistics.json": lambda output: FIGURES["json"](statistics(repositories), output)}


STEPS = (
    Step("tables", _tables),
    Step("statistics", _statistics),
    Step("graphs", _graphs),
    Step("patterns", _patterns),
    Step("models", _compared),
)
