"""Plots: what is drawn, the bytes of the files, labels."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from miner import local
from miner.corpus import Corpus
from miner.curate import curate
from miner.rules import Rule
from miner.status import stages
from ptmscope.cli import cli
from ptmscope.export.output import printable
from ptmscope.figures_cli import WHAT as NAMES
from ptmscope.plots.names import LATIN, LONGEST, cut, labels, visible
from ptmscope.repositories import repository
from ptmscope.settings import Settings

pytest.importorskip("matplotlib")

from ptmscope.plots.canvas import FORMS
from ptmscope.plots.pictures import WHAT, plots, write

EMBED = 'from sentence_transformers import SentenceTransformer\nm = SentenceTransformer("{}")\nm.encode("x")\n'
GENERATE = """
from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = AutoModelForCausalLM.from_pretrained("gpt2")
print(tokenizer.decode(model.generate(**tokenizer("a", return_tensors="pt"))[0]))
"""
HOSTILE = "org/$x$--><svg onload='alert(1)'>模型\u202e\x1b&_{}"


@pytest.fixture(scope="module")
def repos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("repos")
    for name in ("ada", "bob", "eve"):
        (folder / name).mkdir()
        (folder / name / "embed.py").write_text(EMBED.format("all-MiniLM-L6-v2"))
        (folder / name / "generate.py").write_text(GENERATE)
        (folder / name / "other.py").write_text("x = 1\n")
    (folder / "ada" / "alone.py").write_text('import whisper\nwhisper.load_model("base").transcribe("a")\n')
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def figures(repos: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    run(repos, folder)
    return folder


def run(paths: list[Path], folder: Path, *more: str) -> str:
    result = CliRunner().invoke(cli, ["plot", *map(str, paths), "-o", str(folder), *more])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_all_files(figures: Path) -> None:
    expected = {f"{name}.{form}" for name in WHAT for form in ("csv", *FORMS)}
    assert {path.name for path in figures.iterdir()} == expected
    assert (figures / "flow.png").read_bytes().startswith(b"\x89PNG")
    assert (figures / "flow.pdf").read_bytes().startswith(b"%PDF")
    assert (figures / "flow.svg").read_bytes().startswith(b"<?xml")


def test_the_rows_that_are_drawn(figures: Path) -> None:
    assert [tuple(row.values()) for row in rows(figures / "funnel.csv")] == [
        ("read", "10", "1.0"),
        ("with a load site", "7", "0.7"),
        ("with a model id", "7", "0.7"),
        ("with a usage", "7", "0.7"),
        ("with a usage of a pattern", "6", "0.6"),
    ]
    models = rows(figures / "distribution.csv")
    assert [(row["rank"], row["usages"]) for row in models] == [("1", "3"), ("2", "3"), ("3", "1")]
    flows = rows(figures / "flow.csv")
    assert sum(int(row["usages"]) for row in flows) == 7
    assert {row["library"] for row in flows} == {"transformers", "sentence-transformers", "openai-whisper"}
    assert [row["usages"] for row in flows if row["what is done"] == "in no pattern"] == ["1"]


def test_shares_of_a_model_add_up(figures: Path) -> None:
    found: dict[str, float] = {}
    for row in rows(figures / "heatmap.csv"):
        found[row["model"]] = found.get(row["model"], 0) + float(row["share"])
    assert len(found) == 3
    assert all(total == pytest.approx(1, abs=0.001) for total in found.values())


def test_the_same_bytes_whatever_the_style(figures: Path, repos: list[Path], tmp_path: Path) -> None:
    """In another process, with a matplotlibrc of the user's and another time zone."""
    (tmp_path / "matplotlibrc").write_text("font.family: serif\nfont.size: 20\naxes.grid: True\nsvg.hashsalt: x\n")
    (tmp_path / "style").mkdir()
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path), "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"}
    code = "from ptmscope.cli import main; main()"
    command = [sys.executable, "-c", code, "plot", *map(str, repos), "-o", str(tmp_path / "again")]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, timeout=120)
    for file in figures.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


def test_no_dates(figures: Path) -> None:
    for name in WHAT:
        for form in FORMS:
            assert not re.search(
                rb"CreationDate|<dc:date>|20[2-9]\d-\d\d-\d\d", (figures / f"{name}.{form}").read_bytes()
            )


def test_names_are_no_markup(repos: list[Path], tmp_path: Path) -> None:
    read = [repository(str(path), path.name, Settings()) for path in repos]
    usages = [tuple(replace(usage, model_id=HOSTILE) for usage in each.usages) for each in read]
    hostile = [replace(each, usages=found) for each, found in zip(read, usages, strict=True)]
    for plot in plots(hostile, WHAT):
        write(plot, str(tmp_path))
        tree = ElementTree.parse(tmp_path / f"{plot.name}.svg")
        assert not [node for node in tree.iter() if "onload" in node.attrib]
        assert len([node for node in tree.iter() if node.tag.endswith("}svg")]) == 1
    assert rows(tmp_path / "heatmap.csv")[0]["model"] == printable(HOSTILE)


def test_only_one(repos: list[Path], tmp_path: Path) -> None:
    assert run(repos, tmp_path, "--what", "funnel") == "funnel: funnel.csv, funnel.svg, funnel.pdf, funnel.png\n"
    assert len(list(tmp_path.iterdir())) == 4


def test_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    lines = run([tmp_path / "empty"], tmp_path / "figures").splitlines()
    assert lines[:3] == ["heatmap: heatmap.csv", "flow: flow.csv", "distribution: distribution.csv"]


def test_the_funnel_of_a_corpus(repos: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with Corpus.open(tmp_path / "corpus", create=True) as corpus:
        local.plan(corpus, repos)
        list(local.collect(corpus, max_size=1_000_000))
        assert stages(corpus) == (("found", 10), ("fetched", 10))
        curate(corpus, [Rule("fork", "fact", True, {"fact": "fork"})])
        assert stages(corpus)[-1] == ("kept by curation", 10)
    study = ["study", str(tmp_path / "corpus"), "-o", str(tmp_path / "study"), "--step", "tables"]
    assert CliRunner().invoke(cli, study).exit_code == 0
    run([tmp_path / "study"], tmp_path / "figures", "--what", "funnel")
    assert [row["files"] for row in rows(tmp_path / "figures" / "funnel.csv")][:3] == [
        "found",
        "fetched",
        "kept by curation",
    ]


# -- labels


@given(st.text())
@example("Ā" * 40)
def test_cut_is_short_and_printable(text: str) -> None:
    short = cut(text)
    assert len(short) <= LONGEST
    assert short.isprintable()
    assert all(ord(c) < LATIN or c == "…" for c in short)


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (["openai-community/gpt2", "a/b"], ["gpt2", "b"]),
        (["a/model", "b/model"], ["a/model", "b/model"]),
        (["a/" + "x" * 20 + "y" * 20], ["x" * 18 + "…" + "y" * 11]),
        (["a/" + "x" * 40 + n + "x" * 20 for n in "12"], ["x" * 40 + n + "x" * 20 for n in "12"]),
        (["a/模型"], ["\\u6a21\\u578b"]),
    ],
)
def test_labels(models: list[str], expected: list[str]) -> None:
    assert labels(models) == expected


def test_visible() -> None:
    assert visible("a\u202eb\n$é") == "a\\u202eb\\n$é"


def test_plots_of_the_command_line() -> None:
    assert WHAT == NAMES
