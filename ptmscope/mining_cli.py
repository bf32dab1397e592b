"""The commands that collect: `ptmscope mine …`."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import click

from ptmscope.online_cli import COMMANDS

_CORPUS = click.argument("corpus", type=click.Path(file_okay=False))
_SIZE = click.option("--max-file-size", default="10MB", show_default=True, metavar="SIZE", help="Skip larger files.")


@click.group()
def mine() -> None:
    """Collects code that uses models, from many sources into one folder (a corpus).

    \b
    ptmscope mine hub corpus --from models.jsonl.gz --card   which models to look for
    ptmscope mine github corpus --dry-run                    what a search on GitHub would cost; then without --dry-run
    ptmscope mine gitlab corpus                              the same on GitLab
    ptmscope mine swh corpus https://github.com/owner/name   what Software Heritage has of it
    ptmscope mine refresh corpus                             what has changed since
    ptmscope mine local corpus repos/*                       repositories on disk
    ptmscope mine shards corpus data-*.parquet               data sets of code
    ptmscope mine verify corpus                              which hits are uses
    ptmscope mine status corpus                              how far it is
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


@mine.command()
@_CORPUS
@click.argument("folders", metavar="FOLDER...", nargs=-1, type=click.Path(), required=True)
@_SIZE
@click.option("--again", is_flag=True, help="Read again what was read before; files that have changed are added.")
def local(corpus: str, folders: tuple[str, ...], max_file_size: str, again: bool) -> None:
    """Folders and git clones on disk; each is one repository, known by its remote and commit where it is a clone.

    \b
    ptmscope mine local corpus repos/*

    What `ptmscope scan` leaves out (ignored by git, vendored folders) is left out here too. A clone at another commit
    is read anew; another folder only with --again. What a corpus has once seen stays in it.
    """
    from miner import local
    from ptmscope.settings import size

    plan = partial(local.plan, again=again)
    _collect(corpus, plan, local.collect, folders, size(max_file_size))


@mine.command()
@_CORPUS
@click.argument("locations", metavar="FILE...", nargs=-1, required=True)
@_SIZE
def shards(corpus: str, locations: tuple[str, ...], max_file_size: str) -> None:
    """Files of data sets of code: Parquet, JSON Lines or CSV, packed with gzip or zstd or not; paths or URLs.

    \b
    ptmscope mine shards corpus the-stack/data-*.parquet
    ptmscope mine shards corpus hf://datasets/OWNER/NAME/data/train-00000.parquet

    The columns tell the layout: The Stack v1 and v2, StarCoder data, github-code, CommitPack, or path and content.
    Kept are the files that may load a model. Of data sets that hold only hashes, names are kept, to be fetched.
    """
    from miner import shards
    from ptmscope.settings import size

    _collect(corpus, shards.plan, shards.collect, locations, size(max_file_size))


def _collect(corpus: str, plan: Any, collect: Any, places: tuple[str, ...], max_size: int) -> None:
    """Reads what is on the list; the last line says what came of it."""
    from miner.corpus import Corpus
    from ptmscope.export.output import printable

    answers = looked_at = kept = failed = 0
    with Corpus.open(corpus, create=True) as found:
        plan(found, places)
        for answer in collect(found, max_size=max_size):
            answers += 1
            looked_at += answer.total or 0
            kept += len(answer.files) + len(answer.hits)
            failed += answer.outcome == "failed"
            if answer.reason:
                click.echo(printable(f"ptmscope: {answer.query.text}: {answer.reason}"), err=True)
            if sys.stderr.isatty():
                click.echo(f"\r{looked_at:,} looked at, {kept:,} kept", nl=False, err=True)
    click.echo(f"{looked_at:,} looked at, {kept:,} kept, {failed:,} failed")


@mine.command()
@_CORPUS
@click.option("--by", type=click.Choice(("form", "model", "both")), default="form", show_default=True)
@click.option("-f", "--format", "format_name", type=click.Choice(("table", "csv", "jsonl")), default="table")
def verify(corpus: str, by: str, format_name: str) -> None:
    """Which hits are uses: each file goes through the analysis, and the share of true hits is told.

    \b
    ptmscope mine verify corpus
    ptmscope mine verify corpus --by model -f csv > shares.csv

    Verdicts: load, mention, comment, config, vendored, unparsable, absent. Only what is new is analysed.
    """
    from miner.corpus import Corpus
    from miner.shares import shares as shares_of
    from miner.verification import verify as verdicts
    from ptmscope.export.mining import SHARES

    with Corpus.open(corpus) as found:
        for number, _ in enumerate(verdicts(found), 1):
            if sys.stderr.isatty():
                click.echo(f"\r{number:,} repositories", nl=False, err=True)
        sys.stdout.writelines(f"{line}\n" for line in SHARES[format_name](shares_of(found, by)))


@mine.command()
@_CORPUS
def status(corpus: str) -> None:
    """How far a corpus is: what is asked, answered, fetched and judged, the rate, and what is left."""
    from miner.corpus import Corpus
    from miner.status import status as status_of
    from ptmscope.export.mining import progress

    with Corpus.open(corpus) as found:
        sys.stdout.writelines(f"{line}\n" for line in progress(status_of(found)))


@click.command()
@_CORPUS
@click.option("--rules", metavar="FILE", type=click.Path(), help="Rules of your own, in the form of miner/rules.toml.")
@click.option("-f", "--format", "format_name", type=click.Choice(("table", "jsonl")), default="table")
def curate(corpus: str, rules: str | None, format_name: str) -> None:
    """Which files of a corpus are no usages to count, and why: forks, mirrors, copies, toys, generated code, ….

    \b
    ptmscope curate corpus
    ptmscope curate corpus --rules my_rules.toml -f jsonl

    Nothing is deleted: each file keeps its reasons, and is left out where the corpus is read. The table has the files
    and repositories with each reason, the files that have no other, and how often two reasons meet.
    """
    from miner.corpus import Corpus
    from miner.curate import curate as decide
    from miner.curate import tallies
    from miner.rules import read_rules
    from ptmscope.export.mining import TALLIES

    with Corpus.open(corpus) as found:
        decide(found, read_rules(rules))
        sys.stdout.writelines(f"{line}\n" for line in TALLIES[format_name](tallies(found)))


for _command in COMMANDS:
    mine.add_command(_command)
