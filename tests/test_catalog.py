"""catalog, lookup: which ids a local list of models has."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Tree

import ptmscope
from analyzer.records import LoadSite, ModelRef, Origin
from miner.catalog import read_catalog
from miner.records import Terms
from ptmscope.cli import cli
from ptmscope.errors import Misuse
from ptmscope.lookup import Sources, names_on_hub

RECORDS = '{"modelId": "Org/A", "siblings": [{"id": "x/y"}]}\n\n{"id": "gpt2", "modelId": "other"}\n'
GOOD = {
    "the Hub's API": (RECORDS, {"org/a", "gpt2"}),
    "no line end": ('{"id": "a/b"}', {"a/b"}),
    "list": ("# models\nOrg/A\n\n  gpt2 \r\n", {"org/a", "gpt2"}),
    "one": ("gpt2", {"gpt2"}),
    "table": ('likes,id,card\n1,Org/A,"x\ny"\n2,gpt2,\n', {"org/a", "gpt2"}),
    "table of one column": ("modelId\nOrg/A\n", {"org/a"}),
    "byte order mark": ("\ufeffid,n\nOrg/A,1\n", {"org/a"}),
    "dots and dashes": ("Org-1/a.b_c-d\n", {"org-1/a.b_c-d"}),
}
BAD = {
    "empty": (b"", "no model ids"),
    "comments only": (b"# x\n", "no model ids"),
    "head only": (b"id,n\n", "no model ids"),
    "no such column": (b"name,n\na/b,1\n", "no column id, modelId or model_id"),
    "cut off": (b'{"id": "a/b"}\n{"id": "a/', "line 2: no JSON"),
    "no objects": (b'{"id": "a/b"}\n["a/b"]\n', "line 2: no JSON object"),
    "deep": (b'{"id": ' + b"[" * 100_000, "line 1: no JSON"),
    "no id": (b'{"id": "a/b"}\n{"name": "a/b"}\n', "line 2: no model id"),
    "id of another kind": (b'{"id": 7}\n', "line 1: no model id"),
    "prose": (b"gpt2\nThis is no list\n", "line 2: no model id in 'This is no list'"),
    "not text": (b"\xff\xfe\0a", "no UTF-8 text"),
    "half an archive": (gzip.compress(b"gpt2\n" * 99)[:-9], "Compressed file ended"),
    "broken archive": (b"\x1f\x8bno archive, as a longer look tells", "compression method"),
}


@pytest.mark.parametrize(("text", "ids"), GOOD.values(), ids=GOOD.keys())
@pytest.mark.parametrize("is_packed", [False, True])
def test_formats(tmp_path: Path, text: str, ids: set[str], *, is_packed: bool) -> None:
    file = tmp_path / "catalog"
    file.write_bytes(gzip.compress(text.encode()) if is_packed else text.encode())
    assert read_catalog(str(file)).keys() == ids


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD.keys())
def test_bad_catalog(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "catalog"
    file.write_bytes(content)
    with pytest.raises(Misuse, match=r"^catalog .*/catalog: ") as caught:
        read_catalog(str(file))
    assert message.lower() in str(caught.value).lower()


def site(name: str, canonical: str | None = None, *, hub: str = "huggingface", status: str = "resolved") -> LoadSite:
    model = ModelRef(name, canonical, hub, "literal", "certain", Origin("a.py", 1))
    return LoadSite("a.py", 1, 0, 1, None, "a.b", "a", "model", status, None, (model,))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (site("org/a"), True),
        (site("ORG/A", "ORG/A"), True),
        (site("org/b", "org/b"), False),
        (site("bert-base-uncased", "google-bert/bert-base-uncased"), True),  # the catalog has the former name
        (site("google-bert/bert-base-uncased", "google-bert/bert-base-uncased"), True),
        (site("gpt2", "openai-community/gpt2"), True),  # the catalog has the present name
        (site("openai-community/GPT2", "openai-community/GPT2"), True),
        (site("base", "openai/whisper-base"), True),  # a name of a library
        (site("gpt3"), False),
        (site("org/a", hub="modelscope"), None),
        (site("org/a", status="local"), None),
        (site("org/a-*", "org/a-*", status="partial"), None),
        (site("a/b/c"), None),
        (site("./out"), None),
        (site("x" * 97), None),
    ],
)
def test_known(found: LoadSite, *, known: bool | None) -> None:
    catalog = dict.fromkeys({"org/a", "bert-base-uncased", "openai-community/gpt2", "openai/whisper-base"}, Terms())
    assert Sources(catalog, None).look_up((found,)).is_known(found, found.models[0]) is known
    assert Sources(None, None).look_up((found,)).is_known(found, found.models[0]) is None


def test_present_name_comes_first() -> None:
    found = site("gpt2", "openai-community/gpt2")
    assert names_on_hub(found, found.models[0]) == ("openai-community/gpt2", "gpt2")


CODE = """from transformers import AutoModel
AutoModel.from_pretrained("bert-base-uncased")
AutoModel.from_pretrained("org/none")
AutoModel.from_pretrained("./local")
"""


def test_command_line(tree: Tree, tmp_path: Path) -> None:
    root, catalog = tree({"a.py": CODE}), tmp_path / "catalog.txt"
    catalog.write_text("bert-base-uncased\n")

    def run(*options: str) -> str:
        return CliRunner().invoke(cli, ["scan", str(root), *options], standalone_mode=False).stdout

    shown = run("--catalog", str(catalog))
    assert "google-bert/bert-base-uncased  as bert-base-uncased, huggingface\n" in shown
    assert "org/none  huggingface, not in catalog\n" in shown
    assert "org/none` (huggingface, not in catalog)" in run("--catalog", str(catalog), "-f", "markdown")
    lines = [json.loads(line) for line in run("--catalog", str(catalog), "-f", "jsonl").splitlines()]
    assert [line["models"][0]["known"] for line in lines] == [True, False, None]
    rows = list(csv.DictReader(run("--catalog", str(catalog), "-f", "csv").splitlines()))
    assert [row["known"] for row in rows] == ["true", "false", ""]
    assert {json.loads(line)["models"][0]["known"] for line in run("-f", "jsonl").splitlines()} == {None}
    assert "catalog" not in run()
    frame = ptmscope.scan(root, catalog=catalog).to_pandas()
    assert frame["known"].tolist()[:2] == [True, False]
    assert str(frame["known"].dtype) == "boolean"
