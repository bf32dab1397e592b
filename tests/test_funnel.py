"""catalog, funnel, sampling, changes, chosen: from a dump of the Hub's catalog to the models to look for."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from miner.catalog import read_models
from miner.changes import Change, changes
from miner.chosen import choose, chosen, funnels
from miner.corpus import Corpus
from miner.funnel import Funnel, Step, Wanted, rules
from miner.records import CatalogModel
from miner.sampling import stratified
from ptmscope.cli import cli

TASKS = ("text-generation", "fill-mask", "image-classification", None)


def record(number: int) -> dict[str, object]:
    """One of a generated catalog, as the API gave it in 2022."""
    return {
        "modelId": f"org/m{number:04}",
        "sha": f"{number:040x}",
        "tags": [] if number % 5 == 0 else ["pytorch", "license:mit"],
        "pipeline_tag": TASKS[number % 4],
        "siblings": [{"rfilename": "config.json"}],
        "has_card": number % 3 != 0,
        "library_name": "transformers" if number % 2 else None,
        "likes": number % 7,
        "lastModified": f"20{20 + number % 3}-01-20T12:13:34.000Z",
        **({} if number % 11 == 0 else {"downloads": number * number}),
    }


MODELS = [record(number) for number in range(400)]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    file = tmp_path / "dump"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, MODELS)).encode()))
    return file


def models(dump: Path) -> list[CatalogModel]:
    return list(read_models(str(dump)))


def test_what_a_record_tells() -> None:
    from miner.catalog import model

    assert model("a", {"cardData": {"license": "mit"}, "gated": "auto", "downloads": "7"}) == CatalogModel(
        "a", downloads=7, licence="mit", gated=True, has_card=True
    )
    assert model("a", {"cardData": None, "gated": False}).has_card is False
    assert model("a", {"siblings": [{"rfilename": "README.md"}]}).has_card is True
    assert model("a", {"siblings": [{"rfilename": "x"}], "has_card": True}).has_card is True
    assert model("a", {}).has_card is None
    assert model("a", {"tags": '["x", "y"]'}).tags == model("a", {"tags": "x, y"}).tags == ("x", "y")
    assert model("a", {"likes": None, "downloads": "many", "gated": ""}) == CatalogModel("a")


def test_funnel(dump: Path) -> None:
    wanted = Wanted(card=True, any_tag=True, any_pipeline_tag=True, downloads=100, libraries=("transformers",))
    funnel = Funnel(rules(wanted))
    kept = [model.id for model in funnel.kept(models(dump))]
    left: list[dict[str, object]] = MODELS
    steps = []
    for name, keeps in (
        ("card", lambda row: row["has_card"]),
        ("any tag", lambda row: row["tags"]),
        ("any pipeline tag", lambda row: row["pipeline_tag"]),
        ("library transformers", lambda row: row["library_name"] == "transformers"),
        ("downloads ≥ 100", lambda row: row.get("downloads", 0) >= 100),
    ):
        fewer = [row for row in left if keeps(row)]
        steps.append(Step(name, len(left), len(left) - len(fewer)))
        left = fewer
    assert kept == [row["modelId"] for row in left]
    assert list(funnel.steps) == steps
    assert all(step.dropped for step in steps)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Wanted(), 400),
        (Wanted(tags=("pytorch", "none")), 320),
        (Wanted(pipeline_tags=("fill-mask", "text-generation")), 200),
        (Wanted(licences=("mit",)), 320),
        (Wanted(open=True), 400),
        (Wanted(likes=6), 57),
        (Wanted(since="2021-06-01"), 133),
        (Wanted(before="2021-01-20T12"), 134),
    ],
)
def test_rules(dump: Path, wanted: Wanted, number: int) -> None:
    assert len(list(Funnel(rules(wanted)).kept(models(dump)))) == number


def test_sample_has_all_deciles_and_tasks(dump: Path) -> None:
    every = models(dump)
    sample = stratified(every, 80, seed=1)
    assert len(sample) == len(set(sample)) == 80
    assert sample == stratified(every[::-1], 80, seed=1) != stratified(every, 80, seed=2)
    assert set(stratified(every, 40, seed=1)) < set(sample)
    assert set(Counter(model.pipeline_tag for model in sample).values()) == {20}
    popular = sorted(every, key=lambda model: model.downloads or 0)
    lowest, highest = set(popular[:40]), set(popular[-40:])
    assert len(lowest & set(sample)) == len(highest & set(sample)) == 8
    assert stratified(every, 1000) == tuple(every)
    assert stratified([], 5) == ()


def test_changes() -> None:
    old = CatalogModel("org/a", sha="1", tags=("x",), licence="mit", downloads=5)
    keyed = CatalogModel("org/b", sha="2", hub_key="k")
    assert list(
        changes(
            [old, keyed, CatalogModel("org/gone", sha="9"), CatalogModel("org/late", sha="7")],
            [
                replace(old, tags=("x", "y"), licence=None, downloads=9),
                replace(keyed, id="new/b", sha="3"),
                CatalogModel("org/fresh", sha="8"),
                CatalogModel("new/late", sha="7"),
            ],
        )
    ) == [
        Change("changed", "new/b", "sha", "2", "3"),
        Change("changed", "org/a", "tags", "x", "x, y"),
        Change("gone", "org/gone"),
        Change("new", "org/fresh"),
        Change("renamed", "new/b", before="org/b"),
        Change("renamed", "new/late", before="org/late"),
    ]


def test_a_commit_that_several_models_have_tells_no_renaming() -> None:
    copies = [CatalogModel("a/x", sha="1"), CatalogModel("b/x", sha="1")]
    assert {change.kind for change in changes(copies, [CatalogModel("c/x", sha="1")])} == {"gone", "new"}
    keyed = CatalogModel("a/x", sha="1", hub_key="1")
    assert {change.kind for change in changes([keyed], [replace(keyed, id="c/x", hub_key="2")])} == {"gone", "new"}


def test_chosen_models_are_kept(dump: Path, tmp_path: Path) -> None:
    some = [*models(dump)[:3], CatalogModel("bare", gated=True)]
    with Corpus.open(tmp_path / "corpus", create=True) as corpus:
        choose(corpus, some, [Step("card", 9, 5)])
        choose(corpus, some[:1], [])
        choose(corpus, (), [Step("card", 3, 3)])
        assert sorted(chosen(corpus), key=lambda model: model.id) == sorted(some, key=lambda model: model.id)
        assert list(funnels(corpus)) == [(1, Step("card", 9, 5)), (2, Step("card", 3, 3))]


def test_commands(dump: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    corpus = str(tmp_path / "corpus")
    done = runner.invoke(cli, ["mine", "hub", corpus, "--from", str(dump), "--card", "--sample", "10"])
    assert done.stdout.splitlines() == [
        "       400  models",
        "       266  card  (-134)",
        "        10  sample, seed 0  (-256)",
    ]
    new = tmp_path / "new"
    new.write_text("\n".join(json.dumps({**row, "pipeline_tag": "new"}) for row in MODELS[1:]))
    done = runner.invoke(cli, ["mine", "changes", str(dump), str(new)])
    assert done.stdout.splitlines() == ["       299  changed pipeline_tag", "         1  gone"]
    done = runner.invoke(cli, ["mine", "changes", str(dump), str(new), "-f", "jsonl"])
    assert json.loads(done.stdout.splitlines()[-1]) == {"kind": "gone", "id": "org/m0000"}
