"""The commands on the models themselves: check, diff."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from ptmscope.options import LOOKUPS, READING, settings_of, with_options

CHECKS = ("table", "json", "sarif", "github")
DIFFERENCES = ("text", "markdown", "json")
SUFFIXES = {".json": "json", ".sarif": "sarif", ".md": "markdown"}


@click.command()
@click.argument("path", type=click.Path())
@click.option("-f", "--format", "format_name", type=click.Choice(CHECKS), help="Default: table, or by --output.")
@click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told.")
@click.option("--severity", multiple=True, metavar="RULE=LEVEL", help="error, warning, note, or off.")
@click.option("--baseline", type=click.Path(), metavar="FILE", help="Findings that were there before: not counted.")
@click.option("--write-baseline", type=click.Path(), metavar="FILE", help="Write what is found as a baseline.")
@click.option("--fail-on", multiple=True, metavar="RULES", help="Rules, or a severity and worse: exit with 1.")
@with_options(*READING, *LOOKUPS)
def check(path: str, format_name: str | None, output: str | None, write_baseline: str | None, **options: Any) -> None:
    """What is risky about the way in which the code in PATH loads models; docs/rules/ has a page for each rule.

    \b
    ptmscope check .
    ptmscope check . --fail-on warning                       in CI
    ptmscope check . --fail-on token-in-code,remote-code --severity unpinned-revision=off
    ptmscope check . --write-baseline models.json && ptmscope check . --baseline models.json
    ptmscope check . -o models.sarif                         for code scanning

    `# ptmscope: ignore[RULE]` on the first line of a call takes a finding back; [tool.ptmscope] of pyproject.toml sets
    severities and what is ignored where (docs/checks.md).
    Exit codes: 0 done, 1 findings that --fail-on names, 2 misuse.
    """
    from ptmscope.checking import checked, failing
    from ptmscope.destination import writing
    from ptmscope.export.checks.formats import FORMATS
    from ptmscope.pipeline import run
    from ptmscope.rules import baseline
    from ptmscope.rules.policy import overridden, policy_of

    given = {"severity": options["severity"], "baseline": options["baseline"], "fail_on": options["fail_on"]}
    policy = overridden(policy_of(path), **given)
    with writing(output, is_binary=False) as destination:
        found = checked(run(path, settings_of(options, sequences=False)), policy)
        FORMATS[format_of(CHECKS, format_name, output)](found, destination)
    if write_baseline:
        with writing(write_baseline, is_binary=False) as destination:
            destination.write(baseline.text(found.findings))
    if found.scan.lookup.warning and not options["quiet"]:
        click.echo(f"ptmscope: warning: {found.scan.lookup.warning}", err=True)
    if failing(found, policy):
        sys.exit(1)


def format_of(formats: tuple[str, ...], name: str | None, output: str | None) -> str:
    """The format asked for, else the one that the output's ending tells, else the first."""
    told = SUFFIXES.get(os.path.splitext(output or "")[1].lower())
    return name or (told if told in formats else formats[0])


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("-f", "--format", "format_name", type=click.Choice(DIFFERENCES), help="Default: text, or by --output.")
@click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if a model changed.")
@with_options(*READING)
def diff(old: str, new: str, format_name: str | None, output: str | None, *, exit_code: bool, **options: Any) -> None:
    """How the models changed from OLD to NEW: added, removed, pinned to other revisions, loaded in other files.

    \b
    ptmscope diff HEAD~1 .                     a git revision against the folder
    ptmscope diff v1.0 v2.0                    two revisions of the repository around the present folder
    ptmscope diff ../release .                 two folders
    ptmscope diff before.jsonl after.jsonl     two saved scans (scan --format jsonl or json)
    ptmscope diff main . -o models.md          for a pull request

    What exists as a path is one. Loads that only moved to other lines of their file are no change.
    Exit codes: 0 done, 1 --exit-code and a model changed, 2 misuse.
    """
    from ptmscope.changes import difference
    from ptmscope.destination import writing
    from ptmscope.export.changes import FORMATS
    from ptmscope.states import sites_of

    settings = settings_of(options, sequences=False)
    with writing(output, is_binary=False) as destination:
        found = difference(sites_of(old, new, settings), sites_of(new, old, settings))
        FORMATS[format_of(DIFFERENCES, format_name, output)](found, destination)
    if exit_code and found.changes:
        sys.exit(1)
