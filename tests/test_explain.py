"""The way of an id to its load, step by step: exact steps on small repositories, one property over all fixtures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import expectations
import pytest
from conftest import LOADS_GPT2, ROOT, Run, Tree
from expectations import Case

from analyzer.explain import explain
from analyzer.explanations.trails import SENTENCES, Explained, Explanation, Trail
from analyzer.linking.survey import glance
from analyzer.project import Project
from analyzer.records import REASONS, LoadSite
from miner.walk import SUFFIXES
from ptmscope.pipeline import project_of
from ptmscope.settings import Settings

CASES = tuple(expectations.cases(ROOT / "fixtures"))

NOT_KNOWN = SENTENCES["call_not_followed"]
LOAD = "from transformers import AutoModel\n"


def project(files: Mapping[str, bytes]) -> Project:
    return Project((glance(source, path) for path, source in sorted(files.items())), files.get)


def explained(files: Mapping[str, str], path: str, line: int, cell: int | None = None) -> Explained:
    sources = {name: text.encode() for name, text in files.items()}
    return explain(sources[path], path, project(sources), line, cell)


def told(trail: Trail) -> list[str]:
    """Each step as `path:line words`; parts of a composed string behind a `+`."""
    return [
        f"{'+' if s.is_part else ''}{s.path}:{'' if s.cell is None else f'{s.cell}:'}{s.line} {s.words}"
        for s in trail.steps
    ]


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})


#: name -> (files, line of the load in the first of them, id or reason, steps)
WAYS: dict[str, tuple[dict[str, str], int, str, list[str]]] = {
    "literal": ({"a.py": LOAD + 'AutoModel.from_pretrained("gpt2")\n'}, 2, "gpt2", ["a.py:2 argument"]),
    "literal on its own line": (
        {"a.py": LOAD + 'AutoModel.from_pretrained(\n    "gpt2",\n)\n'},
        4,
        "gpt2",
        ["a.py:3 argument"],
    ),
    "local variable": (
        {"a.py": LOAD + 'def f():\n    name = "gpt2"\n    return AutoModel.from_pretrained(name)\n'},
        4,
        "gpt2",
        ["a.py:4 argument", "a.py:3 `name` set here"],
    ),
    "module constant": (
        {"a.py": LOAD + 'NAME = "gpt2"\ndef f():\n    return AutoModel.from_pretrained(NAME)\n'},
        4,
        "gpt2",
        ["a.py:4 argument", "a.py:2 `NAME` set at module level"],
    ),
    "function default": (
        {"a.py": LOAD + 'def f(name="gpt2"):\n    return AutoModel.from_pretrained(name)\n'},
        3,
        "gpt2",
        ["a.py:3 argument", "a.py:2 default of parameter `name` of `f`"],
    ),
    "argument through two files": (
        {
            "a.py": LOAD + "def load(name):\n    return AutoModel.from_pretrained(name)\n",
            "b.py": "from a import load\ndef get(\n    what,\n):\n    return load(what)\n",
            "c.py": 'import b\nb.get(what="gpt2")\n',
        },
        3,
        "gpt2",
        [
            "a.py:3 argument",
            "a.py:2 parameter `name` of `load`",
            "b.py:5 given by this call of `load`",
            "b.py:3 parameter `what` of `get`",
            "c.py:2 given by this call of `b.get`",
        ],
    ),
    "imported constant": (
        {"a.py": LOAD + "from b import NAME\nAutoModel.from_pretrained(NAME)\n", "b.py": 'NAME = "gpt2"\n'},
        3,
        "gpt2",
        ["a.py:3 argument", "a.py:2 imported", "b.py:1 `NAME` set at module level"],
    ),
    "class attribute of another file": (
        {
            "a.py": LOAD + "import b\nAutoModel.from_pretrained(b.Config().model)\n",
            "b.py": 'class Config:\n    model = "gpt2"\n',
        },
        3,
        "gpt2",
        ["a.py:3 argument", "a.py:2 imported", "b.py:2 attribute `model` of `Config`"],
    ),
    "attribute set in the constructor": (
        {
            "a.py": LOAD + "class A:\n    def __init__(self, name):\n        self.name = name\n"
            '    def load(self):\n        return AutoModel.from_pretrained(self.name)\nA("gpt2")\n'
        },
        6,
        "gpt2",
        [
            "a.py:6 argument",
            "a.py:4 attribute `self.name` set in `__init__`",
            "a.py:3 parameter `name` of `__init__`",
            "a.py:7 given by this call of `A`",
        ],
    ),
    "dataclass field": (
        {
            "a.py": LOAD + "from dataclasses import dataclass\n@dataclass\nclass C:\n"
            '    name: str = "gpt2"\nAutoModel.from_pretrained(C().name)\n'
        },
        6,
        "gpt2",
        ["a.py:6 argument", "a.py:5 default of field `name` of `C`"],
    ),
    "dict item": (
        {"a.py": LOAD + 'MODELS = {\n    "small": "gpt2",\n}\nAutoModel.from_pretrained(MODELS["small"])\n'},
        5,
        "gpt2",
        ["a.py:5 argument", "a.py:3 item `small` of `MODELS`"],
    ),
    "nested dict of another file": (
        {
            "a.py": LOAD + 'from b import ALL\nAutoModel.from_pretrained(ALL["x"]["id"])\n',
            "b.py": 'ALL = {\n  "x": {"id": "gpt2"},\n}\n',
        },
        3,
        "gpt2",
        ["a.py:3 argument", "a.py:2 imported", "b.py:2 item `x.id` of `ALL`"],
    ),
    "loop": (
        {"a.py": LOAD + 'NAMES = ["gpt2"]\nfor name in NAMES:\n    AutoModel.from_pretrained(name)\n'},
        4,
        "gpt2",
        ["a.py:4 argument", "a.py:3 `name` is each item of `NAMES`", "a.py:2 item of `NAMES`"],
    ),
    "f-string": (
        {
            "a.py": LOAD + 'ORG = "facebook"\nSIZE = "base"\n'
            'def f():\n    name = f"{ORG}/bart-{SIZE}"\n    AutoModel.from_pretrained(name)\n'
        },
        6,
        "facebook/bart-base",
        [
            "a.py:6 argument",
            "a.py:5 `name` set here",
            '+a.py:3 part "base"',
            "a.py:2 `ORG` set at module level",
        ],
    ),
    "returned": (
        {"a.py": LOAD + 'def name():\n    return "gpt2"\nAutoModel.from_pretrained(name())\n'},
        4,
        "gpt2",
        ["a.py:4 argument", "a.py:3 returned by `name`"],
    ),
    "argparse default": (
        {
            "a.py": LOAD + "import argparse\np = argparse.ArgumentParser()\n"
            'p.add_argument("-m", "--model", default="gpt2")\n'
            "args = p.parse_args()\nAutoModel.from_pretrained(args.model)\n"
        },
        6,
        "gpt2",
        ["a.py:6 argument", "a.py:4 default of --model"],
    ),
    "argparse choice": (
        {
            "a.py": LOAD + "import argparse\np = argparse.ArgumentParser()\n"
            'p.add_argument("--model", choices=[\n  "gpt2"])\n'
            "args = p.parse_args()\nAutoModel.from_pretrained(args.model)\n"
        },
        7,
        "gpt2",
        ["a.py:7 argument", "a.py:5 choice of --model"],
    ),
    "environment default": (
        {"a.py": LOAD + 'import os\nNAME = os.getenv("M", "gpt2")\nAutoModel.from_pretrained(NAME)\n'},
        4,
        "gpt2",
        ["a.py:4 argument", "a.py:3 `NAME` set at module level", "a.py:3 default of `os.getenv`"],
    ),
    "keyword arguments passed on": (
        {
            "a.py": LOAD + "def load(**options):\n    return AutoModel.from_pretrained(**options)\n"
            'load(pretrained_model_name_or_path="gpt2")\n'
        },
        3,
        "gpt2",
        [
            "a.py:3 argument",
            "a.py:2 parameter `options` of `load`",
            "a.py:4 given by this call of `load`",
        ],
    ),
    "loader default": (
        {"a.py": 'from transformers import pipeline\npipeline("sentiment-analysis")\n'},
        2,
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        ["a.py:2 the loader's default"],
    ),
    "notebook": (
        {"a.ipynb": notebook(LOAD, 'NAME = "gpt2"', "\nAutoModel.from_pretrained(NAME)")},
        2,
        "gpt2",
        ["a.ipynb:2:2 argument", "a.ipynb:1:1 `NAME` set at module level"],
    ),
    "notebook command": (
        {"a.ipynb": notebook("!hf download gpt2")},
        1,
        "gpt2",
        ["a.ipynb:0:1 in this command"],
    ),
    "no caller": (
        {"a.py": LOAD + "def f(name):\n    return AutoModel.from_pretrained(name)\n"},
        3,
        "parameter",
        ["a.py:3 argument", "a.py:2 parameter `name` of `f`", "=> no call was found that fills this parameter"],
    ),
    "run time": (
        {"a.py": LOAD + "import argparse\np = argparse.ArgumentParser()\n"
         'p.add_argument("--model")\nargs = p.parse_args()\nAutoModel.from_pretrained(args.model)\n'},
        6,
        "runtime_input",
        ["a.py:6 argument", "a.py:4 an option without a default", "=> " + SENTENCES["runtime_input"]],
    ),
    "import not followed": (
        {"a.py": LOAD + "from elsewhere import NAME\nAutoModel.from_pretrained(NAME)\n"},
        3,
        "import_not_followed",
        ["a.py:3 argument", "a.py:2 imported", f"=> {SENTENCES['import_not_followed']}: `elsewhere.NAME`"],
    ),
    "file that is not read": (
        {"a.py": LOAD + 'import json\ncfg = json.load(open("c.json"))\nAutoModel.from_pretrained(cfg["model"])\n'},
        4,
        "call_not_followed",
        ["a.py:4 argument", "a.py:3 `cfg` set at module level", "=> " + NOT_KNOWN + ": `json.load().model`"],
    ),
    "part not known": (
        {"a.py": LOAD + 'def f(size):\n    return AutoModel.from_pretrained("x-" + size)\n'},
        3,
        "computed_string",
        ["a.py:3 argument", "+a.py:3 part not known", '=> "x-*" is no model id'],
    ),
    "arguments that cannot be seen": (
        {"a.py": LOAD + "def f(*args):\n    return AutoModel.from_pretrained(*args)\n"},
        3,
        "no_argument",
        ["a.py:3 the load", "=> " + SENTENCES["no_argument"]],
    ),
    "None": (
        {"a.py": LOAD + "def f(name=None):\n    return AutoModel.from_pretrained(name)\n"},
        3,
        "no_argument",
        [
            "a.py:3 argument",
            "a.py:2 default of parameter `name` of `f`",
            "=> None is passed, and nothing else was found",
        ],
    ),
    "ruled out by a condition": (
        {
            "a.py": LOAD + 'NAME = "gpt2"\ndef f(name=NAME):\n    if name != "gpt2":\n'
            "        AutoModel.from_pretrained(name)\n"
        },
        5,
        "parameter",
        ["a.py:5 argument", "=> the conditions around this line rule out all that was found: gpt2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_way(name: str) -> None:
    files, line, wanted, steps = WAYS[name]
    (found,) = explained(files, next(iter(files)), line).explanations
    trails = [t for t in found.trails if wanted in ((t.model and t.model.id), t.reason)]
    trail = trails[0]
    assert told(trail) + ([f"=> {trail.end}"] if trail.end else []) == steps


def test_each_id_has_its_way() -> None:
    files = {
        "a.py": LOAD + "def load(name):\n    return AutoModel.from_pretrained(name)\n",
        "b.py": 'from a import load\nload("gpt2")\nload("t5-small")\n',
        "c.py": "import sys\nfrom a import load\nload(sys.argv[1])\n",
    }
    (found,) = explained(files, "a.py", 3).explanations
    ends = {trail.model.id if trail.model else trail.reason: told(trail)[-1] for trail in found.trails}
    given = "given by this call of `load`"
    assert ends == {"gpt2": f"b.py:2 {given}", "t5-small": f"b.py:3 {given}", "runtime_input": f"c.py:3 {given}"}


def test_source_lines() -> None:
    (found,) = explained(WAYS["dict item"][0], "a.py", 5).explanations
    assert [step.code for step in found.trails[0].steps] == [
        'AutoModel.from_pretrained(MODELS["small"])',
        '"small": "gpt2",',
    ]


def test_cell_tells_equal_lines_apart() -> None:
    book = notebook(LOAD + 'AutoModel.from_pretrained("gpt2")', '\nAutoModel.from_pretrained("t5-small")')
    both = explained({"a.ipynb": book}, "a.ipynb", 2)
    (second,) = explained({"a.ipynb": book}, "a.ipynb", 2, 1).explanations
    assert len(both.explanations) == 2
    assert second.site.models[0].id == "t5-small"


def test_every_reason_has_a_sentence() -> None:
    assert tuple(SENTENCES) == REASONS


def explanations(case: Case) -> Iterator[Explanation]:
    base = case.path if case.path.is_dir() else case.path.parent
    files = sorted(f for f in (case.files() if case.path.is_dir() else [case.path]) if f.suffix in SUFFIXES)
    paths = [file.relative_to(base).as_posix() for file in files]
    if not files:
        return
    alone = case.path.is_file()
    whole = project({paths[0]: files[0].read_bytes()}) if alone else project_of(str(base), paths[0], Settings(jobs=1))
    for path, file in zip(paths, files, strict=True):
        yield from explain(file.read_bytes(), path, whole).explanations


@pytest.mark.parametrize("topic", sorted({case.topic for case in CASES}))
def test_ways_lead_from_the_load_to_the_origin(topic: str) -> None:
    for case in CASES:
        for found in explanations(case) if case.topic == topic else ():
            assert [trail.model for trail in found.trails if trail.model] == list(found.site.models), case.name
            assert found.trails, case.name
            for trail in found.trails:
                check(found.site, trail, case.name)


def check(site: LoadSite, trail: Trail, name: str) -> None:
    first, last = trail.steps[0], [step for step in trail.steps if not step.is_part][-1]
    assert (first.path, first.cell) == (site.path, site.cell), name
    assert site.line <= first.line <= site.end_line, name
    assert all(step.words and step.code for step in trail.steps), name
    assert (trail.end is None) == (trail.model is not None), name
    if trail.model:
        origin = trail.model.origin
        assert (last.path, last.line, last.cell) == (origin.path, origin.line, origin.cell), name


# -- the command line

TREE = {
    "app/cli.py": 'import argparse\n\n\ndef options():\n    p = argparse.ArgumentParser()\n'
    '    p.add_argument("--model", default="gpt2")\n    return p.parse_args()\n',
    "app/llm.py": "from transformers import AutoModel\n\n\ndef load(name):\n    return AutoModel.from_pretrained(\n"
    '        name, revision="main"\n    )\n',
    "app/main.py": "from app.cli import options\nfrom app.llm import load\n\nargs = options()\nload(args.model)\n",
    "setup.py": "",
    "readme.txt": "",
}  # fmt: skip
TEXT = """\
app/llm.py:5  transformers.AutoModel.from_pretrained  resolved
  with revision=main

  gpt2  (openai-community/gpt2, argparse default, possible)
    app/llm.py:6   name, revision="main"                      argument
    app/llm.py:4   def load(name):                            parameter `name` of `load`
    app/main.py:5  load(args.model)                           given by this call of `load`
    app/main.py:4  args = options()                           `args` set at module level
    app/main.py:1  from app.cli import options                imported
    app/cli.py:7   return p.parse_args()                      returned by `options`
    app/cli.py:6   p.add_argument("--model", default="gpt2")  default of --model
