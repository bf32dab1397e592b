"""Byte prefilter: can this file hold a load site at all, and where?

A file passes where a *distinctive* token (`from_pretrained`) stands in its code, or an ordinary one (`load`,
`pipeline`) of a library that it imports. All names of the tables are looked for at once; then the few that occur are
looked at one by one. A file that passes may still hold nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_

from analyzer import automata
from analyzer.loaders import tables
from analyzer.program import Language

#: Bytes of JavaScript that nobody writes into one file.
_BUNDLE = 500_000
#: How a line starts that holds no code: a comment, or a doctest.
_COMMENT = {
    "python": re.compile(rb"[ \t\r\f\v]*(?:#|>>>|\.\.\.)"),
    "javascript": re.compile(rb"[ \t\r\f\v]*(?://|/?\*)"),
}
#: What stands before a library's name where it is imported.
_BEFORE = {
    "python": re.compile(
        rb"(?:\b(?:from|import)|import(?:_module|__|orskip)\(|\bimport[ \t][\w., \t]*,"
        rb"|[lL]azy\w*\((?:[\w \t\n,\"']|\(\))*[(, \t\n])[ \t\"']*\Z"
    ),
    "javascript": re.compile(rb"[\"'`/:]\Z"),
}
_EDGE = re.compile(rb"\b")
#: What follows the name of a loader that is called or handed on; `__dict__["AutoModel"]` names it as a text.
_CALLED = re.compile(rb"\b[ \t]*(?:[(,)\]:}\"'#]|$|as\b)", re.MULTILINE)
_ENTRY = re.compile(rb"\[")
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
    screen = _screen(language)
    found = screen.search.found(source)
    named = reduce(or_, (screen.words[at].libraries for at in found), 0)
    for word in map(screen.words.__getitem__, found):
        if word.is_alone or word.loads & named:
            is_sure = word.is_alone
            for place in _calls(source, word, language):
                is_sure = is_sure or _is_one_imported(source, screen.roots, word.loads & named, language)
                if not is_sure:
                    break
                yield place


def _calls(source: bytes, word: _Word, language: Language) -> Iterator[int]:
    """Where a loader could be called or handed on, in lines that hold code."""
    at, line_end, is_code = source.find(word.name), -1, True
    while at >= 0:
        if at > line_end:
            is_code = _COMMENT[language].match(source, source.rfind(b"\n", 0, at) + 1) is None
            line_end = source.find(b"\n", at) % (len(source) + 1)  # of the last line: the end of the text
        end = at + len(word.name)
        if is_code and word.after.match(source, end) and _EDGE.match(source, at):
            yield at
        at = source.find(word.name, end if is_code else line_end)


@dataclass(frozen=True, slots=True)
class _Word:
    """A name of the tables. `loads`, `libraries`: which libraries have it as a token, which as their name, in bits.

    `after`: what has to follow where it stands for a loader. `is_alone`: whether that is so whatever is imported.
    """

    name: bytes
    loads: int
    libraries: int
    after: re.Pattern[bytes]
    is_alone: bool


@dataclass(frozen=True, slots=True)
class _Screen:
    """All names of a language's tables as one search."""

    search: automata.Words
    words: tuple[_Word, ...]
    roots: tuple[str, ...]


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
    after = _CALLED if language == "python" else _EDGE
    alone = tokens("", language)
    names = sorted({*loads, *libraries})
    words = [_Word(n.encode(), loads.get(n, 0), libraries.get(n, 0), after, n in alone) for n in names]
    if language == "python":
        words.append(_Word(b"__dict__", (1 << len(found)) - 1, 0, _ENTRY, is_alone=False))
    return _Screen(automata.Words(w.name.decode() for w in words), tuple(words), found)


def _is_one_imported(source: bytes, names: tuple[str, ...], which: int, language: Language) -> bool:
    return any(_is_imported(source, names[at], language) for at in _bits(which))


def _is_imported(source: bytes, root: str, language: Language) -> bool:
    """Whether the library stands in an import; in JavaScript also in the address of a CDN, or in an import map."""
    name, before = root.removeprefix("npm:").encode(), _BEFORE[language]
    at = source.find(name)
    while at >= 0:
        end = at + len(name)
        if _EDGE.match(source, end) and before.search(source, max(0, at - _REACH), at) is not None:
            return True
        at = source.find(name, end)
    return False


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
