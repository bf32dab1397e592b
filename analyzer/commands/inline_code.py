"""Python code on a command line or in a here-document, with the environment that the command has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer import source
from analyzer.commands.expansion import Known
from analyzer.commands.shell import Run
from analyzer.commands.sites import Place, placed, shifted
from analyzer.records import LoadSite

_READ = re.compile(r"\bos\.(?:environ\[[\"'](\w+)[\"']\]|(?:environ\.get|getenv)\([\"'](\w+)[\"'](?:,[^()]*)?\))")


def sites(run: Run, index: int, where: Place) -> Iterator[LoadSite]:
    """The sites of `python -c "…"`, at the line of the command."""
    given = run.words[index] if index < len(run.words) else ()
    if len(given) == 1 and given[0] is not None:
        code, used = _in_environment(given[0].text, dict(run.environment))
        seconds = where.budget.seconds
        if not seconds:
            return
        report = source.analyze_source(code.encode(), where.path, sequences=False, seconds=seconds)
        line, _ = where.of(given[0].at, "")
        for site in report.sites:
            here = shifted(site, where.path, line)
            yield replace(here, models=tuple(placed(ref, used, where) for ref in here.models))


def _in_environment(code: str, variables: dict[str, Known]) -> tuple[str, dict[str, Known]]:
    """Code with the values of the variables that it reads, and these by their text."""
    used: dict[str, Known] = {}

    def value(read: re.Match[str]) -> str:
        known = variables.get(read[1] or read[2])
        if known is None or "*" in known.text:
            return read[0]
        used[known.text] = known
        return repr(known.text)

    return _READ.sub(value, code), used
