"""The GitHub Action and the pre-commit hook: their own words, run as a runner and pre-commit run them.

The install step is not run here: tests/test_package.py installs the wheel.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Run, Tree
from test_diff import git
from test_rules import GPT, HEAD

from servers.base import serving
from servers.comments import Comments

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"] if "run" in step}
REMOTE = 'AutoModel.from_pretrained("org/b", revision="v1", trust_remote_code=True)'
_EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


def test_scripts_hold_no_expressions() -> None:
    """What a stranger named (a branch, a title) must not be able to become part of a script."""
    assert STEPS.keys() == {"install", "check", "diff", "comment", "verdict"}
    assert not any("${{" in step["run"] for step in STEPS.values())
    assert all(step["shell"] == "bash" for step in STEPS.values())


def test_other_actions_are_pinned() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert len(used) == 2
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in used)


class Runner:
    """Runs the steps of the action in a checkout: GITHUB_OUTPUT and all."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        self.temp, self.checkout = folder / "temp", checkout
        self.temp.mkdir()
        self.values = {f"inputs.{name}": field["default"] for name, field in ACTION["inputs"].items()}
        self.values |= {"github.action_path": str(ROOT), "github.token": "writer"}
        self.environment: dict[str, str] = {}

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        step = STEPS[name]
        files = {key: self.temp / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        files["GITHUB_OUTPUT"].write_text("")
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        given = {key: _EXPRESSION.sub(lambda m: self.values[m[1]], value) for key, value in step.get("env", {}).items()}
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        environment = {**os.environ, "PATH": path, "RUNNER_TEMP": str(self.temp), **self.environment, **given}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env={**environment, **{key: str(file) for key, file in files.items()}},
            cwd=self.checkout, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            key, _, value = line.partition("=")
            self.values[f"steps.{name}.outputs.{key}"] = value
        return done


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """On a pull request: the base is on the remote only, as in a shallow checkout; ptmscope is that of the tests."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    (origin / "app.py").write_text(f"{HEAD}{GPT}\n")
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "base")
    git(origin, "checkout", "-q", "-b", "change")
    (origin / "app.py").write_text(f"{HEAD}{REMOTE}\n")
    git(origin, "commit", "-q", "-a", "-m", "change")
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=change", origin.as_uri(), "checkout")
    base = subprocess.run(["git", "-C", origin, "rev-parse", "main"], capture_output=True, text=True, check=True)
    found = Runner(tmp_path, tmp_path / "checkout")
    found.values["github.event.pull_request.base.sha"] = base.stdout.strip()
    found.values["github.event.pull_request.number"] = "7"
    program = found.temp / "ptmscope" / "bin" / "ptmscope"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m ptmscope "$@"\n'
    )
    program.chmod(0o755)
    return found


def test_check(runner: Runner) -> None:
    done = runner.run("check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert runner.values["steps.check.outputs.failed"] == "0"
    log = json.loads(Path(runner.values["steps.check.outputs.sarif"]).read_text())
    assert [each["ruleId"] for each in log["runs"][0]["results"]] == ["remote-code"]


def test_check_that_fails(runner: Runner) -> None:
    runner.values |= {"inputs.fail-on": "warning", "inputs.upload-sarif": "false"}
    done = runner.run("check")
    assert done.returncode == 0
    assert done.stdout.startswith("::warning file=app.py,line=7,title=remote-code::")
    assert runner.values["steps.check.outputs.failed"] == "1"
    verdict = runner.run("verdict")
    assert (verdict.returncode, verdict.stdout[:9]) == (1, "::error::")


def test_misuse_stops_at_once(runner: Runner) -> None:
    runner.values["inputs.baseline"] = "none.json"
    done = runner.run("check")
    assert (done.returncode, done.stderr) == (2, "ptmscope: error: none.json: No such file or directory\n")


def test_diff_fetches_the_base(runner: Runner) -> None:
    done = runner.run("diff")
    assert (done.returncode, done.stderr) == (0, "")
    text = Path(runner.values["steps.diff.outputs.models"]).read_text()
    assert text.startswith("**Models: 1 added, 1 removed.**\n")
    assert (runner.temp / "GITHUB_STEP_SUMMARY").read_text() == text


@pytest.fixture
def comments(runner: Runner, tmp_path: Path) -> Iterator[Comments]:
    service = Comments()
    for number in range(130):
        service.add("org/repository", 7, f"said {number}")
    service.add("org/repository", 8, "<!-- ptmscope: models -->\nanother pull request")
    with serving(service) as base:
        runner.environment |= {"GITHUB_API_URL": base, "GITHUB_REPOSITORY": "org/repository"}
        runner.values["steps.diff.outputs.models"] = str(tmp_path / "models.md")
        yield service


@pytest.fixture
def say(runner: Runner, comments: Comments, tmp_path: Path) -> Callable[[str], str]:
    def put(text: str) -> str:
        (tmp_path / "models.md").write_text(text)
        done = runner.run("comment")
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()

    return put


def test_comment_is_made_once_and_changed(say: Callable[[str], str], comments: Comments) -> None:
    assert say("**No change in models.**\n") == "no change in models, no comment"
    assert len(comments.comments) == 131
    assert say("**Models: 1 added.**\n") == "comment made"
    assert say("**Models: 2 added: é.**\n") == "comment changed"
    assert len(comments.comments) == 132
    made: dict[str, Any] = comments.comments[-1]
    assert made["body"] == "<!-- ptmscope: models -->\n**Models: 2 added: é.**\n"
    assert say("**No change in models.**\n") == "comment changed"
    assert "No change" in made["body"]
    assert say("| row |\n" * 20_000) == "comment changed"
    assert len(made["body"]) < 65_536
    assert made["body"].endswith("| row |\n\n…\n")


def test_a_token_that_may_not_write_fails_nothing(runner: Runner, say: Callable[[str], str]) -> None:
    runner.values["github.token"] = "reader"
    assert say("**Models: 1 added.**\n").startswith("::warning::ptmscope: no comment on the pull request")


def test_hook(ptmscope: Run, tree: Tree) -> None:
    """pre-commit splits `entry` as a shell does, adds `args`, and starts it in the repository's top folder."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    name, *rest = [*shlex.split(hook["entry"]), *hook["args"]]
    assert name == "ptmscope"
    assert hook["pass_filenames"] is False
    root = tree({"app.py": f"{HEAD}{GPT}\n"})
    assert ptmscope(*rest, cwd=root).returncode == 0
    tree({"app.py": f"{HEAD}{REMOTE}\n"})
    assert ptmscope(*rest, cwd=root).returncode == 1
    assert all(re.search(hook["files"], name) for name in ("a.py", "b/c.ipynb", "x.tsx", "compose.yml"))
