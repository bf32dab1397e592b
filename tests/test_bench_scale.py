"""bench.scale: what shards are made of, and what the cost model says of made-up runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Tree
from pyarrow import parquet

from bench.scale import corpus, model
from bench.scale.__main__ import compared, report
from bench.scale.runs import Ran, Stage, run

LOADS = 'from transformers import AutoModel\nAutoModel.from_pretrained("org/a")\nother = "org/b"\n'


@pytest.fixture
def packages(tree: Tree) -> Path:
    return tree({
        **{f"one/one/{number}.py": LOADS for number in range(150)},
        "one/one-1.0.dist-info/METADATA": "Name: one\n",
        "two/two/a.py": LOADS, "two/two/config.json": "{}", "two/two/data.bin": "x",
    })  # fmt: skip


def rows(folder: Path) -> list[dict[str, str]]:
    return [row for path in sorted(folder.iterdir()) for row in parquet.read_table(path).to_pylist()]


def test_shards_are_copies_under_other_names(packages: Path, tmp_path: Path) -> None:
    ids = corpus.known_ids(packages, tmp_path / "ids")
    assert ids == {b"org/a"}
    assert corpus.build(packages, tmp_path / "shards", 1000, ids) == 1000 - 6
    files = [row for row in rows(tmp_path / "shards") if not row["path"].endswith("METADATA")]
    assert len(files) == 1000
    assert len({(row["repo_name"], row["path"]) for row in files}) == 1000
    assert {row["repo_name"] for row in files if row["repo_name"].startswith("copy1/")} == {
        "copy1/one-0", "copy1/one-1", "copy1/two-0",
    }  # fmt: skip
    copies = {row["code"] for row in files if row["repo_name"].startswith("copy6/") and row["path"].endswith(".py")}
    assert len(copies) == 1
    assert "org/a" in copies.pop()


def test_a_small_build_is_the_start_of_a_large_one(packages: Path, tmp_path: Path) -> None:
    for size in (100, 400):
        corpus.build(packages, tmp_path / str(size), size, frozenset([b"org/a"]))
    assert rows(tmp_path / "400")[:100] == rows(tmp_path / "100")[:100]


def ran(size: int, seconds: float, engine: str = "local") -> Ran:
    stage = Stage("parse", 1, seconds / 2, seconds, 100.0, 60.0, "found")
    return Ran(size, size - 1, engine, (stage,), seconds / 2 + 1, seconds + 1, 2.0)


def test_the_model_finds_what_runs_cost() -> None:
    runs = [ran(size, 2 + size / 1000) for size in (1_000, 10_000, 100_000, 300_000)]
    (cost,) = model.costs(runs).values()
    assert (cost.start, cost.each) == (pytest.approx(2), pytest.approx(0.001))
    text = " ".join(report(runs).split())
    assert "| parse | 302.0 | 302.0 | +0% |" in text
    assert "| parse | 2.0 | 1.000 | 2.78 | 15.83 |" in text  # hours


def test_exponents_tell_more_than_linear_growth() -> None:
    assert model.exponent([ran(size, size**1.5 / 1000) for size in (1_000, 10_000, 100_000, 400_000)], "parse") == (
        pytest.approx(1.5)
    )
    assert model.exponent([ran(10_000, 0.1), ran(100_000, 5)], "parse") is None


def test_engines_are_compared_by_the_clock() -> None:
    text = compared([ran(100, 10), ran(100, 12, "dask")])
    assert "1.20x" in text


def test_a_run_is_measured(packages: Path, tmp_path: Path) -> None:
    corpus.build(packages, tmp_path / "shards", 200, frozenset())
    found = run("local", 1, tmp_path / "shards", tmp_path / "found", 200)
    assert [stage.name for stage in found.stages] == ["parse", "shuffle", "mine"]
    assert found.read == 200
    assert 0 < found.stages[0].cpu < found.cpu
    assert max(stage.together for stage in found.stages) > 20
