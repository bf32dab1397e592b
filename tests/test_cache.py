"""What one scan leaves to the next changes its time and nothing else."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import LOADS_GPT2, ROOT, Tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ptmscope
from ptmscope import pipeline
from ptmscope.cache import records, stamps, store, version
from ptmscope.cache import tree as caching
from ptmscope.cache.store import Store
from ptmscope.findings import Scan

PROJECTS = sorted(path for path in (ROOT / "fixtures" / "project").iterdir() if path.is_dir())


@pytest.fixture(autouse=True)
def old_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files written a moment ago are told by their stamp, too."""
    monkeypatch.setattr(stamps, "RECENT", 0)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The files that a scan glances at, and those that it looks at closely."""
    found: dict[str, list[str]] = {"glanced": [], "examined": []}
    for name, key in (("_survey", "glanced"), ("_analysis", "examined")):
        monkeypatch.setattr(pipeline, name, _noting(getattr(pipeline, name), found[key]))
    return found


def _noting(work: Callable[..., Iterator[object]], paths: list[str]) -> Callable[..., Iterator[object]]:
    def noted(whole: object, *rest: object) -> Iterator[object]:
        paths.extend(whole.paths)  # type: ignore[attr-defined]
        return work(whole, *rest)

    return noted


def both(root: Path, cache: Path, **options: object) -> Scan:
    """The scan with the cache, which is the one without."""
    cached = ptmscope.scan(root, jobs=1, cache=cache, **options)  # type: ignore[arg-type]
    assert cached == ptmscope.scan(root, jobs=1, **options)  # type: ignore[arg-type]
    return cached


WRAPPER = "from transformers import AutoModel\n\ndef load(name):\n    return AutoModel.from_pretrained(name)\n"


def test_nothing_is_read_again(tree: Tree, tmp_path: Path, looked: dict[str, list[str]]) -> None:
    root = tree({"a.py": LOADS_GPT2, "b.py": "x = 1\n", "conf.yaml": "a: 1\n"})
    first = ptmscope.scan(root, jobs=1, cache=tmp_path)
    assert looked == {"glanced": ["a.py", "b.py", "conf.yaml"], "examined": ["a.py"]}
    assert ptmscope.scan(root, jobs=1, cache=tmp_path) == first
    assert looked == {"glanced": ["a.py", "b.py", "conf.yaml"], "examined": ["a.py"]}


def test_a_copy_elsewhere_or_a_touched_file_is_known_by_its_content(
    tree: Tree, tmp_path: Path, looked: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree({"a.py": LOADS_GPT2, "b.py": "x = 1\n"})
    first = ptmscope.scan(root, jobs=1, cache=tmp_path / "cache")
    os.utime(root / "a.py", (1, 1))
    assert ptmscope.scan(root, jobs=1, cache=tmp_path / "cache") == first
    shutil.copytree(root, tmp_path / "copy")
    assert ptmscope.scan(tmp_path / "copy", jobs=1, cache=tmp_path / "cache") == first
    monkeypatch.setattr(caching, "contained", None)  # from now on the copy is known by its stamps
    assert ptmscope.scan(tmp_path / "copy", jobs=1, cache=tmp_path / "cache") == first
    assert looked["glanced"] == ["a.py", "b.py"]


def test_only_what_a_change_concerns_is_looked_at(tree: Tree, tmp_path: Path, looked: dict[str, list[str]]) -> None:
    callers = {f"use{n}.py": f"from wrapper import load\n\nmodel = load('org/model{n}')\n" for n in range(3)}
    root = tree({"wrapper.py": WRAPPER, "other.py": LOADS_GPT2, "plain.py": "x = 1\n", **callers})
    both(root, tmp_path / "cache")
    looked["glanced"].clear()
    looked["examined"].clear()
    (root / "use1.py").write_text("from wrapper import load\n\nmodel = load('org/new')\n")
    found = ptmscope.scan(root, jobs=1, cache=tmp_path / "cache")
    assert {model.id for site in found.sites for model in site.models} >= {"org/new", "org/model2", "gpt2"}
    assert (looked["glanced"], looked["examined"]) == (["use1.py"], ["wrapper.py"])


def test_another_file_that_a_question_would_now_lead_to_counts(tree: Tree, tmp_path: Path) -> None:
    root = tree({"wrapper.py": WRAPPER})
    assert both(root, tmp_path / "cache").sites[0].status == "unresolved"
    tree({"caller.py": "from wrapper import load\n\nload('gpt2')\n"})
    assert both(root, tmp_path / "cache").sites[0].models[0].id == "gpt2"
    (root / "caller.py").unlink()
    assert both(root, tmp_path / "cache").sites[0].status == "unresolved"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_edit_gives_what_a_fresh_scan_gives(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files of two fixtures, one by one, are removed, put back, replaced by another one, and copied."""
    one, other = (data.draw(st.sampled_from(PROJECTS)) for _ in range(2))
    work = tmp_path_factory.mktemp("edits")
    root = work / "tree"
    shutil.copytree(one, root)
    contents = [path.read_bytes() for folder in (one, other) for path in sorted(folder.rglob("*")) if path.is_file()]
    names = sorted(str(p.relative_to(f)) for f in (one, other) for p in f.rglob("*") if p.is_file())
    both(root, work / "cache")
    for _ in range(data.draw(st.integers(1, 3))):
        file = root / data.draw(st.sampled_from(names))
        content = data.draw(st.none() | st.sampled_from(contents))
        if content is None:
            file.unlink(missing_ok=True)
        elif not file.is_dir() and not any(parent.is_file() for parent in file.parents):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        both(root, work / "cache", across=data.draw(st.booleans()))


