"""No command runs what it reads, or goes online unless it is asked to: every command of the program, by its name.

Each runs in a process in which an audit hook forbids sockets, and every other program but git.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from conftest import LOADS_GPT2, Tree

from ptmscope.audit.sheet import COLUMNS
from ptmscope.cli import cli

ROOT = Path(__file__).parent.parent
FORBIDDEN = 77

#: Comes first in a process: what it forbids is forbidden for all that is imported later.
GUARD = f"""
import os, sys

SOCKETS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
PROGRAMS = ("os.system", "os.exec", "os.posix_spawn", "os.startfile", "pty.spawn")

def guard(event, given):
    other = event == "subprocess.Popen" and os.path.basename(str(given[0])) != "git"
    if event in SOCKETS or event in PROGRAMS or other:
        os.write(2, f"forbidden: {{event}} {{given!r}}".encode())
        os._exit({FORBIDDEN})

sys.addaudithook(guard)
"""

#: Leaves a mark where it is imported or run.
MARKING = "import pathlib\npathlib.Path({mark!r}).touch()\n"


@pytest.fixture
def hostile(tree: Tree, tmp_path: Path) -> Iterator[Path]:
    """A repository every file of which would leave a mark; that there is none is looked at afterwards."""
    mark = tmp_path / "mark"
    code = MARKING.format(mark=str(mark))
    pickle = f"cos\nsystem\n(S'touch {mark}'\ntR.".encode()
    names = (
        "setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "app/__init__.py", "app/__main__.py",
        "json.py",
        "click.py", "yaml.py", "torch.py", "noxfile.py", "modeling_custom.py", "hubconf.py",
        "src/transformers/__init__.py",
    )  # fmt: skip
    root = tree({
        **dict.fromkeys(names, code + LOADS_GPT2),
        "app/main.py": f"from . import other\nfrom transformers import AutoModel, pipeline\n{code}"
        "model = AutoModel.from_pretrained(other.NAME, trust_remote_code=True)\nmodel.generate(**x)\n"
        'pipe = pipeline("text-generation", model="gpt2")\npipe("a")\n',
        "app/other.py": f'{code}NAME = __import__("os").environ.get("X", "org/model")\n',
        "app/notebook.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": f"!touch {mark}\n{code}"}]}),
        "run.sh": f"touch {mark}\nhuggingface-cli download org/a --token $(touch {mark})\npython app/main.py\n",
        "Dockerfile": f"FROM python\nRUN touch {mark} && huggingface-cli download org/b\n",
        "Makefile": f"X := $(shell touch {mark})\nall:\n\ttouch {mark}; huggingface-cli download org/c\n",
        "config.yaml": f"model: !!python/object/apply:os.system ['touch {mark}']\n",
        "compose.yaml": f"services:\n  a:\n    image: vllm/vllm-openai\n    command: --model $(touch {mark})\n",
        "model.pkl": pickle, "pytorch_model.bin": pickle,
        "mark.pth": f"import os; os.system('touch {mark}')\n",
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p mark"\n[build-system]\nbuild-backend = "setup"\n',
        "package.json": json.dumps({"scripts": {"preinstall": f"touch {mark}"}}),
        "app.js": f'require("child_process").execSync("touch {mark}");\n'
        'import { pipeline } from "@huggingface/transformers";\nawait pipeline("text-generation", "org/d");\n',
        "README.md": "# gpt2\n\n```python\n" + code + LOADS_GPT2 + "```\n",
    })  # fmt: skip
    commit(root)
    hooks = root / ".git" / "hooks"
    for name in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    with (root / ".git" / "config").open("a") as config:
        config.write(
            f'[core]\nfsmonitor = "touch {mark}"\nsshCommand = "touch {mark}"\npager = "touch {mark}"\n'
            f'[diff]\nexternal = "touch {mark}"\n[diff "x"]\ntextconv = "touch {mark};"\ncommand = "touch {mark}"\n'
            f'[filter "x"]\nsmudge = "touch {mark}"\nclean = "touch {mark}"\nprocess = "touch {mark}"\n'
            f'[alias]\nls-tree = "!touch {mark}"\ncat-file = "!touch {mark}"\n'
        )
    (root / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    yield root
    assert not mark.exists(), "something of the repository was run"


def commit(root: Path) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "x")):
        subprocess.run(["git", "-C", root, *command], check=True)


def run(tmp_path: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Python with these arguments, under guard."""
    (tmp_path / "guard").mkdir(exist_ok=True)
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    path = os.pathsep.join([str(tmp_path / "guard"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-P", *arguments]
    options = {"capture_output": True, "text": True, "cwd": tmp_path, "env": environment, "timeout": 400}
    return subprocess.run(command, input=given, check=False, **options)  # type: ignore[call-overload, no-any-return]


#: Command -> its arguments. R is the hostile repository; what the ones above write, those below read.
LINES: dict[str, tuple[str, ...]] = {
    "scan": ("R", "--format", "json"),
    "sequences": ("R", "--scope", "project", "--format", "jsonl"),
    "explain": ("R/app/main.py:6",),
    "check": ("R",),
    "diff": ("HEAD", "R"),
    "graph": ("R",),
    "patterns": ("R",),
    "compare": ("gpt2", "org/a", "--in", "R"),
    "study": ("R", "-o", "S"),
    "dataset": ("S", "-o", "D"),
    "evaluate": ("D",),
    "audit sample": ("S", "-o", "sheet.csv"),
    "audit score": ("labelled.json",),
    "statistics": ("S",),
    "plot": ("S", "-o", "P"),
    "card": ("gpt2", "--in", "S"),
    "drift": ("R/README.md", "--in", "S", "--model", "gpt2"),
    "report": ("S", "-o", "report.html"),
    "mcp": ("R",),
    "mine hub": ("C", "--from", "models.txt"),
    "mine changes": ("models.txt", "models.txt"),
    "mine local": ("C", "R"),
    "mine shards": ("C", "rows.jsonl"),
    "mine verify": ("C",),
    "mine status": ("C",),
    "curate": ("C",),
    "bulk": ("rows.jsonl", "-o", "B"),
}
#: What asks a host, and with which arguments: the guard stops each, which shows that it is one.
ONLINE: dict[str, tuple[str, ...]] = {
    "mine hub": ("C",),
    "scan": ("R", "--hub"),
}
#: Go online by their name, and by nothing else: the tests of each let them ask a server of their own.
CLIENTS = {"mine github", "mine gitlab", "mine swh", "mine refresh"}
#: Runs several command lines in one process, and says how each ended.
SEVERAL = """
import json, sys
from ptmscope.cli import main

for line in json.loads(sys.stdin.read()):
    sys.argv = ["ptmscope", *line]
    sys.stdin = open("/dev/null")
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    print("ENDED", " ".join(line[:2]), code, file=sys.stderr)
"""


def commands(group: click.Group, prefix: str = "") -> Iterator[str]:
    """The names of all commands there are."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name


def test_no_command_is_left_out() -> None:
    assert set(commands(cli)) == {*LINES, *ONLINE, *CLIENTS}


def test_nothing_is_run_and_nothing_goes_online(hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "models.txt").write_text("gpt2\norg/a\n")
    (tmp_path / "rows.jsonl").write_text('{"content": "import os", "path": "a.py"}\n')
    (tmp_path / "labelled.json").write_text(json.dumps([dict.fromkeys(COLUMNS, "1") | {"label": "right"}]))
    lines = [
        [*name.split(), *(str(hostile) + each[1:] if each[0] == "R" else each for each in arguments)]
        for name, arguments in LINES.items()
    ]
    done = run(tmp_path, "-c", SEVERAL, given=json.dumps(lines))
    ended = [line.split() for line in done.stderr.splitlines() if line.startswith("ENDED ")]
    assert len(ended) == len(lines), done.stderr
    assert [each for each in ended if each[-1] not in ("0", "1")] == [], done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ONLINE)
def test_guard_stops_what_goes_online(name: str, tree: Tree, tmp_path: Path) -> None:
    root = str(tree({"a.py": LOADS_GPT2}))
    done = run(tmp_path, "-m", "ptmscope", *name.split(), *(root if each == "R" else each for each in ONLINE[name]))
    assert "forbidden: socket." in done.stderr


def test_guard_stops_other_programs(tmp_path: Path) -> None:
    """The guard itself: that nothing was stopped says something only if it can stop."""
    (tmp_path / "guard.py").write_text(GUARD)
    for line in ("os.system('true')", "subprocess.run(['true'])", "os.execv('/bin/true', ['x'])"):
        done = subprocess.run(
            [sys.executable, "-c", f"import guard, os, subprocess; {line}"], cwd=tmp_path, check=False
        )
        assert done.returncode == FORBIDDEN


def test_git_fetches_nothing_for_a_partial_clone(tree: Tree, tmp_path: Path) -> None:
    """What the clone lacks would come from its remote, by a program that its config names."""
    root, mark = tree({"a.py": LOADS_GPT2}), tmp_path / "mark"
    commit(root)
    asked = ["git", "-C", str(root), "rev-parse", "HEAD:a.py"]
    name = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    (root / ".git" / "objects" / name[:2] / name[2:].strip()).unlink()
    with (root / ".git" / "config").open("a") as config:
        config.write(
            "[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n"
            f'[remote "origin"]\nurl = {root}\npromisor = true\nuploadpack = "touch {mark};"\n'
            '[protocol "file"]\nallow = always\n[protocol]\nallow = always\n'
        )
    done = run(tmp_path, "-m", "ptmscope", "diff", "HEAD", str(root))
    assert done.returncode == 2
    assert not mark.exists()
    subprocess.run(["git", "-C", root, "cat-file", "-p", name.strip()], capture_output=True, check=False)
    assert mark.exists(), "git itself runs it: the test tests something"
