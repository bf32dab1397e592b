"""From shards to patterns: same bytes whatever runs the stages and whatever happens to them."""

from __future__ import annotations

import errno
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import shards as planted
from conftest import ROOT
from conftest import Run as Command
from pyarrow import parquet
from shards import parse_or_die, write_shards

from ptmscope import scan as scanned
from ptmscope.bulk import parsing
from ptmscope.bulk.folder import Folder
from ptmscope.bulk.records import Parsed
from ptmscope.bulk.run import Run, bulk
from ptmscope.bulk.shuffling import Sizes, gathered, plan
from ptmscope.engines.local import Local
from ptmscope.engines.work import Engine, S, T, Work
from ptmscope.errors import Misuse
from ptmscope.export.rows import site_rows
from ptmscope.settings import Settings

#: So small that there are several of everything.
SIZES = Sizes(bucket=8, at_a_time=10)


def run(shards: list[str], folder: Path | str, engine: Engine | None = None, sizes: Sizes = SIZES) -> list[str]:
    """What the stages told."""
    ran = Run(Folder(str(folder)), engine or Local(1), sizes=sizes)
    return [f"{step.stage}: {step.told}" for step in bulk(shards, ran, Settings(jobs=1))]


def contents(folder: Path) -> dict[str, bytes]:
    """All that is for people: what only a later run needs is left out."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if "work" not in path.parts}


def table(folder: Path, name: str) -> list[dict[str, object]]:
    return [row for path in sorted((folder / name).iterdir()) for row in parquet.read_table(path).to_pylist()]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return write_shards(tmp_path_factory.mktemp("bulk") / "shards")


@pytest.fixture(scope="module")
def found(given: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process makes of the shards."""
    folder = tmp_path_factory.mktemp("bulk") / "found"
    run(given, folder)
    return folder


def test_the_files_of_a_repository_are_linked(found: Path) -> None:
    sites = [row for row in table(found, "sites") if row["path"] == "app/generate.py"]
    assert {(row["source"], row["model_id"], row["origin_path"]) for row in sites} == {
        (f"github.com/o/r{n}", f"org/m{n % 3}", "app/names.py") for n in range(12)
    }


def test_every_usage_is_a_member_once(found: Path) -> None:
    usages = Counter((r["source"], r["path"], r["line"], r["model_id"]) for r in table(found, "usages"))
    members = Counter((r["source"], r["path"], r["line"], r["model_id"]) for r in table(found, "members"))
    assert usages == members
    assert sum(usages.values()) == 13 * 4  # one repository is in two shards


def test_patterns_of_each_model(found: Path) -> None:
    patterns = {(row["model_id"], row["name"]): row for row in table(found, "patterns")}
    generate = patterns["org/m1", "tokenize, generate, decode"]
    assert (generate["repositories"], generate["usages"], generate["coverage"]) == (4, 4, 1.0)
    assert generate["skeleton"] == (
        "tokenizer.load → causal-lm.load → tokenizer.__call__ → causal-lm.generate → tokenizer.decode"
    )
    assert (generate["central_path"], generate["central_line"]) == ("app/generate.py", 3)


def test_a_model_of_many_usages_is_split_and_merged(given: list[str], found: Path, tmp_path: Path) -> None:
    """Its patterns are those that it has in one piece."""
    run(given, tmp_path, sizes=Sizes())
    split, whole = (
        sorted(
            tuple(row[name] for name in ("name", "group", "skeleton", "repositories", "usages", "coverage"))
            for row in table(folder, "patterns")
            if row["model_id"] == "org/many"
        )
        for folder in (found, tmp_path)
    )
    assert split == whole
    assert [row[3:5] for row in split] == [(12, 20), (6, 6)]


