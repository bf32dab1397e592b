"""Byte prefilter: can this file hold a load site at all, and where?

Two tests decide. A *distinctive* token (`from_pretrained`) is evidence alone; an ordinary one (`load`, `pipeline`)
counts only in a file that imports a library whose table has it. A file that passes may still hold nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import re2

from analyzer.loaders import tables
from analyzer.program import Language

#: Imported for much else than loading models: their loaders count, not their import.
_COMMON = frozenset({"torch", "torchvision", "torchaudio", "keras", "langchain_core"})
#: Bytes of JavaScript that nobody writes into one file.
_BUNDLE = 500_000
#: How a line starts that holds no code.
_COMMENTS: dict[Language, tuple[bytes, ...]] = {
    "python": (b"#", b">>>", b"..."),
    "javascript": (b"//", b"*", b"/*"),
}
#: Statements at the start of a line, also of a line in a notebook's JSON.
_IMPORT = re.compile(
    rb"[ \t]*\"?[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n;#(\\\"]*)|import[ \t]+([^\n;#\\\"]+))"
)
_CLASS = re.compile(rb"[ \t]*\"?[ \t]*class[ \t]+(\w+)[ \t]*\(([^)]*)\)")
#: Evidence alone, whatever is imported: re-exports and wrappers hide the library.
_ALONE = ("from_pretrained", "from_preset", "from_hparams", "hf_hub_download", "snapshot_download")


def hits(source: bytes, language: Language = "python") -> tuple[int, ...]:
    """Byte offsets at which a loader may be named, ascending; empty: no load site in this file."""
    return tuple(sorted(set(_hits(source, language))))


def _hits(source: bytes, language: Language) -> Iterator[int]:
    evidence, imports = (_evidence, _imports) if language == "python" else (_ecma_evidence, _ecma_imports)
    if evidence().search(source) is None:
        return
    named = {match.group(1).decode() for match in imports().finditer(source)}
    roots = {name if language == "python" else _ecma_root(name) for name in named} or {""}
    for root in roots:
        for match in _pattern(root, language).finditer(source):
            if not _is_text(source, match.start(), _COMMENTS[language]):
                yield match.start()


def mentions(source: bytes, words: tuple[str, ...]) -> Iterator[int]:
    """Offsets of these words."""
    for word in words:
        if (text := word.encode()) in source:
            yield from (match.start() for match in re.finditer(rb"\b" + text + rb"\b", source))


def is_bundle(source: bytes) -> bool:
    """Whether JavaScript is what a bundler made of many files, by its size and the length of its lines."""
    return len(source) > _BUNDLE or (len(source) > _BUNDLE // 5 and source.count(b"\n") * 500 < len(source))


def _is_text(source: bytes, at: int, starts: tuple[bytes, ...]) -> bool:
    """Whether the line is a comment or a doctest: no code, in a string or out of it."""
    start = source.rfind(b"\n", 0, at) + 1
    return source[start:at].lstrip()[:3].startswith(starts)


def passes(source: bytes, language: Language = "python") -> bool:
    """Whether the file has to be parsed."""
    return next(_hits(source, language), None) is not None


@cache
def roots(language: Language) -> frozenset[str]:
    """The packages of a language that have a table."""
    return frozenset(root for root in tables().roots if is_npm(root) == (language == "javascript"))


def is_npm(root: str) -> bool:
    """Whether a package is one of npm's: they are written with their scope, or `npm:`."""
    return root.startswith(("@", "npm:"))


@cache
def _alone() -> tuple[str, ...]:
    distinctive = {token for token, alone in tables().gate_tokens() if alone}
    return tuple(sorted(distinctive.union(_ALONE)))


def _compile(pattern: bytes) -> Any:
    """A pattern with room for its automaton: re2 falls back to something slow, and says so on stderr, without."""
    options = re2.Options()
    options.max_mem = 1 << 26
    options.log_errors = False
    return re2.compile(pattern, options)


