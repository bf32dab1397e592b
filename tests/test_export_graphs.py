"""export.graphs: golden files (`pytest --update-golden` writes them anew), DOT by Graphviz, SVG as XML."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_export import USAGES

from analyzer.graph import Graph, aggregated, nodes
from analyzer.records import ApiCall
from analyzer.tally import STAGES
from ptmscope import cli
from ptmscope.export.graphs.dot import dot, quoted
from ptmscope.export.graphs.formats import FORMATS
from ptmscope.export.graphs.layout import ROW, layout
from ptmscope.export.graphs.svg import svg
from ptmscope.export.graphs.view import LABEL, label, labels

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"
TWO = [("a", USAGES[0]), ("b", USAGES[0]), ("b", USAGES[1])]
ODD = '<b>&"\\N"</b>\n\x1b]]>'


def many(number: int) -> Graph:
    """So many APIs in a row, each flowing into the next, of all stages in turn."""
    roles = [*STAGES[:-1], None]
    calls = [
        ApiCall(f"lib.Thing.call_{at}", at + 1, None, "derived", roles[at % 9], (at - 1,) if at else ())  # type: ignore[arg-type]
        for at in range(number)
    ]
    return aggregated([("r", replace(USAGES[0], calls=tuple(calls)))])


def odd() -> Graph:
    call = ApiCall(ODD, 1, None, "load", "load", (0,))
    return aggregated([(ODD, replace(USAGES[0], model_id=ODD, calls=(call,)))], by="model")


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, pytestconfig: pytest.Config) -> None:
    golden = GOLDEN / f"graph.{name}"
    text = FORMATS[name](aggregated(TWO, by="model"), 40).encode()
    if pytestconfig.getoption("--update-golden"):
        golden.write_bytes(text)
    assert text == golden.read_bytes()


def test_formats_of_the_command_line() -> None:
    assert tuple(FORMATS) == cli.GRAPH_FORMATS


@pytest.mark.parametrize("made", [aggregated(TWO), many(60), odd(), aggregated([])], ids=["two", "many", "odd", "none"])
def test_dot_is_what_graphviz_reads(made: Graph) -> None:
    program = shutil.which("dot")
    if program is None:
        pytest.skip("no Graphviz")
    done = subprocess.run([program, "-Tplain"], input=dot(made).encode(), capture_output=True, check=True, timeout=60)
    assert done.stdout.count(b"\nnode ") == len(made)


@pytest.mark.parametrize(
    ("text", "string"), [("a", '"a"'), ('a"b', '"a\\"b"'), ("a\\N", '"a\\\\N"'), ("a\nb", '"a\\nb"')]
)
def test_dot_strings(text: str, string: str) -> None:
    assert quoted(text) == string


@pytest.mark.parametrize("made", [aggregated(TWO), many(5), many(60), odd()], ids=["two", "five", "many", "odd"])
def test_svg_is_well_formed_with_the_stages_in_order(made: Graph) -> None:
    root = ElementTree.fromstring(svg(made, 60))
    stages = [
        (float(text.get("x", "0")), text.text) for text in root.iter(f"{SVG}text") if text.get("class") == "stage"
    ]
    assert [x for x, _ in stages] == sorted(x for x, _ in stages)
    assert [name for _, name in stages] == [stage for stage in STAGES if stage in {name for _, name in stages}]
    assert len(list(root.iter(f"{SVG}rect"))) == len(made) + 1
    assert not list(root.iter(f"{SVG}script"))


def test_svg_says_what_it_leaves_out() -> None:
    text = svg(many(60), 20)
    assert "40 lighter calls not shown" in text
    assert text.count("<rect") == 21


def test_svg_of_many_groups() -> None:
    usages = [("r", replace(USAGES[1], model_id=f"model-{number}")) for number in range(15)]
    text = svg(aggregated(usages, by="model"), 40)
    assert "3 more groups are not shown" in text
    assert text.count('class="group"') == 12


def test_svg_of_nothing() -> None:
    assert "nothing found" in svg(aggregated([]), 40)


def test_layout_has_no_boxes_on_each_other() -> None:
    stages = {str(number): STAGES[number % 4] for number in range(40)}
    links = [(str(number), str((number * 7 + 3) % 40)) for number in range(40)]
    plan = layout(stages, dict.fromkeys(stages, 100.0), links)
    for column in range(4):
        rows = sorted(box.y for box in plan.boxes.values() if box.column == column)
        assert all(below - above >= ROW - 0.01 for above, below in pairwise(rows))
    assert all(abs(box.y) <= plan.height / 2 for box in plan.boxes.values())


def test_layout_undoes_crossings() -> None:
    stages = {"a": "load", "b": "load", "c": "infer", "d": "infer"}
    boxes = layout(stages, dict.fromkeys(stages, 100.0), [("a", "d"), ("b", "c")]).boxes
    assert (boxes["a"].y - boxes["b"].y) * (boxes["d"].y - boxes["c"].y) > 0


def test_long_edges_go_between_the_boxes() -> None:
    stages = {"a": "load", "b": "prepare", "c": "infer"}
    plan = layout(stages, dict.fromkeys(stages, 100.0), [("a", "c"), ("a", "b")])
    start, lane, end = plan.routes["a", "c"]
    assert (start, end) == (plan.boxes["a"], plan.boxes["c"])
    assert lane.column == plan.boxes["b"].column
    assert abs(lane.y - plan.boxes["b"].y) >= 25


@pytest.mark.parametrize(
    ("api", "shown"),
    [
        ("transformers.AutoModel.__call__.logits.argmax", "AutoModel(…).logits.argmax"),
        ("transformers.AutoModelForSequenceClassification.from_pretrained", "AutoModelForSequenc….from_pretrained"),
        ("lib.X." + "y" * 99, "X.yyy"),
    ],
)
def test_labels_are_short(api: str, shown: str) -> None:
    assert label(api).startswith(shown)
    assert len(label(api)) <= LABEL


def test_labels_tell_nodes_apart() -> None:
    apis = ["a.load.run", "b.load.run", "b.X.run", "m.ModelForCausalLMWithOneHead.from_pretrained",
            "m.ModelForCausalLMWithTwoHeads.from_pretrained"]  # fmt: skip
    calls = tuple(ApiCall(api, 1, None, "load", "load", ()) for api in apis)
    assert list(labels(nodes(aggregated([("r", replace(USAGES[0], calls=calls))]))).values()) == [
        "a.load.run",
        "X.run",
        "b.load.run",
        "ModelForCausalLMWithOneHead.from_pretrained",
        "ModelForCausalLMWithTwoHeads.from_pretrained",
    ]
