"""Producers before consumers."""

from __future__ import annotations

import pytest

from analyzer.linking.order import after_needs


@pytest.mark.parametrize(
    ("needed", "order"),
    [
        ([set(), {0}, {1}], [0, 1, 2]),
        ([{2}, set(), {1}, set()], [1, 2, 0, 3]),
        ([{1}, {0}, set()], [2, 0, 1]),
        ([{2}, {2}, {1, 3}, {2}], [1, 2, 0, 3]),
        ([], []),
    ],
    ids=["as given", "moved back", "a circle", "behind a circle", "nothing"],
)
def test_order(needed: list[set[int]], order: list[int]) -> None:
    assert after_needs(needed) == order
