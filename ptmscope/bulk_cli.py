"""The command on data sets of code: bulk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ptmscope.options import SCOPE, with_options

if TYPE_CHECKING:
    from ptmscope.bulk.run import Step
    from ptmscope.engines.work import Engine
    from ptmscope.settings import Settings

ENGINES = ("local", "dask")
#: Broken shards that are told one by one.
TOLD = 10


@click.command()
@click.argument("shards", metavar="SHARD...", nargs=-1, required=True)
@click.option("-o", "--output", "folder", required=True, metavar="FOLDER", help="Where the tables go: a path or URL.")
@click.option("--engine", type=click.Choice(ENGINES), default="local", show_default=True, help="What runs the work.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster. Default: workers of this machine.")
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes. Default: all cores.")
@with_options(SCOPE)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out, as a line of .gitignore does.")
@click.option("--max-file-size", default="10MB", show_default=True, metavar="SIZE", help="Skip larger files.")
@click.option("--include-vendored", is_flag=True, help="Read vendored code too.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
def bulk(
    shards: tuple[str, ...], folder: str, engine: str, scheduler: str | None, jobs: int | None, **options: Any
) -> None:
    """From data sets of code to the patterns of each model, on one machine or a cluster.

    \b
    ptmscope bulk the-stack/*.parquet -o found
    ptmscope bulk 's3://code/part-*.parquet' -o s3://found/2026 --engine dask --scheduler tcp://head:8786

    A SHARD is a file of Parquet, JSON Lines or CSV (gzip, zstd), with files of code in its rows: a path, a URL that
    fsspec knows, or a pattern of these in quotes. The files of a repository in one shard are linked as one project.

    \b
    repositories/ sites/ usages/ diagnostics/     a table for each shard (Parquet)
    patterns/ members/                            ways of use that recur, of each model, and their usages
    bulk.json                                     all of it in figures

    Shards that were read are not read again: the same command goes on where a run was stopped. A shard that cannot
    be read is a diagnostic. All engines write the same bytes.
    Needs `ptmscope[mine]`, for Dask `ptmscope[dask]`. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.bulk.folder import Folder
    from ptmscope.bulk.run import Run
    from ptmscope.bulk.run import bulk as running
    from ptmscope.progress import bars

    if scheduler is not None and engine != "dask":
        raise click.UsageError("--scheduler is for --engine dask")
    is_shown = sys.stderr.isatty() and not options["quiet"]
    with _engine(engine, scheduler, jobs) as chosen, bars(is_shown=is_shown) as advance:
        for step in running(shards, Run(Folder(folder), chosen, advance), _settings(options)):
            for line in () if options["quiet"] else _lines(step):
                click.echo(line, err=True)


@contextmanager
def _engine(name: str, scheduler: str | None, jobs: int | None) -> Iterator[Engine]:
    from ptmscope.engines.local import Local, cores

    if name == "local":
        yield Local(jobs or cores())
        return
    from ptmscope.engines.dask import cluster

    with cluster(scheduler, jobs or cores()) as workers:
        yield workers


def _settings(options: dict[str, Any]) -> Settings:
    from ptmscope.settings import Settings, size

    return Settings(
        jobs=1,
        exclude=options["exclude"],
        max_file_size=size(options["max_file_size"]),
        include_vendored=options["include_vendored"],
        across=options["scope"] == "project",
    )


def _lines(step: Step) -> Iterator[str]:
    used = f"{step.seconds:.1f} s, {step.cpu:.1f} s of processors, largest process {step.peak:.0f} MB"
    yield f"{step.stage}: {step.tasks:,} task{'' if step.tasks == 1 else 's'}: {step.told} ({used})"
    for problem in step.problems[:TOLD]:
        yield f"ptmscope: warning: {problem}"
    if len(step.problems) > TOLD:
        yield f"ptmscope: warning: {len(step.problems) - TOLD:,} more shards are broken: see diagnostics/"
