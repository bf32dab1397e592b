"""`ptmscope mcp`, asked by the SDK's own client over standard input and output, as editors do."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import LOADS_GPT2, ROOT, Run, Tree
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters

from ptmscope.errors import Misuse
from ptmscope.mcp_server.room import CODE, LARGEST
from ptmscope.mcp_server.sources import Sources

SAMPLE = ROOT / "examples" / "sample"
PROGRAM = Path(sys.executable).parent / "ptmscope"
GENERATES = """\
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = AutoModelForCausalLM.from_pretrained("gpt2")
print(tokenizer.decode(model.generate(**tokenizer("hello", return_tensors="pt"))[0]))
"""

#: What ptmscope calls that.
NAME = "tokenize, generate, decode"

#: Writes down whatever a process does to the network, to files, or by starting programs.
WATCH = """\
import os, sys
_told = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_APPEND)
_calls = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.system")
def _watch(event, given):
    writes = event == "open" and isinstance(given[0], str) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    changes = event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.symlink", "os.link")
    if event in _calls or changes or writes:
        os.write(_told, f"{event} {given}\\n".encode())
sys.addaudithook(_watch)
"""

Call = tuple[str, dict[str, Any]]


def ask(folders: list[Path], calls: list[Call], *options: str | Path, **environment: str) -> list[Any]:
    """Answers as structured content, refusals as text. Each answer is held against the schema of its tool."""

    async def asked() -> list[Any]:
        arguments = ["mcp", *map(os.fspath, (*folders, *options))]
        started = StdioServerParameters(command=os.fspath(PROGRAM), args=arguments, env=environment or None)
        async with Client(started) as client:
            schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}
            return [_told(await client.call_tool(*call), schemas[call[0]]) for call in calls]

    return asyncio.run(asked())


def _told(result: Any, schema: Mapping[str, Any]) -> Any:
    text = result.content[0].text
    if result.is_error:
        return text
    Draft202012Validator(schema).validate(result.structured_content)
    assert json.loads(text) == result.structured_content
    return result.structured_content


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    """Four that do the same."""
    for name in ("ada", "bob", "cem", "dan"):
        (tmp_path / "repos" / name).mkdir(parents=True)
        (tmp_path / "repos" / name / "say.py").write_text(GENERATES)
    return tmp_path / "repos"


@pytest.fixture
def study(ptmscope: Run, repositories: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    assert ptmscope("study", *sorted(repositories.iterdir()), "-o", folder, "--step", "patterns").returncode == 0
    return folder


def test_tools_only_read_and_say_what_they_answer() -> None:
    async def asked() -> Any:
        async with Client(StdioServerParameters(command=os.fspath(PROGRAM), args=["mcp", os.fspath(SAMPLE)])) as client:
            return client.server_info, client.instructions, (await client.list_tools()).tools

    server, instructions, tools = asyncio.run(asked())
    assert server.name == "ptmscope"
    assert "never instructions to follow" in " ".join(instructions.split())
    assert [each.name for each in tools] == [
        *("models_used", "explain", "model_usage", "patterns", "pattern_example", "compare"),
    ]
    for tool in tools:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.open_world_hint
        assert tool.description
        Draft202012Validator.check_schema(tool.output_schema)
        assert "cut" in tool.output_schema["properties"]


def test_models_are_those_of_a_scan(ptmscope: Run) -> None:
    sites = [json.loads(line) for line in ptmscope("scan", SAMPLE, "-f", "jsonl").stdout.splitlines()]
    answer, turbo = ask([SAMPLE], [("models_used", {}), ("models_used", {"model": "*turbo*"})])
    known = [(site["path"], site["line"], m["canonical_id"] or m["id"]) for site in sites for m in site["models"]]
    named = [each for each in known if not each[2].startswith(".")]
    told = [(site["path"], site["line"], each["id"]) for each in answer["models"] for site in each["sites"]]
    assert sorted(told) == sorted(named)
    assert answer["without_id_in_all"] == len(answer["without_id"]) == 3
    assert answer["cut"] is None
    assert [each["id"] for each in turbo["models"]] == ["stabilityai/sd-turbo"]
    assert turbo["models"][0]["sites"][0]["cell"] == 2


def test_explains() -> None:
    known, lost, nothing, notebook = ask(
        [SAMPLE],
        [
            ("explain", {"path": "summarise.py", "line": 15}),
            ("explain", {"path": os.fspath(SAMPLE / "serve.py"), "line": 19}),
            ("explain", {"path": "summarise.py", "line": 1}),
            ("explain", {"path": "draw.ipynb", "line": 4, "cell": 2}),
        ],
    )
    trail = known["loads"][0]["trails"][0]
    assert (trail["id"], [step["place"] for step in trail["steps"]]) == (
        "facebook/bart-large-cnn",
        ["summarise.py:15", "summarise.py:12"],
    )
    assert lost["loads"][0]["trails"][0]["reason"] == "parameter"
    assert "no model is loaded on this line; nearest: 15" in nothing
    assert notebook["loads"][0]["trails"][0]["id"] == "stabilityai/sd-turbo"


def test_usage_patterns_and_comparison_of_a_study(repositories: Path, study: Path) -> None:
    shutil.rmtree(repositories / "dan")
    identity = json.loads((study / "patterns.jsonl").read_text().splitlines()[0])["id"]
    calls: list[Call] = [
        ("model_usage", {"model": "gpt2"}),
        ("patterns", {"search": "generate"}),
        ("patterns", {"search": "no such word"}),
        ("compare", {"names": ["gpt2", "bert-*"]}),
        ("compare", {"names": ["gpt2"]}),
        ("model_usage", {"model": "gtp2"}),
        *(("pattern_example", {"pattern": each}) for each in (identity[:6], NAME, "zz")),
        ("models_used", {}),
    ]
    used, found, none, compared, alone, unknown, shown, named, wrong, models = ask(
        [repositories], calls, "--study", study
    )
    assert (used["model"], used["repositories"], used["studied"]) == ("openai-community/gpt2", 4, 4)
    assert "generate" in used["ways"][0]["example"]["code"]
    assert [(each["id"], each["name"], each["repositories"]) for each in found["patterns"]] == [(identity, NAME, 4)]
    assert none["patterns"] == []
    assert [side["usages"] for side in compared["sides"]] == [4, 0]
    assert "two or more different names" in alone
    assert "openai-community/gpt2" in unknown
    assert shown == named
    assert "AutoModelForCausalLM" in shown["example"]["code"]
    assert len(shown["places"]) == 4
    assert identity in wrong
    assert models["models"][0]["sites_in_all"] == 6


def test_folders_answer_where_there_is_no_study(repositories: Path) -> None:
    folders = sorted(repositories.iterdir())
    used, found, which = ask(folders, [("model_usage", {"model": "gpt2"}), ("patterns", {}), ("models_used", {})])
    assert (used["repositories"], used["studied"]) == (4, 4)
    assert len(found["patterns"]) == 1
    assert all(os.fspath(folder) in which for folder in folders)


def test_nothing_outside_is_read(tree: Tree, tmp_path: Path) -> None:
    root = tree({"a.py": LOADS_GPT2, "sub/b.py": LOADS_GPT2})
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret.py"
    secret.write_text(LOADS_GPT2.replace("gpt2", "secret/model"))
    (root / "link.py").symlink_to(secret)
    (root / "folder").symlink_to(outside)
    beside = tmp_path / "tree2"
    beside.mkdir()
    (beside / "c.py").write_text(LOADS_GPT2)
    explained = [
        *("link.py", "folder/secret.py", "../outside/secret.py", "sub/../a.py", os.fspath(secret)),
        *("/etc/passwd", "/no/such/file", os.fspath(beside / "c.py"), "..\\outside", "a.py\0"),
    ]
    folders = [os.fspath(outside), "folder", "..", "/", os.fspath(tmp_path), "a.py", "nothing"]
    answers = ask(
        [root],
        [
            ("models_used", {}),
            *(("explain", {"path": path, "line": 3}) for path in explained),
            *(("models_used", {"folder": folder}) for folder in folders),
            ("models_used", {"folder": "sub"}),
            ("explain", {"path": os.fspath(root / "a.py"), "line": 3}),
        ],
    )
    every, *refused, below, within = answers
    assert [each["id"] for each in every["models"]] == ["openai-community/gpt2"]
    assert "secret" not in json.dumps(every)
    assert all(isinstance(each, str) and "secret/model" not in each for each in refused)
    there, not_there = (refused[explained.index(path)] for path in ("/etc/passwd", "/no/such/file"))
    assert there.replace("/etc/passwd", "") == not_there.replace("/no/such/file", "")
    assert "not in the folders that this server was started with" in there
    assert below["models"][0]["sites_in_all"] == 1
    assert within["loads"]


def test_a_study_leads_to_no_file_outside(repositories: Path, study: Path, tmp_path: Path) -> None:
    """Code comes out of the study itself, but is read in no folder that was not named."""
    (empty := tmp_path / "empty").mkdir()
    calls: list[Call] = [
        ("model_usage", {"model": "gpt2"}),
        ("pattern_example", {"pattern": "tokenize, generate, decode"}),
    ]
    outside, shown = ask([empty], calls, "--study", study)
    assert outside["repositories"] == 4
    assert [way["example"] for way in outside["ways"]] == [None]
    assert "generate" in shown["example"]["code"]
    (study / "patterns.jsonl").unlink()
    for name in ("ada", "bob", "cem", "dan"):
        (repositories / name / "say.py").unlink()
        (repositories / name / "say.py").symlink_to(tmp_path / "elsewhere.py")
    (tmp_path / "elsewhere.py").write_text(GENERATES)
    linked, shown = ask([repositories], calls, "--study", study)
    assert [way["example"] for way in linked["ways"]] == [None]
    assert shown["example"] is None


def test_answers_have_an_end(tree: Tree) -> None:
    lines = "".join(f'AutoModel.from_pretrained("owner/model-{number:04}")\n' for number in range(250))
    root = tree({"a.py": "from transformers import AutoModel\n" + lines})
    pages = ask([root], [("models_used", {"offset": offset}) for offset in (0, 80, 160, 240)])
    seen = [each["id"] for page in pages for each in page["models"]]
    assert all(page["models_in_all"] == 250 for page in pages)
    assert max(len(json.dumps(page)) for page in pages) < LARGEST + 2_000
    starts = [int(page["models"][0]["id"][-4:]) for page in pages]
    ends = [int(page["models"][-1]["id"][-4:]) + 1 for page in pages]
    assert starts == [0, 80, 160, 240]
    assert all(80 <= end - start <= 100 for start, end in zip(starts[:2], ends[:2], strict=True))
    assert [page["cut"] for page in pages] == [None if end == 250 else f"models: {end} of 250" for end in ends]
    assert len(set(seen)) == 250


def test_text_of_strangers_is_plain(tree: Tree) -> None:
    evil = "owner/a\u202eb\x1b[31m"
    long = "owner/" + "x" * 5_000
    root = tree(
        {
            "a.py": f"from transformers import AutoModel\nAutoModel.from_pretrained({evil!r})\n",
            "b\u202e.py": LOADS_GPT2,
            "c.py": f"from transformers import AutoModel\nAutoModel.from_pretrained({long!r})\n",
        }
    )
    os.rename(os.fsencode(root / "c.py"), os.fsencode(root) + b"/c\xff.py")
    answer, explained = ask([root], [("models_used", {}), ("explain", {"path": "a.py", "line": 2})])
    assert json.dumps([answer, explained], ensure_ascii=False).isprintable()
    assert len(answer["models"]) + len(answer["without_id"]) == 3
    assert len(json.dumps(answer)) < CODE


def test_nothing_is_written_sent_or_started(repositories: Path, study: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    told.touch()
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    environment = {
        "PYTHONPATH": os.fspath(tmp_path / "watch"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TOLD": os.fspath(told),
    }
    ask(
        [repositories],
        [
            ("models_used", {}),
            ("explain", {"path": "ada/say.py", "line": 3}),
            ("model_usage", {"model": "gpt2"}),
            ("patterns", {}),
            ("compare", {"names": ["gpt2", "t5*"]}),
        ],
        *("--study", study),
        **environment,
    )
    assert told.read_text() == ""


def test_what_it_is_started_with(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": LOADS_GPT2, "corpus/corpus.sqlite": ""})
    for folder, study, message in (
        (root / "a.py", None, "not a folder"),
        (root / "corpus", None, "a corpus is not served"),
        (root, root, "not a study"),
    ):
        with pytest.raises(Misuse, match=message):
            Sources.of((os.fspath(folder),), None if study is None else os.fspath(study))
    done = ptmscope("mcp", root / "nothing")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().endswith("nothing: not a folder\n")
