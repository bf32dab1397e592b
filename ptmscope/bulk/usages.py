"""Usages as rows of a table, and back."""

from __future__ import annotations

import json
from typing import NamedTuple

from analyzer.records import CallSequence
from ptmscope import reading
from ptmscope.export import wire
from ptmscope.export.rows import Cell


class UsageRow(NamedTuple):
    """A row of `columns.USAGES`."""

    source: str
    path: str
    cell: int | None
    line: int
    model_id: str
    sequence: str

    @property
    def order(self) -> tuple[str, str, str, int, int, str]:
        """By model, then by where it is."""
        return self.model_id, self.source, self.path, -1 if self.cell is None else self.cell, self.line, self.sequence


def usage_row(source: str, usage: CallSequence) -> tuple[Cell, ...]:
    line = usage.anchors[0].line if usage.anchors else 0
    return UsageRow(source, usage.path, usage.cell, line, usage.model_id, sequence_text(usage))


def sequence_text(usage: CallSequence) -> str:
    return json.dumps(wire.sequence(usage), ensure_ascii=False, separators=(",", ":"))


def sequence_of(text: str) -> CallSequence:
    return reading.sequence(json.loads(text))