def test_a_repository_is_what_a_scan_of_it_finds(tmp_path: Path) -> None:
    """Of a real one: the sample of the documentation, with its configs and scripts."""
    sample = ROOT / "examples" / "sample"
    files = (path for path in sorted(sample.rglob("*")) if path.is_file())
    rows = [{"path": str(p.relative_to(sample)), "content": p.read_text(), "repository": "o/sample"} for p in files]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run([str(tmp_path / "a.jsonl")], tmp_path / "found")
    scan = scanned(sample)
    told = [tuple(row.values()) for row in table(tmp_path / "found", "sites")]
    assert told == [("o/sample", *row) for row in site_rows(scan.sites)]
    (repository,) = table(tmp_path / "found", "repositories")
    assert (repository["files"], repository["usages"]) == (scan.counts.files, len(scan.usages))


def test_figures_of_the_whole(given: list[str], found: Path) -> None:
    told = json.loads((found / "bulk.json").read_text())
    assert (told["shards"], told["repositories"], told["files"], told["usages"]) == (3, 13, 78, 52)
    assert told["patterns"] == len(table(found, "patterns"))
    assert told["singular"] == sum(row["pattern"] is None for row in table(found, "members"))


def test_the_same_bytes_from_two_processes(given: list[str], found: Path, tmp_path: Path) -> None:
    run(given, tmp_path, Local(2))
    assert contents(tmp_path) == contents(found)


def test_the_same_bytes_at_a_url(given: list[str], found: Path, tmp_path: Path) -> None:
    run(given, "memory://bulk-test")
    import fsspec

    system = fsspec.filesystem("memory")
    system.get("/bulk-test", str(tmp_path / "got"), recursive=True)
    system.rm("/bulk-test", recursive=True)
    assert contents(tmp_path / "got") == contents(found)


def test_a_killed_process_costs_only_time(
    given: list[str], found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "parse", parse_or_die)
    run(given, tmp_path, Local(2))
    died = Path(given[0]).parent / "died"
    assert died.exists()
    died.unlink()
    assert contents(tmp_path) == contents(found)


class Stopping:
    """An engine that is stopped after so many tasks."""

    def __init__(self, after: int) -> None:
        self.left = after

    def outcomes(self, todo: Iterable[S], work: Work[S, T]) -> Iterator[tuple[S, T]]:
        for each in Local(1).outcomes(todo, work):
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            yield each


