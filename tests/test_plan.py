"""plan: the cost of a campaign, from nothing, from a pilot, and how sure that is."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from miner.forms import chosen, queries
from miner.growth import distinct
from miner.plan import estimate, pilot

MODELS = tuple(f"org/model-{number}" for number in range(1000))


def test_nothing_is_known() -> None:
    plan = estimate(None, "github", MODELS, queries("github", MODELS, chosen(())))
    assert (plan.models, plan.queries, plan.searches, plan.known) == (1000, 2000, 2000, 0)
    assert (plan.hits, plan.files, plan.repositories) == (50_800, 50_800, 17_780)
    limits = {"code_search": (10, 60.0), "core": (5000, 3600.0)}
    assert plan.hours(limits, "code_search") == pytest.approx(max(2000 / 600, 68_580 / 5000))
    assert plan.hours(limits, "code_search", 4) == plan.hours(limits, "code_search") / 4


def test_a_pilot_is_from_all_strata() -> None:
    drawn = pilot(MODELS, 100)
    assert drawn == pilot(MODELS, 100) != pilot(MODELS, 100, seed=1)
    assert len(set(drawn)) == 100
    assert set(MODELS[:10]) <= set(drawn)
    places = [MODELS.index(name) for name in drawn]
    assert [sum(low <= place < high for place in places) > 15 for low, high in ((10, 100), (100, 316), (316, 1000))]
    assert set(pilot(MODELS[:50], 100)) == set(MODELS[:50])


@pytest.mark.parametrize("things", [300, 3_000, 30_000])
@pytest.mark.parametrize("skew", [0.0, 0.8])
def test_distinct_things(things: int, skew: float) -> None:
    draw = Random(1)
    weights = [1 / (rank + 1) ** skew for rank in range(things)]
    drawn = draw.choices(range(things), weights, k=20_000)
    sample = Counter(Counter(drawn[:4_000]).values())
    assert distinct(sample, 20_000) == pytest.approx(len(set(drawn)), rel=0.2)


def test_distinct_things_of_a_sample() -> None:
    assert distinct({1: 10}, 10) == 10
    assert distinct({1: 10}, 50) == pytest.approx(50, rel=0.001)
    assert distinct({1: 4, 3: 2}, 10) == 6
