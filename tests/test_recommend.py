"""Recommenders on examples small enough to see the answer."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patterns.recommend.mixture import weights
from patterns.recommend.neighbours import Neighbours
from patterns.recommend.ngram import Ngrams
from patterns.recommend.patterned import Patterned
from patterns.recommend.popularity import Popularity
from patterns.recommend.records import Example, Query
from patterns.recommend.relative import Context, spelled

T = "transformers."
GENERATION = (
    f"{T}AutoTokenizer.from_pretrained",
    f"{T}AutoModelForCausalLM.from_pretrained",
    f"{T}AutoTokenizer.__call__",
    f"{T}AutoModelForCausalLM.generate",
    f"{T}AutoTokenizer.decode",
)
LEARNERS = {"popularity": Popularity, "ngram": Ngrams, "neighbours": Neighbours, "patterns": Patterned}


def example(source: str, *calls: str, model: str = "gpt2", library: str = "transformers") -> Example:
    return Example(source, library, model, calls)


EXAMPLES = [
    example("ada", *GENERATION),
    example("bob", *GENERATION[:4]),
    example("eve", *GENERATION),
    example(
        "eve", "whisper.load_model", "whisper.load_model.transcribe", model="openai/whisper-base", library="whisper"
    ),
]


@pytest.mark.parametrize(
    ("system", "query", "best"),
    [
        ("popularity", Query("next_call"), GENERATION[1]),
        ("popularity", Query("next_call", libraries=("whisper",)), "whisper.load_model"),
        ("popularity", Query("api_for_model", model="openai/whisper-base"), "whisper.load_model"),
        ("popularity", Query("model_for_code", GENERATION), "gpt2"),
        ("popularity", Query("model_for_code", libraries=("whisper",)), "openai/whisper-base"),
        ("ngram", Query("next_call", GENERATION[:3]), GENERATION[3]),
        ("ngram", Query("next_call", ("unknown", GENERATION[2])), GENERATION[3]),
        ("ngram", Query("complete_usage", GENERATION[:1]), GENERATION[1]),
        ("neighbours", Query("next_call", ("whisper.load_model",)), "whisper.load_model.transcribe"),
        ("neighbours", Query("model_for_code", ("whisper.load_model",)), "openai/whisper-base"),
        ("patterns", Query("next_call", GENERATION[:3]), GENERATION[3]),
        ("patterns", Query("next_call", (*GENERATION[:3], "print")), GENERATION[3]),
        ("patterns", Query("api_for_model", model="openai/whisper-tiny"), "whisper.load_model"),
        ("patterns", Query("model_for_code", GENERATION[:2], libraries=("transformers",)), "gpt2"),
    ],
)
def test_the_best(system: str, query: Query, best: str) -> None:
    ranked = LEARNERS[system](EXAMPLES).rank(query, 20)
    assert ranked is not None
    assert ranked[0] == best


def test_a_pattern_of_one_class_serves_for_another() -> None:
    """No example has these classes; what they are to each other is what the examples have."""
    context = (
        f"{T}BartTokenizer.from_pretrained",
        f"{T}OPTForCausalLM.from_pretrained",
        f"{T}BartTokenizer.__call__",
    )
    ranked = Patterned(EXAMPLES).rank(Query("next_call", context, libraries=("transformers",)), 5)
    assert f"{T}OPTForCausalLM.generate" in ranked
    assert f"{T}BartTokenizer.decode" in Patterned(EXAMPLES).rank(Query("complete_usage", context), 10)
    others = Ngrams(EXAMPLES).rank(Query("next_call", context), 20)
    assert others is not None
    assert f"{T}OPTForCausalLM.generate" not in others


@pytest.mark.parametrize(("system", "task"), [("ngram", "model_for_code"), ("neighbours", "api_for_model")])
def test_tasks_without_an_answer(system: str, task: str) -> None:
    assert LEARNERS[system](EXAMPLES).rank(Query(task), 5) is None


@pytest.mark.parametrize("learner", LEARNERS.values())
def test_nothing_learned_recommends_nothing(learner: type[Popularity]) -> None:
    for task in ("next_call", "complete_usage", "api_for_model", "model_for_code"):
        assert not learner([]).rank(Query(task, ("a",), "m", ("lib",)), 5)


@pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS)
@pytest.mark.parametrize("task", ["next_call", "complete_usage", "api_for_model", "model_for_code"])
def test_order_and_repeats_of_examples_change_nothing(learner: type[Popularity], task: str) -> None:
    query = Query(task, () if task == "api_for_model" else GENERATION[:2], "gpt2", ("transformers",))
    shuffled = [*EXAMPLES, *EXAMPLES]
    random.Random(3).shuffle(shuffled)
    ranked = learner(EXAMPLES).rank(query, 20)
    assert learner(shuffled).rank(query, 20) == ranked
    assert ranked is None or len(set(ranked)) == len(ranked) <= 20


CALLS = st.lists(
    st.sampled_from([*GENERATION, "print", f"{T}AutoTokenizer.__call__.to", "spacy.load", "spacy.load.pipe"])
)


@given(CALLS)
def test_views_lead_back_to_the_call(calls: list[str]) -> None:
    for at, call in enumerate(calls):
        context = Context(calls[:at])
        for view in context.views(call):
            assert view.kind == "part" or context.api(view) == call


@given(CALLS)
def test_spelling_depends_on_what_is_before_only(calls: list[str]) -> None:
    whole = spelled(calls)
    assert all(spelled(calls[:at]) == whole[:at] for at in range(len(calls)))


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 30), st.integers(0, 10**6))
def test_weights_are_a_better_mixture_than_equal_ones(kinds: int, rows: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    share = chance.random((rows, kinds)).astype(np.float32)
    there = np.ones((rows, kinds), dtype=np.bool_)
    counts = np.ones(rows)
    found = weights(share, there, counts)
    assert found.sum() == pytest.approx(1)
    before = np.log(share @ np.full(kinds, 1 / kinds) + 1e-4).sum()
    assert np.log(share @ found + 1e-4).sum() >= before - 1e-6


def test_what_tells_more_weighs_more() -> None:
    share = np.array([[0.9, 0.1], [0.8, 0.2], [0.9, 0.0]], dtype=np.float32)
    good, bad = weights(share, np.ones((3, 2), dtype=np.bool_), np.ones(3))
    assert good > 0.95 > 0.05 > bad
