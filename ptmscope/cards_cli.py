"""The commands on model cards: card, drift."""

from __future__ import annotations

import os
import sys

import click

DRIFT_FORMATS = ("table", "json", "jsonl", "markdown")

_IN = click.option(
    "--in", "paths", type=click.Path(), multiple=True, required=True, metavar="PATH", help="A study, or a repository."
)


@click.command()
@click.argument("model")
@_IN
@click.option(
    "-o", "--output", type=click.Path(), help="The card: a new one, or one there is. Default: print a new one."
)
def card(model: str, paths: tuple[str, ...], output: str | None) -> None:
    """How a model is used in repositories, as a section of its model card.

    \b
    ptmscope card openai-community/gpt2 --in study -o README.md
    ptmscope card all-MiniLM-L6-v2 --in study

    Ways of use with their share of repositories and an example each, models used together with it, usual arguments.
    Code is shown where its licence lets others show it, else there is a link only. In a card that is there, all stands
    between two comments, at its end the first time; every other byte stays what it is. Nothing is sent anywhere.
    Needs `ptmscope[hub]`. Exit codes: 0 done, 2 misuse (also for a model that no repository uses).
    """
    from ptmscope.cards.files import read
    from ptmscope.cards.used import used
    from ptmscope.cards.writing import card as card_of
    from ptmscope.collection import repositories
    from ptmscope.destination import writing
    from ptmscope.settings import Settings

    before = read(output) if output and os.path.isfile(output) else None
    written = card_of(used(repositories(paths, Settings(spawn=True)), model), before)
    with writing(output, is_binary=False) as destination:
        destination.stream.write(written.content)
    if written.problem:
        click.echo(f"ptmscope: warning: the Hub may refuse the front matter: {written.problem}", err=True)


@click.command()
@click.argument("cards", metavar="CARD...", type=click.Path(), nargs=-1, required=True)
@_IN
@click.option("--model", metavar="ID", help="What the card is about. Default: what its section of ptmscope says.")
@click.option("-f", "--format", "name", type=click.Choice(DRIFT_FORMATS), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(), help="File to write.")
@click.option(
    "--strict", is_flag=True, help="Exit with 1 if a card does not load its model, or shows what nobody does."
)
def drift(
    cards: tuple[str, ...], paths: tuple[str, ...], model: str | None, name: str, output: str | None, strict: bool
) -> None:
    """What the code in model cards shows, against what repositories do with the models.

    \b
    ptmscope drift README.md --model openai-community/gpt2 --in study
    ptmscope drift cards.jsonl.gz --in study --format jsonl     many: records with id and card

    Does the code load the model that the card is about? Which calls that it shows does nobody make, and which common
    ways of use does it not show? A card has drifted if it has Python that does not load its model, or shows a call
    that is made nowhere. Code is what stands in fences of Python, and in those of no language that is Python.
    Exit codes: 0 done, 1 --strict and a card has drifted, 2 misuse.
    """
    from ptmscope.cards.drift import drift as drift_of
    from ptmscope.cards.drift import wild
    from ptmscope.cards.files import cards as read
    from ptmscope.collection import repositories
    from ptmscope.destination import writing
    from ptmscope.errors import Misuse
    from ptmscope.export.drift import FORMATS
    from ptmscope.settings import Settings

    if model and len(cards) > 1:
        raise Misuse("--model is for one card")
    found = wild(repositories(paths, Settings(spawn=True)))
    drifts = [drift_of(*card, found) for path in cards for card in read(path, model)]
    with writing(output, is_binary=False) as destination:
        FORMATS[name](drifts, destination)
    if strict and any(each.has_drifted for each in drifts):
        sys.exit(1)
