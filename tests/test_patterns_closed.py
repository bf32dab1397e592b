"""Closed frequent subsequences: tables of small cases, and equality with brute force."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patterns.closed import Pattern, closed_subsequences
from patterns.errors import PatternError
from patterns.gapped import contains


def brute_force(
    sequences: Sequence[str],
    min_support: int,
    weights: Sequence[int] | None = None,
    groups: Sequence[Hashable] | None = None,
    max_gap: int | None = None,
    max_length: int | None = None,
) -> list[Pattern]:
    """Every subsequence, its support by the definition, and every pair of them compared."""
    limit = 99 if max_length is None else max_length + 1
    universe = {
        tuple(row[i] for i in places)
        for row in sequences
        for size in range(1, min(len(row), limit) + 1)
        for places in combinations(range(len(row)), size)
    }

    def support(pattern: tuple[str, ...]) -> int:
        holds = [i for i, row in enumerate(sequences) if contains(row, pattern, max_gap)]
        if groups is not None:
            return len({groups[i] for i in holds})
        return sum(weights[i] if weights is not None else 1 for i in holds)

    supports = {pattern: support(pattern) for pattern in universe}
    frequent = {pattern: count for pattern, count in supports.items() if count >= min_support}
    return sorted(
        (pattern, count)
        for pattern, count in frequent.items()
        if (max_length is None or len(pattern) <= max_length)
        and not any(
            other == count and len(longer) > len(pattern) and contains(longer, pattern, max_gap)
            for longer, other in frequent.items()
        )
    )


def spelled(found: Sequence[Pattern]) -> list[tuple[str, int]]:
    return [("".join(pattern), support) for pattern, support in found]


@pytest.mark.parametrize(
    ("sequences", "min_support", "expected"),
    [
        ([], 1, []),
        ([[]], 1, []),
        (["abc"], 1, [("abc", 1)]),
        (["abc"], 2, []),
        (["abc", "abc", "abc"], 2, [("abc", 3)]),
        (["a", "b", "c"], 1, [("a", 1), ("b", 1), ("c", 1)]),
        (["a", "b", "c"], 2, []),
        (["aaa", "aa"], 1, [("aa", 2), ("aaa", 1)]),
        (["ab", "ba"], 2, [("a", 2), ("b", 2)]),
        # the example of the BIDE paper
        (["caabc", "abcb", "cabc", "abbca"], 2, [("aa", 2), ("abb", 2), ("abc", 4), ("ca", 3), ("cabc", 2), ("cb", 3)]),
        (["abc", "abc", "ab"], 0.5, [("ab", 3), ("abc", 2)]),
        (["abc", "abc", "ab"], 1.0, [("ab", 3)]),
        (["abc", [], "ab"], 1.0, []),
    ],
)
def test_cases(sequences: list[Sequence[str]], min_support: float, expected: list[tuple[str, int]]) -> None:
    assert spelled(closed_subsequences([list(row) for row in sequences], min_support=min_support)) == expected


def test_weights_add_up() -> None:
    found = closed_subsequences([["a", "b"], ["a"]], weights=[2, 5], min_support=2)
    assert found == [(("a",), 7), (("a", "b"), 2)]


def test_groups_count_once() -> None:
    rows = [["a", "b"], ["a", "b"], ["a"], ["b"]]
    assert closed_subsequences(rows, groups="xxyy", min_support=2) == [(("a",), 2), (("b",), 2)]
    assert closed_subsequences(rows, groups="xxxx", min_support=1) == [(("a", "b"), 1)]
    assert closed_subsequences(rows, groups="xxyy", min_support=1.0) == [(("a",), 2), (("b",), 2)]


def test_the_longer_pattern_may_lie_in_other_sequences_of_the_same_groups() -> None:
    """One sequence of the group has no `b`, and still `a` says no more than `ab`."""
    assert closed_subsequences([["a"], ["a", "b"]], groups=[1, 1], min_support=1) == [(("a", "b"), 1)]
    assert closed_subsequences([["a"], ["b", "a"]], groups=[1, 1], min_support=1) == [(("b", "a"), 1)]


@pytest.mark.parametrize(
    ("max_gap", "expected"),
    [
        (0, [("a", 3), ("ab", 2), ("c", 3)]),
        (1, [("a", 3), ("abc", 2), ("c", 3)]),  # `ac` has support 2 as well, and `abc` contains it
        (2, [("abc", 2), ("ac", 3)]),
    ],
)
def test_gap(max_gap: int, expected: list[tuple[str, int]]) -> None:
    rows = [list("abc"), list("axc"), list("abyc")]
    assert spelled(closed_subsequences(rows, min_support=2, max_gap=max_gap)) == expected


def test_under_a_gap_a_part_of_a_frequent_pattern_may_be_rare() -> None:
    found = spelled(closed_subsequences([list("abxc"), list("abyc")], min_support=2, max_gap=1))
    assert found == [("abc", 2)]
    assert not contains("abxc", "ac", 1)


def test_length_limits_what_is_returned_not_what_is_closed() -> None:
    rows = [list("abc")] * 2 + [list("ab")]
    assert spelled(closed_subsequences(rows, min_support=2, max_length=2)) == [("ab", 3)]
    assert closed_subsequences([list("abc")] * 2, min_support=2, max_length=2) == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"min_support": 0},
        {"min_support": -1},
        {"min_support": 1.5},
        {"min_support": True},
        {"min_support": float("nan")},
        {"min_support": 1, "max_gap": -1},
        {"min_support": 1, "max_length": 0},
        {"min_support": 1, "weights": [1, 2]},
        {"min_support": 1, "weights": [0]},
        {"min_support": 1, "groups": []},
        {"min_support": 1, "weights": [1], "groups": [1]},
    ],
)
def test_misuse(arguments: dict[str, object]) -> None:
    with pytest.raises(PatternError):
        closed_subsequences([["a"]], **arguments)  # type: ignore[arg-type]


def test_a_string_is_no_sequence() -> None:
    with pytest.raises(PatternError):
        closed_subsequences(["abc"], min_support=1)


def test_more_rows_than_are_read_one_by_one() -> None:
    rows = ["xab", "xaab", "axbab", "xbaxb"] * 20
    rng = random.Random(3)
    rows = [row + "".join(rng.choices("abcd", k=rng.randrange(3))) for row in rows]
    groups = [rng.randrange(6) for _ in rows]
    lists = [list(row) for row in rows]
    assert closed_subsequences(lists, min_support=10) == brute_force(rows, 10)
    assert closed_subsequences(lists, min_support=3, groups=groups) == brute_force(rows, 3, groups=groups)


def test_long_repetitive_sequences_end() -> None:
    """Two sequences of 586 calls share far too many subsequences to be visited without BackScan."""
    rng = random.Random(1)
    row = rng.choices("abcdefghijkl", k=586)
    assert closed_subsequences([row, list(row)], min_support=2) == [(tuple(row), 2)]


ROWS = st.lists(st.text("abc", max_size=6), max_size=7)


@settings(max_examples=300, deadline=None)
@given(ROWS, st.integers(1, 4), st.sampled_from([None, 0, 1, 2]), st.sampled_from([None, 1, 2, 3]), st.data())
def test_equals_brute_force(
    rows: list[str], min_support: int, max_gap: int | None, max_length: int | None, data: st.DataObject
) -> None:
    numbers = st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows))
    weights, groups = data.draw(st.sampled_from([(None, None), (numbers, None), (None, numbers)]))
    weights = None if weights is None else data.draw(weights)
    groups = None if groups is None else data.draw(groups)
    found = closed_subsequences(
        [list(row) for row in rows],
        min_support=min_support,
        weights=weights,
        groups=groups,
        max_gap=max_gap,
        max_length=max_length,
    )
    assert found == brute_force(rows, min_support, weights, groups, max_gap, max_length)


@settings(max_examples=100, deadline=None)
@given(ROWS, st.integers(1, 3), st.randoms(use_true_random=False))
def test_order_of_the_sequences_is_nothing(rows: list[str], min_support: int, rng: random.Random) -> None:
    shuffled = rng.sample(rows, len(rows))
    found = closed_subsequences([list(row) for row in rows], min_support=min_support)
    assert found == closed_subsequences([list(row) for row in shuffled], min_support=min_support)
