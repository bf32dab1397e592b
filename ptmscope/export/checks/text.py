"""Findings for people: a line each, and how many there are."""

from __future__ import annotations

from collections import Counter

from rich.text import Text

from ptmscope.checking import Checked
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import count, place, problems
from ptmscope.export.table import grid, show
from ptmscope.rules.finding import Finding
from ptmscope.rules.tables import SEVERITIES

COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def write(found: Checked, output: Output) -> None:
    rows = [_row(each) for each in found.counted]
    show([grid(rows)] if rows else [], output)
    show([Text(line) for line in (*problems(found.scan), summary(found))], output)


def summary(found: Checked) -> str:
    """`3 findings (1 error, 2 notes); ignored: 1 by a comment, 4 in the baseline.`"""
    severities = Counter(each.severity for each in found.counted)
    kinds = ", ".join(count(severities[name], name) for name in SEVERITIES if severities[name])
    told = f"{count(len(found.counted), 'finding')}{f' ({kinds})' if kinds else ''}"
    ignored = Counter(each.ignored for each in found.findings)
    where = {"comment": "by a comment", "baseline": "in the baseline"}
    parts = ", ".join(f"{ignored[key]:,} {words}" for key, words in where.items() if ignored[key])  # type: ignore[index]
    return f"{told}{f'; ignored: {parts}' if parts else ''}."


def _row(each: Finding) -> tuple[str | Text, ...]:
    where = place(each.path, each.line, each.cell)
    return where, Text(each.severity, COLOURS[each.severity]), each.rule, Text(printable(each.message))
