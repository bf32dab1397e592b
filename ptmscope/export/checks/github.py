"""Findings as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from ptmscope.checking import Checked
from ptmscope.export.output import Output, printable
from ptmscope.rules.finding import Finding

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def write(found: Checked, output: Output) -> None:
    for each in found.counted:
        output.write(_command(each) + "\n")


def _command(each: Finding) -> str:
    line = each.line if each.cell is None else 1
    where = "" if each.cell is None else f" (cell {each.cell}, line {each.line})"
    fields = {"file": each.path, "line": str(line), "title": each.rule}
    given = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{_COMMANDS[each.severity]} {given}::{_data(printable(each.message) + where)}"


def _data(text: str) -> str:
    """What the runner undoes: github.com/actions/toolkit, packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
