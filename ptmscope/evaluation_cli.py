"""The commands that measure: `ptmscope evaluate`, `ptmscope audit …`."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

TASKS = ("next_call", "complete_usage", "api_for_model", "model_for_code")
SPLITS = ("clone_disjoint", "kfold", "time", "leave_one_out")
SYSTEMS = ("popularity", "ngram", "neighbours", "patterns")
FORMATS = ("table", "json", "markdown", "csv")
SUFFIXES = {".json": "json", ".md": "markdown", ".csv": "csv"}


@click.command()
@click.argument("release", type=click.Path())
@click.option("--task", "tasks", type=click.Choice(TASKS), multiple=True, help="Default: all of them.")
@click.option("--split", type=click.Choice(SPLITS), default=SPLITS[0], show_default=True)
@click.option("--system", "systems", type=click.Choice(SYSTEMS), multiple=True, help="Default: all of them.")
@click.option("--predictions", "given", multiple=True, metavar="NAME=FILE", help="What another system recommends.")
@click.option("--by", type=click.Choice(("configuration", "library")), multiple=True, help="Also in parts (in text).")
@click.option("-f", "--format", "format_name", type=click.Choice(FORMATS), help="Default: table, or by --output.")
@click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
def evaluate(tasks: tuple[str, ...], systems: tuple[str, ...], **options: Any) -> None:
    """How well recommenders do the tasks of a data set (RELEASE, as ptmscope dataset writes it).

    \b
    ptmscope evaluate release
    ptmscope evaluate release --task next_call --split kfold -o next.csv
    ptmscope evaluate release --predictions mine=predictions.jsonl

    Each fold of the split is asked of systems that have learned from the others. Success, precision and recall at 1, 5,
    10, 15 and 20, and the mean reciprocal rank, with intervals that hold 95% of draws of repositories; each two systems
    are tested against each other. The text formats show some of it, json and csv all.

    Predictions are JSON Lines: {"id": task, "predictions": [the best, …]}. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.destination import writing
    from ptmscope.evaluation.evaluate import Wanted
    from ptmscope.evaluation.evaluate import evaluate as evaluating
    from ptmscope.export.evaluation.formats import FORMATS as WRITERS
    from ptmscope.progress import progress

    told = SUFFIXES.get(os.path.splitext(options["output"] or "")[1].lower())
    name = options["format_name"] or told or FORMATS[0]
    wanted = Wanted(tasks or TASKS, options["split"], systems or SYSTEMS, options["given"])
    with writing(options["output"], is_binary=False) as destination:
        with progress(is_shown=sys.stderr.isatty() and not options["quiet"]) as advance:
            found = evaluating(options["release"], wanted, advance)
        WRITERS[name](found if name in ("json", "csv") else found.shown(options["by"]), destination)
    if not options["quiet"]:
        for note in found.notes:
            click.echo(f"ptmscope: {note}", err=True)
