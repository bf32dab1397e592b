"""Findings for people: by rule and message, with all places, and how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.text import Text

from ptmscope.checking import Checked
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import count, place, problems
from ptmscope.export.table import show
from ptmscope.rules.finding import Finding
from ptmscope.rules.tables import SEVERITIES, Rule, Severity, rules

COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def write(found: Checked, output: Output) -> None:
    """The worst first: of each rule, what it says, and below that where."""
    lines = [line for rule in rules().values() for line in _of_rule(found, rule)]
    show(lines, output)
    show([Text(line) for line in (*problems(found.scan), summary(found))], output)


def _of_rule(found: Checked, rule: Rule) -> Iterator[Text]:
    places: dict[tuple[Severity, str], list[Finding]] = {}
    for each in found.counted:
        if each.rule == rule.id:
            places.setdefault((each.severity, each.message), []).append(each)
    if not places:
        return
    severity = next(iter(places))[0]
    yield Text.assemble((severity, COLOURS[severity]), f"  {rule.id}  ", (rule.help, "dim"))
    for (_, message), there in places.items():
        yield Text(f"  {printable(message)}")
        yield from (Text(f"    {line}", "dim") for line in _places(there))
    yield Text("")


def _places(found: Iterable[Finding]) -> Iterator[str]:
    """`a.py:3, 7, 12`: a line for each file, or cell of a notebook."""
    lines: dict[tuple[str, int | None], list[int]] = {}
    for each in found:
        lines.setdefault((each.path, each.cell), []).append(each.line)
    for (path, cell), numbers in lines.items():
        yield ", ".join((place(path, numbers[0], cell), *map(str, numbers[1:])))


def summary(found: Checked) -> str:
    """`3 findings (1 error, 2 notes); ignored: 1 by a comment, 4 in the baseline.`"""
    severities = Counter(each.severity for each in found.counted)
    kinds = ", ".join(count(severities[name], name) for name in SEVERITIES if severities[name])
    told = f"{count(len(found.counted), 'finding')}{f' ({kinds})' if kinds else ''}"
    ignored = Counter(each.ignored for each in found.findings)
    where = {"comment": "by a comment", "baseline": "in the baseline"}
    parts = ", ".join(f"{ignored[key]:,} {words}" for key, words in where.items() if ignored[key])  # type: ignore[index]
    return f"{told}{f'; ignored: {parts}' if parts else ''}."
