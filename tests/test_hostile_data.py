"""Corpora, catalogs, tables and records that are damaged or made to do harm: one line that says so, nothing else."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest
from conftest import LOADS_GPT2, Run

from miner import CORPUS, catalog, dumps
from miner import corpus as store
from miner.chosen import chosen
from miner.corpus import Corpus
from miner.errors import Misuse
from miner.layouts import codes, keys, layout_of
from miner.records import Answer, Fetched, Hit, Query, Repository
from ptmscope import studied

DEEP = "[" * 100_000


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus with one repository of one file."""
    query = Query("local", "folder", "r")
    hit = Hit("github.com", "o/r", "a.py", store.blob_hash(LOADS_GPT2.encode()))
    with Corpus.open(tmp_path / "corpus", create=True) as found:
        repository = Repository("github.com", "o/r", commit="0" * 40, topics=("nlp",))
        found.answer(Answer(query, 1, files=(Fetched(hit, LOADS_GPT2.encode()),), repositories=(repository,)))
    return tmp_path / "corpus"


def change(folder: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(folder / CORPUS) as connection:
        for each in statement.split("; "):
            connection.execute(each, values)
    connection.close()


DAMAGES: dict[str, tuple[str, tuple[object, ...]]] = {
    "topics": ("UPDATE repositories SET topics = '[' ", ()),
    "deep topics": ("UPDATE repositories SET topics = ?", (DEEP,)),
    "text": ("UPDATE repositories SET \"commit\" = CAST(x'ff' AS TEXT)", ()),
    "no blob": ("UPDATE contents SET packed = 'x'", ()),
    "other content": ("UPDATE contents SET packed = ?", (zlib.compress(b"other"),)),
    "no table": ("DROP TABLE contents", ()),
    "bytes as a path": ("UPDATE files SET path = CAST('a.py' AS BLOB)", ()),
    "no column": ("DROP VIEW facts; CREATE VIEW facts AS SELECT host, name, stars, seen_at FROM repositories", ()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_corpus(corpus: Path, ptmscope: Run, damage: str) -> None:
    statement, values = DAMAGES[damage]
    change(corpus, statement, *values)
    done = ptmscope("scan", corpus)
    assert done.returncode == 2
    assert done.stderr.startswith(b"ptmscope: error: ")
    assert done.stderr.count(b"\n") == 1


def test_corpus_whose_pages_are_torn(corpus: Path, ptmscope: Run) -> None:
    content = bytearray((corpus / CORPUS).read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    (corpus / CORPUS).write_bytes(content)
    done = ptmscope("scan", corpus)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_content_that_would_fill_the_memory(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_LARGEST", 1000)
    with Corpus.open(corpus) as found:
        (file,) = found.files()
        assert found.content(file.blob) == LOADS_GPT2.encode()
        found.database.run("UPDATE contents SET packed = ?", zlib.compress(LOADS_GPT2.encode() * 1000))
        with pytest.raises(Misuse, match="damaged"):
            found.content(file.blob)


def test_tags_of_a_chosen_model(corpus: Path) -> None:
    with Corpus.open(corpus) as found:
        found.database.run("INSERT INTO models (id, tags, seen_at) VALUES ('gpt2', '{', 0)")
        with pytest.raises(Misuse, match="damaged"):
            list(chosen(found))


def test_catalog_with_odd_numbers(tmp_path: Path) -> None:
    """JSON has numbers that are none, or that no database holds; tags may be nested without end."""
    file = tmp_path / "catalog.jsonl"
    numbers = ("Infinity", "NaN", "1e400", "9" * 4000, "true", '"x"', "[]", "-7", "7.9")
    rows = [f'{{"id": "m{n}", "downloads": {number}}}\n' for n, number in enumerate(numbers)]
    file.write_text("".join(rows) + json.dumps({"id": "deep", "tags": DEEP}) + "\n")
    found = list(catalog.read_models(str(file)))
    assert [model.downloads for model in found] == [None] * 7 + [-7, 7, None]
    assert found[-1].tags == ()
    assert len(catalog.read_catalog(str(file))) == 10


@pytest.mark.parametrize("files", ["x", 1, [1, "x", None], {"path": "a.py"}, [{"path": 1}], [{}]])
def test_row_whose_files_are_none(files: Any) -> None:
    row = {"repo_name": "o/r", "revision_id": "0" * 40, "files": files, "star_events_count": float("inf")}
    layout = layout_of(row)
    assert layout is not None
    assert list(codes(layout, row, "x")) == []


def test_nested_lines_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"content": "x", "path": "a.py"}\n{"a": ' + DEEP + "\n")
    said: list[tuple[int, str]] = []
    assert len(list(dumps.rows(str(file), keys=keys(), complain=lambda *told: said.append(told)))) == 1
    assert said == [(2, "no JSON")]


def test_parquet_of_types_that_are_not_read(tmp_path: Path) -> None:
    """Each byte of the metadata at the end, changed: rows or Misuse."""
    import pyarrow
    import pyarrow.parquet

    file = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"content": ["x"], "path": ["a.py"], "size": [1]}), file)
    content = file.read_bytes()
    for at in range(len(content) - 400, len(content), 3):
        file.write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        try:
            list(dumps.rows(str(file), keys=keys(), complain=lambda *told: None))
        except Misuse as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_study_and_policy_that_are_nested_too_deep(tmp_path: Path, ptmscope: Run) -> None:
    (tmp_path / "study.json").write_text(DEEP)
    (tmp_path / "pyproject.toml").write_text("x = " + DEEP)
    assert studied.readings(str(tmp_path)) == []
    done = ptmscope("check", tmp_path)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_gzip_that_ends_early(tmp_path: Path) -> None:
    file = tmp_path / "rows.gz"
    file.write_bytes(gzip.compress(b'{"content": "x", "path": "a.py"}\n' * 1000)[:-20])
    with pytest.raises(Misuse):
        list(dumps.rows(str(file), keys=keys(), complain=lambda *told: None))
