"""The command that puts a study on pages: report."""

from __future__ import annotations

import os
import sys

import click

#: More models are told to go on a site.
MANY = 500

_PATHS = click.argument("paths", metavar="STUDY...", type=click.Path(), nargs=-1, required=True)


@click.command()
@_PATHS
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="One page that holds everything.")
@click.option("--site", type=click.Path(file_okay=False), metavar="DIR", help="A folder of linked pages.")
@click.option("--title", help="Default: the names of what is reported on.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
def report(paths: tuple[str, ...], output: str | None, site: str | None, title: str | None, quiet: bool) -> None:
    """A study (or repositories) to look at in a browser: models, how each is used, patterns, any two compared.

    \b
    ptmscope report study -o report.html
    ptmscope report study --site report            for large studies: open report/index.html

    The page holds all it needs, a page of the site loads what it shows from beside it; nothing is asked of the network.
    Code is shown where its licence lets others do so. Needs `ptmscope[report]`. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.destination import writing
    from ptmscope.errors import Misuse
    from ptmscope.progress import progress
    from ptmscope.report.bundle import require_plotly

    if (output is None) == (site is None):
        raise Misuse("give either --output FILE or --site DIR")
    require_plotly()

    from ptmscope.report import page
    from ptmscope.report import site as pages
    from ptmscope.report.material import material
    from ptmscope.settings import Settings

    found = material(paths, Settings(spawn=True))
    name = title or ", ".join(os.path.basename(os.path.realpath(path)) for path in paths)
    if site is not None:
        with progress(is_shown=sys.stderr.isatty() and not quiet) as advance:
            pages.write(found, name, site, advance)
        return
    if len(found.models) > MANY and not quiet:
        click.echo(f"ptmscope: {len(found.models):,} models on one page; --site DIR opens faster", err=True)
    with writing(output, is_binary=False) as destination:
        page.write(found, name, destination)
