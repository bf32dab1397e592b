"""The commands that put a study into figures and pictures: statistics, plot."""

from __future__ import annotations

import click

FORMATS = ("table", "markdown", "json", "csv")
WHAT = ("heatmap", "flow", "distribution", "funnel")

_PATHS = click.argument("paths", metavar="STUDY...", type=click.Path(), nargs=-1, required=True)


@click.command()
@_PATHS
@click.option("-f", "--format", "name", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(), help="File to write.")
def statistics(paths: tuple[str, ...], name: str, output: str | None) -> None:
    """A study (or repositories) in figures.

    \b
    ptmscope statistics study
    ptmscope statistics study -f json | jq '.concentration'

    Models, files, repositories and usages in all, by model, task and library; how ids reach the load sites, and how
    surely; how unevenly models are used; models used together; pinned revisions and trust_remote_code.
    Exit codes: 0 done (also where nothing is found), 2 misuse.
    """
    from ptmscope.collection import repositories
    from ptmscope.destination import writing
    from ptmscope.export.statistics import FORMATS as WRITERS
    from ptmscope.settings import Settings
    from ptmscope.statistics.tables import statistics as statistics_of

    found = statistics_of(repositories(paths, Settings(spawn=True)))
    with writing(output, is_binary=False) as destination:
        WRITERS[name](found, destination)


@click.command()
@_PATHS
@click.option("-o", "--output", "folder", type=click.Path(file_okay=False), required=True, help="Folder of the files.")
@click.option("--what", type=click.Choice(WHAT), multiple=True, help="Only this plot (several may be given).")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
def plot(paths: tuple[str, ...], folder: str, what: tuple[str, ...], quiet: bool) -> None:
    """A study (or repositories) in pictures for papers: SVG, PDF, PNG, and the rows that each draws as CSV.

    \b
    ptmscope plot study -o figures
    ptmscope plot study -o figures --what heatmap

    \b
    heatmap        models against ways of use, by share of usages
    flow           from the library over what is loaded to what is done
    distribution   usages and repositories of models by rank, and how concentrated they are
    funnel         files, from those there are to those whose usage is of a pattern

    The same study gives the same bytes with the same matplotlib. Needs `ptmscope[plot]`. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.collection import repositories
    from ptmscope.plots.pictures import plots, write
    from ptmscope.settings import Settings

    for each in plots(repositories(paths, Settings(spawn=True)), what or WHAT):
        written = write(each, folder)
        if not quiet:
            click.echo(f"{each.name}: {', '.join(written)}", err=True)
