"""The command that makes a data set of a study: `ptmscope dataset`."""

from __future__ import annotations

import click


@click.command()
@click.argument("study", type=click.Path(exists=True, file_okay=False))
@click.option(
    "-o", "--output", "folder", type=click.Path(file_okay=False), required=True, help="Folder of the release."
)
@click.option("--folds", type=click.IntRange(2), default=10, show_default=True, help="Of kfold and clone_disjoint.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides between groups of one size.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
def dataset(study: str, folder: str, folds: int, seed: int, quiet: bool) -> None:
    """A study as a data set for others, in a folder of its own: tables, splits, tasks, a card.

    \b
    ptmscope study repos/* -o study
    ptmscope dataset study -o release
    """
    from ptmscope.release.folder import Choices, release
    from ptmscope.release.splits import Options

    for line in release(study, folder, Choices(Options(folds, seed))):
        if not quiet:
            click.echo(line, err=True)
