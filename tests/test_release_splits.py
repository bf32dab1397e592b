"""Splits do not leak: properties over any set of usages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptmscope.release.leaks import KINDS, Leak, leaks
from ptmscope.release.splits import Options, Placed, splits

NAMES = st.sampled_from("abcdefgh")
DATES = st.sampled_from(["2019-03-01", "2021-07-30", "2023-01-02", "2024-11-11"])
ROWS = st.lists(st.tuples(NAMES, st.one_of(st.none(), st.integers(0, 9))), max_size=30)


def placed_of(rows: list[tuple[str, int | None]], dates: dict[str, str]) -> list[Placed]:
    """Usages of a few repositories; contents of one number are the same, those of one rest nearly so."""
    found = []
    for number, (name, content) in enumerate(rows):
        text, cluster = (None, f"u{number}") if content is None else (str(content), f"c{content % 4}")
        found.append(Placed(f"u{number}", name, text, cluster, dates.get(name)))
    return found


USAGES = st.builds(placed_of, ROWS, st.dictionaries(NAMES, DATES))


@given(USAGES, st.integers(2, 12), st.integers(0, 3), st.data())
def test_every_usage_is_in_one_fold_and_order_changes_nothing(
    placed: list[Placed], folds: int, seed: int, data: st.DataObject
) -> None:
    options = Options(folds, seed)
    found = splits(placed, options)
    for scheme, by_usage in found.items():
        dated = {each.usage for each in placed if each.date is not None}
        assert by_usage.keys() == (dated if scheme == "time" else {each.usage for each in placed})
    assert all(0 <= fold < folds for fold in (found["kfold"] | found["clone_disjoint"]).values())
    assert splits(data.draw(st.permutations(placed)), options) == found


@given(USAGES, st.integers(2, 12), st.integers(0, 3))
def test_what_a_scheme_keeps_together_does_not_straddle(placed: list[Placed], folds: int, seed: int) -> None:
    found = splits(placed, Options(folds, seed))
    crossing = {(leak.scheme, leak.kind): leak.crossing for leak in leaks(placed, found)}
    assert all(crossing["clone_disjoint", kind] == 0 for kind in KINDS)
    assert all(crossing[scheme, "repository"] == 0 for scheme in found)
    assert max(found["leave_one_out"].values(), default=-1) + 1 == len({each.source for each in placed})


@given(USAGES)
def test_the_newest_are_tested(placed: list[Placed]) -> None:
    folds = splits(placed, Options())["time"]
    dates = defaultdict(set)
    for each in placed:
        if each.usage in folds:
            dates[folds[each.usage]].add(each.date)
    for earlier, later in ((0, 1), (1, 2), (0, 2)):
        assert not dates[earlier] or not dates[later] or max(dates[earlier]) <= min(dates[later])


def test_leaks_are_counted() -> None:
    one = Placed("u1", "ada", "text", "u1", None)
    placed = [one, replace(one, usage="u2", source="bob"), replace(one, usage="u3", content=None, cluster="u3")]
    found = {"kfold": {"u1": 0, "u2": 1, "u3": 0}}
    assert list(leaks(placed, found)) == [  # type: ignore[arg-type]
        Leak("kfold", "identical_content", 1, 1, 2),
        Leak("kfold", "near_duplicates", 1, 1, 2),
        Leak("kfold", "repository", 1, 0, 0),
    ]


@pytest.mark.parametrize("folds", [2, 10])
def test_folds_are_of_one_size(folds: int) -> None:
    placed = [Placed(f"u{n}", f"r{n // 3}", None, f"u{n}", None) for n in range(90)]
    found = splits(placed, Options(folds))
    sizes = [list(found["kfold"].values()).count(fold) for fold in range(folds)]
    assert max(sizes) - min(sizes) <= 3
