"""Switches of a file: `USE_LORA = False` at its top, bound nowhere else. What they turn off never runs."""

from __future__ import annotations

import re

from tree_sitter import Node

#: Up to the end of the line; a form in a notebook asks its reader for another value (`#@param`).
_VALUE = re.compile(rb"[ \t]*(?::[ \t]*bool[ \t]*)?=[ \t]*(True|False)[ \t]*(?:#(?![^\n]*@param)[^\n]*)?\r?(?:\n|$)")
#: What can bind a name: `@@` stands for it.
_BOUND = (
    rb"\b(?:global|nonlocal|for|as|import|def|class|del)\s[\w, \t]{0,200}(?<!\w)@@(?!\w)"
    rb"|(?<![\w.])@@\s{0,20}(?:[-+*/|&^%@]|//|\*\*|>>|<<)?=(?!=)"
    rb"|(?<![\w.])@@\s{0,20}:(?:=|[^\n=]{0,200}=(?!=))"
    rb"|(?<![\w.])@@\s{0,20},[^\n()=]{0,200}=(?!=)"
    rb"|(?:\bdef\s+\w+\s*\((?:[^()]|\(\)){0,2000}|\blambda\b[^:\n]{0,200})(?<![\w.])@@(?!\w)"
)
#: Code that may set any name.
_SETS_ANY = re.compile(rb"\b(?:exec|globals|vars|locals)\s*\(|\bimport[ \t]+\*")
#: Parts of a condition within each other.
_MAX_DEPTH = 20
_BOOLS = {"true": True, "false": False}


class Switches:
    """What conditions of one file come out as by its switches alone."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.known: dict[bytes, bool | None] = {}

    def decide(self, condition: Node | None, depth: int = _MAX_DEPTH) -> bool | None:
        """True or false for good; None where something else has a say."""
        if condition is None or not depth:
            return None
        kind = condition.type
        if kind == "identifier":
            return self._of(self.source[condition.start_byte : condition.end_byte])
        if kind == "not_operator" and condition.named_child_count == 1:
            inner = self.decide(condition.named_children[0], depth - 1)
            return None if inner is None else not inner
        if kind == "parenthesized_expression" and condition.named_child_count == 1:
            return self.decide(condition.named_children[0], depth - 1)
        if kind == "boolean_operator":
            return self._combined(condition, depth - 1)
        return _BOOLS.get(kind)

    def _combined(self, condition: Node, depth: int) -> bool | None:
        decisive = condition.children[1].type == "or"
        left = self.decide(condition.child_by_field_name("left"), depth)
        if left is decisive:
            return decisive
        right = self.decide(condition.child_by_field_name("right"), depth)
        if right is decisive:
            return decisive
        return None if left is None or right is None else not decisive

    def _of(self, name: bytes) -> bool | None:
        if name not in self.known:
            self.known[name] = self._found(name)
        return self.known[name]

    def _found(self, name: bytes) -> bool | None:
        at = 0 if self.source.startswith(name) else self.source.find(b"\n" + name) + 1
        value = _VALUE.match(self.source, at + len(name)) if at or self.source.startswith(name) else None
        if value is None or _SETS_ANY.search(self.source):
            return None
        bound = re.finditer(_BOUND.replace(b"@@", re.escape(name)), self.source)
        return value[1] == b"True" if sum(1 for _ in bound) == 1 else None
