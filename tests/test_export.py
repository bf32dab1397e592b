"""export: every format of both commands against its golden file (`pytest --update-golden` writes them anew)."""

from __future__ import annotations

import csv
import io
import json
import typing
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pandas
import pytest
from conftest import ROOT, Tree

import ptmscope
from analyzer import records
from analyzer.records import Anchor, ApiCall, CallSequence, Diagnostic, LoadSite, ModelRef, Origin
from miner.copies import Copy
from miner.records import HubModel
from ptmscope import cli
from ptmscope.export import formats, wire
from ptmscope.export.frame import site_frame, usage_frame
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import overview, short, steps
from ptmscope.findings import Counts, Scan
from ptmscope.lookup import Lookup

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = ROOT / "ptmscope" / "schemas"

TOKENIZER = "transformers.AutoTokenizer"
MODEL = "transformers.AutoModelForCausalLM"


def site(path: str, line: int, api: str, *models: ModelRef, **more: Any) -> LoadSite:
    settings: dict[str, Any] = {"loads": "model", "status": "resolved", "reason": None, "cell": None, **more}
    library = api.partition(".")[0]
    return LoadSite(path, line, 8, line + 1, api=api, library=library, models=models, **settings)


def model(name: str, origin: Origin, canonical: str | None = None, **more: Any) -> ModelRef:
    settings: dict[str, Any] = {"hub": "huggingface", "resolution": "literal", "certainty": "certain", **more}
    return ModelRef(name, canonical, origin=origin, **settings)


GPT2 = model(
    "gpt2", Origin("app/cli.py", 30), "openai-community/gpt2", resolution="argparse_default", certainty="possible"
)
OUT = model("./out", Origin("app/local.py", 3))
PARTIAL = model("org/a-*", Origin("app/many.py", 2), resolution="formatted")
E_MODEL = model("é/modèle", Origin("nb.ipynb", 1, 1))
UNKNOWN = model("org/none", Origin("app/many.py", 8))
SITES = (
    site("app/llm.py", 10, f"{TOKENIZER}.from_pretrained", GPT2, loads="tokenizer"),
    site(
        "app/llm.py", 12, f"{MODEL}.from_pretrained", GPT2,
        arguments=(("revision", None), ("trust_remote_code", True), ("torch_dtype", "torch.float16")),
    ),
    site("app/local.py", 3, f"{MODEL}.from_pretrained", OUT, status="local", reason="local_path"),
    site("app/many.py", 7, f"{MODEL}.from_pretrained", PARTIAL, status="partial"),
    site("app/many.py", 8, f"{MODEL}.from_pretrained", UNKNOWN),
    site("app/odd.py", 1, "spacy.load", model("=1+1|`<b>\x1b[31m\nx\ud800", Origin("app/odd.py", 1), hub="spacy")),
    site("app/run.py", 5, f"{MODEL}.from_pretrained", status="runtime", reason="runtime_input"),
    site("app/un.py", 6, "torch.hub.load", status="unresolved", reason="parameter"),
    site("nb.ipynb", 2, "sentence_transformers.SentenceTransformer", E_MODEL, cell=3),
)  # fmt: skip
USAGES = (
    CallSequence(
        "app/llm.py",
        None,
        "gpt2",
        (Anchor(10, None, f"{TOKENIZER}.from_pretrained"), Anchor(12, None, f"{MODEL}.from_pretrained")),
        (
            ApiCall(f"{TOKENIZER}.from_pretrained", 10, None, "load", "load", ()),
            ApiCall(f"{MODEL}.from_pretrained", 12, None, "load", "load", ()),
            ApiCall(f"{MODEL}.eval", 13, None, "receiver", "configure", (1,)),
            ApiCall(f"{TOKENIZER}.__call__", 20, None, "receiver", "prepare", (0,)),
            ApiCall(f"{MODEL}.generate", 21, None, "receiver", "infer", (2, 3)),
            ApiCall(f"{MODEL}.generate.cpu", 21, None, "derived", "postprocess", (4,)),
            ApiCall(f"{TOKENIZER}.decode", 22, None, "receiver", "postprocess", (0, 5)),
            ApiCall("print", 22, None, "argument", None, (6,)),
        ),
    ),
    CallSequence(
        "nb.ipynb",
        3,
        "é/modèle",
        (Anchor(2, 3, "sentence_transformers.SentenceTransformer"),),
        (
            ApiCall("sentence_transformers.SentenceTransformer", 2, 3, "load", "load", ()),
            ApiCall("sentence_transformers.SentenceTransformer.encode", 1, 4, "receiver", "infer", (0,)),
        ),
    ),
)
SCAN = Scan(
    SITES,
    USAGES,
    (
        Diagnostic("app/bad.py", "syntax_error", "2 place(s) did not parse", 4),
        Diagnostic("x\\xff.py", "unreadable", "no"),
    ),
    Counts(files=1234, duplicates=2, skipped=(("other_type", 1), ("gitignore", 1200), ("vendored", 2))),
    copies=(
        Copy("lib/a/transformers", "transformers", 1100, "left_out"),
        Copy("lib/b/transformers", "transformers", 40, "left_out"),
        Copy("lib/clip", "clip", 4, "counted"),
        Copy("src/timm", "timm", 1, "own"),
    ),
    lookup=Lookup(known=frozenset({"openai-community/gpt2"})),
)
EMPTY = Scan((), (), (), Counts(files=0, duplicates=0, skipped=()))
TEXT_FORMATS = [
    (command, each)
    for command, every in (("scan", formats.SCAN), ("sequences", formats.SEQUENCES))
    for each in every
    if not each.is_binary
]


