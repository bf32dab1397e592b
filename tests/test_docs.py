"""The documentation: what it shows runs and prints that, its links lead somewhere, its pages of commands are fresh."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
from collections.abc import Iterator
from glob import glob
from pathlib import Path

import click
import pytest
import workspace
import yaml
from click.testing import CliRunner
from conftest import ROOT
from documented import Command, commands, documents
from jsonschema import Draft7Validator

from bench.pages import pages
from ptmscope import __version__
from ptmscope.cli import cli

#: Commands that go online, or serve until they are stopped: only read by the parser of the command line.
ONLINE = ("mine github", "mine gitlab", "mine swh", "mine refresh", "mcp")
#: Programs of others; what is given to them is not looked at.
OTHERS = {"pip", ".venv/bin/pip", ".venv/bin/tox", "pytest", "jq", "dot", "git", "python3", "pre-commit", "claude"}

SHOWN = list(commands())
OURS = [each for each in SHOWN if Path(each.words[0]).name == "ptmscope"]
_LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<path>[^)#\s]+)?(?P<anchor>#[^)\s]*)?\)")


def is_online(words: tuple[str, ...]) -> bool:
    told = " ".join(words[1:])
    asks_hub = told.startswith("mine hub") and "--from" not in words
    return told.startswith(ONLINE) or asks_hub or "--hub" in words or "://" in told


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        root = workspace.build(tmp_path_factory.mktemp("docs"))
        patch.chdir(root)
        patch.setenv("PTMSCOPE_CACHE_DIR", os.fspath(root.parent / "cache"))
        workspace.fill(root)
        yield root


def test_pages_made_of_the_code_are_fresh() -> None:
    """If this fails: python -m bench.pages"""
    made = pages()
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "commands").iterdir()}
    assert there <= set(made)
    assert {path: (ROOT / path).read_text(encoding="utf-8") for path in made} == made


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = []
    for link in _LINK.finditer(text):
        target = path if link["path"] is None else path.parent / link["path"]
        if not target.exists() or (link["anchor"] and link["anchor"][1:] not in anchors(target)):
            missing.append(link[0])
    assert missing == []


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    heads = re.findall(r"^#+ +(.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("shown", OURS, ids=str)
def test_options_exist(shown: Command, place: Path) -> None:
    """Also of what is not run: the command is there, and takes these arguments and options."""
    assert place.is_dir()
    command: click.Command = cli
    rest = list(shown.words[1:])
    while isinstance(command, click.Group):
        command = command.commands[rest.pop(0)]
    with command.make_context(command.name, rest):
        pass


def _once(found: list[Command]) -> list[Command]:
    return list({each.words: each for each in found if not is_online(each.words)}.values())


@pytest.mark.parametrize("shown", _once(OURS), ids=str)
def test_commands_run(shown: Command, place: Path) -> None:
    arguments = [each for word in shown.words[1:] for each in (sorted(glob(word)) or [word])]
    if arguments[0] == "dataset":
        folder = Path(arguments[arguments.index("-o") + 1])
        shutil.rmtree(folder, ignore_errors=True)  # it makes a new one
    done = CliRunner().invoke(cli, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    may_fail = {"--fail-on", "--strict", "--exit-code"}.intersection(arguments)
    assert done.exit_code == 0 or (may_fail and done.exit_code == 1), done.output


@pytest.mark.parametrize("shown", [each for each in OURS if each.output is not None], ids=str)
def test_output_is_what_is_shown(shown: Command) -> None:
    """In the repository itself. `…` alone on a line stands for any lines, at the end of a line for its rest."""
    with contextlib.chdir(ROOT):
        printed = CliRunner().invoke(cli, [*shown.words[1:], *_quiet(shown)]).stdout.strip("\n")
    lines = [line.rstrip() for line in (shown.output or "").splitlines()]
    pattern = "\n".join(".*" if line.strip() == "…" else _line(line) for line in lines)
    assert re.fullmatch(pattern, printed, re.DOTALL), printed


def _line(shown: str) -> str:
    return re.escape(shown[:-1]) + "[^\n]*" if shown.endswith("…") else re.escape(shown)


def _quiet(shown: Command) -> list[str]:
    return [] if shown.words[1] == "explain" else ["-q"]


def test_nothing_else_is_shown_as_a_command() -> None:
    """A block of shell holds our commands, modules that are there, and a few programs of others."""
    unknown = [str(each) for each in SHOWN if each not in OURS and each.words[0] not in OTHERS and not _is_ours(each)]
    assert unknown == []


def _is_ours(shown: Command) -> bool:
    if shown.words[0] != "python":
        return False
    if shown.words[1] == "-c":
        compile(shown.words[2], str(shown), "exec")
        return True
    return shown.words[1] == "-m" and importlib.util.find_spec(shown.words[2]) is not None


def test_benchmarks_that_are_named_exist() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in documents())
    named = set(re.findall(r"python -m (bench[\w.]*)", text))
    assert "bench.accuracy" in named
    assert {name for name in named if importlib.util.find_spec(name) is None} == set()


def test_the_picture_is_what_the_command_draws(tmp_path: Path) -> None:
    """If this fails: ptmscope graph examples/sample -o docs/sample.svg"""
    drawn = tmp_path / "sample.svg"
    assert CliRunner().invoke(cli, ["graph", str(ROOT / "examples" / "sample"), "-o", str(drawn), "-q"]).exit_code == 0
    assert drawn.read_bytes() == (ROOT / "docs" / "sample.svg").read_bytes()


def test_citation() -> None:
    schema = json.loads((ROOT / "tests" / "schemas" / "cff-1.2.0.json").read_text(encoding="utf-8"))
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    Draft7Validator(schema).validate(told)
    assert told["version"] == __version__
