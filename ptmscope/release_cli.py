"""The command that makes a data set of a study: `ptmscope dataset`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ptmscope.errors import Misuse

if TYPE_CHECKING:
    from ptmscope.release.facts import Choices


#: Tools of others.
TOOLS = ("focus", "pam")


@click.command()
@click.argument("study", type=click.Path(file_okay=False))
@click.option("-o", "--output", "folder", type=click.Path(file_okay=False), required=True, help="A folder to make.")
@click.option("--name", default="ptmscope-release", show_default=True, help="Of the data set, in its card.")
@click.option("--licence", metavar="SPDX", help="Of the compilation. Code in it stays under its own.")
@click.option("--url", help="Where it will be.")
@click.option("--cite", metavar="TEXT", help="How to cite it.")
@click.option("--published", metavar="DATE", help="Of publication, such as 2026-11-30.")
@click.option("--folds", type=click.IntRange(2), default=10, show_default=True, help="Of kfold and clone_disjoint.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides between groups of one size.")
@click.option("--dates", type=click.Path(), metavar="CSV", help="source,date: when repositories were last changed.")
@click.option("--audit", type=click.Path(), metavar="JSON", help="What `ptmscope audit score` wrote, for the card.")
@click.option("--for", "tool", type=click.Choice(TOOLS), help="Instead, the files that this tool reads.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
def dataset(study: str, folder: str, tool: str | None, quiet: bool, **options: Any) -> None:
    """A study as a data set for others, in a folder of its own: tables, splits, tasks, a card.

    \b
    ptmscope study repos/* -o study
    ptmscope dataset study -o release --licence CC-BY-4.0 --audit score.json
    ptmscope dataset study -o focus --for focus         one text file for each repository, as FOCUS reads it
    ptmscope dataset study -o pam --for pam             ARFF, one file for each library, as PAM and UP-Miner read it
    python -c 'import datasets; print(datasets.load_dataset("release", "sequences"))'

    \b
    README.md croissant.json release.json      what it is, for people, for machines, for running it again
    data/*.parquet                             load sites, resolutions, sequences, calls, graphs, patterns, …
    splits.parquet                             folds: by repository, by time, clones kept together
    tasks/*.jsonl                              next_call, complete_usage, api_for_model, model_for_code

    Code is included only where its licence is known and permits it; else its place is. Every split is checked for what
    leaks across it. The same study gives the same bytes. Needs `ptmscope[parquet,mine]`. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.release.folder import release
    from ptmscope.release.tools import for_tool

    for line in for_tool(study, folder, tool) if tool else release(study, folder, _choices(**options)):
        if not quiet:
            click.echo(line, err=True)


def _choices(*, folds: int, seed: int, dates: str | None, audit: str | None, **told: Any) -> Choices:
    from ptmscope.release.dates import read_dates
    from ptmscope.release.facts import Choices
    from ptmscope.release.splits import Options

    dated = {} if dates is None else read_dates(dates)
    return Choices(**told, split=Options(folds, seed), dates=dated, audit=None if audit is None else _read(audit))


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError, RecursionError) as error:
        raise Misuse(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise Misuse(f"{path}: not one JSON object")
    return found