def written(form: formats.Format, scan: Scan, **options: Any) -> bytes:
    stream = io.BytesIO()
    form.write(scan, Output(stream, **options))
    return stream.getvalue()


def named(every: tuple[formats.Format, ...], name: str) -> formats.Format:
    return next(each for each in every if each.name == name)


@pytest.mark.parametrize(("command", "form"), TEXT_FORMATS, ids=lambda value: getattr(value, "name", value))
def test_golden(command: str, form: formats.Format, pytestconfig: pytest.Config) -> None:
    golden = GOLDEN / f"{command}{form.suffix or '.txt'}"
    text = written(form, SCAN)
    if pytestconfig.getoption("--update-golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(text)
    assert text == golden.read_bytes()


@pytest.mark.parametrize(("command", "form"), TEXT_FORMATS, ids=lambda value: getattr(value, "name", value))
def test_nothing_found(command: str, form: formats.Format) -> None:
    text = written(form, EMPTY).decode()
    assert command
    assert text == "" if form.name == "jsonl" else text.endswith("\n")


def test_formats_of_the_command_line() -> None:
    assert tuple(each.name for each in formats.SCAN) == cli.SCAN_FORMATS
    assert tuple(each.name for each in formats.SEQUENCES) == cli.FORMATS


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    return found


ASKED = replace(
    SCAN,
    lookup=Lookup(hub={"openai-community/gpt2": HubModel(exists=True, id="new/gpt2", license="mit", gated="auto")}),
)


@pytest.mark.parametrize(
    "scan", [SCAN, ASKED, ptmscope.scan(ROOT / "examples" / "sample")], ids=["records", "asked", "sample"]
)
def test_lines_follow_the_schemas(scan: Scan) -> None:
    for name, every in (("site", formats.SCAN), ("sequence", formats.SEQUENCES)):
        validator = jsonschema.Draft202012Validator(schema(name))
        lines = written(named(every, "jsonl"), scan).decode().splitlines()
        assert lines
        for line in lines:
            validator.validate(json.loads(line))


def test_schemas_name_all_words() -> None:
    one, sequence = schema("site"), schema("sequence")
    reference, call = one["$defs"]["model"]["properties"], sequence["$defs"]["call"]["properties"]
    assert reference["resolution"]["enum"] == list(records.RESOLUTIONS)
    assert reference["certainty"]["enum"] == list(typing.get_args(records.Certainty))
    assert one["properties"]["reason"]["enum"] == [None, *records.REASONS]
    assert one["properties"]["status"]["enum"] == list(typing.get_args(records.Status))
    assert call["role"]["enum"] == [None, *typing.get_args(records.Role)]
    assert call["link"]["enum"] == list(typing.get_args(records.Link))


def test_wire_has_the_keys_of_the_contract_in_their_order() -> None:
    line = wire.site(SITES[0])
    assert list(line) == (
        [
            "path",
            "line",
            "column",
            "end_line",
            "cell",
            "api",
            "library",
            "loads",
            "status",
            "reason",
            "models",
            "arguments",
        ]
    )
    assert list(line["models"][0]) == ["id", "canonical_id", "hub", "known", "resolution", "certainty", "origin"]
    assert line["models"][0]["origin"] == {"path": "app/cli.py", "line": 30}
    usage = wire.sequence(USAGES[0])
    assert list(usage) == ["path", "cell", "model_id", "anchors", "calls"]
    assert usage["anchors"][0] == {"line": 10, "api": f"{TOKENIZER}.from_pretrained"}
    assert list(usage["calls"][0]) == ["api", "line", "link", "role", "inputs"]


def test_hub_answers_are_on_the_wire_if_it_was_asked() -> None:
    (asked,) = wire.site(SITES[0], ASKED.lookup)["models"]
    assert asked["known"] is None
    assert asked["on_hub"] == {
        "exists": True,
        "id": "new/gpt2",
        "sha": None,
        "license": "mit",
        "gated": "auto",
        "private": None,
        "downloads": None,
        "last_modified": None,
    }
    assert wire.site(SITES[2], ASKED.lookup)["models"][0]["on_hub"] is None
    text = written(named(formats.SCAN, "table"), ASKED).decode()
    assert "openai-community/gpt2  as gpt2, huggingface, now new/gpt2, mit, gated" in text


def test_wire_gives_cells_in_notebooks() -> None:
    assert wire.site(SITES[-1])["models"][0]["origin"] == {"path": "nb.ipynb", "line": 1, "cell": 1}
    assert [call["cell"] for call in wire.sequence(USAGES[1])["calls"]] == [3, 4]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\n=1"])
def test_csv_cells_are_no_formulas(text: str) -> None:
    scan = replace(SCAN, sites=(site(text, 1, "a.b", model(text, Origin(text, 1))),), usages=())
    (row,) = csv.DictReader(io.StringIO(written(named(formats.SCAN, "csv"), scan).decode(), newline=""))
    assert row["path"] == row["model_id"] == row["origin_path"] == "'" + text


def test_csv_rows_hold_together() -> None:
    name = 'a\rb\nc,"d'
    scan = replace(SCAN, sites=(site("a.py", 1, "a.b", model(name, Origin("a.py", 1))),))
    (row,) = csv.DictReader(io.StringIO(written(named(formats.SCAN, "csv"), scan).decode(), newline=""))
    assert row["model_id"] == 'a\\rb\nc,"d'


@pytest.mark.parametrize("every", [formats.SCAN, formats.SEQUENCES])
@pytest.mark.parametrize("scan", [SCAN, EMPTY])
def test_parquet_is_the_data_frame(every: tuple[formats.Format, ...], scan: Scan) -> None:
    pytest.importorskip("pyarrow")
    read = pandas.read_parquet(io.BytesIO(written(named(every, "parquet"), scan)), dtype_backend="numpy_nullable")
    expected = site_frame(scan.sites, scan.lookup) if every is formats.SCAN else usage_frame(scan.usages)
    pandas.testing.assert_frame_equal(read, expected, check_dtype=False)


@pytest.mark.parametrize("width", [40, 80])
def test_terminal_lines_fit(width: int) -> None:
    lines = written(named(formats.SCAN, "table"), SCAN, width=width).decode().splitlines()
    assert max(map(len, lines)) <= width


def test_terminal_colours_and_nothing_else_from_the_code() -> None:
    text = written(named(formats.SCAN, "table"), SCAN, width=80, colour=True).decode()
    assert "\x1b[1;36mopenai-community/gpt2" in text
    assert "\x1b[31m" not in text


def test_poor_encoding() -> None:
    text = written(named(formats.SCAN, "table"), SCAN, encoding="ascii")
    assert b"\\xe9/mod\\xe8le" in text


@pytest.mark.parametrize(
    ("text", "shown"), [("a b é", "a b é"), ("a\nb", "a\\nb"), ("\x1b[0m", "\\x1b[0m"), ("\u202e", "\\u202e")]
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ("transformers.AutoModel.from_pretrained", "AutoModel.from_pretrained"),
        ("transformers.pipeline", "transformers.pipeline"),
        ("torch.hub.load", "hub.load"),
        ("torchvision.models.resnet50", "models.resnet50"),
        ("transformers.AutoProcessor.tokenizer.decode", "AutoProcessor.tokenizer.decode"),
        ("load", "load"),
    ],
)
def test_short(api: str, name: str) -> None:
    assert short(api) == name


def test_steps() -> None:
    assert steps(USAGES[0]) == "tokenize → generate → decode"
    long = replace(USAGES[1], calls=USAGES[1].calls + USAGES[0].calls * 4)
    assert steps(long) == "encode → tokenize → generate → decode → tokenize → generate → …"
    assert steps(replace(USAGES[1], calls=USAGES[1].calls[:1])) == ""


def test_a_line_stands_once_however_many_files_of_a_model_its_call_takes(tree: Tree) -> None:
    files = [f"https://huggingface.co/org/name/resolve/main/{part}.pt" for part in ("a", "b")]
    root = tree({"fetch.py": f"import torch\nfor url in {files}:\n    torch.hub.download_url_to_file(url, 'x')\n"})
    found = ptmscope.scan(root, jobs=1)
    assert [len(site.models) for site in found.sites] == [2]
    assert [len(entry.sites) for entry in overview(found).models] == [1]
