"""dumps: rows of tables in every format, packed or not, from a path or a URL, as a stream."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from miner import dumps
from miner.errors import Misuse

pyarrow = pytest.importorskip("pyarrow")
ROWS = [{"id": f"a/{number}", "text": 'ü, "x"\n' * number} for number in range(600)]


def as_json() -> bytes:
    return "\n".join(json.dumps(row) for row in ROWS).encode()


def as_csv() -> bytes:
    quoted = ('{},"{}"'.format(row["id"], row["text"].replace('"', '""')) for row in ROWS)
    return "\n".join(("id,text", *quoted)).encode()


def as_parquet() -> bytes:
    import pyarrow.parquet

    stream = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), stream, row_group_size=100)
    return bytes(stream.getvalue())


def as_zstd(content: bytes) -> bytes:
    half = len(content) // 2
    return b"".join(pyarrow.Codec("zstd").compress(part, asbytes=True) for part in (content[:half], content[half:]))


def fail(number: int, problem: str) -> None:
    raise AssertionError(f"{number}: {problem}")


@pytest.mark.parametrize("made", [as_json, as_csv, as_parquet])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, as_zstd])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_formats(tmp_path: Path, made: Callable[[], bytes], pack: Callable[[bytes], bytes], scheme: str) -> None:
    if made is as_parquet and pack is not bytes:
        pytest.skip("Parquet is packed within")
    file = tmp_path / "dump"
    file.write_bytes(pack(made()))
    assert [row for _, row in dumps.rows(f"{scheme}{file}", keys=("id",), complain=fail)] == ROWS


def test_bad_rows_are_told_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "dump"
    file.write_text('{"id": 1}\n{"id": 2\n\n[3]\n{"id": 4}\n')
    problems: list[tuple[int, str]] = []
    rows = list(dumps.rows(str(file), keys=("id",), complain=lambda *problem: problems.append(problem)))
    assert rows == [(1, {"id": 1}), (5, {"id": 4})]
    assert problems == [(2, "no JSON"), (4, "no JSON object")]


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("missing", "No such file"),
        ("nowhere://x", "nowhere"),
        ("broken.parquet", "broken.parquet: "),
        ("broken.zst", "broken.zst: "),
    ],
)
def test_misuse(tmp_path: Path, location: str, message: str) -> None:
    (tmp_path / "broken.parquet").write_bytes(as_parquet()[:500])
    (tmp_path / "broken.zst").write_bytes(as_zstd(as_json())[:5] + b"no archive")
    place = location if "://" in location else str(tmp_path / location)
    with pytest.raises(Misuse, match=message):
        list(dumps.rows(place, keys=("id",), complain=fail))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        file = tmp_path / "dump"
        with gzip.open(file, "wt", 1) as stream:
            stream.writelines(json.dumps({"id": number, "text": "x" * 10_000}) + "\n" for number in range(rows))
        tracemalloc.start()
        assert sum(1 for _ in dumps.rows(str(file), keys=("id",), complain=fail)) == rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(2000) < peak(100) + 100_000
