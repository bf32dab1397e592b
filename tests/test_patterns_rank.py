"""Ranking by cover, and the measures of a result."""

from __future__ import annotations

import pytest

from bench.patterns.generated import sequences
from bench.patterns.pam import project, usages
from patterns.closed import closed_subsequences
from patterns.errors import PatternError
from patterns.rank import Quality, quality, rank

FLOW = ["load", "prepare", "infer"]


def names(rows: list[list[str]], **options: object) -> list[str]:
    closed = closed_subsequences(rows, min_support=2)
    return ["".join(entry.pattern) for entry in rank(closed, rows, **options)]  # type: ignore[arg-type]


def test_ordinary_inputs_have_clear_answers() -> None:
    assert rank([], []) == []
    assert rank([(("a", "b"), 1)], []) == []
    assert names([["a"]]) == []
    assert names([["a"], ["b"], ["c"]]) == []
    (only,) = rank(closed_subsequences([FLOW] * 4, min_support=2), [FLOW] * 4)
    assert (only.pattern, only.support, only.gain, only.coverage) == (tuple(FLOW), 4, 4, 1.0)


def test_what_is_explained_counts_no_more() -> None:
    """`ab` is in all rows, and takes from `abc` and `abd` what makes them patterns."""
    rows = [list("abc")] * 3 + [list("abd")] * 3 + [list("xy")] * 2
    assert names(rows) == ["ab", "xy"]
    assert names(rows, top=1) == ["ab"]
    assert names(rows, top=0) == []


def test_all_instances_are_explained() -> None:
    (first, *_) = rank([(("a", "b"), 2)], [list("abab"), list("abc")])
    assert first.coverage == pytest.approx(6 / 7)


def test_one_repository_is_no_recurrence() -> None:
    rows = [list("ab"), list("ab"), list("cd"), list("cd")]
    closed = closed_subsequences(rows, min_support=2)
    assert [entry.pattern for entry in rank(closed, rows, groups="xyzz")] == [("a", "b")]


def test_quality() -> None:
    ranked = rank([(("a", "b"), 2), (("c", "d"), 2)], [list("ab"), list("cd")])
    measured = quality(ranked, [list("xaxb"), list("zz"), list("zz"), ["a"]])
    assert measured == Quality(2, precision=0.5, recall=0.5, redundancy=2.0, containment=0.0, coverage=1.0)


def test_quality_of_nothing() -> None:
    assert quality([], []) == Quality(0, None, None, None, None, None)
    assert quality([], [list("ab")]) == Quality(0, None, 0.0, None, None, None)


def test_misuse() -> None:
    with pytest.raises(PatternError):
        rank([], [], top=-1)
    with pytest.raises(PatternError):
        rank([], [["a"]], groups=[])


def test_reading_the_data_of_the_paper(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "x.arff"
    head = "@relation x\n\n@attribute fqCaller string\n@attribute fqCalls string\n\n@data\n"
    file.write_text(f"{head}'org.a.b.C.m','x.Y.<init> x.Y<a, b>.z'\n")
    assert list(usages(file)) == [("org.a.b.C.m", ("x.Y.<init>", "x.Y<a,", "b>.z"))]
    assert project("org.a.b.C.m") == "org.a.b"


def test_generated_data_is_the_same_each_time() -> None:
    assert list(sequences(20)) == list(sequences(20))
    assert list(sequences(20)) != list(sequences(20, seed=1))


def test_gain_counts_groups_and_needs_sequences() -> None:
    rows = [("a", "b")] * 4 + [("c", "d")] * 3
    groups = "xxxyxyz"
    patterns = [(("a", "b"), 2), (("c", "d"), 3)]
    assert [(entry.pattern, entry.gain) for entry in rank(patterns, rows, groups=groups)] == [
        (("c", "d"), 3), (("a", "b"), 2),
    ]  # fmt: skip
    assert [entry.pattern for entry in rank(patterns, rows, groups=groups, least=4)] == [("a", "b")]
