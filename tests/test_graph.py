"""graph: a usage to its graph and back, the aggregate by table, and its files read again."""

from __future__ import annotations

import random
import typing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_export import MODEL, TOKENIZER, USAGES

from analyzer import graph
from analyzer.records import Anchor, ApiCall, CallSequence, Link, Role
from analyzer.tally import PLACES, plain

TWO = [("a", USAGES[0]), ("b", USAGES[0]), ("b", USAGES[1])]

words = st.text(max_size=8)
lines = st.integers(1, 9)
cells = st.none() | st.integers(0, 3)


@st.composite
def sequences(draw: st.DrawFn) -> CallSequence:
    size = draw(st.integers(0, 6))
    inputs = st.lists(st.integers(0, size - 1), max_size=3).map(tuple) if size else st.just(())
    roles = st.none() | st.sampled_from(typing.get_args(Role))
    links = st.sampled_from(typing.get_args(Link))
    call = st.builds(ApiCall, words, lines, cells, links, roles, inputs, st.none() | words)
    calls = draw(st.lists(call, min_size=size, max_size=size))
    anchors = draw(st.lists(st.builds(Anchor, lines, cells, words), max_size=2))
    return CallSequence(draw(words), draw(cells), draw(words), tuple(anchors), tuple(calls))


@given(sequences())
def test_a_usage_comes_back_from_its_graph(sequence: CallSequence) -> None:
    assert graph.calls_of(graph.usage_graph(sequence)) == sequence


def test_graph_of_a_usage() -> None:
    made = graph.usage_graph(USAGES[0])
    assert made.nodes[4] == {
        "api": f"{MODEL}.generate", "role": "infer", "link": "receiver", "line": 21, "cell": None, "path": None,
        "keywords": (), "reads": (),
    }  # fmt: skip
    flows = [edge[:2] for edge in made.edges(data="kind") if edge[2] == "flow"]
    orders = [edge[:2] for edge in made.edges(data="kind") if edge[2] == "order"]
    assert sorted(flows) == [(0, 3), (0, 6), (1, 2), (2, 4), (3, 4), (4, 5), (5, 6), (6, 7)]
    assert sorted(orders) == [(number, number + 1) for number in range(7)]


@pytest.mark.parametrize(
    ("options", "some"),
    [
        ({}, {f"{MODEL}.generate": (2, 2), "print": (2, 2), "sentence_transformers.SentenceTransformer": (1, 1)}),
        ({"level": "role"}, {"load": (3, 2), "infer": (3, 2), "other": (2, 2)}),
        ({"level": "role", "by": "model"}, {"gpt2: load": (2, 2), "é/modèle: load": (1, 1)}),
        ({"level": "role", "by": "library"}, {"transformers: load": (2, 2), "sentence_transformers: infer": (1, 1)}),
        ({"level": "family"}, {"causal-lm.load": (2, 2), "causal-lm.generate": (2, 2), "tokenizer.decode": (2, 2)}),
        ({"level": "role", "by": "task"}, {"causal-lm: load": (2, 2), "embedding: load": (1, 1)}),
        ({"level": lambda call: call.link}, {"load": (3, 2), "derived": (2, 2)}),
        ({"level": "role", "by": lambda usage: [usage.path[:2]]}, {"ap: load": (2, 2), "nb: load": (1, 1)}),
    ],
)
def test_weights(options: dict[str, typing.Any], some: dict[str, tuple[int, int]]) -> None:
    found = graph.nodes(graph.aggregated(TWO, **options))
    assert {name: (found[name].usages, found[name].repositories) for name in some} == some


def test_a_symbol_counts_once_per_usage() -> None:
    twice = replace(USAGES[0], calls=USAGES[0].calls * 2)
    found = graph.nodes(graph.aggregated([("a", twice)]))
    assert {node.usages for node in found.values()} == {1}


def test_edges() -> None:
    made = graph.aggregated(TWO)
    found = {(start, end, edge.kind): edge for start, end, edge in graph.edges(made)}
    edge = found[f"{TOKENIZER}.__call__", f"{MODEL}.generate", "flow"]
    assert edge == graph.Edge("flow", 2, 2, ["a/app/llm.py:21", "b/app/llm.py:21"])
    assert (f"{TOKENIZER}.from_pretrained", f"{MODEL}.from_pretrained", "order") in found
    assert (f"{TOKENIZER}.from_pretrained", f"{MODEL}.from_pretrained", "flow") not in found


def test_the_commonest_role_is_the_stage() -> None:
    roles: list[Role | None] = ["infer", None, "infer", "load"]
    calls = tuple(ApiCall("x", line, None, "receiver", role, ()) for line, role in enumerate(roles, 1))
    (node,) = graph.nodes(graph.aggregated([("r", replace(USAGES[0], calls=calls))])).values()
    assert (node.stage, node.roles) == ("infer", ["infer", "load", "other"])


def test_the_sample_of_places_is_of_many_repositories() -> None:
    call = ApiCall("x", 1, None, "load", "load", ())
    usage = replace(USAGES[0], calls=tuple(replace(call, line=line) for line in range(1, 9)))
    (node,) = graph.nodes(graph.aggregated([(name, usage) for name in "abcd"])).values()
    assert len(node.places) == PLACES
    assert {place.partition("/")[0] for place in node.places} == set("abcd")
    assert node.places == sorted(node.places)


def test_the_order_of_usages_does_not_matter() -> None:
    many = [(name, usage) for name in "abcdefg" for usage in USAGES]
    expected = graph.to_node_link(graph.aggregated(many, by="model"))
    for seed in range(5):
        random.Random(seed).shuffle(many)
        assert graph.to_node_link(graph.aggregated(many, by="model")) == expected


FILES = [
    (graph.to_node_link, graph.from_node_link),
    (graph.to_graphml, graph.from_graphml),
    (graph.to_gexf, graph.from_gexf),
]


@pytest.mark.parametrize(("write", "read"), FILES, ids=["node-link", "graphml", "gexf"])
@pytest.mark.parametrize(
    "usages",
    [TWO, [], [("a", replace(USAGES[0], calls=USAGES[0].calls[:1]))], [("<a&b>\n\x1b\ud800", USAGES[0])]],
    ids=["two", "none", "one", "odd"],
)
@pytest.mark.parametrize("by", ["all", "model"])
def test_files_hold_the_graph(write: typing.Any, read: typing.Any, usages: typing.Any, by: str) -> None:
    made = graph.aggregated(usages, by=by)
    again = read(write(made))
    assert list(again.nodes(data=True)) == list(made.nodes(data=True))
    assert list(again.edges(data=True)) == list(made.edges(data=True))
    assert type(again) is type(made)
    assert graph.nodes(again) == graph.nodes(made)


@pytest.mark.parametrize(("text", "shown"), [("a é", "a é"), ("a\nb", "a\\nb"), ("\ud800", "\\ud800")])
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown
