"""Precision and recall of each rule of curation on planted repositories: `python -m bench.curation`."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.curation.planted import HOST, Planted, edited, planted, pool_of
from bench.tables import Cell, share, table
from miner.corpus import Corpus, blob_hash
from miner.curate import curate
from miner.records import Answer, Fetched, Hit, Query, Repository
from miner.rules import Rule, read_rules

_ROOT = Path(__file__).resolve().parent.parent.parent
#: Whose code is planted.
_SOURCES = _ROOT / "analyzer"
#: Shares of the lines that are touched in copies.
_EDITS = (0.02, 0.05, 0.1, 0.15, 0.2)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.curation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="sets to plant; counts are summed up")
    options = parser.parse_args(arguments)
    rules = read_rules()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in range(1, options.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            for rule, found in outcomes(planted(_SOURCES, seed), Path(folder), rules).items():
                counts[rule].update(found)
    print(table("Rules of curation, planted sets", ("rule", "precision", "recall"), rows(rules, counts)))
    head = ("lines touched", "found as near duplicate")
    print(table("Copies with edits", head, [(f"{part:.0%}", found_copies(part, rules)) for part in _EDITS]))
    return 0


def found_copies(part: float, rules: Iterable[Rule]) -> str:
    """Of copies in which so many of the lines were touched, those that are found."""
    lots = random.Random(1)
    texts = pool_of(_SOURCES, lots)[:50]
    sets = []
    for number, text in enumerate(texts):
        for name, stars, content in (("a", 9, text), ("b", 1, edited(text, part, lots))):
            repository = Repository(HOST, f"{name}/{number}", stars=stars)
            rule = frozenset({"near_duplicate"} if name == "b" else ())
            sets.append(Planted(repository, (("src/x.py", content),), {"src/x.py": rule}))
    with tempfile.TemporaryDirectory() as folder:
        found = outcomes(sets, Path(folder), rules)["near_duplicate"]
    return share(found["hit"], found["hit"] + found["missed"])


def rows(rules: Iterable[Rule], counts: dict[str, Counter[str]]) -> list[tuple[Cell, ...]]:
    """A line for each rule."""
    found = ((rule.name, counts[rule.name]) for rule in rules)
    return [
        (name, share(c["hit"], c["hit"] + c["false"]), share(c["hit"], c["hit"] + c["missed"])) for name, c in found
    ]


def outcomes(sets: Iterable[Planted], folder: Path, rules: Iterable[Rule]) -> dict[str, Counter[str]]:
    """Rule -> files that it takes rightly (hit), wrongly (false), and not though it should (missed)."""
    wanted: set[tuple[str, str, str]] = set()
    with Corpus.open(folder, create=True) as corpus:
        for each in sets:
            name = each.repository.name
            corpus.answer(_answer(each))
            wanted |= {(rule, name, path) for path, names in each.truth.items() for rule in names}
        curate(corpus, rules)
        decided = corpus.database.select("SELECT rule, name, path FROM decided")
        found = {(str(rule), str(name), str(path)) for rule, name, path in decided}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, members in (("hit", found & wanted), ("false", found - wanted), ("missed", wanted - found)):
        for rule, _, _ in members:
            counts[rule][kind] += 1
    return counts


def _answer(planted: Planted) -> Answer:
    repository = planted.repository
    files = []
    for path, text in planted.files:
        content = text.encode()
        hit = Hit(repository.host, repository.name, path, blob_hash(content), repository.commit)
        files.append(Fetched(hit, content))
    query = Query("planted", "repository", repository.name)
    return Answer(query, files=tuple(files), repositories=(repository,))


if __name__ == "__main__":
    raise SystemExit(main())
