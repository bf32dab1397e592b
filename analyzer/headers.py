"""Imports and class headers in the text of a file, before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from analyzer import automata

#: Statements at the start of a line, also of a line in a notebook's JSON.
_IMPORT = re.compile(
    rb"[ \t]*\"?[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n;#(\\\"]*)|import[ \t]+([^\n;#\\\"]+))"
)
_CLASS = re.compile(rb"[ \t]*\"?[ \t]*class[ \t]+(\w+)[ \t]*\(([^)]*)\)")


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


def ecma(source: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """(names, module) of imports, re-exports and workers that are started, (name, base) of classes; the others are
    empty."""
    for match in _ecma_header().finditer(source):
        names, module, called, started, name, base = match.groups()
        yield names or b"", module or called or started or b"", name or b"", base or b""


@cache
def _ecma_header() -> Any:
    taken = r"(?:\{([^{}]*)\}[ \t\n]*)?\bfrom[ \t]*[\"']([^\"'\n]+)[\"']"
    called = r"(?:\brequire|\bimport)[ \t]*\(?[ \t]*[\"']([^\"'\n]+)[\"']"
    started = r"\b(?:URL|Worker)[ \t]*\([ \t\n]*[\"']([./][^\"'\n]+)[\"']"
    header = r"\bclass[ \t]+([\w$]+)(?:<[^<>{}]*>)?[ \t]+extends[ \t]+([\w$.]+)"
    return automata.pattern(rf"{taken}|{called}|{started}|{header}")
