"""local, clones, shards, layouts, verification, shares, status: what is read from disk, and what becomes of it."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import LOADS_GPT2, Tree

from analyzer.mentions import place
from miner import local, shards
from miner.clones import Clone, clone_of, repository_of
from miner.corpus import Corpus, blob_hash
from miner.layouts import layout_of, layouts
from miner.licences import licence_of
from miner.records import Answer, Fetched, Hit, Query, Repository
from miner.shares import shares
from miner.status import status
from miner.verification import verify
from ptmscope.cli import cli

SIZE = 1_000_000
COMMIT = "0123456789abcdef0123456789abcdef01234567"


MIT = "Permission is hereby granted, free of charge, to deal in it\nwithout restriction"


def opened(folder: Path) -> Corpus:
    return Corpus.open(folder, create=True)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/o/r.git", ("github.com", "o/r")),
        ("https://user:ghp_secret@GitHub.com/o/r", ("github.com", "o/r")),
        ("git@gitlab.com:g/sub/p.git", ("gitlab.com", "g/sub/p")),
        ("ssh://git@host:22/o/r.git/", ("host", "o/r")),
        ("/srv/git/r.git", ("", "")),
        ("", ("", "")),
    ],
)
def test_address(url: str, found: tuple[str, str]) -> None:
    assert repository_of(url) == found


CONFIG = (
    '[core]\n\tbare = false\n[remote "fork"]\n\turl = x\n[remote "origin"]\n\turl = https://t0ken@github.com/o/r.git\n'
)


def test_clone(tree: Tree) -> None:
    root = tree({".git/HEAD": "ref: refs/heads/main\n", ".git/config": CONFIG, ".git/refs/heads/main": COMMIT + "\n"})
    assert clone_of(root) == Clone(COMMIT, "main", "github.com", "o/r")
    (root / ".git/refs/heads/main").unlink()
    assert clone_of(root) == Clone(None, "main", "github.com", "o/r")
    (root / ".git/packed-refs").write_text(f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n")
    assert clone_of(root) == Clone(COMMIT, "main", "github.com", "o/r")
    (root / ".git/HEAD").write_text(COMMIT)
    assert clone_of(root) == Clone(COMMIT, None, "github.com", "o/r")
    (root / ".git/HEAD").write_text("ref: ../../../etc/passwd")
    found = clone_of(root)
    assert found is not None
    assert found.commit is None
    assert clone_of(root / ".git") is None


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ('\n\n[ remote "origin" ]\n\n\tfetch = x\n\n  url=https://h/a/b\n\turl = https://h/c/d\n', "a/b"),
        ('[remote "one"]\n\turl = ssh://[::1]/a\n[branch "x"]\n\turl = https://h/c/d\n', ""),
        ('[remote "one"]\n\turl = https://h/a/b\n[remote "two"]\n\turl = https://h/c/d\n', ""),
        ('[branch "x"]\n\turl = https://h/c/d\n', ""),
    ],
)
def test_the_address_is_that_of_origin_or_the_only_one(tree: Tree, config: str, name: str) -> None:
    found = clone_of(tree({".git/HEAD": COMMIT, ".git/config": config}))
    assert found is not None
    assert found.name == name


def test_licence_by_its_text(tmp_path: Path) -> None:
    assert licence_of(str(tmp_path)) is None
    (tmp_path / "COPYING").write_text("GNU  AFFERO\nGENERAL PUBLIC LICENSE Version 3")
    assert licence_of(str(tmp_path)) == "AGPL-3.0"
    (tmp_path / "COPYING").write_text("all rights reserved")
    assert licence_of(str(tmp_path)) is None


@pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
def test_clones_that_git_made(tmp_path: Path) -> None:
    def git(*arguments: str, cwd: Path = tmp_path / "r") -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        command = ("git", *identity, *arguments)
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()

    (tmp_path / "r").mkdir()
    git("init", "-q", "-b", "trunk")
    git("commit", "-q", "--allow-empty", "-m", "x")
    git("remote", "add", "origin", "git@github.com:o/r.git")
    git("worktree", "add", "-q", "../linked")
    commit = git("rev-parse", "HEAD")
    assert clone_of(tmp_path / "r") == Clone(commit, "trunk", "github.com", "o/r")
    assert clone_of(tmp_path / "linked") == Clone(commit, "linked", "github.com", "o/r")
    git("pack-refs", "--all")
    assert clone_of(tmp_path / "r") == Clone(commit, "trunk", "github.com", "o/r")


def test_folders_go_in_page_by_page(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PAGE", 2)
    files = {f"{name}.py": LOADS_GPT2 + name for name in "abcde"}
    root = tree(
        {
            **files,
            ".git/HEAD": COMMIT,
            ".git/config": CONFIG,
            "big.py": "x" * 2000,
            ".gitignore": "e.py",
            "LICENSE": MIT,
        }
    )
    with opened(tmp_path / "corpus") as corpus:
        assert local.plan(corpus, [root]) == 1
        answers = local.collect(corpus, max_size=1000)
        assert [len(next(answers).files) for _ in range(2)] == [2, 1]
        answers.close()
    with opened(tmp_path / "corpus") as corpus:
        assert local.plan(corpus, [root]) == 0
        assert [answer.query.page for answer in local.collect(corpus, max_size=1000)] == [3]
        found = [(file.hit.host, file.hit.repository, file.hit.path, file.hit.commit) for file in corpus.files()]
        assert found == [("github.com", "o/r", f"{name}.py", COMMIT) for name in "abcd"]
        assert list(corpus.repositories()) == [
            Repository("github.com", "o/r", COMMIT, licence="MIT", files=5, url="https://github.com/o/r")
        ]
        assert not any("t0ken" in line for line in corpus.lines())


def test_a_folder_is_read_again_on_request(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PAGE", 1)
    root = tree({"a.py": LOADS_GPT2, "b.py": LOADS_GPT2})
    corpus = str(tmp_path / "corpus")

    def run(*options: str) -> str:
        command = ["mine", "local", corpus, str(root), *options]
        return CliRunner().invoke(cli, command, catch_exceptions=False).stdout

    assert run() == "2 looked at, 2 kept, 0 failed\n"
    (root / "a.py").write_text(LOADS_GPT2 + "# later\n")
    (root / "b.py").unlink()
    assert run() == "0 looked at, 0 kept, 0 failed\n"
    assert run("--again") == "1 looked at, 1 kept, 0 failed\n"
    with opened(tmp_path / "corpus") as found:
        assert [file.hit.path for file in found.files()] == ["a.py", "b.py", "a.py"]
        assert not found.unanswered("local")


def test_a_folder_that_is_gone_is_told(tree: Tree, tmp_path: Path) -> None:
    root = tree({"a.py": LOADS_GPT2})
    with opened(tmp_path / "corpus") as corpus:
        local.plan(corpus, [root])
        shutil.rmtree(root)
        (answer,) = local.collect(corpus, max_size=SIZE)
        assert answer.outcome == "failed"
        assert not corpus.unanswered("local")


def row_of(layout: str, number: int, content: str | None) -> dict[str, Any]:
    """A row as the data set has it, as far as it is read."""
    path, name = f"src/m{number}.py", f"o/r{number}"
    content_hash = blob_hash((content or str(number)).encode())
    v2 = {"repo_name": name, "revision_id": COMMIT, "star_events_count": number, "gha_license_id": "MIT"}
    rows: dict[str, dict[str, Any]] = {
        "The Stack v1": {
            "hexsha": content_hash,
            "ext": "py",
            "lang": "Python",
            "max_stars_repo_path": path,
            "max_stars_repo_name": name,
            "max_stars_repo_head_hexsha": COMMIT,
            "max_stars_repo_licenses": ["MIT"],
            "max_stars_count": float(number),
            "content": content,
        },
        "The Stack v2": {**v2, "blob_id": content_hash, "path": f"/{path}", "detected_licenses": ["MIT"]},
        "The Stack v2, by repository": {**v2, "files": [{"blob_id": content_hash, "path": f"/{path}"}]},
        "StarCoder data": {
            "max_stars_repo_path": path,
            "max_stars_repo_name": name,
            "max_stars_count": number,
            "id": "1",
            "content": content,
        },
        "CommitPack": {
            "commit": COMMIT,
            "old_file": "x",
            "new_file": path,
            "old_contents": "",
            "new_contents": content,
            "repos": f"{name},fork/{number}",
            "license": "MIT",
        },
        "codeparrot github-code": {"code": content, "repo_name": name, "path": path, "license": "MIT", "size": 1},
        "codeparrot clean": {"repo_name": name, "path": path, "content": content, "license": "MIT", "copies": "1"},
        "path and content": {"path": path, "content": content},
    }
    return rows[layout]


@pytest.mark.parametrize("layout", [layout.name for layout in layouts()])
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_layouts(tmp_path: Path, layout: str, form: str) -> None:
    has_content = "v2" not in layout
    rows = [row_of(layout, number, (LOADS_GPT2 if number else "x = 1\n") if has_content else None) for number in (0, 7)]
    found = layout_of(rows[0])
    assert found is not None
    assert found.name == layout
    shard = tmp_path / "shard"
    if form == "parquet":
        pytest.importorskip("pyarrow")
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), shard)
    else:
        shard.write_text("\n".join(map(json.dumps, rows)))
    with opened(tmp_path / "corpus") as corpus:
        shards.plan(corpus, [str(shard)])
        (answer,) = shards.collect(corpus, max_size=SIZE)
        assert answer.total == 2
        assert answer.reason is None
        if has_content:
            (file,) = corpus.files()
            assert corpus.content(file.blob) == LOADS_GPT2.encode()
            hit = file.hit
        else:
            hit = corpus.missing("github.com")[-1]
            assert hit.version == blob_hash(b"7")
        assert hit.path == "src/m7.py"
        if layout == "path and content":
            assert (hit.host, hit.repository) == ("", str(shard))
            return
        assert (hit.host, hit.repository) == ("github.com", "o/r7")
        facts = next(each for each in corpus.repositories() if each.name == "o/r7")
        assert facts.licence in ("MIT", None)
        assert facts.stars in (7, None)
        assert hit.commit in (COMMIT, None)


def test_shards_go_on_where_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "PAGE", 10)
    shard = tmp_path / "shard.gz"
    lines = [json.dumps({"path": f"{number}.py", "content": f"{LOADS_GPT2}# {number}"}) for number in range(34)]
    lines[3], lines[25] = "broken", '{"other": 1}'
    shard.write_bytes(gzip.compress("\n".join(lines).encode()))
    with opened(tmp_path / "corpus") as corpus:
        shards.plan(corpus, [str(shard)])
        answers = shards.collect(corpus, max_size=SIZE)
        assert next(answers).reason == "row 4: no JSON"
        assert next(answers).reason is None
        answers.close()
    with opened(tmp_path / "corpus") as corpus:
        rest = list(shards.collect(corpus, max_size=SIZE))
        assert [(answer.query.page, answer.total, answer.reason) for answer in rest] == [
            (3, 10, "row 26: no columns of a known layout"),
            (4, 3, None),
        ]
        assert len(list(corpus.files())) == 32
        shards.plan(corpus, [str(tmp_path / "none")])
        (answer,) = shards.collect(corpus, max_size=SIZE)
        assert (answer.outcome, answer.reason) == ("failed", f"{tmp_path / 'none'}: No such file or directory")


LOADS_OTHER = 'from transformers import AutoModel\nAutoModel.from_pretrained("other")\n'
WRAPS = "from transformers import AutoModel\n\ndef get(name):\n    return AutoModel.from_pretrained(name)\n"
MARKDOWN = json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["gpt2"]}]})
SCRIPT = "// gpt2\nimport {pipeline} from '@huggingface/transformers';\npipeline('fill-mask', 'a/b');\n"
HITS = {
    "load.py": (LOADS_GPT2, "load"),
    "wrapper.py": (WRAPS, "load"),  # linked.py gives it the id
    "linked.py": ('from wrapper import get\nget("gpt2")\n', "mention"),
    "mention.py": ('names = ["gpt2"]\n' + LOADS_OTHER, "mention"),
    "comment.py": ('"""Loads gpt2."""\n# "gpt2"\n' + LOADS_OTHER, "comment"),
    "longer.py": ('x = "gpt2-large", "org/gpt2", "gpt2.bin"\n', "absent"),
    "config.yaml": ("model: gpt2\n", "config"),
    "README.md": ("Uses gpt2.\n", "config"),
    "third_party/load.py": (LOADS_GPT2, "vendored"),
    "broken.ipynb": ("{gpt2", "unparsable"),
    "notes.ipynb": (MARKDOWN, "comment"),
    "web.js": (SCRIPT, "comment"),
}


def test_verdicts(tmp_path: Path) -> None:
    query = Query("github", "search", "gpt2", model="gpt2", form="literal")
    files = tuple(
        Fetched(Hit("github.com", "o/r", path, blob_hash(text.encode())), text.encode())
        for path, (text, _) in HITS.items()
    )
    with opened(tmp_path) as corpus:
        corpus.answer(Answer(query, hits=(Hit("github.com", "o/r", "later.py", "0" * 40),), files=files))
        names = {file.key: file.hit.path for file in corpus.files()}
        ((_, judged),) = verify(corpus)
        assert {names[each.file]: each.verdict for each in judged if each.model == "gpt2"} == {
            path: verdict for path, (_, verdict) in HITS.items()
        }
        whole = {names[each.file]: each.verdict for each in judged if not each.model}
        assert whole["mention.py"] == whole["load.py"] == whole["wrapper.py"] == "load"
        assert whole["longer.py"] == whole["README.md"] == "absent"
        assert {each.model for each in judged} >= {"", "gpt2", "other"}
        assert not list(verify(corpus))
        (share,) = shares(corpus, "both")
        assert (share.source, share.model, share.form) == ("github", "gpt2", "literal")
        assert share.hits == len(HITS) + 1
        assert share.open == 1
        assert share.counts == {**dict.fromkeys(share.counts, 0), **Counter(verdict for _, verdict in HITS.values())}
        assert share.verified == pytest.approx(2 / len(HITS))
        corpus.answer(Answer(Query("github", "search", "new", model="other", form="call"), hits=(files[6].hit,)))
        ((_, again),) = verify(corpus)
        assert {each.verdict for each in again if each.model == "other" and names[each.file] == "mention.py"} == {
            "load"
        }
        assert [share.form for share in shares(corpus, "form")] == ["call", "literal"]


def test_present_and_former_names_are_one_model(tmp_path: Path) -> None:
    files = tuple(
        Fetched(Hit("h", "o/r", path, blob_hash(text)), text)
        for path, text in (("a.py", LOADS_GPT2.encode()), ("b.py", b"# GPT2\n"))
    )
    with opened(tmp_path) as corpus:
        corpus.answer(Answer(Query("github", "search", "q", model="openai-community/gpt2"), files=files))
        ((_, judged),) = verify(corpus)
        assert [each.verdict for each in judged if each.model] == ["load", "comment"]


def test_place_of_a_name() -> None:
    assert place(b"x = 1\n# gpt2\ny = 'gpt2'\n", "a.py", ("gpt2",)) == ("code", 3)
    assert place(b"x = 1\n# gpt2\n", "a.py", ("gpt2",)) == ("comment", 2)
    assert place(b'def f():\n    """gpt2"""\n', "a.py", ("gpt2",)) == ("comment", 2)
    assert place(b"x = 'distilgpt2'\n", "a.py", ("gpt2",)) is None
    assert place(b"load(`gpt2`) // x\n", "a.ts", ("gpt2",)) == ("code", 1)
    assert place(b"/* gpt2 */\n", "a.js", ("gpt2",)) == ("comment", 1)


def test_commands(tree: Tree, tmp_path: Path) -> None:
    corpus = str(tmp_path / "corpus")

    def run(*arguments: str) -> list[str]:
        return CliRunner().invoke(cli, ["mine", *arguments], catch_exceptions=False).stdout.splitlines()

    assert run("local", corpus, str(tree({"a.py": LOADS_GPT2, "b.py": "x = 1\n"}))) == ["2 looked at, 2 kept, 0 failed"]
    shard = tmp_path / "shard.jsonl"
    shard.write_text(json.dumps({"path": "a.py", "content": LOADS_GPT2}))
    assert run("shards", corpus, str(shard)) == ["1 looked at, 1 kept, 0 failed"]
    assert [line.split() for line in run("verify", corpus)][1:] == [
        ["local", "2", "0", "1", "0", "0", "0", "0", "0", "1", "0.5"],
        ["shards", "1", "0", "1", "0", "0", "0", "0", "0", "0", "1.0"],
    ]
    assert json.loads(run("verify", corpus, "-f", "jsonl")[0])["verified"] == 0.5
    assert run("verify", corpus, "-f", "csv")[1] == "local,,,2,0,1,0,0,0,0,0,1,0.5"
    assert run("status", corpus) == [
        "local repository: 1 of 1 answered",
        "shards rows: 1 of 1 answered",
        "0 models to look for, 2 repositories",
        "3 of 3 files fetched: 2 contents, 0.0 MB",
        "3 files judged, 2 load a model",
    ]


def test_status_tells_the_rate(tmp_path: Path) -> None:
    now = [0.0]
    with Corpus.open(tmp_path, create=True, clock=lambda: now[0]) as corpus:
        queries = [Query("github", "search", str(number)) for number in range(10)]
        corpus.plan(queries)
        assert status(corpus).asked[0].rate is None
        for query, outcome in zip(queries, ("complete", "failed", "capped", "complete"), strict=False):
            corpus.answer(Answer(query, outcome))  # type: ignore[arg-type]
            now[0] += 6
        (asked,) = status(corpus).asked
        assert (asked.answered, asked.left, asked.failed, asked.short) == (4, 6, 1, 1)
        assert asked.rate == pytest.approx(1 / 6)
        assert asked.seconds_left == pytest.approx(36)
