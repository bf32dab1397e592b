"""`ptmscope study`: every step, resumed and alone; records that come back from files as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import ptmscope
from analyzer.records import Anchor, CallSequence, LoadSite, ModelRef, Origin
from miner.licences import is_quotable
from ptmscope import reading, studied
from ptmscope.cli import cli
from ptmscope.errors import Misuse
from ptmscope.export import wire
from ptmscope.pattern_cli import STEPS
from ptmscope.repositories import Repository, renamed, repository
from ptmscope.selection import Selection
from ptmscope.settings import Settings
from ptmscope.statistics.ledger import ledger
from ptmscope.study import STEPS as TAKEN

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

ROOT = Path(__file__).parents[1]
EMBED = 'from sentence_transformers import SentenceTransformer\nm = SentenceTransformer("{model}")\nm.encode("x")\n'
ALL = [
    "calls.parquet", "graph.json", "graph.svg", "libraries.svg", "members.parquet", "models.json", "models.svg",
    "patterns.jsonl", "patterns.md", "patterns.parquet", "repositories", "sites.parquet", "statistics.json",
    "study.json",
]  # fmt: skip


@pytest.fixture
def repos(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("ada", "bob", "eve")]
    for folder in found:
        folder.mkdir()
        (folder / "a.py").write_text(EMBED.format(model="all-MiniLM-L6-v2"))
        (folder / "b.py").write_text(EMBED.format(model="BAAI/bge-m3"))
    return found


def run(*arguments: object) -> list[str]:
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output.splitlines()


def test_everything_in_one_folder(repos: list[Path], tmp_path: Path) -> None:
    lines = run("study", *repos, "-o", tmp_path / "study")
    assert lines[0] == "scan: 3 of 3 repositories read, 3 in the study"
    assert sorted(path.name for path in (tmp_path / "study").iterdir()) == ALL
    members = pandas.read_parquet(tmp_path / "study" / "members.parquet")
    assert members["source"].tolist() == ["ada", "ada", "bob", "bob", "eve", "eve"]
    assert members["pattern"].nunique() == 1
    assert len(pandas.read_parquet(tmp_path / "study" / "calls.parquet")) == 12
    models = json.loads((tmp_path / "study" / "models.json").read_text())
    assert [side["repositories"] for side in models["sides"]] == [3, 3]


def test_what_is_there_is_not_done_again(repos: list[Path], tmp_path: Path) -> None:
    study = tmp_path / "study"
    run("study", *repos[:2], "-o", study)
    again = run("study", *repos[:2], "-o", study)
    assert again == ["scan: 0 of 2 repositories read, 2 in the study", *(f"{step}: done before" for step in STEPS)]
    (study / "patterns.md").unlink()
    assert [line for line in run("study", *repos[:2], "-o", study) if "done before" not in line][1:] == [
        "patterns: patterns.parquet, members.parquet, patterns.jsonl, patterns.md"
    ]
    grown = run("study", *repos, "-o", study, "--step", "patterns")
    assert grown[0] == "scan: 1 of 3 repositories read, 3 in the study"
    assert not any("done before" in line for line in grown)


def test_what_has_changed_is_read_again(repos: list[Path], tmp_path: Path) -> None:
    study = tmp_path / "study"
    run("study", *repos, "-o", study, "--step", "tables")
    (repos[0] / "a.py").write_text(EMBED.format(model="intfloat/e5-small-v2"))
    assert run("study", *repos, "-o", study, "--step", "tables")[0] == (
        "scan: 1 of 3 repositories read, 3 in the study"
    )
    found = pandas.read_parquet(study / "sites.parquet")
    assert "intfloat/e5-small-v2" in set(found[found["source"] == "ada"]["model_id"])
    (repos[1] / "c.py").write_text("")
    assert run("study", *repos, "-o", study, "--step", "tables")[0].startswith("scan: 1 of 3")


def test_other_settings_read_anew(repos: list[Path], tmp_path: Path) -> None:
    run("study", *repos, "-o", tmp_path / "s", "--step", "tables")
    lines = run("study", *repos, "-o", tmp_path / "s", "--step", "tables", "--exclude", "b.py")
    assert lines[0].startswith("scan: 3 of 3")
    assert len(pandas.read_parquet(tmp_path / "s" / "sites.parquet")) == 3


@pytest.mark.parametrize("step", STEPS)
def test_each_step_alone(step: str, repos: list[Path], tmp_path: Path) -> None:
    lines = run("study", *repos, "-o", tmp_path / "s", "--step", step)
    assert [line.partition(":")[0] for line in lines] == ["scan", step]


def test_other_commands_read_a_study(repos: list[Path], tmp_path: Path) -> None:
    study = tmp_path / "s"
    run("study", *repos, "-o", study, "--step", "tables")
    assert run("patterns", study, "-f", "jsonl") == run("patterns", *repos, "-f", "jsonl")
    (only,) = run("patterns", study, "-f", "jsonl", "--model", "all-minilm*")
    assert json.loads(only)["models"] == ["sentence-transformers/all-MiniLM-L6-v2"]
    assert run("graph", study, "-f", "dot") == run("graph", *repos, "-f", "dot")
    assert len(run("compare", "all-*", "bge-*", "--in", study)) > 5


def test_nothing_found_is_a_study_too(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    lines = run("study", tmp_path / "empty", "-o", tmp_path / "s")
    assert lines[-1] == "models: nothing to write"
    assert len(pandas.read_parquet(tmp_path / "s" / "patterns.parquet")) == 0


def test_steps_of_the_command_line() -> None:
    assert tuple(step.name for step in TAKEN) == STEPS


@pytest.mark.parametrize("folder", ["examples/sample", "fixtures/flow", "fixtures/notebooks"])
def test_records_come_back(folder: str) -> None:
    found = ptmscope.scan(ROOT / folder, across=True)
    assert found.usages
    assert [reading.site(json.loads(json.dumps(wire.site(site)))) for site in found.sites] == list(found.sites)
    assert [reading.sequence(json.loads(json.dumps(wire.sequence(u)))) for u in found.usages] == list(found.usages)


def test_names_alike_are_kept_apart() -> None:
    assert len({studied.file_of("s", name) for name in ("a/b", "a_b", "a b")}) == 3


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "repositories").mkdir()
    (tmp_path / "repositories" / "x.jsonl").write_text('{"study": {}}\n')
    with pytest.raises(Misuse, match=r"x\.jsonl"):
        list(studied.saved(tmp_path.as_posix(), Settings()))


def test_where_a_repository_comes_from_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("c" * 40 + "\n")
    (folder / ".git" / "config").write_text('[remote "origin"]\n\turl = git@github.com:ada/models.git\n')
    (folder / "a.py").write_text(EMBED.format(model="BAAI/bge-m3"))
    run("study", folder, "-o", tmp_path / "s", "--step", "tables")
    (found,) = studied.saved(str(tmp_path / "s"), Settings())
    assert (found.commit, found.url, found.files) == ("c" * 40, "https://github.com/ada/models", 1)


@pytest.mark.parametrize(
    ("licence", "expected"),
    [("MIT", True), ("apache-2.0", True), ("GPL-3.0", False), ("CC-BY-NC-4.0", False), ("other", False), (None, False)],
)
def test_which_code_may_be_quoted(licence: str | None, expected: bool) -> None:
    assert is_quotable(licence) is expected


def test_a_usage_has_the_name_of_the_model_that_it_loads(tmp_path: Path) -> None:
    """An id that one loader knows, and another one does not."""
    (tmp_path / "a.py").write_text(EMBED.format(model="my-model"))
    (tmp_path / "b.py").write_text('from transformers import AutoModel\nAutoModel.from_pretrained("my-model")\n')
    found = renamed(repository(str(tmp_path), "r", Settings()))
    assert [usage.model_id for usage in found.usages] == ["sentence-transformers/my-model", "my-model"]


def test_a_usage_through_a_class_of_the_repository() -> None:
    """Its anchor names the class, its site the class of the library that this is derived from."""
    origin = Origin("a.py", 3)
    model = ModelRef("bert-base-uncased", "google-bert/bert-base-uncased", "huggingface", "literal", "certain", origin)
    api = "transformers.BertModel.from_pretrained"
    site = LoadSite("a.py", 3, 0, 3, None, api, "transformers", "model", "resolved", None, (model,))
    usage = CallSequence("a.py", None, model.id, (Anchor(3, None, "own.Own.from_pretrained"),), ())
    found = renamed(Repository("r", ".", (site,), (usage,)))
    assert [usage.model_id for usage in found.usages] == ["google-bert/bert-base-uncased"]
    assert [entry.libraries for entry in ledger([found]).entries] == [("transformers",)]
    for wanted in (Selection.of((), ("bert-*",)), Selection.of(("transformers",), ())):
        assert wanted.apply((site,), (usage,)) == ((site,), (usage,))
