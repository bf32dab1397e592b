"""Measures and their intervals against plain definitions."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patterns.measures import CUTS, MEASURES, marks
from patterns.resampling import Sample, difference, means

NAMES = st.sampled_from([f"a{number}" for number in range(30)])
MARKED = st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(st.floats(0, 1), min_size=2, max_size=2)), min_size=1)


@given(st.lists(NAMES, unique=True, max_size=30), st.lists(NAMES, max_size=8))
def test_marks_are_those_of_the_definition(ranked: list[str], answer: list[str]) -> None:
    told = dict(zip(MEASURES, marks(ranked, answer), strict=True))
    wanted = set(answer)
    for cut in CUTS:
        right = len(wanted.intersection(ranked[:cut]))
        assert told[f"success@{cut}"] == (right > 0)
        assert told[f"precision@{cut}"] == right / cut
        assert told[f"recall@{cut}"] == (right / len(wanted) if wanted else 0)
    places = [ranked.index(name) + 1 for name in wanted if name in ranked[: CUTS[-1]]]
    assert told["mrr"] == (1 / min(places) if places else 0)


def test_what_comes_twice_counts_once() -> None:
    told = dict(zip(MEASURES, marks(("a", "a", "b"), ("a", "b")), strict=True))
    assert told["precision@5"] == 2 / 5
    assert told["recall@5"] == 1


@settings(max_examples=30, deadline=None)
@given(MARKED, st.randoms(use_true_random=False))
def test_means_hold_their_value_in_any_order(marked: list[tuple[str, list[float]]], chance: random.Random) -> None:
    found = means(_sample(marked), draws=50)
    for column, estimate in enumerate(found):
        plain = sum(row[column] for _, row in marked) / len(marked)
        assert estimate.value == pytest.approx(plain)
        assert (estimate.low is None) == (len({source for source, _ in marked}) == 1)
        assert estimate.low is None or estimate.high is None or estimate.low <= estimate.value <= estimate.high
    chance.shuffle(marked)
    assert means(_sample(marked), draws=50) == found


def test_repositories_are_drawn_not_tasks() -> None:
    """A repository of a thousand tasks that are all alike is one of two draws."""
    tasks = [("big", [1.0])] * 1000 + [("small", [0.0])] * 1000
    (found,) = means(_sample(tasks))
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)


def test_difference_of_a_system_and_itself() -> None:
    sample = _sample([(source, [number / 10]) for number, source in enumerate("abcde")])
    (found,) = difference(sample, sample)
    assert (found.estimate.value, found.p) == (0.0, 1.0)


def test_a_difference_that_chance_does_not_give() -> None:
    left = _sample([(f"s{number}", [1.0]) for number in range(20)])
    right = _sample([(f"s{number}", [0.0]) for number in range(20)])
    (there,), (back,) = difference(left, right), difference(right, left)
    assert there.estimate.value == 1.0 == -back.estimate.value
    assert there.p == back.p == pytest.approx(1 / 1001)


def _sample(marked: list[tuple[str, list[float]]]) -> Sample:
    return Sample.of([source for source, _ in marked], [row for _, row in marked])
