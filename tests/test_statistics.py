"""Statistics of repositories: counted by hand, and what must hold of any spread."""

from __future__ import annotations

import csv
import io
import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ptmscope.cli import cli
from ptmscope.export.statistics import FORMATS
from ptmscope.figures_cli import FORMATS as NAMES
from ptmscope.repositories import Repository, renamed, repository
from ptmscope.settings import Settings
from ptmscope.statistics.spread import QUANTILES, gini, lorenz, quantile, top
from ptmscope.statistics.tables import statistics

GOLDEN = Path(__file__).with_name("golden")
COUNTS = st.lists(st.integers(1, 1000), min_size=1, max_size=40)

# -- spread


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), ([0, 0], None), ([5], 0), ([2, 2, 2], 0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([1, 2, 3, 4], 0.25)],
)
def test_gini(values: list[int], expected: float | None) -> None:
    assert gini(values) == (expected if expected is None else pytest.approx(expected))


@given(COUNTS)
def test_gini_is_twice_the_area_above_the_lorenz_curve(values: list[int]) -> None:
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(lorenz(values)))
    assert gini(values) == pytest.approx(1 - 2 * area, abs=1e-9)


@given(COUNTS, st.integers(2, 9))
def test_gini_knows_no_units(values: list[int], factor: int) -> None:
    assert gini([value * factor for value in values]) == pytest.approx(gini(values), abs=1e-9)
    assert gini(values * factor) == pytest.approx(gini(values), abs=1e-9)


@given(COUNTS)
def test_quantiles_are_values_in_order(values: list[int]) -> None:
    found = [quantile(values, share) for share in QUANTILES]
    assert found == sorted(found, key=lambda value: -math.inf if value is None else value)
    assert set(found) <= set(values)
    assert (found[0], found[-1]) == (min(values), max(values))


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.25, 1), (0.26, 2), (0.5, 2), (0.75, 3), (1, 4)])
def test_quantile(share: float, expected: int) -> None:
    assert quantile([4, 3, 2, 1], share) == expected


def test_top() -> None:
    assert top([1, 4, 5], 1) == 0.5
    assert top([1, 4, 5], 9) == 1
    assert top([], 1) is None


# -- tables

ADA = """
from transformers import AutoTokenizer, AutoModelForCausalLM, pipeline
tokenizer = AutoTokenizer.from_pretrained("gpt2", revision="main")
model = AutoModelForCausalLM.from_pretrained("gpt2", revision="607a30d783dfa663caf39e06633721c8d4cfcd7e")
classify = pipeline("text-classification", "org/classifier", trust_remote_code=True)
"""
BOB = """
import sys
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM, pipeline
a = AutoModelForCausalLM.from_pretrained("gpt2", trust_remote_code=False)
b = SentenceTransformer("all-MiniLM-L6-v2" if a else "all-mpnet-base-v2")
c = SentenceTransformer(sys.argv[1])
d = pipeline("text-classification", "org/classifier", revision=sys.argv[2])
"""


@pytest.fixture(scope="module")
def repos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("repos")
    for name, files in {"ada": {"a.py": ADA, "b.py": ADA}, "bob": {"a.py": BOB}, "eve": {"a.py": "x = 1\n"}}.items():
        (folder / name).mkdir()
        for file, text in files.items():
            (folder / name / file).write_text(text + f"# {file}\n")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def tables(repos: list[Path]) -> dict[str, list[tuple[object, ...]]]:
    found = statistics(renamed(repository(str(path), path.name, Settings())) for path in repos)
    return {each.name: [tuple(row) for row in each.rows] for each in found}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "totals",
            [
                ("repositories", 3), ("repositories with a load site", 2), ("repositories with a usage", 2),
                ("files read", 4), ("files with a load site", 3), ("files with a usage", 3),
                ("load sites", 10), ("load sites with an id", 9), ("models", 4), ("usages", 8),
                ("usages of models whose name is known in full", 8), ("calls", 10),
            ],
        ),
        (
            "models",
            [
                ("openai-community/gpt2", 3, 3, 2), ("org/classifier", 3, 3, 2),
                ("sentence-transformers/all-MiniLM-L6-v2", 1, 1, 1),
                ("sentence-transformers/all-mpnet-base-v2", 1, 1, 1),
            ],
        ),
        ("tasks", [("causal-lm", 3, 3, 2, 1), ("pipeline", 3, 3, 2, 1), ("embedding", 2, 1, 1, 2)]),
        ("libraries", [("transformers", 6, 3, 2, 2), ("sentence-transformers", 2, 1, 1, 2)]),
        ("status", [("resolved", 9, 0.9), ("runtime", 1, 0.1)]),
        ("reason", [("runtime input", 1, 1.0)]),
        ("resolution", [("literal", 10, 1.0)]),
        ("certainty", [("certain", 8, 0.8), ("possible", 2, 0.2)]),
        ("spread", [("usages", 2, 1, 1, 1, 1, 3, 3, 3, 3), ("repositories", 1.5, 1, 1, 1, 1, 2, 2, 2, 2)]),
        ("together", [("openai-community/gpt2", "org/classifier", "side by side", 3, 2)]),
        (
            "practice",
            [
                ("revision: not given", 4, 4 / 9), ("revision: a branch or tag", 2, 2 / 9),
                ("revision: a commit", 2, 2 / 9), ("revision: given, not known which", 1, 1 / 9),
                ("trust_remote_code: not given", 6, 6 / 9), ("trust_remote_code: True", 2, 2 / 9),
                ("trust_remote_code: False", 1, 1 / 9),
            ],
        ),
    ],
)  # fmt: skip
def test_counted_by_hand(table: str, expected: list[tuple[object, ...]], tables: dict[str, list[object]]) -> None:
    assert tables[table] == expected


def test_concentration(tables: dict[str, list[tuple[object, ...]]]) -> None:
    found = {row[0]: row[1:] for row in tables["concentration"]}
    assert found["Gini coefficient"] == (0.25, pytest.approx(1 / 6))
    assert found["share of the first"] == (3 / 8, 2 / 6)
    assert found["models with one only"] == (0.5, 0.5)


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, repos: list[Path], pytestconfig: pytest.Config) -> None:
    result = CliRunner().invoke(cli, ["statistics", *map(str, repos), "-f", name])
    assert result.exit_code == 0, result.output
    golden = GOLDEN / f"statistics.{ {'markdown': 'md', 'table': 'txt'}.get(name, name) }"
    if pytestconfig.getoption("--update-golden"):
        golden.write_bytes(result.output.encode())
    assert result.output.encode() == golden.read_bytes()


def test_csv_has_every_figure(repos: list[Path]) -> None:
    rows = list(
        csv.DictReader(io.StringIO(CliRunner().invoke(cli, ["statistics", *map(str, repos), "-f", "csv"]).output))
    )
    document = json.loads(CliRunner().invoke(cli, ["statistics", *map(str, repos), "-f", "json"]).output)
    assert len(rows) == sum(len(row) - 1 for found in document.values() for row in found)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_found(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["statistics", str(tmp_path), "-f", name])
    assert result.exit_code == 0
    assert "repositories" in result.output


def test_what_was_not_counted_is_not_known() -> None:
    (totals, *_) = statistics([Repository("old", ".", (), ())])
    assert dict(totals.rows)["files read"] is None


def test_every_format_has_a_writer() -> None:
    assert tuple(FORMATS) == NAMES
