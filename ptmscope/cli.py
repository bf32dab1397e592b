"""The command line. Only modules of it import click; everything else is imported when a command runs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ptmscope import __version__
from ptmscope.bulk_cli import bulk
from ptmscope.cards_cli import card, drift
from ptmscope.check_cli import check, diff
from ptmscope.errors import Misuse
from ptmscope.evaluation_cli import audit, evaluate
from ptmscope.figures_cli import plot, statistics
from ptmscope.mcp_cli import mcp
from ptmscope.mining_cli import curate, mine
from ptmscope.options import LOOKUPS, READING, SCOPE, settings_of, with_options
from ptmscope.pattern_cli import compare, patterns, study
from ptmscope.release_cli import dataset
from ptmscope.report_cli import report

if TYPE_CHECKING:
    from ptmscope.export.formats import Format
    from ptmscope.findings import Scan

FORMATS = ("table", "json", "jsonl", "csv", "parquet", "markdown")
SCAN_FORMATS = (*FORMATS, "sarif", "cyclonedx", "spdx")
GRAPH_FORMATS = ("json", "graphml", "gexf", "dot", "svg")


def _formats(names: tuple[str, ...]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    told = "Default: table, or by --output."
    return click.option("-f", "--format", "format_name", type=click.Choice(names), help=told)


_COMMON = (
    click.argument("path", type=click.Path()),
    click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told."),
    *READING,
    click.option("--strict", is_flag=True, help="Exit with 1 if a file could not be read or parsed in full."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ptmscope")
def cli() -> None:
    """Finds which pre-trained models a repository loads, and what it does with them.

    \b
    ptmscope scan .                          every model, with its load sites
    ptmscope scan . --format jsonl           one JSON object per load site
    ptmscope sequences app.py --model gpt2   what the file does with gpt2
    ptmscope explain app.py:12               how the ids get to the call on line 12
    ptmscope check .                         what is risky about how they are loaded
    ptmscope diff HEAD~1 .                   which models a change adds, removes, re-pins
    ptmscope graph . --model gpt2 -o g.svg   a picture of how gpt2 is used
    ptmscope patterns repos/*                which ways of use recur
    ptmscope compare gpt2 t5-small --in .    what is done with each, and what differs
    ptmscope study repos/* -o study          all of this in one folder
    ptmscope dataset study -o release        the same as a data set, with splits and tasks
    ptmscope evaluate release                how well recommenders do its tasks
    ptmscope statistics study                the same in figures
    ptmscope plot study -o figures           and in pictures
    ptmscope report study -o report.html     and on a page to look at
    ptmscope card gpt2 --in study            how it is used, for its model card
    ptmscope drift README.md --in study      what a card shows, against what is done
    ptmscope mcp .                           answers to an editor or assistant
    ptmscope mine --help                     code of many repositories, to do the same with
    ptmscope curate corpus                   what of it is no usage to count
    ptmscope bulk data/*.parquet -o found    patterns of each model in data sets of code
    """


cli.add_command(mine)
cli.add_command(curate)
cli.add_command(bulk)
cli.add_command(check)
cli.add_command(diff)
cli.add_command(patterns)
cli.add_command(compare)
cli.add_command(study)
cli.add_command(report)
cli.add_command(evaluate)
cli.add_command(audit)
cli.add_command(dataset)
cli.add_command(statistics)
cli.add_command(plot)
cli.add_command(card)
cli.add_command(drift)
cli.add_command(mcp)


@cli.command()
@with_options(_formats(SCAN_FORMATS), *_COMMON, *LOOKUPS)
def scan(**options: Any) -> None:
    """Every place in PATH (a folder or a file) where Python, JavaScript or TypeScript loads a pre-trained model.

    \b
    ptmscope scan .
    ptmscope scan . --library transformers --model 'bert-*'
    ptmscope scan . --exclude tests/ -o models.csv
    ptmscope scan . --catalog hub_models.jsonl.gz
    ptmscope scan train.ipynb --format jsonl | jq -r '.models[].id'

    PATH is only read, never run. Files that git ignores, vendored folders, copies of libraries (told by their
    files) and virtual environments are left out and counted. A catalog is a file of model ids: JSON Lines as
    the Hub's API gives them, CSV with a column id, or one id per line, packed with gzip or not.

    Exit codes: 0 done, 1 --strict and a file could not be read in full, 2 misuse.
    """
    from ptmscope.export.formats import SCAN

    _run(SCAN, options)


@cli.command()
@with_options(_formats(FORMATS), *_COMMON, SCOPE)
def sequences(**options: Any) -> None:
    """What each file in PATH does with each model: its API calls, in source order.

    \b
    ptmscope sequences .
    ptmscope sequences app.py --model gpt2
    ptmscope sequences . --format jsonl -o usages.jsonl
    ptmscope sequences . --scope project     on into the files that use what another one loads

    Exit codes: 0 done, 1 --strict and a file could not be read in full, 2 misuse.
    """
    from ptmscope.export.formats import SEQUENCES

    _run(SEQUENCES, options)


@cli.command()
@click.argument("place", metavar="PATH:LINE")
@click.option("--root", type=click.Path(), help="The tree that is linked. Default: the repository around PATH.")
@click.option("-f", "--format", "format_name", type=click.Choice(("text", "json")), default="text", show_default=True)
def explain(place: str, root: str | None, format_name: str) -> None:
    """The way of each model id to the call on a line, step by step; and where it is lost, if it is.

    \b
    ptmscope explain app/llm.py:12
    ptmscope explain notebook.ipynb:3:1              cell 3 (all cells count, from 0), line 1
    ptmscope explain app/llm.py:12 --format json

    LINE is any line of the call; paths are shown relative to the root. Exit codes: 0 explained, 1 nothing is loaded
    on that line, 2 misuse.
    """
    from ptmscope.destination import writing
    from ptmscope.explain import explained, nothing_there, target
    from ptmscope.export.explanation import FORMATS as WRITERS

    wanted = target(place, root)
    found = explained(wanted)
    if not found.explanations:
        click.echo(nothing_there(wanted, found), err=True)
        sys.exit(1)
    with writing(None, is_binary=False) as output:
        WRITERS[format_name](found, output)


@cli.command()
@click.argument("paths", metavar="PATH...", type=click.Path(), nargs=-1, required=True)
@click.option("-f", "--format", "format_name", type=click.Choice(GRAPH_FORMATS), help="Default: json, or by --output.")
@click.option("-o", "--output", type=click.Path(), help="File to write; by its ending, the format is told.")
@click.option(
    "--by",
    type=click.Choice(("all", "library", "model", "task")),
    default="all",
    show_default=True,
    help="One graph for each, side by side.",
)
@click.option(
    "--level",
    type=click.Choice(("api", "family", "role")),
    default="api",
    show_default=True,
    help="What a node stands for.",
)
@click.option(
    "--nodes", type=click.IntRange(1), default=40, show_default=True, help="Most nodes of a graph in a picture (svg)."
)
@with_options(SCOPE, *READING)
def graph(paths: tuple[str, ...], format_name: str | None, output: str | None, nodes: int, **options: Any) -> None:
    """How models are used in repositories (each PATH is one), as one graph: API calls, data flow, order.

    \b
    ptmscope graph . --model gpt2 -o gpt2.svg                   a picture, laid out by stage
    ptmscope graph repos/* --model 'bert-base*' -o bert.graphml     for Gephi, yEd, networkx
    ptmscope graph repos/* --by task --level family -f dot | dot -Tpdf > tasks.pdf
    ptmscope graph . --format json | jq '.nodes[].label'

    Nodes and edges are weighted by usages and by distinct repositories, and name places where they are seen.
    Exit codes: 0 done (also where nothing is found), 2 misuse.
    """
    from ptmscope.destination import writing
    from ptmscope.export.graphs.formats import FORMATS as WRITERS
    from ptmscope.graphs import graph as graph_of
    from ptmscope.progress import progress

    suffix = os.path.splitext(output or "")[1][1:].lower()
    name = format_name or (suffix if suffix in GRAPH_FORMATS else GRAPH_FORMATS[0])
    with writing(output, is_binary=False) as destination:
        with progress(is_shown=sys.stderr.isatty() and not options["quiet"]) as advance:
            found = graph_of(paths, settings_of(options), level=options["level"], by=options["by"], progress=advance)
        destination.write(WRITERS[name](found, nodes))
    if not found and not options["quiet"]:
        click.echo("ptmscope: no usage of a model was found that was asked for; the graph is empty", err=True)


def main() -> None:
    """Runs the command line; every error is one line and an exit code."""
    try:
        sys.exit(cli.main(prog_name="ptmscope", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message())
    except Misuse as error:
        _fail(str(error))
    except (click.Abort, KeyboardInterrupt):
        _stop()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at exit
        sys.exit(141)


def _stop() -> NoReturn:
    """Ends at once: the usual way out would wait for the processes to finish their files."""
    from multiprocessing import active_children

    for process in active_children():
        process.kill()
    click.echo("ptmscope: interrupted", err=True)
    os._exit(130)


def _run(formats: tuple[Format, ...], options: dict[str, Any]) -> None:
    from ptmscope.destination import writing
    from ptmscope.pipeline import run
    from ptmscope.progress import progress

    output, quiet = options["output"], options["quiet"]
    chosen = _format(formats, options["format_name"], output)
    with writing(output, is_binary=chosen.is_binary) as destination:
        started = time.monotonic()
        with progress(is_shown=sys.stderr.isatty() and not quiet) as advance:
            findings = run(options["path"], settings_of(options, sequences=chosen.has_usages), advance)
        chosen.write(findings, destination)
    if not quiet:
        _tell(findings, chosen, time.monotonic() - started)
    if options["strict"] and findings.diagnostics:
        sys.exit(1)


def _format(formats: tuple[Format, ...], name: str | None, output: str | None) -> Format:
    """The format asked for, else the one that the output's ending tells, else the first."""
    if name:
        return next(each for each in formats if each.name == name)
    told = [each for each in formats if output and each.suffix and output.lower().endswith(each.suffix)]
    return max(told, key=lambda each: len(each.suffix or ""), default=formats[0])


def _tell(findings: Scan, chosen: Format, seconds: float) -> None:
    """On standard error: what the format itself does not say, and the time."""
    from ptmscope.export.overview import footer, problems

    lines = [] if chosen.has_diagnostics else [*problems(findings), *footer(findings)]
    if findings.lookup.warning:
        lines.append(f"ptmscope: warning: {findings.lookup.warning}")
    for line in lines:
        click.echo(line, err=True)
    click.echo(f"{seconds:.2f} s", err=True)


def _fail(message: str) -> NoReturn:
    from ptmscope.export.output import printable

    click.echo(f"ptmscope: error: {printable(' '.join(message.split()))}", err=True)
    sys.exit(2)
