"""The commands on what recurs: patterns."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ptmscope.options import READING, SCOPE, settings_of, with_options

if TYPE_CHECKING:
    from ptmscope.repositories import Progress

FORMATS = ("table", "json", "jsonl", "csv", "parquet", "markdown")
SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".md": "markdown"}

_PATHS = click.argument("paths", metavar="PATH...", type=click.Path(), nargs=-1, required=True)


@click.command()
@_PATHS
@click.option("-f", "--format", "format_name", type=click.Choice(FORMATS), help="Default: table, or by --output.")
@click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told.")
@with_options(SCOPE, *READING)
def patterns(paths: tuple[str, ...], format_name: str | None, output: str | None, **options: Any) -> None:
    """Which ways of using models recur in repositories (each PATH is one): steps, support, and code that shows them.

    \b
    ptmscope patterns repos/*
    ptmscope patterns repos/* -o patterns.md             with the code of an example each
    ptmscope patterns repos/* --library transformers
    ptmscope patterns repos/* --format jsonl | jq -r '[.name, .support.repositories] | @tsv'

    Usages that do the same, whatever the class or library, are one pattern; what occurs fewer than three times is
    singular. Exit codes: 0 done (also where nothing is found), 2 misuse.
    """
    from ptmscope.destination import writing
    from ptmscope.export.patterns.formats import FORMATS as WRITERS
    from ptmscope.recurring import recurring
    from ptmscope.repositories import repositories

    name = format_name or SUFFIXES.get(os.path.splitext(output or "")[1].lower(), FORMATS[0])
    with writing(output, is_binary=name == "parquet") as destination:
        with _progress(options) as advance:
            found = recurring(repositories(paths, settings_of(options), advance))
        WRITERS[name](found, destination)


@contextmanager
def _progress(options: dict[str, Any]) -> Iterator[Progress | None]:
    from ptmscope.progress import progress

    with progress(is_shown=sys.stderr.isatty() and not options["quiet"]) as advance:
        yield advance