"""


@pytest.mark.parametrize("line", [5, 6, 7])
def test_text(ptmscope: Run, tree: Tree, line: int) -> None:
    root = tree(TREE)
    for place, folder in (
        (f"app/llm.py:{line}", root),
        (f"llm.py:{line}", root / "app"),
        (f"{root}/app/llm.py:5", None),
    ):
        done = ptmscope("explain", place, cwd=folder)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode() == TEXT


def test_json(ptmscope: Run, tree: Tree) -> None:
    done = ptmscope("explain", "app/llm.py:5", "--format", "json", cwd=tree(TREE))
    (site,) = json.loads(done.stdout)["sites"]
    (trail,) = site["trails"]
    assert (site["path"], site["line"], site["status"]) == ("app/llm.py", 5, "resolved")
    assert (trail["id"], trail["reason"], trail["end"]) == ("gpt2", None, None)
    assert trail["steps"][-1] == {
        "path": "app/cli.py",
        "line": 6,
        "words": "default of --model",
        "code": 'p.add_argument("--model", default="gpt2")',
    }


def test_config_file(ptmscope: Run, tree: Tree) -> None:
    program = (
        "import yaml\n" + LOAD + 'cfg = yaml.safe_load(open("c.yaml"))\nAutoModel.from_pretrained(cfg["m"]["id"])\n'
    )
    root = tree({"a.py": program, "c.yaml": "m:\n  id: gpt2\n"})
    lines = ptmscope("explain", root / "a.py:4").stdout.decode().splitlines()
    assert lines[2:] == [
        "  gpt2  (openai-community/gpt2, config, certain)",
        '    a.py:4    AutoModel.from_pretrained(cfg["m"]["id"])  argument',
        '    a.py:3    cfg = yaml.safe_load(open("c.yaml"))       `cfg` set at module level',
        "    c.yaml:2  id: gpt2                                   `m.id` in this file",
    ]


def test_root(ptmscope: Run, tree: Tree) -> None:
    done = ptmscope("explain", "app/llm.py:5", "--root", "app", cwd=tree(TREE))
    assert done.returncode == 0
    assert done.stdout.decode().startswith("llm.py:5  transformers.AutoModel.from_pretrained  unresolved: parameter\n")
    assert "→ no call was found that fills this parameter" in done.stdout.decode()


def test_file_that_a_scan_leaves_out(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": LOADS_GPT2, ".gitignore": "a.py\n", ".git/HEAD": ""})
    assert ptmscope("explain", root / "a.py:3").returncode == 0


def test_notebook_places(ptmscope: Run, tree: Tree) -> None:
    root = tree({"n.ipynb": notebook(LOAD, 'AutoModel.from_pretrained("gpt2")')})
    outputs = {ptmscope("explain", root / place).stdout for place in ("n.ipynb:1:1", "n.ipynb[1]:1")}
    assert len(outputs) == 1
    assert b"n.ipynb[1]:1" in outputs.pop()


def test_nothing_on_the_line(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": LOADS_GPT2, "b.py": "x = 1\n"})
    done = ptmscope("explain", "a.py:1", cwd=root)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == "a.py:1: no model is loaded on this line; nearest: 3 AutoModel.from_pretrained\n"
    done = ptmscope("explain", "b.py:1", cwd=root)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == "b.py:1: no model is loaded on this line, nor elsewhere in the file\n"


def test_command_of_a_service(ptmscope: Run, tree: Tree) -> None:
    service = "services:\n  llm:\n    image: vllm/vllm-openai\n    command: --model $LLM\n"
    files = {"compose.yaml": service, "set_env.sh": "#!/bin/sh\nexport LLM=org/model\n"}
    done = ptmscope("explain", "compose.yaml:4", "--root", ".", cwd=tree(files))
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.decode().splitlines()] == [
        ["compose.yaml:4", "vllm.cli.serve", "resolved"],
        [],
        ["org/model", "(launch", "line,", "possible)"],
        ["compose.yaml:4", "command:", "--model", "$LLM", "the", "load"],
        ["set_env.sh:2", "export", "LLM=org/model", "set", "here"],
    ]


def test_runtime_command_of_a_service(ptmscope: Run, tree: Tree) -> None:
    service = "services:\n  llm:\n    image: vllm/vllm-openai\n    command: --model $LLM\n"
    done = ptmscope("explain", "compose.yaml:4", "--root", ".", cwd=tree({"compose.yaml": service}))
    assert "runtime input" in done.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["app/llm.py"], "app/llm.py: not PATH:LINE, or PATH:CELL:LINE in a notebook"),
        (["missing.py:3"], "missing.py: No such file or directory"),
        (["app:3"], "app: not a file"),
        (["readme.txt:3"], "readme.txt: not a program that is read"),
        (["app/llm.py:5", "--root", "other"], "app/llm.py: not below other"),
        ([], "Missing argument 'PATH:LINE'."),
    ],
)
def test_misuse(ptmscope: Run, tree: Tree, arguments: list[Any], message: str) -> None:
    done = ptmscope("explain", *arguments, cwd=tree(TREE))
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [f"ptmscope: error: {message}"]


def test_terminal_controls_are_shown_as_text(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": LOAD + 'AutoModel.from_pretrained("gpt2")  # \x1b[31m\n'})
    assert b"\x1b" not in ptmscope("explain", Path(root) / "a.py:2").stdout
