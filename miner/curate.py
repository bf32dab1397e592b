"""Reasons why files of a corpus are no usages to count. Nothing is deleted: each file keeps the reasons it has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from miner.corpus import Corpus
from miner.duplicates import Likeness, Ranked, exact, near
from miner.errors import Misuse
from miner.records import Decision, StoredFile
from miner.rules import Rule
from miner.signs import TESTS
from miner.subjects import Subject, subjects

#: Tests that compare files with one another; a file that stands for its cluster has no such reason.
_COMPARING = ("exact_duplicate", "near_duplicate")

#: The keys of the files that do not count.
LEFT_OUT = "SELECT DISTINCT file FROM decisions JOIN rules ON rule = name WHERE leaves_out"


@dataclass(frozen=True, slots=True)
class Tally:
    """Files and repositories with a reason; `alone`: files that have no other; `overlaps`: files that also have
    another one."""

    rule: str
    leaves_out: bool
    files: int
    repositories: int
    alone: int
    overlaps: dict[str, int]


def curate(corpus: Corpus, rules: Iterable[Rule]) -> int:
    """Applies the rules to the whole corpus, in place of what was decided before; in one transaction at the end.

    How many decisions there are. Raises Misuse for a rule whose test is not known.
    """
    every = tuple(rules)
    unknown = next((rule for rule in every if rule.finds not in TESTS and rule.finds not in _COMPARING), None)
    if unknown:
        raise Misuse(f"rule {unknown.name}: no test {unknown.finds!r}")
    decisions: list[Decision] = []
    files: list[Ranked] = []
    for subject in subjects(corpus):
        found = list(_of_repository(every, subject))
        against = Counter(each.file for each in found if _leaves_out(every, each.rule))
        files += (Ranked.of(file, subject.repository, against[file.key]) for file in subject.files)
        decisions += found
    clusters: dict[int, int] = {}
    for rule in every:
        for members in _clusters(rule, files, corpus):
            clusters.update((member.key, members[0].key) for member in members)
            decisions += _of_cluster(rule, members)
    _store(corpus, every, decisions, clusters)
    return len(decisions)


def _of_repository(rules: tuple[Rule, ...], subject: Subject) -> Iterator[Decision]:
    for rule in rules:
        if rule.finds in TESTS:
            for file, detail in TESTS[rule.finds](rule, subject):
                yield Decision(file, rule.name, detail)


def _leaves_out(rules: tuple[Rule, ...], name: str) -> bool:
    return any(rule.leaves_out for rule in rules if rule.name == name)


def _clusters(rule: Rule, files: Iterable[Ranked], corpus: Corpus) -> Iterator[list[Ranked]]:
    if rule.finds == "exact_duplicate":
        yield from exact(files, **rule.settings)
    if rule.finds == "near_duplicate":
        yield from near(files, corpus.content, Likeness(**rule.settings))


def _of_cluster(rule: Rule, members: list[Ranked]) -> Iterator[Decision]:
    """Every file but the one that stands for it; one that is the same is not nearly the same."""
    first = members[0]
    for member in members[1:]:
        if rule.finds != "near_duplicate" or member.blob != first.blob:
            yield Decision(member.key, rule.name, first.name)


def _store(corpus: Corpus, rules: tuple[Rule, ...], decisions: list[Decision], clusters: dict[int, int]) -> None:
    database = corpus.database
    with database.writing():
        for table in ("decisions", "clusters", "rules"):
            database.run(f"DELETE FROM {table}")  # noqa: S608
        database.run_all("INSERT INTO rules VALUES (?, ?, ?)", ((n, r.name, r.leaves_out) for n, r in enumerate(rules)))
        database.run_all("INSERT INTO decisions VALUES (?, ?, ?)", ((d.file, d.rule, d.detail) for d in decisions))
        database.run_all("INSERT INTO clusters VALUES (?, ?)", clusters.items())


def tallies(corpus: Corpus) -> Iterator[Tally]:
    """What was decided, rule by rule, in the order of the rules."""
    by_file: dict[int, set[str]] = defaultdict(set)
    repositories: dict[str, set[int]] = defaultdict(set)
    select = corpus.database.select
    for file, rule, repository in select("SELECT file, rule, repository FROM decisions JOIN files ON key = file"):
        by_file[file].add(rule)
        repositories[rule].add(repository)
    alone = Counter(next(iter(rules)) for rules in by_file.values() if len(rules) == 1)
    files = Counter(rule for rules in by_file.values() for rule in rules)
    both = Counter(pair for rules in by_file.values() for pair in combinations(sorted(rules), 2))
    for rule, leaves_out in select("SELECT name, leaves_out FROM rules ORDER BY place"):
        overlaps = {
            one if other == rule else other: n for (one, other), n in sorted(both.items()) if rule in (one, other)
        }
        yield Tally(rule, bool(leaves_out), files[rule], len(repositories[rule]), alone[rule], overlaps)


def kept(corpus: Corpus) -> Iterator[StoredFile]:
    """The files that no rule leaves out; all of them, where nothing has been decided yet."""
    out = {file for (file,) in corpus.database.select(LEFT_OUT)}
    return (file for file in corpus.files() if file.key not in out)


def left_out(corpus: Corpus) -> Iterator[tuple[str, str, str, str]]:
    """(host, repository, path, rule) of every file that a rule leaves out, once for each rule that does."""
    yield from corpus.database.select(
        """SELECT host, repositories.name, path, rule FROM decisions JOIN rules ON rule = rules.name
        JOIN files ON files.key = file JOIN repositories ON repositories.key = repository
        WHERE leaves_out ORDER BY host, repositories.name, path, place"""
    )
