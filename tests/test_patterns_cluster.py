"""Clusters of usages: ordinary and extreme inputs."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import analyze_source
from analyzer.records import CallSequence
from patterns import communities, features, neighbours
from patterns.cluster import Clustering, clustered
from patterns.communities import adjusted_rand
from patterns.errors import PatternError

GENERATE = """
from transformers import {cls}, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("org/m")
model = {cls}.from_pretrained("org/m"){extra}
print(tokenizer.decode(model.generate(**tokenizer("a", return_tensors="pt"))[0]))
"""
TRAIN = """
from transformers import {cls}, AutoTokenizer, Trainer
tokenizer = AutoTokenizer.from_pretrained("org/m")
model = {cls}.from_pretrained("org/m"){extra}
Trainer(model=model, tokenizer=tokenizer).train()
"""
EMBED = """
from sentence_transformers import SentenceTransformer
m = SentenceTransformer("org/m"){extra}
m.encode(["a"])
"""
EXTRAS = ("", ".eval()", "\nprint(model.config)", ".to('cuda')")


def usage(template: str, cls: str = "AutoModelForCausalLM", extra: str = "") -> CallSequence:
    code = template.format(cls=cls, extra=extra if "model" in template else "")
    return analyze_source(code.encode(), "a.py").sequences[0]


@pytest.fixture(scope="module")
def many() -> list[CallSequence]:
    classes = ("AutoModelForCausalLM", "LlamaForCausalLM", "GPT2LMHeadModel")
    return [usage(template, cls, extra) for template in (GENERATE, TRAIN, EMBED) for cls in classes for extra in EXTRAS]


def test_clusters_are_the_templates(many: list[CallSequence]) -> None:
    found = clustered(many, [f"repo-{number % 5}" for number in range(len(many))])
    kinds = [number // 12 for number in range(len(many))]
    assert len(set(zip(kinds, found.fine, strict=True))) == 3
    assert len(set(found.fine)) == 3
    assert found.singular == 0


def test_order_does_not_count(many: list[CallSequence]) -> None:
    order = list(range(len(many)))
    random.Random(1).shuffle(order)
    groups = [f"repo-{number % 5}" for number in range(len(many))]
    first = clustered(many, groups)
    second = clustered([many[at] for at in order], [groups[at] for at in order])
    assert second.fine == tuple(first.fine[at] for at in order)
    assert second.coarse == tuple(first.coarse[at] for at in order)


def test_nothing() -> None:
    assert clustered([]) == Clustering((), (), (), ())


def test_one_usage_is_singular() -> None:
    found = clustered([usage(EMBED)])
    assert (found.fine, found.singular) == ((None,), 1)


@pytest.mark.parametrize("groups", [None, ["a"] * 4, list("abcd")])
def test_all_identical(groups: list[str] | None) -> None:
    assert clustered([usage(EMBED)] * 4, groups).fine == (0, 0, 0, 0)


def test_all_different() -> None:
    found = clustered([usage(GENERATE), usage(TRAIN), usage(EMBED)], ["a", "b", "c"])
    assert found.fine == (None, None, None)


def test_groups_are_as_many_as_usages() -> None:
    with pytest.raises(PatternError):
        clustered([usage(EMBED)], [])


def test_blocks_find_the_nearest_of_those_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than fit into a block: equal and nearly equal rows still meet."""
    usages = [usage(EMBED)] * 3 + [usage(GENERATE)] + [usage(TRAIN, extra=extra) for extra in EXTRAS]
    rows = features.rows(usages, ["a"] * len(usages), features.fine)
    whole = neighbours.neighbours(rows, 3, 0.3)
    monkeypatch.setattr(neighbours, "BLOCK", 2)
    parts = neighbours.neighbours(rows, 3, 0.3)
    assert parts.items() <= whole.items()
    assert len(rows.sizes) > 2


@given(st.lists(st.integers(0, 4), min_size=2, max_size=30), st.randoms())
def test_adjusted_rand(labels: list[int], chance: random.Random) -> None:
    left = np.array(labels)
    names = list(range(5))
    chance.shuffle(names)
    assert adjusted_rand(left, np.array([names[label] for label in labels])) == pytest.approx(1.0)


def test_adjusted_rand_of_chance_is_about_zero() -> None:
    chance = np.random.default_rng(3)
    left, right = chance.integers(0, 5, 3000), chance.integers(0, 7, 3000)
    assert abs(adjusted_rand(left, right)) < 0.01
    assert adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])) == pytest.approx(4 / 7)


def test_the_finest_of_the_stable_cuts() -> None:
    measured = [communities.Cut(1, 0.90, 3), communities.Cut(2, 0.89, 5), communities.Cut(4, 0.7, 9)]
    assert communities.finest(measured).resolution == 2
