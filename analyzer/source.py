"""One file from bytes to its report: decode, gate, parse, evaluate."""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from analyzer import anchors, flow, gate, launch, notebooks
from analyzer.program import Module
from analyzer.records import Diagnostic, FileReport
from analyzer.syntax import lower, parse
from analyzer.values import Evaluator

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SECONDS = 10.0
#: Ending of a file -> the grammar it is read by; the languages but Python are all read as JavaScript is.
GRAMMARS = {
    ".py": "python",
    ".ipynb": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
}


@dataclass(frozen=True, slots=True)
class UnreadableError(Exception):
    """The bytes are no text; `message` says why."""

    message: str


def decode(source: bytes) -> bytes:
    """The text as UTF-8, by its byte-order mark or its PEP 263 cookie; UnreadableError if it is no text."""
    for bom, encoding in _BOMS:
        if source.startswith(bom):
            return _recode(source, encoding)
    if b"\0" in source:
        raise UnreadableError("NUL bytes")
    if source.isascii():
        return source
    for line in source.split(b"\n", 2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie and cookie[1].lower() not in (b"utf-8", b"utf8", b"utf-8-unix"):
            return _recode(source, cookie[1].decode("ascii"))
    return source


def _recode(source: bytes, encoding: str) -> bytes:
    try:
        return source.decode(encoding).encode("utf-8", "replace")
    except (UnicodeError, LookupError):
        if encoding.startswith("utf-"):
            raise UnreadableError(f"not {encoding}") from None
        return source.decode("latin-1").encode()


def analyze_source(source: bytes, path: str, *, sequences: bool = True, seconds: float = SECONDS) -> FileReport:
    """All that one file tells: load sites, call sequences (unless switched off), diagnostics.

    Never raises for what is in the file; `seconds` bounds parsing, and about bounds the rest.
    """
    try:
        program = read(source, path)
    except UnreadableError as error:
        return FileReport(path, diagnostics=(Diagnostic(path, "undecodable", error.message),))
    except notebooks.NotebookError as error:
        return FileReport(path, diagnostics=(Diagnostic(path, "invalid_notebook", str(error)),))
    grammar = GRAMMARS.get(PurePosixPath(path).suffix.lower(), "python")
    hits = gate.hits(program.source, "python" if grammar == "python" else "javascript")
    launches = tuple(line for line in program.launches if launch.named(line.text))
    if not hits and not launches:
        return FileReport(path)
    until = time.monotonic() + seconds
    tree = parse(program.source, seconds=seconds, grammar=grammar)
    if tree is not None and program.cells and tree.root.has_error:
        program = _without_open_ends(program, seconds)
        hits, tree = gate.hits(program.source), parse(program.source, seconds=seconds)
    if tree is None:
        return FileReport(path, diagnostics=(Diagnostic(path, "timeout", f"not parsed within {seconds:g} s"),))
    live = [at for at in hits if tree.is_code(at)]
    if not live and not launches:
        return FileReport(path)
    module, bodies = lower(tree, path, live)
    module.cells = program.cells
    evaluator = Evaluator([module], [bodies])
    evaluator.until = until
    sites = [*anchors.sites(evaluator, 0), *launch.sites(evaluator, module, launches)]
    sites.sort(key=lambda site: (-1 if site.cell is None else site.cell, site.line, site.column, site.api))
    follower = Evaluator([module], [bodies], follow=True)
    follower.until = until
    wanted = sequences and any(site.models and site.status != "local" for site in sites)
    usages = flow.sequences(follower, 0) if wanted else []
    bounded = evaluator.bounded or follower.bounded
    bodies.close()
    diagnostics = tuple(_diagnostics(module, program, bodies.cut(), bounded=bounded))
    return FileReport(path, tuple(sites), tuple(usages), diagnostics)


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


def read(source: bytes, path: str) -> notebooks.Program:
    """The file as a program; UnreadableError or NotebookError if it cannot be read."""
    if path.endswith(".ipynb"):
        return notebooks.read(source)
    return notebooks.Program(decode(source), (), ())


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