@cache
def _evidence() -> Any:
    """A distinctive token, or the import of a library with a table."""
    libraries = "|".join(sorted(roots("python") - _COMMON))
    named = "|".join(
        map(re.escape, sorted({t for root in _COMMON & roots("python") for t in tokens(root)} - {*_alone()}))
    )
    imported = rf"\b(?:from|import)[ \t]+(?:[\w., \t]+,[ \t]*)?(?:{libraries})\b"
    dynamic = rf"\b(?:import_module|__import__)\([ \t]*[\"'](?:{libraries})\b"
    called = rf"\b(?:{named})\b[ \t]*\("
    return _compile(rf"\b(?:{'|'.join(_alone())})\b|{imported}|{dynamic}|{called}".encode())


@cache
def _imports() -> Any:
    """The libraries with a table that the file imports, one a match."""
    libraries = "|".join(sorted(roots("python")))
    start = r"(?:\bfrom|\bimport|import_module\(|__import__\(|\bimport[ \t][\w., \t]*,)"
    return _compile(rf"{start}[ \t\"']*({libraries})\b".encode())


@cache
def _ecma_evidence() -> Any:
    """`from_pretrained`, or the name of a package with a table in a string."""
    return _compile(rf"\bfrom_pretrained\b|[\"'`/:](?:{_ecma_names()})\b".encode())


@cache
def _ecma_imports() -> Any:
    return _compile(rf"[\"'`/:]({_ecma_names()})\b".encode())


def _ecma_names() -> str:
    """As they stand in an import, a CDN's address or an import map."""
    return "|".join(re.escape(root.removeprefix("npm:")) for root in sorted(roots("javascript")))


def _ecma_root(name: str) -> str:
    return name if name.startswith("@") else "npm:" + name


@cache
def tokens(root: str, language: Language = "python") -> frozenset[str]:
    """What may name a loader where the library with this import root is imported; "": where none is."""
    own = tables().tokens_of(frozenset({root})) if root else frozenset()
    return own.union(_alone() if language == "python" else _ALONE[:1])


@cache
def _pattern(root: str, language: Language) -> Any:
    """These names, where they could be called or handed on."""
    names = sorted(tokens(root, language))
    if language == "javascript":
        return _compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b".encode())
    return _compile(rf"(?m)\b(?:{'|'.join(map(re.escape, names))})\b[ \t]*(?:[(,)\]:}}\"'#]|$|as\b)".encode())


def imports(source: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(package, names) of each `from … import`, (b"", modules) of each `import`, at the start of a line."""
    for match in _at_lines(source, b"import", _IMPORT):
        yield match[1] or b"", match[2] or match[3] or b""


def classes(source: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, bases) of each class header at the start of a line."""
    for match in _at_lines(source, b"class ", _CLASS):
        yield match[1], match[2]


def _at_lines(source: bytes, word: bytes, statement: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """The statements at the start of lines that hold the word, one a line."""
    at = source.find(word)
    while at >= 0:
        match = statement.match(source, source.rfind(b"\n", 0, at) + 1)
        if match is not None:
            yield match
        end = source.find(b"\n", max(at, match.end() if match is not None else 0))
        at = source.find(word, end) if end >= 0 else -1


def ecma_headers(source: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """(names, module) of imports and re-exports, (name, base) of classes; the others are empty."""
    for match in _ecma_headers().finditer(source):
        names, module, called, name, base = match.groups()
        yield names or b"", module or called or b"", name or b"", base or b""


@cache
def _ecma_headers() -> Any:
    taken = r"(?:\{([^{}]*)\}[ \t\n]*)?\bfrom[ \t]*[\"']([^\"'\n]+)[\"']"
    called = r"(?:\brequire|\bimport)[ \t]*\(?[ \t]*[\"']([^\"'\n]+)[\"']"
    header = r"\bclass[ \t]+([\w$]+)(?:<[^<>{}]*>)?[ \t]+extends[ \t]+([\w$.]+)"
    return _compile(rf"{taken}|{called}|{header}".encode())
