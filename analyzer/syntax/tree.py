"""Bytes to a syntax tree, within a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import tree_sitter_javascript
import tree_sitter_python
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

#: Levels of expressions that are read.
MAX_DEPTH = 100
#: Items of one display, or operands of one operator, that are read.
MAX_ITEMS = 5_000
_CHUNK = 1 << 16
#: Below this size parsing takes no callback, and no deadline.
_SMALL = 200_000
#: Seconds for what is smaller than that.
_SOON = 2.0
#: The grammar that never ends on some small texts that do not parse (tree-sitter-typescript 0.23).
_ENDLESS = "tsx"
#: Nodes inside which a loader's name is only text.
_TEXT = frozenset({
    "comment", "string_content", "string_start", "string_end", "escape_sequence", "string",
    "string_fragment", "template_string", "html_comment", "jsx_text", "regex_pattern",
})  # fmt: skip
_GRAMMARS: dict[str, Callable[[], object]] = {
    "python": tree_sitter_python.language,
    "javascript": tree_sitter_javascript.language,
    "typescript": tree_sitter_typescript.language_typescript,
    "tsx": tree_sitter_typescript.language_tsx,
}


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed file; `source` is what offsets refer to."""

    root: Node
    source: bytes
    grammar: str = "python"

    def is_code(self, at: int) -> bool:
        """Whether offset `at` stands in code, not in a comment or a string."""
        node = self.root.descendant_for_byte_range(at, at + 1)
        return node is not None and (node.type not in _TEXT or self._is_name(node, at))

    def is_remark(self, at: int) -> bool:
        """Whether offset `at` stands in a comment, or in a string that is a statement by itself, as docstrings are."""
        node = self.root.descendant_for_byte_range(at, at + 1)
        while node is not None and node.type in _TEXT:
            if node.type in ("comment", "html_comment"):
                return True
            node = node.parent
        return node is not None and node.type == "expression_statement"

    def first_error(self) -> int | None:
        """Where the first place that did not parse begins."""
        todo = [self.root]
        while todo:
            node = todo.pop()
            if node.is_error or node.is_missing:
                return node.start_byte
            todo.extend(child for child in reversed(node.children) if child.has_error)
        return None

    def _is_name(self, node: Node, at: int) -> bool:
        """Whether a string holds nothing but a name: `getattr(x, "from_pretrained")`."""
        if node.type not in ("string_content", "string_fragment") or node.start_byte != at or node.end_byte - at > 60:
            return False
        return self.source[at : node.end_byte].decode("ascii", "replace").isidentifier()


@cache
def language(grammar: str = "python") -> Language:
    return Language(_GRAMMARS[grammar]())


def parse(source: bytes, *, seconds: float, grammar: str = "python") -> Tree | None:
    """Parse; None when it takes longer than `seconds` of processor time.

    Reading through a callback is what makes tree-sitter ask `progress`: given bytes it never does. But the binding
    (0.26) never frees what a callback returns, so small files, which cannot take long, are given as bytes.
    """
    if len(source) < _SMALL and grammar != _ENDLESS:
        return Tree(Parser(language(grammar)).parse(source, encoding="utf8").root_node, source, grammar)
    end = time.thread_time() + (seconds if len(source) >= _SMALL else min(seconds, _SOON))
    parser = Parser(language(grammar))

    def read(at: int, _point: object) -> bytes:
        return source[at : at + _CHUNK]

    def late(_offset: int, _has_error: bool) -> bool:
        return time.thread_time() > end

    try:
        tree = parser.parse(read, encoding="utf8", progress_callback=late)
    except ValueError:  # what the binding raises for a parse that was cut off
        return None
    return Tree(tree.root_node, source, grammar) if tree is not None else None


def _kinds(*names: str) -> frozenset[int]:
    found = (language().id_for_node_kind(name, True) for name in names)
    return frozenset(kind for kind in found if kind is not None)


#: Nodes of Python that say nothing.
EXTRA = _kinds("comment", "line_continuation")
