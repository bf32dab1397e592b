"""What cards show: code out of Markdown, verdicts, and the comparison with repositories."""

from __future__ import annotations

import gzip
import json
from importlib import resources
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from bench.drift.__main__ import main
from ptmscope.cards.drift import Met, drift, wild
from ptmscope.cards.fences import blocks
from ptmscope.cards.files import cards
from ptmscope.cards.snippets import Verdict, shown
from ptmscope.cli import cli
from ptmscope.errors import Misuse
from ptmscope.export.drift import FORMATS
from ptmscope.repositories import repository
from ptmscope.settings import Settings

LOAD = 'from transformers import AutoModel\nm = AutoModel.from_pretrained("{}")\n'
OWN = LOAD.format("org/own")


def fence(code: str, language: str = "python") -> str:
    return f"```{language}\n{code}```\n"


@pytest.mark.parametrize(
    ("card", "verdict"),
    [
        ("# Only text\n", "no code"),
        ("", "no code"),
        (fence("pip install x\n", "bash"), "no Python"),
        (fence("[{'score': 0.9}]\n", ""), "no Python"),
        (fence("x = 1\n"), "loads nothing"),
        (fence("python eval.py --model org/own\n"), "does not parse"),
        (fence(OWN), "loads it"),
        (fence(OWN, ""), "loads it"),
        (fence(OWN, "{python}"), "loads it"),
        (fence(OWN, "Python"), "loads it"),
        (f"- step\n\n  {fence(OWN).replace(chr(10), chr(10) + '  ')}", "loads it"),
        (f"~~~py\n{OWN}~~~\n", "loads it"),
        ("\n    " + OWN.replace("\n", "\n    "), "loads it"),  # an indented block
        (fence(OWN).replace("\n", "\r\n"), "loads it"),
        (fence(LOAD.format("ORG/Own")), "loads it"),
        (fence(LOAD.format("own")), "loads its short name"),
        (fence(LOAD.format("other/model")), "loads others"),
        (fence(LOAD.format("{MODEL_NAME}").replace('"{M', 'f"{M')), "loads no id"),
        (fence(LOAD.format("./own")), "loads no id"),
        (fence('m = AutoModel.from_pretrained("org/own")\n'), "loads it"),  # what everybody imports
        (fence('p = pipeline("fill-mask", model="org/own")\n'), "loads it"),
        (fence('from mine import pipeline\np = pipeline("fill-mask", model="org/own")\n'), "loads nothing"),
        (fence("".join(f">>> {line}\n" for line in OWN.splitlines()) + "result\n"), "loads it"),
        (fence("# first\n" + "".join(f">>> {line}\n" for line in OWN.splitlines())), "loads it"),
        (fence(OWN + "print(m)\n>>> should print: a model\n"), "loads it"),
        (fence("!pip install x\n" + OWN), "loads it"),
        (fence('name = "org/own"\n') + "and then\n" + fence(LOAD.format("x").replace('"x"', "name")), "loads it"),
        (fence("this is no code\n") + fence(OWN), "loads it"),
        (fence(OWN, "bash"), "no Python"),
    ],
)
def test_verdict(card: str, verdict: str) -> None:
    assert shown(card, "org/own").verdict == verdict


PARTS = st.sampled_from(
    ["```", "```python", "~~~", "    ", ">>> ", "...", "- ", "> ", "<pre>", OWN, "x = (", "\r", "\t", "\0"]
)


@given(st.lists(st.one_of(PARTS, st.text(max_size=8)), max_size=12).map("\n".join))
def test_any_text_is_a_card(text: str) -> None:
    seen = shown(text, "org/own")
    lines = text.count("\n") + text.count("\r") + 1
    assert seen.verdict in get_args(Verdict)
    assert all(1 <= seen.line(site.cell, site.line) <= lines for site in seen.sites)


def test_former_names_are_the_same_model() -> None:
    assert shown(fence(LOAD.format("gpt2")), "openai-community/gpt2").verdict == "loads it"
    assert shown(fence(LOAD.format("openai-community/gpt2")), "gpt2").verdict == "loads it"


@pytest.mark.parametrize("before", ["", "# A\n\ntext\n\n"])
def test_lines_are_those_of_the_card(before: str) -> None:
    card = before + fence("x = 1\n") + "\n" + fence(OWN)
    seen = shown(card, "org/own")
    (site,) = seen.sites
    assert "from_pretrained" in card.splitlines()[seen.line(site.cell, site.line) - 1]
    assert [card.splitlines()[block.line - 1] for block in blocks(card)] == ["x = 1", OWN.splitlines()[0]]


# -- against repositories

USE = """
from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("org/own")
model = AutoModelForCausalLM.from_pretrained("org/own")
print(tokenizer.decode(model.generate(**tokenizer("a", return_tensors="pt"))[0]))
"""
EMBED = 'from sentence_transformers import SentenceTransformer\nSentenceTransformer("org/embed").encode("x")\n'
CARD = fence(
    """
from transformers import LlamaForCausalLM
model = LlamaForCausalLM.from_pretrained("org/own")
model.generate(1)
model.push_to_hub("x")
"""
)


