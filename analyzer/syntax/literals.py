"""Numbers, constants and strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from analyzer.program import Constant, Expression, Joined, Opaque, Text
from analyzer.program import number as in_range

if TYPE_CHECKING:
    from analyzer.syntax.expressions import Expressions

_CONSTANTS = {"true": True, "false": False, "none": None, "ellipsis": None}
_MAX_TEXT = 4_000
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\\'\"nrtabfv0\n]))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])


def number(reader: Expressions, node: Node) -> Expression:
    text = reader.source[node.start_byte : node.end_byte]
    try:
        return Constant(int(text), node.start_byte) if len(text) < 18 else Constant(0, node.start_byte)
    except ValueError:
        return _real(reader, text, node.start_byte)


def _real(reader: Expressions, text: bytes, at: int) -> Expression:
    try:
        return in_range(float(text), at)
    except ValueError:
        return Opaque("unsupported_syntax", at)


def constant(reader: Expressions, node: Node) -> Expression:
    return Constant(_CONSTANTS[node.type], node.start_byte)


def string(reader: Expressions, node: Node) -> Expression:
    at = node.start_byte
    parts: list[Expression] = []
    for child in node.children:
        kind = child.type
        if kind == "string_content":
            parts.append(Text(_content(reader, child, node), at))
        elif kind == "interpolation":
            inner = child.named_children
            parts.append(reader.expression(inner[0]) if inner else Opaque("unsupported_syntax", at))
    if not parts:
        return Text("", at)
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Text) else Joined(tuple(parts), at)


def _content(reader: Expressions, node: Node, string: Node) -> str:
    raw = reader.source[node.start_byte : min(node.end_byte, node.start_byte + _MAX_TEXT)]
    text = raw.decode("utf-8", "replace")
    prefix = reader.source[string.start_byte : string.start_byte + 3].lower()
    if b"\\" not in raw or b"r" in prefix.split(b'"')[0].split(b"'")[0]:
        return text
    return _ESCAPE.sub(_unescaped, text)


def concatenated(reader: Expressions, node: Node) -> Expression:
    parts = reader.all(node.named_children)
    if all(isinstance(part, Text) for part in parts):
        return Text("".join(part.value for part in parts if isinstance(part, Text)), node.start_byte)
    return Joined(parts, node.start_byte)
