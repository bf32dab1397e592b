"""The commands that put a study into figures and pictures: statistics, plot."""

from __future__ import annotations

import click

FORMATS = ("table", "markdown", "json", "csv")

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
