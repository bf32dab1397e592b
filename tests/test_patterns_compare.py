"""Comparison of models: patterns, transitions, roles, arguments, models used together."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from analyzer import analyze_source
from analyzer.records import CallSequence
from patterns.compare import Comparison, compare
from patterns.errors import PatternError
from patterns.together import relation
from patterns.transitions import END, START, divergence, jensen_shannon, transitions
from ptmscope.cli import cli
from ptmscope.pattern_cli import COMPARISONS

GOLDEN = Path(__file__).with_name("golden")
EMBED = 'from sentence_transformers import SentenceTransformer\nm = SentenceTransformer("org/a")\nm.encode("x")\n'
GENERATE = """
from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("org/b")
model = AutoModelForCausalLM.from_pretrained("org/b", torch_dtype="auto", revision="main")
print(tokenizer.decode(model.generate(**tokenizer("x"))[0]))
"""
BOTH = """
from transformers import AutoModel
for name in ("org/a", "org/b"):
    model = AutoModel.from_pretrained(name)
    model(None)
"""


def usages(code: str, path: str = "a.py") -> tuple[CallSequence, ...]:
    return analyze_source(code.encode(), path).sequences


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(
        [(source, usage) for source in "xyz" for code in (EMBED, GENERATE) for usage in usages(code)],
        {"a": lambda u: u.model_id == "org/a", "b": lambda u: u.model_id == "org/b", "c": lambda u: False},
    )


def test_sides(found: Comparison) -> None:
    assert [(side.name, side.usages, side.repositories) for side in found.sides] == [
        ("a", 3, 3),
        ("b", 3, 3),
        ("c", 0, 0),
    ]


def test_distinctive_patterns(found: Comparison) -> None:
    assert {row.pattern.name: (row.shares, row.of) for row in found.patterns} == {
        "embed": ((1.0, 0.0, 0.0), "a"), "tokenize, generate, decode": ((0.0, 1.0, 0.0), "b"),
    }  # fmt: skip


def test_roles_and_arguments_that_one_side_goes_without(found: Comparison) -> None:
    roles = {row.name: row.missing for row in found.roles}
    assert roles == {"load": (), "infer": (), "prepare": ("a",), "postprocess": ("a",)}
    assert {row.name: row.shares for row in found.arguments} == {"precision": (0, 1, 0), "revision": (0, 1, 0)}


def test_divergences_of_pairs(found: Comparison) -> None:
    values = {(a, b): value for a, b, value in found.divergences}
    assert values["a", "c"] is None
    ab = values["a", "b"]
    assert ab is not None
    assert (ab.value, ab.low, ab.high) == (1.0, 1.0, 1.0)


def test_the_same_usages_do_not_diverge() -> None:
    given = [(source, usage) for source in "xy" for usage in usages(GENERATE)]
    found = divergence(given, given)
    assert found is not None
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
    alone = divergence(given[:1], given)
    assert alone is not None
    assert alone.low is None


def test_transitions_weigh_one() -> None:
    found = transitions(usages(EMBED)[0])
    encode = "sentence_transformers.SentenceTransformer.encode"
    assert found == dict.fromkeys(((START, "embedding.load"), ("embedding.load", encode), (encode, END)), 1 / 3)


PROFILES = st.dictionaries(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), st.floats(0.01, 1), min_size=1).map(
    lambda found: {step: share / sum(found.values()) for step, share in found.items()}
)


@given(PROFILES, PROFILES)
def test_jensen_shannon(left: dict[tuple[str, str], float], right: dict[tuple[str, str], float]) -> None:
    assert 0 <= jensen_shannon(left, right) <= 1
    assert jensen_shannon(left, right) == pytest.approx(jensen_shannon(right, left))
    assert jensen_shannon(left, left) == pytest.approx(0)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (BOTH, "alternatives"),
        (EMBED + GENERATE, "side by side"),
        (
            'from diffusers import AutoencoderKL, DiffusionPipeline\nvae = AutoencoderKL.from_pretrained("org/a")\n'
            'pipe = DiffusionPipeline.from_pretrained("org/b", vae=vae)\npipe("x")\n',
            "stages",
        ),
    ],
)
def test_models_used_together(code: str, expected: str) -> None:
    assert relation(*usages(code)) == expected


def test_one_side_is_no_comparison() -> None:
    with pytest.raises(PatternError):
        compare([], {"a": lambda usage: True})


@pytest.fixture
def repos(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("ada", "bob", "eve")]
    for folder in found:
        folder.mkdir()
        (folder / "a.py").write_text(EMBED)
        (folder / "b.py").write_text(GENERATE)
        (folder / "c.py").write_text(BOTH)
    return found


def run(repos: list[Path], *arguments: object) -> Result:
    places = [part for path in repos for part in ("--in", str(path))]
    return CliRunner().invoke(cli, ["compare", *map(str, arguments), *places, "-q"])


@pytest.mark.parametrize("name", COMPARISONS)
def test_golden(name: str, repos: list[Path], pytestconfig: pytest.Config) -> None:
    result = run(repos, "a", "org/b", "--format", name)
    assert result.exit_code == 0
    golden = GOLDEN / f"compare.{ {'markdown': 'md', 'table': 'txt'}.get(name, name) }"
    if pytestconfig.getoption("--update-golden"):
        golden.write_bytes(result.output.encode())
    assert result.output.encode() == golden.read_bytes()


def test_json_follows_the_schema(repos: list[Path], tmp_path: Path) -> None:
    schema = json.loads((resources.files("ptmscope") / "schemas" / "comparison.schema.json").read_text())
    for names in (("transformers", "sentence_transformers", "no*"), ("nobody", "nothing")):
        assert run(repos, *names, "--by", "library", "-o", tmp_path / "c.json").exit_code == 0
        jsonschema.validate(json.loads((tmp_path / "c.json").read_text()), schema)


def test_by_task(repos: list[Path]) -> None:
    result = json.loads(run(repos, "causal-lm", "embedding", "--by", "task", "--format", "json").output)
    assert [(side["name"], side["usages"]) for side in result["sides"]] == [("causal-lm", 3), ("embedding", 3)]


def test_one_name_is_misuse(repos: list[Path]) -> None:
    result = run(repos, "gpt2", "gpt2")
    assert result.exit_code != 0
    assert "two or more" in str(result.exception)
