"""One file from bytes to its report: decode, gate, parse, evaluate."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analyzer import anchors, flow, gate, notebooks
from analyzer.commands import model_commands, notebook_lines
from analyzer.commands.budget import Budget
from analyzer.encoding import UnreadableError
from analyzer.languages import grammar_of, language_of
from analyzer.linking.linker import Linker
from analyzer.program import Language, Module
from analyzer.project import Project
from analyzer.records import CallSequence, Diagnostic, FileReport, LoadSite
from analyzer.syntax import lower, parse
from analyzer.syntax.lower import Bodies
from analyzer.values.evaluator import Evaluator

SECONDS = 10.0


def analyze_source(source: bytes, path: str, *, sequences: bool = True, seconds: float = SECONDS) -> FileReport:
    """All that one file tells: load sites, call sequences (unless switched off), diagnostics.

    Never raises for what is in the file; `seconds` of processor time bound parsing, and about bound the rest.
    """
    return examine(source, path, sequences=sequences, seconds=seconds).report


@dataclass(frozen=True, slots=True)
class Examination:
    """The report of a file; whether it follows from the file alone; whether no deadline cut it short."""

    report: FileReport
    is_alone: bool
    is_final: bool


def examine(
    source: bytes,
    path: str,
    *,
    project: Project | None = None,
    sequences: bool = True,
    across: bool = False,
    seconds: float = SECONDS,
) -> Examination:
    """The report of a file as one of a project.

    With `across`, call sequences go on in the project's other files.
    """
    found = opened(source, path, project, seconds)
    if isinstance(found, FileReport):
        return Examination(found, is_alone=True, is_final=not any(d.kind == "timeout" for d in found.diagnostics))
    module, bodies = found.module, found.bodies
    evaluator = Linker(project, module, bodies) if project is not None else Evaluator([module], [bodies])
    sites = sites_of(evaluator, found)
    across = across and project is not None
    follower = Linker(project, module, bodies, follow=True) if across and project else Evaluator([module], [bodies])
    follower.follow = True
    follower.until = found.until
    follower.loads = evaluator.loads
    named = [site for site in sites if site.models and site.status != "local"]
    usages = flow.sequences(follower, 0, named, across=across) if sequences and named else []
    bounded = evaluator.bounded or follower.bounded
    bodies.close()
    diagnostics = tuple(_diagnostics(module, found.program, bodies.cut(), bounded=bounded))
    return Examination(
        FileReport(path, tuple(sites), tuple(usages), diagnostics),
        is_alone=not (evaluator.asked or follower.asked),
        is_final=not (evaluator.is_late or follower.is_late),
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that may hold load sites: parsed, lowered, and not yet evaluated."""

    program: notebooks.Program
    module: Module
    bodies: Bodies
    words: tuple[str, ...]  # further names that loaders may have in it
    launches: tuple[notebook_lines.LaunchLine, ...]
    until: float


def opened(source: bytes, path: str, project: Project | None, seconds: float = SECONDS) -> Opened | FileReport:
    """The file made ready; its report where that is all there is to say."""
    try:
        program = notebooks.program(source, path)
    except UnreadableError as error:
        return FileReport(path, diagnostics=(Diagnostic(path, "undecodable", error.message),))
    except notebooks.NotebookError as error:
        return FileReport(path, diagnostics=(Diagnostic(path, "invalid_notebook", str(error)),))
    words = project.words.get(path, ()) if project is not None else ()
    hits = _hits(program.source, words, language_of(path))
    launches = tuple(line for line in program.launches if model_commands.named(line.text))
    if project is not None:
        budget = Budget()
        launches = tuple(line for line in launches if not project.starts(line.text, program.source, path, budget))
    if not hits and not launches:
        return FileReport(path)
    if hits and language_of(path) == "javascript" and gate.is_bundle(program.source):
        return FileReport(path, diagnostics=(Diagnostic(path, "generated", "a bundle of many files, not read"),))
    until = time.thread_time() + seconds
    tree = parse(program.source, seconds=seconds, grammar=grammar_of(path))
    if tree is not None and program.cells and tree.root.has_error:
        program = _without_open_ends(program, seconds)
        hits, tree = _hits(program.source, words, "python"), parse(program.source, seconds=seconds)
    if tree is None:
        return FileReport(path, diagnostics=(Diagnostic(path, "timeout", f"not parsed within {seconds:g} s"),))
    live = [at for at in hits if tree.is_code(at)]
    if not live and not launches:
        return FileReport(path)
    module, bodies = lower(tree, path, live)
    module.cells = program.cells
    return Opened(program, module, bodies, words, launches, until)


def sites_of(evaluator: Evaluator, file: Opened) -> list[LoadSite]:
    """The load sites of the file, in order."""
    evaluator.until = file.until
    found = [
        *anchors.sites(evaluator, 0, file.words),
        *notebook_lines.sites(evaluator, file.module, file.launches),
    ]
    return sorted(found, key=lambda site: (-1 if site.cell is None else site.cell, site.line, site.column, site.api))


def usages_of(file: Opened, sites: Iterable[LoadSite], loads: dict[tuple[int, int], str]) -> list[CallSequence]:
    """What the file itself does with the ids that its sites name; `loads`: those of the evaluator that found them."""
    follower = Evaluator([file.module], [file.bodies], follow=True)
    follower.until, follower.loads = file.until, loads
    return flow.sequences(follower, 0, sites)


def _hits(source: bytes, words: tuple[str, ...], language: Language) -> tuple[int, ...]:
    """Where a loader may be named, under its own name or under one of the repository's."""
    found = gate.hits(source, language)
    return tuple(sorted({*found, *gate.mentions(source, words)})) if words else found


def _without_open_ends(program: notebooks.Program, seconds: float) -> notebooks.Program:
    """The notebook with what a cell leaves open blanked: a string or bracket would swallow the cells behind."""
    lines = program.source.split(b"\n")
    ends = [first for first, _ in program.cells[1:]] + [len(lines) + 1]
    broken: list[int] = []
    for (first, cell), end in zip(program.cells, ends, strict=True):
        text = b"\n".join(lines[first - 1 : end - 1])
        tree = parse(text, seconds=seconds) if _is_open(text) else None
        error = tree.first_error() if tree is not None else None
        if error is not None:
            start = first + text.count(b"\n", 0, error)
            lines[start - 1 : end - 1] = [b""] * (end - start)
            broken.append(cell)
    return replace(program, source=b"\n".join(lines), broken=tuple(broken))


def _is_open(text: bytes) -> bool:
    if text.count(b'"""') % 2 or text.count(b"'''") % 2:
        return True
    return any(text.count(left) > text.count(right) for left, right in ((b"(", b")"), (b"[", b"]"), (b"{", b"}")))


_CUT = {"too_deep": "nested too deep to be read in full", "too_large": "a list or dict too long to be read"}


def _diagnostics(
    module: Module, program: notebooks.Program, cut: tuple[str, ...], *, bounded: bool
) -> Iterator[Diagnostic]:
    if program.broken:
        cells = ", ".join(map(str, program.broken))
        yield Diagnostic(
            module.path, "syntax_error", f"cell {cells} leaves a string or bracket open; the rest of it was left out"
        )
    if module.errors:
        line = module.line(module.errors[0][0])
        yield Diagnostic(module.path, "syntax_error", f"{len(module.errors)} place(s) did not parse", line)
    for kind in cut:
        yield Diagnostic(module.path, kind, _CUT[kind])
    if bounded:
        yield Diagnostic(module.path, "bound_reached", "too many values, or too deep, to follow them all")
