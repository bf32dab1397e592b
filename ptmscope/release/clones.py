"""Clusters of usages that are nearly the same: by the text of their files, and by what they call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from miner.duplicates import Likeness, Ranked, exact, near
from miner.rules import read_rules
from ptmscope.release.components import components
from ptmscope.release.texts import Texts
from ptmscope.release.usages import Usage, digest

#: Usages are alike where their runs of calls are: a call is one token, with the names of its arguments and its model.
CALLS = Likeness(similarity=0.8, run=2, bands=21, rows=6, smallest=6)


def clusters(usages: Iterable[Usage], texts: Texts) -> dict[str, str]:
    """Usage -> the least id of its cluster. What is in one file is in one cluster."""
    known = {usage.id: usage for usage in usages}
    return components(_groups(known, texts))


def _groups(known: Mapping[str, Usage], texts: Texts) -> Iterator[list[str]]:
    in_file: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, usage in known.items():
        in_file[usage.source, usage.sequence.path].append(name)
    yield from in_file.values()
    for files in _alike_files(sorted(in_file), texts):
        yield [name for file in files for name in in_file[file]]
    yield from _alike_calls(known)


def _alike_files(files: list[tuple[str, str]], texts: Texts) -> Iterator[list[tuple[str, str]]]:
    """Files at hand that are the same or nearly so, by the rules of curation."""
    found = [(file, texts.facts(*file)) for file in files]
    at_hand = {n: (file, facts) for n, (file, facts) in enumerate(found) if facts is not None}
    ranked = [Ranked(n, f.sha256, f.size, (file[0], "", file[1], "")) for n, (file, f) in at_hand.items()]
    where = {facts.sha256: file for file, facts in at_hand.values()}
    tests: Mapping[str, Callable[[dict[str, Any]], Iterator[list[Ranked]]]] = {
        "exact_duplicate": lambda settings: exact(ranked, **settings),
        "near_duplicate": lambda settings: near(
            ranked, lambda blob: texts.content(*where[blob]) or b"", Likeness(**settings)
        ),
    }
    for rule in read_rules():
        if rule.finds in tests:
            for group in tests[rule.finds](rule.settings):
                yield [at_hand[each.key][0] for each in group]


def _alike_calls(known: Mapping[str, Usage]) -> Iterator[list[str]]:
    names = sorted(known)
    tokens = [_tokens(known[name]) for name in names]
    texts = {digest(*each): " ".join(each).encode() for each in tokens}
    ranked = [
        Ranked(n, digest(*each), len(set(pairwise(each))), (names[n], "", "", "")) for n, each in enumerate(tokens)
    ]
    for group in (*exact(ranked, CALLS.smallest), *near(ranked, texts.__getitem__, CALLS)):
        yield [names[each.key] for each in group]


def _tokens(usage: Usage) -> list[str]:
    """One for each call: it differs where the API, the names of the arguments or the model do."""
    return ["c" + digest(usage.model, call.api, *call.keywords) for call in usage.sequence.calls]
