"""The commands that measure: `ptmscope evaluate`, `ptmscope audit …`."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from ptmscope.options import READING, settings_of, with_options

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
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes. Default: all cores.")
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
    wanted = Wanted(tasks or TASKS, options["split"], systems or SYSTEMS, options["given"], options["jobs"])
    with writing(options["output"], is_binary=False) as destination:
        with progress(is_shown=sys.stderr.isatty() and not options["quiet"]) as advance:
            found = evaluating(options["release"], wanted, advance)
        WRITERS[name](found if name in ("json", "csv") else found.shown(options["by"]), destination)
    if not options["quiet"]:
        for note in found.notes:
            click.echo(f"ptmscope: {note}", err=True)


@click.group()
def audit() -> None:
    """How often a scan is right: a sample of load sites to judge by hand, and what the judgements say.

    \b
    ptmscope audit sample study -n 200 --seed 1 -o sheet.html
    ptmscope audit score labelled.csv -o score.json
    ptmscope dataset study -o release --audit score.json
    """


@audit.command()
@click.argument("paths", metavar="PATH...", type=click.Path(), nargs=-1, required=True)
@click.option("-n", "number", type=click.IntRange(1), default=200, show_default=True, help="Load sites to draw.")
@click.option("--by", default="resolution,library,source", show_default=True, help="Also: status.")
@click.option("--whole-files", is_flag=True, help="Draw files, with all their sites: to look for missing ones.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("-o", "--output", type=click.Path(), required=True, help="sheet.csv or sheet.html.")
@with_options(*READING)
def sample(paths: tuple[str, ...], number: int, by: str, seed: int, output: str, **options: Any) -> None:
    """A stratified random sample of load sites (each PATH is a study or a repository), as a sheet to label.

    \b
    ptmscope audit sample study -n 200 -o sheet.html      label with the keyboard, then download
    ptmscope audit sample study -n 60 --by library -o sheet.csv
    ptmscope audit sample study --whole-files -o files.html

    A row is right if the call does load (or name) a model and all that is said of it is so: the ids that can reach it,
    or that none can be known and why. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.audit import page, sheet
    from ptmscope.audit.sample import sample as drawing
    from ptmscope.audit.sample import whole_files
    from ptmscope.collection import repositories
    from ptmscope.destination import writing

    whole = bool(options.pop("whole_files"))
    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    write = page.write if output.lower().endswith((".html", ".htm")) else sheet.write_csv
    with writing(output, is_binary=False) as destination:
        found = repositories(paths, settings_of(options, sequences=False))
        drawn = whole_files(found, number, seed) if whole else drawing(found, number, dimensions, seed)
        write(sheet.rows(drawn, exhaustive=whole), destination)
    if not options["quiet"]:
        strata = len({each.stratum for each in drawn})
        click.echo(f"ptmscope: {len(drawn):,} load sites drawn, from {strata:,} strata", err=True)


@audit.command()
@click.argument("sheets", metavar="SHEET [SHEET2]", type=click.Path(), nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(), help="File to write. Default: print.")
def score(sheets: tuple[str, ...], output: str | None) -> None:
    """What the labels of one or two annotators say: precision, recall, agreement, as JSON.

    \b
    ptmscope audit score labelled.csv
    ptmscope audit score ada.csv bob.json -o score.json

    Precision by stratum, and over all sites weighted by the sizes of the strata; recall where whole files were drawn;
    Wilson intervals; Cohen's kappa between two annotators. Exit codes: 0 done, 2 misuse.
    """
    import json

    from ptmscope.audit import sheet
    from ptmscope.audit.score import score as scoring
    from ptmscope.destination import writing
    from ptmscope.errors import Misuse

    if len(sheets) > 2:
        raise Misuse("two sheets at most: one for each annotator")
    told = scoring([sheet.read(path) for path in sheets])
    with writing(output, is_binary=False) as destination:
        destination.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
