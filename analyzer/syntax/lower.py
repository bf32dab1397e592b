"""A syntax tree to a `program.Module`: module and class bodies at once, function bodies when something needs them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from tree_sitter import Node

from analyzer.program import Module
from analyzer.syntax import ecma_statements
from analyzer.syntax.statements import Statements
from analyzer.syntax.tree import Tree

_MAX_ERRORS = 50
_MAX_CHANGING = 50
#: A function that binds names outside of it must be read whenever they are.
_GLOBAL = re.compile(rb"^[ \t]+(?:global|nonlocal)[ \t]", re.MULTILINE)


class Bodies:
    """The function bodies of one file that were left out so far. Reads them into the module on demand."""

    def __init__(self, source: bytes, statements: Statements | ecma_statements.Statements) -> None:
        self.source = source
        self.statements = statements
        self.asked: set[tuple[str, int]] = set()
        self.starts: list[tuple[int, int]] = []  # (offset, scope) of the bodies left out, some of them read by now
        self.seen = 0  # scopes that `starts` knows

    def read(self, index: int) -> None:
        """Read the body of scope `index`."""
        if index in self.statements.pending:
            self.statements.lower_body(index)

    def read_mentioning(self, name: str, inside: int) -> None:
        """Read every body within scope `inside` in which the identifier `name` occurs."""
        if not self.statements.pending or (name, inside) in self.asked:
            return
        self.asked.add((name, inside))
        scope = self.statements.scopes[inside]
        self.read_at(self.places(name.encode("utf-8", "surrogatepass"), scope.at, scope.end))

    def mentions(self, name: str, index: int) -> bool:
        """Whether the identifier occurs in scope `index`."""
        scope = self.statements.scopes[index]
        return next(iter(self.places(name.encode("utf-8", "surrogatepass"), scope.at, scope.end)), None) is not None

    def places(self, word: bytes, start: int, stop: int) -> Iterable[int]:
        at = self.source.find(word, start, stop) if word else -1
        while at >= 0:
            end = at + len(word)
            if not _is_word(self.source[at - 1 : at]) and not _is_word(self.source[end : end + 1]):
                yield at
            at = self.source.find(word, end, stop)

    def read_at(self, offsets: Iterable[int]) -> None:
        """Read every body that holds one of the offsets, outer ones first. Bodies left out never nest."""
        for at in offsets:
            while (index := self.holder(at)) is not None:
                self.read(index)

    def holder(self, at: int) -> int | None:
        """The body left out that holds the offset."""
        scopes, pending = self.statements.scopes, self.statements.pending
        if self.seen < len(scopes):
            self.starts += [(scopes[index].at, index) for index in range(self.seen, len(scopes)) if index in pending]
            self.starts.sort()
            self.seen = len(scopes)
        place = bisect_right(self.starts, (at, 1 << 60)) - 1
        while place >= 0 and self.starts[place][1] not in pending:
            del self.starts[place]
            place -= 1
        index = self.starts[place][1] if place >= 0 else -1
        return index if index >= 0 and at < scopes[index].end else None

    def cut(self) -> tuple[str, ...]:
        """Kinds of what was not read: nested too deep, or a display too long."""
        reader = self.statements.reader
        kinds = (("too_deep", reader.truncated), ("too_large", reader.too_large))
        return tuple(kind for kind, is_cut in kinds if is_cut)

    def close(self) -> None:
        """Let go of the syntax tree at once; the collector of reference cycles would keep it for long."""
        self.statements.close()


def lower(tree: Tree, path: str, hits: Iterable[int]) -> tuple[Module, Bodies]:
    """Lower a file; of the functions, only those with a hit inside. The rest comes through `Bodies`."""
    python = tree.grammar == "python"
    statements = Statements(tree.source) if python else ecma_statements.Statements(tree.source)
    statements.module(tree.root)
    bodies = Bodies(tree.source, statements)
    bodies.read_at(hits)
    bodies.read_at(_rebinding(tree.source, statements))
    statements.changed.clear()
    module = Module(
        path,
        statements.scopes,
        _newlines(tree.source),
        _continuation_bytes(tree.source),
        errors=tuple(_errors(tree.root)) if tree.root.has_error else (),
        language="python" if python else "javascript",
        changed=statements.changed,
    )
    return module, bodies


def _rebinding(source: bytes, statements: Statements | ecma_statements.Statements) -> Iterable[int]:
    """Where functions may bind names of the module."""
    if isinstance(statements, Statements):
        rebinds = b"global" in source or b"nonlocal" in source
        return (match.start() for match in _GLOBAL.finditer(source)) if rebinds else ()
    names = sorted(name for name in statements.changing if name.isidentifier())[:_MAX_CHANGING]
    assigned = rf"\b(?:{'|'.join(names)})\s*(?:[?|&+]{{0,2}}=)(?![=>])"
    return (match.start() for match in re.finditer(assigned.encode(), source)) if names else ()


def _errors(root: Node) -> Iterable[tuple[int, int]]:
    """Byte ranges of the outermost ERROR and MISSING nodes."""
    todo, found = [root], 0
    while todo and found < _MAX_ERRORS:
        node = todo.pop()
        if node.is_error or node.is_missing:
            found += 1
            yield node.start_byte, node.end_byte
        elif node.has_error:
            todo.extend(node.children)


def _newlines(source: bytes) -> list[int]:
    return [end - 1 for end in accumulate(len(line) + 1 for line in source.split(b"\n"))][:-1]


def _continuation_bytes(source: bytes) -> list[int]:
    if source.isascii():
        return []
    return [match.start() for match in re.finditer(rb"[\x80-\xbf]", source)]


def _is_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"
