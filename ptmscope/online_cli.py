"""The commands that collect from the network: `ptmscope mine github|gitlab|swh|refresh`. Nothing else goes online."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from miner.campaign import Campaign
    from miner.corpus import Corpus
    from miner.records import Query

_CORPUS = click.argument("corpus", type=click.Path(file_okay=False))
_MODELS = click.option("--model", "models", multiple=True, metavar="ID", help="Only this model; else all chosen ones.")
_FORMS = click.option("--form", "forms", multiple=True, metavar="NAME", help="How to search; see miner/queries.toml.")
_DRY = click.option("--dry-run", is_flag=True, help="Tell what it would cost, and ask for nothing but the limits.")

#: The host whose files are named by the hash that the archive names them by.
GITHUB = "github.com"

#: Seconds between two counts of what is left.
_COUNTED = 2.0


@click.command()
@_CORPUS
@_MODELS
@_FORMS
@_DRY
@click.option("--pilot", type=click.IntRange(1), metavar="N", help="Ask for N models, tell what all will cost, stop.")
def github(corpus: str, models: tuple[str, ...], forms: tuple[str, ...], dry_run: bool, pilot: int | None) -> None:
    """Code on GitHub: searches for each model, the files they find, facts about their repositories.

    \b
    ptmscope mine github corpus --dry-run          queries, requests, hours
    ptmscope mine github corpus --pilot 400        the same from a sample of the models
    ptmscope mine github corpus
    ptmscope mine github corpus --model gpt2 --form id --form 'loader call'

    Tokens come from GITHUB_TOKENS (several, separated by commas) or GITHUB_TOKEN, and are written nowhere. A search
    gives 1,000 results at most: larger ones are cut by size and folder; what is missed nevertheless is counted.
    """
    from miner.forms import chosen, queries

    def asked(names: Sequence[str]) -> Iterator[Query]:
        return queries("github", names, chosen(forms))

    if dry_run:
        _plan(corpus, models, asked)
        return
    with _open(corpus) as found:
        names = _popular(found, models)
        if pilot is not None:
            from miner.plan import pilot as drawn

            _run(found, "github", asked(drawn(names, pilot)), is_first_only=True)
        else:
            _run(found, "github", asked(names))
    if pilot is not None:
        _plan(corpus, models, asked)


@click.command()
@_CORPUS
@_MODELS
@_FORMS
@click.option("--topic", "topics", multiple=True, metavar="NAME", help="Search each project of this topic, for loads.")
def gitlab(corpus: str, models: tuple[str, ...], forms: tuple[str, ...], topics: tuple[str, ...]) -> None:
    """Code on GitLab: searches for each model in all projects, or for loads in the projects of topics.

    \b
    ptmscope mine gitlab corpus
    ptmscope mine gitlab corpus --topic huggingface --topic llm

    Tokens: GITLAB_TOKENS or GITLAB_TOKEN; another instance: CI_SERVER_URL. Searching all projects needs an instance
    with advanced search.
    """
    from miner.forms import chosen, queries
    from miner.online import source

    with _open(corpus) as found:
        asked = source("gitlab").topics(topics)
        if not topics:
            asked = queries("gitlab", _popular(found, models), chosen(forms))
        _run(found, "gitlab", asked)


@click.command()
@_CORPUS
@click.argument("names", metavar="SWHID|URL...", nargs=-1)
@click.option("--from", "list_file", type=click.File(encoding="utf-8"), metavar="FILE", help="One a line; - is stdin.")
@click.option("--github", is_flag=True, help="Fetch files of GitHub that are known by hash and not there yet, or lost.")
def swh(corpus: str, names: tuple[str, ...], list_file: Iterable[str] | None, github: bool) -> None:
    """Code of the Software Heritage archive: contents and directories by SWHID, repositories by URL.

    \b
    ptmscope mine swh corpus https://github.com/owner/name
    ptmscope mine swh corpus --from swhids.txt
    ptmscope mine swh corpus --github            what The Stack v2 only names, and what GitHub has no more

    A SWHID's qualifiers origin, path and anchor tell where a content is from. A token (SWH_TOKEN) raises the limit.
    """
    from miner.online import source

    listed = (line.strip() for line in list_file or () if line.strip())
    with _open(corpus) as found:
        if github:
            found.seek(GITHUB)
        _run(found, "swh", source("swh").queries([*names, *listed]), host=GITHUB if github else None)


@click.command()
@_CORPUS
@click.option("--older-than", type=click.IntRange(0), default=30, show_default=True, metavar="DAYS")
def refresh(corpus: str, older_than: int) -> None:
    """Asks again what can have changed: searches, facts (by their ETag), last visits. Files are never fetched twice.

    \b
    ptmscope mine refresh corpus --older-than 90
    """
    from miner.corpus import Corpus
    from miner.online import asked, reopen

    with Corpus.open(corpus) as found:
        counts = reopen(found, asked(found), time.time() - older_than * 86400)
        for name, count in counts.items():
            click.echo(f"{count:>10,}  queries to {name} are asked again")
            _run(found, name, ())


def _open(corpus: str) -> Corpus:
    from miner.corpus import Corpus

    return Corpus.open(corpus, create=True)


def _popular(corpus: Corpus | None, models: Sequence[str]) -> list[str]:
    """The models to ask for, the most downloaded first. Raises Misuse where there are none."""
    from miner.chosen import chosen
    from miner.errors import Misuse

    if models:
        return list(models)
    if corpus is None or not (found := sorted(chosen(corpus), key=lambda model: (-(model.downloads or 0), model.id))):
        raise Misuse("no models to look for: choose some with `ptmscope mine hub`, or name them with --model")
    return [model.id for model in found]


def _run(
    corpus: Corpus, name: str, asked: Iterable[Query], *, is_first_only: bool = False, host: str | None = None
) -> None:
    """Plans queries and asks until nothing is left; the last lines say what came of it."""
    from miner.clock import WallClock
    from miner.online import campaign
    from ptmscope.progress import bars

    running = campaign(corpus, name, os.environ, WallClock(), host)
    new = corpus.plan(asked)
    with bars(is_shown=sys.stderr.isatty()) as advance:
        counted = 0.0
        for _ in running.run(first=new if is_first_only else None):
            if advance is not None and time.monotonic() - counted > _COUNTED:
                counted = time.monotonic()
                for lane in running.lanes:
                    done = lane.outcomes.total()
                    advance(lane.work.name, done, done + lane.work.left())
    _tell(running)


def _tell(running: Campaign) -> None:
    for lane in running.lanes:
        if lane.outcomes:
            told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(lane.outcomes.items()))
            click.echo(f"{lane.outcomes.total():>10,}  {lane.work.name}: {told}")
    if any(lane.skipped for lane in running.lanes):
        click.echo("ptmscope: some requests got no answer; run again to ask once more", err=True)


def _plan(corpus: str, models: Sequence[str], asked: Callable[[Sequence[str]], Iterable[Query]]) -> None:
    """Prints what the queries cost that have no answer yet."""
    from miner.clock import WallClock
    from miner.corpus import Corpus
    from miner.online import caller, source
    from miner.plan import estimate
    from ptmscope.export.mining import costs

    module = source("github")
    tokens = module.TOKENS.tokens(os.environ)
    limits = module.limits(caller("github", os.environ, WallClock())) if tokens else module.LIMITS
    if os.path.exists(os.path.join(corpus, "corpus.sqlite")):
        with Corpus.open(corpus) as found:
            names = _popular(found, models)
            plan = estimate(found, "github", names, asked(names))
    else:
        names = _popular(None, models)
        plan = estimate(None, "github", names, asked(names))
    sys.stdout.writelines(f"{line}\n" for line in costs(plan, limits, "code_search", max(1, len(tokens))))


COMMANDS = (github, gitlab, swh, refresh)
