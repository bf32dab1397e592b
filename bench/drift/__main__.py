"""What the code in model cards loads, and how that stands to a study: `python -m bench.drift FILE [--study DIR]`.

FILE holds one card a line, as JSON with `id` and `card`, packed with gzip or not.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from bench.tables import Cell, table
from ptmscope.cards.drift import Drift, Met, drift, wild
from ptmscope.cards.files import cards
from ptmscope.cards.snippets import Shown, Verdict, shown
from ptmscope.collection import repositories
from ptmscope.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.drift", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--study", metavar="DIR", help="what the models' cards are compared with")
    parser.add_argument("--list", choices=get_args(Verdict), metavar="VERDICT", help="also name the cards of a verdict")
    options = parser.parse_args(arguments)
    given = list(cards(options.file, None))
    counts: Counter[str] = Counter()
    listed = []
    for _, text, model in given:
        seen = shown(text, model)
        counts.update(told(seen))
        if seen.verdict == options.list:
            listed.append(model)
    print(table("Model cards", ("cards", "number", "share of those with Python"), rows(counts)))
    if listed:
        print(table(options.list, ("model",), [(model,) for model in listed]))
    if options.study:
        print("\n".join(compared(given, options.study)))
    return 0


def told(seen: Shown) -> Iterator[str]:
    """What a card counts as; the verdicts are one of each."""
    yield "all"
    yield from ["with a block of code"] if seen.blocks else []
    if seen.verdict not in ("no code", "no Python"):
        yield "with Python"
        yield from ["all of it parses"] if not seen.broken else []
        yield from ["some of it parses"] if 0 < seen.broken < len(seen.python) else []
        yield seen.verdict


def rows(counts: Counter[str]) -> Iterator[tuple[Cell, ...]]:
    python = counts["with Python"]
    names = ("all", "with a block of code", "with Python", "all of it parses", "some of it parses")
    for name in (*names, *reversed([v for v in get_args(Verdict) if v not in ("no code", "no Python")])):
        inside = name not in names[:2]
        yield name, f"{counts[name]:,}", f"{counts[name] / python:.1%}" if inside and python else None


def compared(given: Iterable[tuple[str, str, str]], study: str) -> Iterator[str]:
    """The tables of the cards whose model the study has."""
    found = wild(repositories([study], Settings()))
    known = [made for card in given if (made := drift(*card, found)).repositories]
    shows = [made for made in known if made.calls]
    yield table("Cards of models in the study", ("cards", "number"), _sizes(known, shows))
    counted = Counter(call.met for made in shows for call in made.calls)
    yield table(
        "Calls that these cards show", ("in repositories", "calls"), [(met, counted[met]) for met in get_args(Met)]
    )
    nowhere = Counter(call.api for made in shows for call in made.calls if call.met == "nowhere")
    yield table("Shown most and made nowhere", ("call", "cards"), nowhere.most_common(10))
    missing = Counter(way.pattern.name for made in shows for way in made.unmentioned)
    yield table("Common, and shown least", ("way of use", "cards without"), missing.most_common(10))


def _sizes(known: Sequence[Drift], shows: Sequence[Drift]) -> list[tuple[Cell, ...]]:
    verdicts = Counter(made.verdict for made in known)
    return [
        ("all", len(known)),
        *((verdict, verdicts[verdict]) for verdict in reversed(get_args(Verdict)) if verdicts[verdict]),
        ("loading it, with a call found nowhere", sum(any(c.met == "nowhere" for c in made.calls) for made in shows)),
        ("loading it, without a common way of use", sum(bool(made.unmentioned) for made in shows)),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
