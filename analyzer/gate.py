"""Byte prefilter: can this file hold a load site at all, and where?

A file passes where a *distinctive* token (`from_pretrained`) stands in its code, or an ordinary one (`load`,
`pipeline`) of a library that it imports. All names of the tables are looked for at once; what may pass then is looked
at library by library. A file that passes may still hold nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from analyzer import automata
from analyzer.loaders import tables
from analyzer.program import Language

#: Bytes of JavaScript that nobody writes into one file.
_BUNDLE = 500_000
#: How a line starts that holds no code.
_COMMENTS: dict[Language, tuple[bytes, ...]] = {
    "python": (b"#", b">>>", b"..."),
    "javascript": (b"//", b"*", b"/*"),
}
#: What stands before a library's name where it is imported.
_BEFORE = {
    "python": re.compile(
        rb"(?:\b(?:from|import)|import_module\(|__import__\(|\bimport[ \t][\w., \t]*,"
        rb"|[lL]azy\w*\((?:[\w \t\n,\"']|\(\))*[(, \t\n])[ \t\"']*\Z"
    ),
    "javascript": re.compile(rb"[\"'`/:]\Z"),
}
_END = re.compile(rb"(?!\w)")
#: Bytes before a name that are looked at.
_REACH = 200
#: Evidence alone, whatever is imported: re-exports and wrappers hide the library.
_ALONE = ("from_pretrained", "from_preset", "from_hparams", "hf_hub_download", "snapshot_download")


def passes(source: bytes, language: Language = "python") -> bool:
    """Whether the file has to be parsed."""
    return next(_hits(source, language), None) is not None


def hits(source: bytes, language: Language = "python") -> tuple[int, ...]:
    """Byte offsets at which a loader may be named, ascending; empty: no load site in this file."""
    return tuple(sorted(set(_hits(source, language))))


def _hits(source: bytes, language: Language) -> Iterator[int]:
    named, is_alone = _screen(language).named(source)
    if is_alone:
        yield from _calls(source, "", language)
    for root in named:
        if _is_imported(source, root, language):
            yield from _calls(source, root, language)


def _calls(source: bytes, root: str, language: Language) -> Iterator[int]:
    for match in _called(root, language).finditer(source):
        if not _is_text(source, match.start(), _COMMENTS[language]):
            yield match.start()


@dataclass(frozen=True, slots=True)
class _Screen:
    """All names of a language's tables as one search. `loads` and `libraries`: bits by the index of the word."""

    words: automata.Words
    roots: tuple[str, ...]
    loads: tuple[int, ...]  # which libraries have it as a token
    libraries: tuple[int, ...]  # which library has it as a name
    all: int

    def named(self, source: bytes) -> tuple[list[str], bool]:
        """The libraries that are named beside one of their tokens; whether a token of all libraries occurs."""
        loads = libraries = 0
        for word in self.words.found(source):
            loads |= self.loads[word]
            libraries |= self.libraries[word]
        return [self.roots[at] for at in _bits(loads & libraries)], loads == self.all


def _bits(number: int) -> Iterator[int]:
    """The places of its ones, ascending."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


@cache
def _screen(language: Language) -> _Screen:
    found = tuple(sorted(roots(language)))
    loads: dict[str, int] = {}
    libraries: dict[str, int] = {}
    for at, root in enumerate(found):
        name = root.removeprefix("npm:")
        libraries[name] = libraries.get(name, 0) | 1 << at
        for token in tokens(root, language):
            loads[token] = loads.get(token, 0) | 1 << at
    words = tuple(sorted({*loads, *libraries}))
    return _Screen(
        automata.Words(words),
        found,
        tuple(loads.get(word, 0) for word in words),
        tuple(libraries.get(word, 0) for word in words),
        (1 << len(found)) - 1,
    )


def _is_imported(source: bytes, root: str, language: Language) -> bool:
    """Whether the library stands in an import; in JavaScript also in the address of a CDN, or in an import map."""
    name, before = root.removeprefix("npm:").encode(), _BEFORE[language]
    at = source.find(name)
    while at >= 0:
        end = at + len(name)
        if _END.match(source, end) and before.search(source, max(0, at - _REACH), at) is not None:
            return True
        at = source.find(name, end)
    return False


@cache
def _called(root: str, language: Language) -> Any:
    """The tokens of a library, where they could be called or handed on."""
    names = "|".join(map(re.escape, sorted(tokens(root, language))))
    if language == "javascript":
        return automata.pattern(rf"\b(?:{names})\b")
    return automata.pattern(rf"(?m)\b(?:{names})\b[ \t]*(?:[(,)\]:}}\"'#]|$|as\b)|\b__dict__\[")


def _is_text(source: bytes, at: int, starts: tuple[bytes, ...]) -> bool:
    """Whether the line is a comment or a doctest: no code, in a string or out of it."""
    start = source.rfind(b"\n", 0, at) + 1
    return source[start:at].lstrip()[:3].startswith(starts)


@cache
def roots(language: Language) -> frozenset[str]:
    """The packages of a language that have a table."""
    return frozenset(root for root in tables().roots if is_npm(root) == (language == "javascript"))


def is_npm(root: str) -> bool:
    """Whether a package is one of npm's: they are written with their scope, or `npm:`."""
    return root.startswith(("@", "npm:"))


@cache
def tokens(root: str, language: Language = "python") -> frozenset[str]:
    """What may name a loader where the library with this import root is imported; "": where none is."""
    own = tables().tokens_of(frozenset({root})) if root else frozenset()
    return own.union(_alone() if language == "python" else _ALONE[:1])


@cache
def _alone() -> frozenset[str]:
    return frozenset(token for token, is_alone in tables().gate_tokens() if is_alone).union(_ALONE)


def mentions(source: bytes, words: tuple[str, ...]) -> Iterator[int]:
    """Offsets of these words."""
    for word in words:
        if (text := word.encode()) in source:
            yield from (match.start() for match in re.finditer(rb"\b" + text + rb"\b", source))


def is_bundle(source: bytes) -> bool:
    """Whether JavaScript is what a bundler made of many files, by its size and the length of its lines."""
    return len(source) > _BUNDLE or (len(source) > _BUNDLE // 5 and source.count(b"\n") * 500 < len(source))
