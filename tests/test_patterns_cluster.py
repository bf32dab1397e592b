"""Clusters of usages: ordinary and extreme inputs."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from analyzer import analyze_source
from analyzer.records import CallSequence
from patterns import cuts, features, linkage, similarity
from patterns.cluster import Clustering, Level, Settings, clustered
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
model = SentenceTransformer("org/m"){extra}
model.encode(["a"])
"""
EXTRAS = ("", "\nmodel.save_pretrained('x')", "\nmodel.state_dict()", ".to('cuda')")


def usage(template: str, cls: str = "AutoModelForCausalLM", extra: str = "") -> CallSequence:
    code = template.format(cls=cls, extra=extra)
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
    assert found.patterns.singular == 0


def test_order_does_not_count(many: list[CallSequence]) -> None:
    order = list(range(len(many)))
    random.Random(1).shuffle(order)
    groups = [f"repo-{number % 5}" for number in range(len(many))]
    first = clustered(many, groups)
    second = clustered([many[at] for at in order], [groups[at] for at in order])
    assert second.fine == tuple(first.fine[at] for at in order)
    assert second.coarse == tuple(first.coarse[at] for at in order)


def test_nothing() -> None:
    assert clustered([]) == Clustering(Level(), Level())


def test_one_usage_is_singular() -> None:
    found = clustered([usage(EMBED)])
    assert (found.fine, found.patterns.singular) == ((None,), 1)


@pytest.mark.parametrize("groups", [None, ["a"] * 4, list("abcd")])
def test_all_identical(groups: list[str] | None) -> None:
    assert clustered([usage(EMBED)] * 4, groups).fine == (0, 0, 0, 0)


def test_all_different() -> None:
    found = clustered([usage(GENERATE), usage(TRAIN), usage(EMBED)], ["a", "b", "c"])
    assert found.fine == (None, None, None)


def test_a_variant_joins_what_it_is_near_to() -> None:
    odd = usage(GENERATE, extra="\ntokenizer.add_tokens([])")
    found = clustered([*[usage(GENERATE)] * 3, odd, usage(EMBED)], fine=Settings(features.fine, (0.01,)))
    assert found.fine == (0, 0, 0, 0, None)


def test_groups_are_as_many_as_usages() -> None:
    with pytest.raises(PatternError):
        clustered([usage(EMBED)], [])


def test_blocks_give_the_same_clusters(monkeypatch: pytest.MonkeyPatch, many: list[CallSequence]) -> None:
    rows = features.rows(many, ["a"] * len(many), features.fine)
    whole = linkage.clusters(rows, 0.45)
    monkeypatch.setattr(similarity, "BLOCK", 5)
    parts = linkage.clusters(rows, 0.45)
    assert len(rows.sizes) > 3
    assert parts.tolist() == whole.tolist()


def test_rows_alike_in_every_hash_are_cut_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = features.rows([usage(EMBED)], ["a"], features.fine)
    monkeypatch.setattr(similarity, "BLOCK", 2)
    found = list(similarity.blocks(rows, np.zeros(5, dtype=np.int64), ""))
    assert [len(block) for block in found] == [2, 2, 1]


def test_stability_of_clusters(many: list[CallSequence]) -> None:
    found = clustered(many, [f"repo-{number % 12}" for number in range(len(many))]).patterns
    assert all(value is not None and value > 0.8 for value in found.stability)
    assert all(set(members) <= set(range(len(many))) and members for members in found.central)


def test_the_coarsest_of_the_stable_cuts() -> None:
    measured = [cuts.Cut(0.2, 0.90, 9), cuts.Cut(0.3, 0.895, 5), cuts.Cut(0.4, 0.7, 3)]
    assert cuts.chosen(measured).distance == 0.3


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40))
def test_agreement_is_the_adjusted_rand_index(labels: list[tuple[int, int]]) -> None:
    left, right = (np.array(side) for side in zip(*labels, strict=True))
    assert cuts.agreement(left, right) == adjusted_rand_score(left, right)
