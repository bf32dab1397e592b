"""What a glance at a file's text tells about its place in a repository: what it imports, which classes it defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from analyzer import automata, gate, headers
from analyzer.commands import notebook_launches, python_launches
from analyzer.commands.launch import Launch
from analyzer.languages import language_of
from analyzer.loaders import tables
from analyzer.syntax import specifiers

_NAME = re.compile(rb"[\w.]+(?:[ \t]+as[ \t]+\w+)?")
_QUOTED = re.compile(rb"[\"']([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)[\"']")
_LATE = automata.Words(("import_module", "__import__", "guard_import", "Lazy", "lazy"), short=0)
_BY_NAME = re.compile(rb"(?:import_module|guard_import)\([\"'](\w+)[\"']\)")
_IMPORTER = re.compile(rb"\b(?:importlib\.)?(?:import_module|__import__)\(")
_BOUND = re.compile(rb"(\w+)[ \t]*=[ \t]*$")
_PICKED = re.compile(rb"getattr\(\s*([\w.]+)(?:\([^()]*\))?\s*,\s*[^\"'\s]")
_MAX_LATE = 200
_MAX_BEFORE = 200  # bytes before a call in which the name is looked for that it is bound to
_ECMA_LATE = re.compile(rb"\bimport[ \t]*\([ \t\n]*[\"'`]([^\"'`\n]+)[\"'`]")
_ECMA_ALL = re.compile(rb"\bexport[ \t]*\*[ \t]*from[ \t]*[\"']([^\"'\n]+)[\"']")
_ECMA_EXPORTED = re.compile(rb"\b(?:export[ \t]+(?:async[ \t]+)?(?:const|let|function)[ \t]+|exports\.)([A-Za-z_]\w*)")
_FUNCTION = re.compile(rb"def[ \t]+(\w+)")
_BASE = re.compile(rb"(?<![=\w.])[\w.]+(?![\w.]*[ \t]*=)")


@dataclass(frozen=True, slots=True)
class Glance:
    """`imports` are dotted names, relative ones with their dots; `classes` are (name, last names of its bases)."""

    path: str
    gated: bool
    imports: tuple[str, ...] = ()
    classes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    launches: tuple[Launch, ...] = ()  # what its code, or the shell lines of a notebook, give to programs
    giving: tuple[str, ...] = ()  # functions that import a library with a table, and return it
    stars: frozenset[str] = frozenset()  # of the imports those of everything: `from x import *`
    picks: bool = False  # whether parts are taken by name out of what is imported by name

    @property
    def roots(self) -> frozenset[str]:
        """The top-level packages that are imported."""
        return frozenset(name.partition(".")[0] for name in self.imports)


def glance(source: bytes, path: str) -> Glance:
    """Looks at the text alone: comments and strings can add names that are not there, which costs time, no truth."""
    if language_of(path) == "javascript":
        return _ecma_glance(source, path)
    imports: dict[str, None] = {}
    stars: set[str] = set()
    for package, names in headers.imports(source):
        imports.update(_named(package, names))
        if b"*" in names:
            stars.add(package.decode())
    is_late = bool(_LATE.found(source))
    if is_late:
        imports.update((name.decode("ascii", "replace"), None) for name in _QUOTED.findall(source)[:_MAX_LATE])
    giving = tuple(_giving(source, imports, is_late=is_late))
    classes = tuple(_class(name, bases) for name, bases in headers.classes(source))
    launches = notebook_launches.launches(source) if path.endswith(".ipynb") else python_launches.launches(source, path)
    picks = is_late and _picks(source)
    return Glance(path, _is_gated(source, path), tuple(imports), classes, launches, giving, frozenset(stars), picks)


def _picks(source: bytes) -> bool:
    """Whether parts are taken out of what is imported by name, by a name that is not written there."""
    modules = set(_late_modules(source)) if b"getattr(" in source else set()
    return bool(modules) and not modules.isdisjoint(_PICKED.findall(source))


def _late_modules(source: bytes) -> Iterator[bytes]:
    """What holds a module that is imported by name: a variable, or the call itself, within `getattr`."""
    for call in _IMPORTER.finditer(source):
        before = source[max(call.start() - _MAX_BEFORE, 0) : call.start()].rpartition(b"\n")[2]
        bound = _BOUND.search(before)
        if bound is not None:
            yield bound[1]
        elif before.endswith(b"getattr("):
            yield call[0][:-1]


@lru_cache(maxsize=1 << 14)
def _named(package: bytes, names: bytes) -> dict[str, None]:
    """The dotted names of an import statement; many files hold the same one."""
    found = _imported(names)
    if not package:
        return dict.fromkeys(map(intern, found))
    start = package.decode() + ("" if package.endswith(b".") else ".")
    all_of = (package.decode(),) if b"*" in names else ()
    return dict.fromkeys(map(intern, (*(start + name for name in found), *all_of)))


@lru_cache(maxsize=1 << 12)
def _class(name: bytes, bases: bytes) -> tuple[str, tuple[str, ...]]:
    return intern(name.decode()), tuple(intern(_last(base)) for base in _BASE.findall(bases))


def _ecma_glance(source: bytes, path: str) -> Glance:
    imports: dict[str, None] = {}
    classes: list[tuple[str, tuple[str, ...]]] = []
    for names, module, name, base in headers.ecma(source):
        if name:
            classes.append((name.decode(), (_last(base),)))
            continue
        root = specifiers.root(module.decode("utf-8", "replace"))
        imports[root] = None
        imports.update((specifiers.member(root, n), None) for n in _imported(names))
    giving = tuple(dict.fromkeys(_ecma_giving(source)))
    return Glance(path, gate.passes(source, "javascript"), tuple(imports), tuple(classes), giving=giving)


def _ecma_giving(source: bytes) -> Iterator[str]:
    """What a file hands out of a library: all of it (`export * from "…"`), or when it is called what it then imports
    (`export const load = () => import("…")`)."""
    named = (name.decode("utf-8", "replace") for name in _ECMA_LATE.findall(source))
    if any(specifiers.root(name).partition(".")[0] in tables().roots for name in named):
        yield from (name.decode() for name in _ECMA_EXPORTED.findall(source))
    for name in _ECMA_ALL.findall(source):
        root = specifiers.root(name.decode("utf-8", "replace")).partition(".")[0]
        yield from sorted(gate.tokens(root, "javascript")) if root in tables().roots else ()


def _giving(source: bytes, imports: Iterable[str], *, is_late: bool) -> Iterator[str]:
    """The functions whose result is a library: `return spacy`, `return import_module("spacy")`."""
    named = {name.decode("ascii", "replace") for name in _BY_NAME.findall(source)} if is_late else set()
    for root in sorted(tables().roots.intersection(named.union(imports))):
        if root in named or b"return " + root.encode() in source:
            for match in _returned(root).finditer(source):
                header = _FUNCTION.match(source, max(0, source.rfind(b"def ", 0, match.start())))
                if header is not None:
                    yield header[1].decode()


@lru_cache(maxsize=256)
def _returned(root: str) -> re.Pattern[bytes]:
    call = rb"(?:(?:importlib\.)?import_module|guard_import)\([\"']%s[\"']\)"
    name = root.encode()
    return re.compile(rb"return (?:%s|%s)[ \t\r]*(?:\n|\Z)" % (name, call % name))


def _is_gated(source: bytes, path: str) -> bool:
    """Whether the file must be read in full: it may hold a load site, or what it holds is not plain text."""
    return path.endswith(".ipynb") or b"\0" in source or gate.passes(source)


def _imported(text: bytes) -> Iterator[str]:
    for found in _NAME.findall(text):
        yield found.partition(b" ")[0].partition(b"\t")[0].decode("ascii", "replace")


def _last(dotted: bytes) -> str:
    return dotted.rpartition(b".")[2].decode("ascii", "replace")