@pytest.mark.parametrize(
    "content",
    [b"", b"no database", b"SQLite format 3\0" + b"\0" * 4096, b"\xff" * 10_000],
    ids=["empty", "text", "head", "bytes"],
)
def test_a_file_that_is_no_cache_is_made_anew(content: bytes, tree: Tree, tmp_path: Path) -> None:
    (tmp_path / store.NAME).write_bytes(content)
    root = tree({"a.py": LOADS_GPT2})
    assert both(root, tmp_path).sites
    assert sqlite3.connect(tmp_path / store.NAME).execute("SELECT count(*) FROM reports").fetchone() == (1,)


def test_a_database_of_another_program_or_form_is_made_anew(tree: Tree, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / store.NAME) as database:
        database.execute("CREATE TABLE reports (key, value)")
    assert both(tree({"a.py": LOADS_GPT2}), tmp_path).sites


def test_what_is_damaged_within_is_not_trusted(tree: Tree, tmp_path: Path) -> None:
    """Records that are none, also where their checksum is right: those of another program."""
    root = tree({"a.py": LOADS_GPT2})
    both(root, tmp_path)
    for value in (
        b"",
        b"\x81",
        records.packed(b"\x93\x01\x02\x03"),
        records.packed(records.to_bytes(["a"] * 9) or b""),
    ):
        for seal in (lambda key, value: value, store._sealed):
            with sqlite3.connect(tmp_path / store.NAME) as database:
                database.create_function("sealed", 2, seal)
                for table in store.TABLES:
                    database.execute(f"UPDATE {table} SET value = sealed(key, ?)", (value,))
            assert both(root, tmp_path).sites


def test_a_record_that_says_something_else_is_not_trusted(tree: Tree, tmp_path: Path) -> None:
    """One byte of a name or a number: still a record, but not what was written."""
    root = tree({"a.py": LOADS_GPT2})
    both(root, tmp_path)
    with sqlite3.connect(tmp_path / store.NAME) as database:
        database.create_function("edited", 1, _other_id)
        database.execute("UPDATE results SET value = edited(value)")
    assert both(root, tmp_path).sites


def _other_id(stored: bytes) -> bytes:
    return records.packed(records.unpacked(stored).replace(b"gpt2", b"gpt3"))


def test_a_message_that_is_no_text_costs_only_time(tree: Tree, tmp_path: Path) -> None:
    """SQLite quotes what it cannot read of the file."""
    root = tree({"a.py": LOADS_GPT2})
    both(root, tmp_path)
    content = (tmp_path / store.NAME).read_bytes()
    (tmp_path / store.NAME).write_bytes(content.replace(b"tableglances", b"tablegla\xe7ces"))
    assert both(root, tmp_path).sites


def test_pages_of_the_file_that_are_overwritten_cost_only_time(tree: Tree, tmp_path: Path) -> None:
    root = tree({f"{n}.py": LOADS_GPT2 for n in range(50)})
    both(root, tmp_path)
    for start in range(0, (tmp_path / store.NAME).stat().st_size, 4096):
        with open(tmp_path / store.NAME, "r+b") as file:
            file.seek(start + 100)
            file.write(b"\xaa" * 600)
        assert len(both(root, tmp_path).sites) == 50


def test_another_version_of_ptmscope_starts_anew(
    tree: Tree, tmp_path: Path, looked: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree({"a.py": LOADS_GPT2})
    ptmscope.scan(root, jobs=1, cache=tmp_path)
    monkeypatch.setattr("ptmscope.cache.tree.version", lambda: b"another")
    ptmscope.scan(root, jobs=1, cache=tmp_path)
    assert looked["examined"] == ["a.py", "a.py"]


def test_the_version_changes_with_code_and_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "table.toml").write_text("a = 1")
    monkeypatch.setattr(version, "_files", lambda folder: [str(tmp_path / "table.toml")])
    before = version.version.__wrapped__()
    assert version.version.__wrapped__() == before
    (tmp_path / "table.toml").write_text("a = 2")
    assert version.version.__wrapped__() != before


