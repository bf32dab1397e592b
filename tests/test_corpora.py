"""checkouts, corpora: a corpus is read as its repositories would be, without what curation leaves out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import LOADS_GPT2, Tree

import ptmscope
from miner import local
from miner.checkouts import checkout, read
from miner.corpus import Corpus, blob_hash
from miner.curate import curate
from miner.records import Answer, Fetched, Hit, Query, Repository
from miner.rules import Rule
from ptmscope.cli import cli
from ptmscope.collection import repositories
from ptmscope.graphs import graph
from ptmscope.settings import Settings
from ptmscope.study import study

SIZE = 1_000_000
PACKAGE = {
    "app/names.py": 'NAME = "gpt2"\n',
    "app/main.py": "from app.names import NAME\n" + LOADS_GPT2.replace('"gpt2"', "NAME"),
    "app/use.py": "from app.main import model\nmodel.generate()\n",
    "train.sh": "hf download org/b\n",
}


def test_a_corpus_gives_what_its_folders_give(tree: Tree, tmp_path: Path) -> None:
    root = tree(PACKAGE)
    with Corpus.open(tmp_path / "corpus", create=True) as corpus:
        local.plan(corpus, [root])
        list(local.collect(corpus, max_size=SIZE))
    for across in (False, True):
        alone = ptmscope.scan(root, across=across)
        found = ptmscope.scan(tmp_path / "corpus", across=across)
        assert len(alone.sites) == 2
        prefix = f"{root}/".lstrip("/")
        assert [replace(site, path="", models=()) for site in found.sites] == [
            replace(site, path="", models=()) for site in alone.sites
        ]
        assert [site.path for site in found.sites] == [prefix + site.path for site in alone.sites]
        assert [model.origin.path for site in found.sites for model in site.models] == [
            prefix + model.origin.path for site in alone.sites for model in site.models
        ]
        assert [(usage.path, len(usage.calls)) for usage in found.usages] == [
            (prefix + usage.path, len(usage.calls)) for usage in alone.usages
        ]
        assert {call.path for usage in found.usages for call in usage.calls} - {None} == (
            {prefix + "app/use.py"} if across else set()
        )
        assert found.counts.files == alone.counts.files


def add(corpus: Corpus, name: str, files: dict[str, str], **facts: object) -> None:
    fetched = tuple(
        Fetched(Hit("github.com", name, path, blob_hash(text.encode())), text.encode()) for path, text in files.items()
    )
    repository = Repository("github.com", name, **facts)  # type: ignore[arg-type]
    corpus.answer(Answer(Query("t", "repository", name + "".join(files)), files=fetched, repositories=(repository,)))


def test_what_is_left_out_does_not_count(tmp_path: Path) -> None:
    copy = Rule("exact_duplicate", "exact_duplicate", leaves_out=True, settings={"smallest": 0})
    fork = Rule("fork", "fact", leaves_out=True, settings={"fact": "fork"})
    archived = Rule("archived", "fact", leaves_out=False, settings={"fact": "archived"})
    with Corpus.open(tmp_path, create=True) as corpus:
        add(corpus, "a/forked", {"a.py": LOADS_GPT2 + "# fork\n"}, fork=True)
        add(corpus, "b/most", {"a.py": LOADS_GPT2}, stars=9, archived=True)
        add(
            corpus,
            "c/less",
            {"names.py": 'NAME = "x/y"\n', "b.py": LOADS_GPT2, "c.py": PACKAGE["app/main.py"]},
            stars=1,
        )
        add(corpus, "d/copy", {"names.py": 'NAME = "x/y"\n', "b.py": "import names\n"})
        assert len(ptmscope.scan(tmp_path).sites) == 4
        curate(corpus, [fork, archived, copy])
    found = ptmscope.scan(tmp_path)
    assert {(site.path, site.status) for site in found.sites} == {
        ("github.com/b/most/a.py", "resolved"),
        ("github.com/c/less/c.py", "unresolved"),
    }


def test_what_a_corpus_has_anew_is_read_again(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus", create=True) as corpus:
        for name in ("o/one", "o/two"):
            add(corpus, name, {"a.py": LOADS_GPT2})
        read_first, *_ = study([str(tmp_path / "corpus")], str(tmp_path / "study"), Settings(), ())
        add(corpus, "o/two", {"b.py": LOADS_GPT2})
        read_then, *_ = study([str(tmp_path / "corpus")], str(tmp_path / "study"), Settings(), ())
    assert (read_first, read_then) == (
        "scan: 2 of 2 repositories read, 2 in the study",
        "scan: 1 of 2 repositories read, 2 in the study",
    )


def test_no_path_leads_out_of_the_folder(tmp_path: Path) -> None:
    files = {
        **dict.fromkeys(("../up.py", "/abs.py", "a/../../b.py", ".git/hooks/x.py", "a\x00.py", "x" * 300), LOADS_GPT2),
        "a": "a file",
        "a/b.py": LOADS_GPT2,
        "ok.py": LOADS_GPT2,
    }
    with Corpus.open(tmp_path / "corpus", create=True) as corpus:
        add(corpus, "o/r", files)
        add(corpus, "o/r", {"ok.py": LOADS_GPT2 + "# later\n"})
        found = checkout(corpus, 1, tmp_path / "out")
        assert read(corpus, 1, "ok.py") == (found.folder / "ok.py").read_bytes()
        assert read(corpus, 1, "none.py") is None
        written = sorted(
            file.relative_to(tmp_path).as_posix() for file in (tmp_path / "out").rglob("*") if file.is_file()
        )
        assert written == ["out/a", "out/ok.py"]
        assert (found.folder / "ok.py").read_text().endswith("# later\n")


@pytest.mark.parametrize("command", ["scan", "sequences"])
def test_commands(tmp_path: Path, command: str) -> None:
    with Corpus.open(tmp_path, create=True) as corpus:
        add(corpus, "o/r", {"a.py": LOADS_GPT2 + "model.generate()\n"})
    done = CliRunner().invoke(cli, [command, str(tmp_path)], catch_exceptions=False)
    assert "github.com/o/r/a.py" in done.stdout


def test_a_corpus_is_many_repositories(tmp_path: Path) -> None:
    with Corpus.open(tmp_path, create=True) as corpus:
        add(corpus, "o/r", {"a.py": LOADS_GPT2 + "model.generate()\n"}, commit="c0ffee", licence="MIT")
        add(corpus, "p/r", {"a.py": LOADS_GPT2 + "model.train()\n"})
    first, second = repositories([str(tmp_path)], Settings())
    assert (first.name, first.commit, first.licence) == ("github.com/o/r", "c0ffee", "MIT")
    assert second.name == "github.com/p/r"
    assert [usage.path for usage in first.usages] == ["a.py"]
    assert first.read("a.py") == (LOADS_GPT2 + "model.generate()\n").encode()
    assert first.read("b.py") is None
    found = graph([tmp_path], Settings())
    assert found.graph["repositories"] == 2
    places = {place for _, data in found.nodes(data=True) for place in data["places"]}
    lines = list(study([str(tmp_path)], str(tmp_path / "study"), Settings(), ()))
    assert lines == ["scan: 2 of 2 repositories read, 2 in the study"]
    assert {each.read("a.py") for each in repositories([str(tmp_path / "study")], Settings())} == {
        first.read("a.py"),
        second.read("a.py"),
    }
    assert places == {f"github.com/{name}/r/a.py:{line}" for name in "op" for line in (3, 4)}
