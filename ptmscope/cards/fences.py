"""Blocks of code in Markdown. The only importer of markdown-it-py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt


@dataclass(frozen=True, slots=True)
class Block:
    """`language` as it is written, in lower case, "" where none is; `line` is that of the first line of code."""

    language: str
    line: int
    code: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced and the indented ones, in order."""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type in ("fence", "code_block"):
            start = token.map[0] if token.map else 0
            words = token.info.strip().strip("{}.").lower().split()
            yield Block(words[0] if words else "", start + (2 if token.type == "fence" else 1), token.content)


def headings(text: str) -> set[int]:
    """The lines on which a heading begins, from 1."""
    tokens = MarkdownIt("commonmark").parse(text)
    return {token.map[0] + 1 for token in tokens if token.type == "heading_open" and token.map}
