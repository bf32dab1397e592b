"""The commands that collect: `ptmscope mine …`."""

from __future__ import annotations

import sys
from typing import Any

import click

_CORPUS = click.argument("corpus", type=click.Path(file_okay=False))


@click.group()
def mine() -> None:
    """Collects code that uses models, from many sources into one folder (a corpus).

    \b
    ptmscope mine hub corpus --from models.jsonl.gz --card   which models to look for
    ptmscope mine changes old.jsonl.gz new.jsonl.gz          what changed between two catalogs

    A run that was stopped, in whatever way, goes on where it was when it is started again.
    """


@mine.command()
@_CORPUS
@click.option("--from", "dump", metavar="FILE", help="A dump of the catalog, file or URL; else the Hub is asked.")
@click.option("--filter", "filters", multiple=True, metavar="TAG", help="Ask the Hub for models with this tag only.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Ask the Hub for the N most downloaded only.")
@click.option("--card", is_flag=True, help="Only models with a card.")
@click.option("--any-tag", is_flag=True, help="Only models with a tag.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only models with this tag.")
@click.option("--any-pipeline-tag", is_flag=True, help="Only models with a pipeline tag.")
@click.option("--pipeline-tag", "pipeline_tags", multiple=True, metavar="TASK", help="Only models for this task.")
@click.option("--library", "libraries", multiple=True, metavar="NAME", help="Only models of this library.")
@click.option("--licence", "licences", multiple=True, metavar="ID", help="Only models under this licence.")
@click.option("--open", is_flag=True, help="Only models that are not gated.")
@click.option("--downloads", type=click.IntRange(0), default=0, metavar="N", help="Only models with N downloads.")
@click.option("--likes", type=click.IntRange(0), default=0, metavar="N", help="Only models with N likes.")
@click.option("--since", default="", metavar="DATE", help="Only models modified on that day or later.")
@click.option("--before", default="", metavar="DATE", help="Only models modified before that day.")
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="Of these, N: from all deciles of downloads and tasks."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the sample.")
def hub(corpus: str, **options: Any) -> None:
    """Which models to look for: those of the Hub's catalog that the options want.

    \b
    ptmscope mine hub corpus --from hf_models.jsonl.gz --card --any-tag --any-pipeline-tag --downloads 10
    ptmscope mine hub corpus --limit 50000 --pipeline-tag text-generation --sample 1000

    Prints how many models each rule dropped, and keeps that in the corpus with the models. A dump holds records of
    the Hub's API as JSON Lines, CSV or Parquet, packed with gzip or zstd or not. Several options of one kind: one of
    them will do.
    """
    from miner import catalog
    from miner.chosen import choose
    from miner.corpus import Corpus
    from miner.funnel import Funnel, Step, Wanted, rules
    from miner.sampling import stratified
    from ptmscope.export.mining import funnel

    dump, filters, limit = options.pop("dump"), options.pop("filters"), options.pop("limit")
    size, seed = options.pop("sample"), options.pop("seed")
    if dump is None:
        from miner.hub import listed

        every = listed(filters=filters, limit=limit)
    else:
        every = catalog.read_models(dump)
    choice = Funnel(rules(Wanted(**options)))
    kept = list(choice.kept(every))
    steps = choice.steps
    if size is not None and size < len(kept):
        steps += (Step(f"sample, seed {seed}", len(kept), len(kept) - size),)
        kept = list(stratified(kept, size, seed))
    with Corpus.open(corpus, create=True) as found:
        choose(found, kept, steps)
    sys.stdout.writelines(f"{line}\n" for line in funnel(choice.entered, steps))


@mine.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "-f", "--format", "format_name", type=click.Choice(("table", "jsonl")), default="table", show_default=True
)
def changes(old: str, new: str, format_name: str) -> None:
    """What changed from one catalog of the Hub to another: models that are new, gone, renamed, changed.

    \b
    ptmscope mine changes 2022.jsonl.gz 2024.parquet
    ptmscope mine changes 2022.jsonl.gz 2024.parquet -f jsonl | jq 'select(.kind == "renamed")'
    """
    from miner import catalog
    from miner.changes import changes as between
    from ptmscope.export.mining import CHANGES

    found = between(catalog.read_models(old), catalog.read_models(new))
    sys.stdout.writelines(f"{line}\n" for line in CHANGES[format_name](found))