@pytest.mark.parametrize("folder", ["file/cache", "/proc/none"], ids=["below a file", "cannot be made"])
def test_a_folder_that_cannot_be_written_costs_only_time(folder: str, tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert both(tree({"a.py": LOADS_GPT2}), tmp_path / folder).sites


def test_two_scans_at_once(tree: Tree, tmp_path: Path) -> None:
    root = tree({f"{n}.py": LOADS_GPT2 for n in range(40)})
    found: list[Scan] = []
    threads = [
        threading.Thread(target=lambda: found.append(ptmscope.scan(root, jobs=1, cache=tmp_path))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [ptmscope.scan(root, jobs=1)] * 4
    assert both(root, tmp_path).sites


class Interrupted:
    """A connection that lets something else happen behind its first statement."""

    def __init__(self, database: sqlite3.Connection, meanwhile: Callable[[], object]) -> None:
        self.database, self.meanwhile = database, iter([meanwhile])

    def execute(self, statement: str) -> SimpleNamespace:
        rows = self.database.execute(statement).fetchall()
        for happens in self.meanwhile:
            happens()
        return SimpleNamespace(fetchone=lambda: rows[0])

    def __enter__(self) -> None:
        self.database.__enter__()

    def __exit__(self, *error: object) -> None:
        self.database.__exit__(None, None, None)


def test_a_cache_that_another_scan_sets_up_meanwhile_is_none_of_another_program(tmp_path: Path) -> None:
    def other() -> None:
        with Store(str(tmp_path)) as made:
            made.put("reports", [(b"key", b"value")])

    database = sqlite3.connect(tmp_path / store.NAME)
    Store(str(tmp_path))._set_up(Interrupted(database, other))  # type: ignore[arg-type]
    database.close()
    with Store(str(tmp_path)) as kept:
        assert kept.get("reports", [b"key"]) == {b"key": b"value"}


def test_a_cache_that_is_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PATIENCE", 1)
    with Store(str(tmp_path)) as first:
        first.put("reports", [(b"key", b"value")])
    busy = sqlite3.connect(tmp_path / store.NAME)
    busy.execute("PRAGMA journal_mode = DELETE")
    busy.execute("BEGIN EXCLUSIVE")
    with Store(str(tmp_path)) as second:
        assert second.get("reports", [b"key"]) == {}
    busy.rollback()
    busy.close()
    with Store(str(tmp_path)) as third:
        assert third.get("reports", [b"key"]) == {b"key": b"value"}


def test_what_was_used_longest_ago_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_BYTES", 300_000)
    for day, key in enumerate((b"a", b"b", b"c", b"d")):
        kept = Store(str(tmp_path))
        kept.day = day
        with kept:
            kept.put("reports", [(key, os.urandom(120_000))])
            kept.get("reports", [b"a"])
    with Store(str(tmp_path)) as kept:
        assert set(kept.get("reports", [b"a", b"b", b"c", b"d"])) == {b"a", b"d"}


def test_a_run_that_was_stopped_goes_on(
    tree: Tree, tmp_path: Path, looked: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree({f"{n:03}.py": LOADS_GPT2 + f"# {n}\n" for n in range(200)})
    work = pipeline._analysis

    def stopped(whole: object, *rest: object) -> Iterator[object]:
        for number, each in enumerate(work(whole, *rest)):  # type: ignore[arg-type]
            if number == 150:
                raise KeyboardInterrupt
            yield each

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_analysis", stopped)
        with pytest.raises(KeyboardInterrupt):
            ptmscope.scan(root, jobs=1, cache=tmp_path)
    looked["examined"].clear()
    assert len(ptmscope.scan(root, jobs=1, cache=tmp_path).sites) == 200
    assert 0 < len(looked["examined"]) <= 100


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    try:
        (root / os.fsdecode(b"caf\xe9.py")).write_text(LOADS_GPT2)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    for _ in range(2):
        assert both(root, tmp_path / "cache").sites


def test_tables_with_other_columns_are_given_up(tmp_path: Path) -> None:
    with Store(str(tmp_path)) as kept:
        kept.put("glances", [(b"key", b"value")])
        assert kept.database is not None
        kept.database.execute("DROP TABLE glances")
        kept.database.execute("CREATE TABLE glances AS SELECT X'6b6579' AS key, X'00' AS value")
        assert kept.get("glances", [b"key"]) == {}
    with Store(str(tmp_path)) as again:
        again.put("glances", [(b"key", b"value")])
        assert again.get("glances", [b"key"]) == {b"key": b"value"}