@pytest.fixture(scope="module")
def repos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    found = []
    for name in ("ada", "bob", "eve"):
        folder = tmp_path_factory.mktemp(name)
        (folder / "use.py").write_text(USE)
        (folder / "embed.py").write_text(EMBED)
        found.append(folder)
    return found


def test_calls_and_ways(repos: list[Path]) -> None:
    found = wild(repository(str(path), path.name, Settings()) for path in repos)
    made = drift("README.md", CARD, "org/own", found)
    assert [(call.api.rpartition(".")[2], call.line, call.met, call.repositories) for call in made.calls] == [
        ("from_pretrained", 4, "in another class", 3),
        ("generate", 5, "in another class", 3),
        ("push_to_hub", 6, "nowhere", 0),
    ]
    (way,) = made.unmentioned
    assert (way.pattern.name, way.repositories) == ("tokenize, generate, decode", 3)
    assert made.has_drifted
    same = drift("README.md", fence(USE), "org/own", found)
    assert {call.met for call in same.calls} == {"as shown"}
    assert not same.unmentioned
    assert not same.has_drifted


def run(repos: list[Path], *arguments: object, exit_code: int = 0) -> Result:
    inside = [part for path in repos for part in ("--in", str(path))]
    result = CliRunner().invoke(cli, ["drift", *map(str, arguments), *inside])
    assert result.exit_code == exit_code, (result.output, result.exception)
    return result


@pytest.mark.parametrize("name", FORMATS)
def test_formats(name: str, repos: list[Path], tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    text = run(repos, tmp_path / "README.md", "--model", "org/own", "-f", name, "--strict", exit_code=1).output
    assert "push_to_hub" in text
    assert "nowhere" in text
    assert "tokenize, generate, decode" in text


def test_many_cards(repos: list[Path], tmp_path: Path) -> None:
    records = [{"id": "org/own", "card": CARD}, {"id": "org/embed", "card": fence(EMBED)}, {"id": "a/b", "card": ""}]
    with gzip.open(tmp_path / "cards.jsonl.gz", "wt") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in records)
    lines = [json.loads(line) for line in run(repos, tmp_path / "cards.jsonl.gz", "-f", "jsonl").output.splitlines()]
    assert [(line["model"], line["verdict"], line["repositories"], line["drifted"]) for line in lines] == [
        ("org/own", "loads it", 3, True),
        ("org/embed", "loads it", 3, False),
        ("a/b", "no code", 0, False),
    ]
    schema = json.loads((resources.files("ptmscope") / "schemas" / "drift.schema.json").read_text())
    for line in lines:
        jsonschema.validate(line, schema)
    assert schema["properties"]["verdict"]["enum"] == list(get_args(Verdict))
    assert schema["properties"]["calls"]["items"]["properties"]["met"]["enum"] == list(get_args(Met))


def test_the_section_of_ptmscope_is_not_the_card(repos: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    card = tmp_path / "README.md"
    card.write_text("# Own\n\n" + CARD)
    before = json.loads(run(repos, card, "--model", "org/own", "-f", "jsonl").output)
    inside = [part for path in repos for part in ("--in", str(path))]
    assert CliRunner().invoke(cli, ["card", "org/own", *inside, "-o", str(card)]).exit_code == 0
    assert json.loads(run(repos, card, "-f", "jsonl").output) == before  # and the model is told by it


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("README.md", "# A\n", "which model"),
        ("cards.jsonl", '{"id": "a"}\n', "cards.jsonl:1: not a record"),
        ("cards.jsonl", "no JSON\n", "cards.jsonl:1: not a record"),
        ("cards.jsonl.gz", "no gzip\n", "cards.jsonl.gz"),
    ],
)
def test_cards_that_cannot_be_read(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(Misuse, match=message):
        list(cards(str(tmp_path / name), None))
    with pytest.raises(Misuse, match="No such file"):
        list(cards(str(tmp_path / "missing.md"), "a/b"))


# -- the benchmark


def test_the_benchmark_prints_its_tables(repos: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    records = [
        ("org/own", CARD),
        ("org/x", fence(OWN)),
        ("org/y", "text"),
        ("org/z", fence("a b\n") + fence("x = 1\n")),
    ]
    (tmp_path / "cards.jsonl").write_text("".join(json.dumps({"id": i, "card": c}) + "\n" for i, c in records))
    study = ["study", *map(str, repos), "-o", str(tmp_path / "study"), "--step", "tables"]
    assert CliRunner().invoke(cli, study).exit_code == 0
    main([str(tmp_path / "cards.jsonl"), "--study", str(tmp_path / "study"), "--list", "loads others"])
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    for row in (
        ["all", "4", ""],
        ["with a block of code", "3", ""],
        ["all of it parses", "2", "66.7%"],
        ["some of it parses", "1", "33.3%"],
        ["loads it", "1", "33.3%"],
        ["loads nothing", "1", "33.3%"],
        ["org/x"],
        ["in another class", "2"],
        ["nowhere", "1"],
    ):
        assert row in lines