@pytest.mark.parametrize("after", [1, 2, 4, 6, 9])
def test_a_stopped_run_goes_on(
    after: int, given: list[str], found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(given, tmp_path, Stopping(after))
    read = []
    monkeypatch.setattr(parsing, "unpack", lambda *of, unpack=parsing.unpack: (read.append(of[0]), unpack(*of))[1])
    run(given, tmp_path)
    assert len(read) == max(0, 3 - after - 1)  # the task in which it was stopped was done, too
    assert contents(tmp_path) == contents(found)


def test_what_is_done_is_not_done_again(given: list[str], found: Path, tmp_path: Path) -> None:
    shutil.copytree(found, tmp_path / "again")
    assert [line.partition(":")[0] for line in run(given, tmp_path / "again")] == ["parse"]


def test_a_shard_that_changes_is_read_again(tmp_path: Path) -> None:
    given = write_shards(tmp_path / "shards", 6)
    run(given, tmp_path / "found")
    Path(given[2]).write_text("repo_name,path,code\no/r,a.py,import os\n")
    run(given, tmp_path / "found")
    run(given, tmp_path / "anew")
    assert contents(tmp_path / "found") == contents(tmp_path / "anew")


def test_broken_shards_are_diagnostics(tmp_path: Path) -> None:
    given = write_shards(tmp_path / "shards", 6)
    packed = Path(given[1]).read_bytes()
    Path(given[1]).write_bytes(packed[: len(packed) - 40])
    (tmp_path / "shards" / "d.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "shards" / "e.jsonl").write_text('{"a": 1}\nno json\n{"path": "../x.py", "content": ""}\n')
    given += [str(tmp_path / "shards" / name) for name in ("d.parquet", "e.jsonl", "gone.parquet")]
    run(given, tmp_path / "found")
    told = {(Path(str(r["shard"])).name, r["row"], r["kind"]) for r in table(tmp_path / "found", "diagnostics")}
    assert told == {
        ("b.jsonl.gz", None, "broken_shard"),
        ("d.parquet", None, "broken_shard"),
        ("e.jsonl", 1, "unreadable_row"),
        ("e.jsonl", 2, "unreadable_row"),
        ("e.jsonl", 3, "unreadable_row"),
        ("gone.parquet", None, "broken_shard"),
    }
    broken = json.loads((tmp_path / "found" / "bulk.json").read_text())["broken"]
    assert sorted(Path(location).name for location in broken) == ["b.jsonl.gz", "d.parquet", "gone.parquet"]
    assert table(tmp_path / "found", "patterns")


def test_rows_of_one_kind_of_trouble_are_told_in_short(tmp_path: Path) -> None:
    shard = tmp_path / "a.jsonl"
    shard.write_text('{"a": 1}\n' * 50)
    run([str(shard)], tmp_path / "found")
    told = table(tmp_path / "found", "diagnostics")
    assert (len(told), told[-1]["message"]) == (parsing.TOLD + 1, "30 more")


def test_a_folder_of_other_shards_is_left_alone(given: list[str], found: Path, tmp_path: Path) -> None:
    shutil.copytree(found, tmp_path / "again")
    with pytest.raises(Misuse, match="holds other shards"):
        run(given[:2], tmp_path / "again")


def test_a_worker_of_another_version_is_misuse(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter(range(9))
    monkeypatch.setattr("ptmscope.bulk.run.version", lambda *_: b"%d" % next(told))
    with pytest.raises(Misuse, match="another version"):
        run(given, tmp_path)


def test_a_full_disk_is_no_shard_that_was_read(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(place: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Misuse, match="No space left on device"):
        run(given, tmp_path)
    assert not list((tmp_path / "work").rglob("*.json"))


def test_half_characters_are_no_obstacle(tmp_path: Path) -> None:
    code = planted.CLASSIFY.format(model="org/x")
    row = {"path": "a\ud800.py", "content": f"# \ud800\n{code}", "repository": "o/\udfff"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    run([str(tmp_path / "a.jsonl")], tmp_path / "found")
    assert [r["model_id"] for r in table(tmp_path / "found", "usages")] == ["org/x"]


def test_the_plan_knows_only_numbers() -> None:
    shards = [Parsed("", f"s{n}", "", "", usages=30, models={"a": 20, f"b{n}": 10}) for n in range(4)]
    assert list(gathered(shards, 60)) == [("s0", "s1"), ("s2", "s3")]
    found = plan(shards, 25)
    assert (found.buckets, found.huge) == (2, {"a": (2, 4)})
    assert {found.bucket("a", f"r{n}") for n in range(50)} == {2, 3, 4, 5}
    assert {found.bucket(f"b{n}", "r") for n in range(50)} == {0, 1}


def test_the_command(given: list[str], tmp_path: Path, ptmscope: Command) -> None:
    pattern = str(Path(given[0]).parent / "*")
    done = ptmscope("bulk", pattern, "-o", tmp_path / "found", "-j", "1")
    assert done.returncode == 0, done.stderr.decode()
    assert [line.split(":")[0] for line in done.stderr.decode().splitlines()] == ["parse", "shuffle", "mine"]
    broken = ptmscope(
        "bulk", *given, *(f"{tmp_path}/no{n:02}.csv" for n in range(12)), "-o", tmp_path / "found", "-j", "1"
    )
    warnings = [line for line in broken.stderr.decode().splitlines() if line.startswith("ptmscope: warning: ")]
    assert len(warnings) == 11
    assert warnings[0].endswith("/no00.csv: No such file or directory")
    refused = ptmscope("bulk", "nowhere://x/*", "-o", tmp_path / "found")
    assert (refused.returncode, refused.stderr.decode()) == (
        2, "ptmscope: error: nowhere://x/*: Protocol not known: nowhere\n",
    )  # fmt: skip
