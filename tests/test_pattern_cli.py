"""`ptmscope patterns` from repositories on disk to every format."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from ptmscope.cli import cli
from ptmscope.export.patterns.formats import FORMATS
from ptmscope.pattern_cli import FORMATS as NAMES

GOLDEN = Path(__file__).with_name("golden")
EMBED = """
from sentence_transformers import SentenceTransformer  # {n}
model = SentenceTransformer("all-MiniLM-L6-v2")
vectors = model.encode(["text {n}"])
"""
GENERATE = """
from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = AutoModelForCausalLM.from_pretrained("gpt2")
def answer(prompt):
    ids = tokenizer(prompt, return_tensors="pt")
    return tokenizer.decode(model.generate(**ids)[0])
"""
ALONE = 'import whisper\nwhisper.load_model("base").transcribe("a.mp3")\n'


@pytest.fixture
def repos(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("ada", "bob", "eve")]
    for number, folder in enumerate(found):
        folder.mkdir()
        (folder / "embed.py").write_text(EMBED.format(n=number))
        (folder / "generate.py").write_text(GENERATE)
    (found[0] / "LICENSE").write_text(
        "MIT License\n\nPermission is hereby granted, free of charge, … without\n restriction"
    )
    (found[2] / "speech.py").write_text(ALONE)
    return found


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, ["patterns", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("name", [name for name in NAMES if name != "parquet"])
def test_golden(name: str, repos: list[Path], pytestconfig: pytest.Config) -> None:
    text = run(*repos, "--format", name, "-q").output.encode()
    golden = GOLDEN / f"patterns.{ {'markdown': 'md', 'table': 'txt'}.get(name, name) }"
    if pytestconfig.getoption("--update-golden"):
        golden.write_bytes(text)
    assert text == golden.read_bytes()


def test_lines_follow_the_schema(repos: list[Path]) -> None:
    schema = json.loads((resources.files("ptmscope") / "schemas" / "pattern.schema.json").read_text())
    lines = [json.loads(line) for line in run(*repos, "-f", "jsonl").output.splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
    assert [line["id"] is None for line in lines] == [False, False, True]
    assert sum(len(line["members"]) for line in lines) == 7


def test_parquet_by_the_ending(repos: list[Path], tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    run(*repos, "-o", tmp_path / "p.parquet")
    frame = pandas.read_parquet(tmp_path / "p.parquet")
    assert frame["repositories"].tolist() == [3, 3]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "parquet"])
def test_nothing_found(name: str, tmp_path: Path) -> None:
    text = run(tmp_path, "--format", name).output
    assert text == "" if name == "jsonl" else text.endswith("\n")


def test_one_usage_is_singular(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(ALONE)
    (line,) = run(tmp_path / "a.py", "--format", "jsonl").output.splitlines()
    assert [member["path"] for member in json.loads(line)["members"]] == ["a.py"]


def test_only_what_is_asked_for(repos: list[Path]) -> None:
    (line,) = run(*repos, "--format", "jsonl", "--model", "openai-community/gpt2").output.splitlines()
    assert json.loads(line)["models"] == ["openai-community/gpt2"]


def test_no_path_is_misuse() -> None:
    assert CliRunner().invoke(cli, ["patterns"]).exit_code == 2


def test_every_format_has_a_writer() -> None:
    assert tuple(FORMATS) == NAMES
