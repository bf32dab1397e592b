"""What is made worse: the files of fixtures/, and small tables, corpora and records that are written here."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from functools import cache
from pathlib import Path

from analyzer import gate, others
from analyzer.languages import GRAMMARS, language_of
from bench.fuzz.mutators import LONGEST

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
_LARGEST = 6_000


@cache
def files(*endings: str) -> tuple[tuple[str, bytes], ...]:
    """(name, content) of the fixtures whose names end so."""
    found = (file for file in sorted(ROOT.rglob("*")) if file.is_file() and file.name.endswith(endings))
    return tuple((file.name, file.read_bytes()) for file in found if file.stat().st_size <= _LARGEST)


@cache
def contents(*endings: str) -> tuple[bytes, ...]:
    return tuple(content for _, content in files(*endings))


@cache
def repositories() -> tuple[tuple[tuple[str, bytes], ...], ...]:
    """The small repositories: (path, content) of each of their files."""
    folders = sorted(
        folder for topic in ROOT.iterdir() if topic.is_dir() for folder in topic.iterdir() if folder.is_dir()
    )
    return tuple(
        tuple((f.relative_to(folder).as_posix(), f.read_bytes()) for f in sorted(folder.rglob("*")) if f.is_file())
        for folder in folders
    )


def real(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """(name, content) of the files below a folder that are worth parsing, in order of paths, each content once."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix in GRAMMARS or others.wanted(file.name):
            content = file.read_bytes() if file.is_file() and file.stat().st_size <= LONGEST else b""
            if content and (file.suffix not in GRAMMARS or gate.passes(content, language_of(file.name))):
                found.setdefault(content, file.name)
    return tuple((name, content) for content, name in found.items())


_ROWS = [
    {
        "content": content.decode("utf-8", "replace"),
        "max_stars_repo_name": f"o/r{n}",
        "max_stars_repo_path": name,
        "max_stars_repo_head_hexsha": "0" * 40,
    }
    for n, (name, content) in enumerate(files(".py")[:12])
]
_MODELS = [
    {
        "id": "openai-community/gpt2",
        "tags": ["license:mit", "pytorch"],
        "downloads": 10,
        "gated": False,
        "cardData": {"license": "mit"},
    },
    {
        "id": "google-bert/bert-base-uncased",
        "tags": [],
        "downloads": 7,
        "gated": "auto",
        "createdAt": "2022-03-02T23:29:04.000Z",
    },
]


@cache
def tables() -> tuple[tuple[str, bytes], ...]:
    """(what it holds, content): rows of code and of models as JSON Lines, CSV, Parquet; plain and packed."""
    import csv

    found: list[tuple[str, bytes]] = [("models", b"gpt2\nbert-base-uncased\n")]
    for name, rows in (("code", _ROWS), ("models", _MODELS)):
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        forms = (lines, text.getvalue().encode(), gzip.compress(lines, mtime=0), *_parquet(rows))
        found += [(name, form) for form in forms]
    return tuple(found)


def _parquet(rows: list[dict[str, object]]) -> list[bytes]:
    import pyarrow
    import pyarrow.parquet

    plain = [{key: value for key, value in row.items() if not isinstance(value, dict | bool)} for row in rows]
    plain = [{**row, "gated": str(row["gated"])} if "gated" in row else row for row in plain]
    found = []
    for packing in ("none", "snappy", "zstd"):
        stream = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(plain), stream, compression=packing, row_group_size=5)
        found.append(stream.getvalue())
    stream = io.BytesIO()
    with pyarrow.CompressedOutputStream(stream, "zstd") as packed:
        packed.write("".join(json.dumps(row) + "\n" for row in plain).encode())
        packed.flush()
        found.append(stream.getvalue())
    return found


@cache
def corpora() -> tuple[bytes, ...]:
    """The database of a corpus with a few files in it."""
    from miner.corpus import Corpus
    from miner.records import Answer, Fetched, Hit, Query, Repository

    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.open(folder, create=True)
        for number, content in enumerate(contents(".py")[:6]):
            query = Query("local", "folder", f"r{number}")
            corpus.plan([query])
            hit = Hit("local", f"r{number}", f"a{number}.py", version="main")
            corpus.answer(
                Answer(
                    query, total=1, files=(Fetched(hit, content),), repositories=(Repository("local", f"r{number}"),)
                )
            )
        corpus.close()
        (file,) = (each for each in Path(folder).iterdir() if each.is_file() and each.stat().st_size > 10_000)
        return (file.read_bytes(),)


ARFF = (
    b"@relation a\n\n@attribute fqCaller string\n@attribute fqCalls string\n\n@data\n"
    b"'p.C.m','a.B.c a.B.d'\n'p.C.n','a.B.<init> a.B.d a.B.c'\n"
)
CARD = (
    b"---\nlicense: mit\nlibrary_name: transformers\n---\n# gpt2\n\n```python\nfrom transformers import pipeline\n"
    b'pipe = pipeline("text-generation", model="gpt2")\npipe("x")\n```\n\n~~~\n'
    b'>>> model = AutoModel.from_pretrained("gpt2")\n'
    b"... \n1\n~~~\n\n> ```py\n> x = 1\n> ```\n\n"
    b"<!-- ptmscope card: begin gpt2 -->\n\nx\n\n<!-- ptmscope card: end -->\n"
)
POLICY = (
    b'[tool.ptmscope]\nfail-on = ["error", "unpinned-revision"]\nbaseline = "b.json"\nexclude = ["tests/"]\n\n'
    b'[tool.ptmscope.severity]\nunpinned-revision = "off"\n\n[tool.ptmscope.ignore]\n"a/*.py" = ["unpinned-revision"]\n'
)
BASELINE = b'{"version": 1, "findings": [{"fingerprint": "00ff", "rule": "unpinned-revision", "path": "a.py"}]}\n'
PREDICTIONS = b'{"id": "a", "predictions": ["x", "y"]}\n{"id": "b", "predictions": []}\n'
