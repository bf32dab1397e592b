"""The commands on what recurs: patterns, compare, study."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ptmscope.options import READING, SCOPE, settings_of, with_options

if TYPE_CHECKING:
    from ptmscope.collection import Progress

FORMATS = ("table", "json", "jsonl", "csv", "parquet", "markdown")
SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".md": "markdown", ".svg": "svg"}

STEPS = ("tables", "statistics", "graphs", "patterns", "models")
COMPARISONS = ("table", "json", "markdown", "svg")

_PATHS = click.argument("paths", metavar="PATH...", type=click.Path(), nargs=-1, required=True)


@click.command()
@_PATHS
@click.option("-f", "--format", "format_name", type=click.Choice(FORMATS), help="Default: table, or by --output.")
@click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told.")
@with_options(SCOPE, *READING)
def patterns(paths: tuple[str, ...], format_name: str | None, output: str | None, **options: Any) -> None:
    """Which ways of using models recur in repositories (each PATH is one, or a study): steps, support, code for each.

    \b
    ptmscope patterns repos/*
    ptmscope patterns repos/* -o patterns.md             with the code of an example each
    ptmscope patterns repos/* --library transformers
    ptmscope patterns repos/* --format jsonl | jq -r '[.name, .support.repositories] | @tsv'

    Usages that do the same, whatever the class or library, are one pattern; what occurs fewer than three times is
    singular. Exit codes: 0 done (also where nothing is found), 2 misuse.
    """
    from ptmscope.collection import repositories
    from ptmscope.destination import writing
    from ptmscope.export.patterns.formats import FORMATS as WRITERS
    from ptmscope.recurring import recurring

    name = _format(FORMATS, format_name, output)
    with writing(output, is_binary=name == "parquet") as destination:
        with _progress(options) as advance:
            found = recurring(repositories(paths, settings_of(options), advance))
        WRITERS[name](found, destination)


@click.command()
@click.argument("names", metavar="NAME NAME...", nargs=-1, required=True)
@click.option(
    "--in", "paths", type=click.Path(), multiple=True, required=True, metavar="PATH", help="A repository, or a study."
)
@click.option("--by", type=click.Choice(("model", "task", "library")), default="model", show_default=True)
@click.option("-f", "--format", "format_name", type=click.Choice(COMPARISONS), help="Default: table, or by --output.")
@click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told.")
@with_options(SCOPE, *READING)
def compare(
    names: tuple[str, ...], paths: tuple[str, ...], by: str, format_name: str | None, output: str | None, **options: Any
) -> None:
    """What is done with each of several models, tasks or libraries (NAME, globs), and how that differs.

    \b
    ptmscope compare 'bert-*' 'roberta-*' --in repo1 --in repo2
    ptmscope compare causal-lm seq2seq-lm --by task --in study
    ptmscope compare transformers sentence_transformers --by library --in study -o compared.svg

    Patterns that the sides share and that are distinctive of one, the divergence of their call transitions (with the
    interval that 95% of draws of repositories lie in), roles and arguments, and models used together in a file:
    alternatives (loaded by one call), stages (one call takes both), or side by side.
    Exit codes: 0 done (also where nothing is found), 2 misuse.
    """
    from ptmscope.collection import repositories
    from ptmscope.comparing import comparing
    from ptmscope.destination import writing
    from ptmscope.export.comparison.formats import FORMATS as WRITERS

    name = _format(COMPARISONS, format_name, output)
    with writing(output, is_binary=False) as destination:
        with _progress(options) as advance:
            found = comparing(repositories(paths, settings_of(options), advance), names, by)
        WRITERS[name](found, destination)


@click.command()
@_PATHS
@click.option("-o", "--output", "folder", type=click.Path(file_okay=False), required=True, help="Folder of the study.")
@click.option("--step", "steps", type=click.Choice(STEPS), multiple=True, help="Only this step (several may be given).")
@with_options(SCOPE, *READING)
def study(paths: tuple[str, ...], folder: str, steps: tuple[str, ...], **options: Any) -> None:
    """Everything about repositories (each PATH is one) in one folder: tables, graphs, patterns, models compared.

    \b
    ptmscope study repos/* -o study
    ptmscope study repos/* -o study --step patterns
    ptmscope patterns study --model 'bert-*'        what other commands say of the same repositories

    \b
    repositories/*.jsonl                      load sites and call sequences of each
    sites.parquet calls.parquet               the same as tables
    statistics.json                           the same in figures
    graph.json graph.svg libraries.svg        how models are used, over all and by library
    patterns.parquet .jsonl .md               ways of use that recur; members.parquet: of which each usage is one
    models.json models.svg                    the commonest models compared

    What is there is not done again: a run that was stopped goes on, and a later one adds its repositories to those
    there are. Delete the file of a repository that has changed, or that is to be left out.
    Needs `ptmscope[parquet]`. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.study import study as studying

    with _progress(options) as advance:
        for line in studying(paths, folder, settings_of(options), steps or STEPS, advance):
            if not options["quiet"]:
                click.echo(line, err=True)


def _format(formats: tuple[str, ...], name: str | None, output: str | None) -> str:
    """The format asked for, else the one that the output's ending tells, else the first."""
    told = SUFFIXES.get(os.path.splitext(output or "")[1].lower())
    return name or (told if told in formats else formats[0])


@contextmanager
def _progress(options: dict[str, Any]) -> Iterator[Progress | None]:
    from ptmscope.progress import progress

    with progress(is_shown=sys.stderr.isatty() and not options["quiet"]) as advance:
        yield advance
