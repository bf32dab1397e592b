"""check: the command line, run as a person runs it."""

from __future__ import annotations

import json

import jsonschema
from conftest import ROOT, Run, Tree
from test_rules import GPT, HEAD

from ptmscope.rules.tables import rules

REMOTE = 'AutoModel.from_pretrained("org/b", revision="v1", trust_remote_code=True)'
SCHEMA = json.loads((ROOT / "ptmscope" / "schemas" / "finding.schema.json").read_text())


def test_table(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": f"{HEAD}{GPT}\n{REMOTE}\n{GPT}  # ptmscope: ignore\n", "b.py": f"{HEAD}{GPT}\n{GPT}\n"})
    done = ptmscope("check", root)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.decode().splitlines() == [
        f"warning  remote-code  {rules()['remote-code'].help}",
        "  Code out of the repository of org/b is run: trust_remote_code=True",
        "    a.py:8",
        "",
        f"note  unpinned-revision  {rules()['unpinned-revision'].help}",
        "  org/a: not pinned, no revision is given",
        "    a.py:7",
        "    b.py:7, 8",
        "",
        "4 findings (1 warning, 3 notes); ignored: 1 by a comment.",
    ]


def test_fail_on(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": f"{HEAD}{REMOTE}\n"})
    assert ptmscope("check", root, "--fail-on", "warning").returncode == 1
    assert ptmscope("check", root, "--fail-on", "remote-code,gated-model").returncode == 1
    assert ptmscope("check", root, "--fail-on", "error").returncode == 0
    assert ptmscope("check", root, "--fail-on", "warning", "--severity", "remote-code=off").returncode == 0
    wrong = ptmscope("check", root, "--fail-on", "warnings")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith(b"ptmscope: error: --fail-on: 'warnings' is none of token-in-code, ")
    tree({"pyproject.toml": '[tool.ptmscope]\nfail-on = ["note"]\n'})
    assert ptmscope("check", root).returncode == 1
    assert ptmscope("check", root, "--fail-on", "error").returncode == 0


def test_patterns_are_relative_to_the_settings(ptmscope: Run, tree: Tree) -> None:
    settings = '[tool.ptmscope]\nexclude = ["/src/old/"]\nignore = {"src/new/" = ["remote-code"]}\n'
    names = ("old/a.py", "new/b.py", "c.py", "src/old/d.py")
    root = tree({"pyproject.toml": settings, **{f"src/{name}": f"{HEAD}{REMOTE}\n" for name in names}})
    for folder, prefix in ((root, "src/"), (root / "src", "")):
        for command in ("check", "scan"):
            log = json.loads(ptmscope(command, folder, "--format", "sarif").stdout)
            found = [each["locations"][0]["physicalLocation"]["artifactLocation"] for each in log["runs"][0]["results"]]
            assert [each["uri"] for each in found] == [f"{prefix}c.py", f"{prefix}src/old/d.py"]


def test_baseline(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": f"{HEAD}{REMOTE}\n"})
    file = root / "old.json"
    assert ptmscope("check", root, "--write-baseline", file).returncode == 0
    tree({"a.py": f"{HEAD}\n\n{REMOTE}\n"})
    done = ptmscope("check", root, "--baseline", file, "--fail-on", "note")
    assert done.returncode == 0
    assert done.stdout == b"0 findings; ignored: 1 in the baseline.\n"
    missing = ptmscope("check", root, "--baseline", "none.json")
    assert (missing.returncode, missing.stdout) == (2, b"")
    assert missing.stderr == b"ptmscope: error: none.json: No such file or directory\n"


def test_json_follows_its_schema(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": f"{HEAD}{GPT}\n{REMOTE}  # ptmscope: ignore\n"})
    document = json.loads(ptmscope("check", root, "--format", "json").stdout)
    assert [each["ignored"] for each in document["findings"]] == [None, "comment"]
    for each in document["findings"]:
        jsonschema.validate(each, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_annotations(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a,b:c%.py": f"{HEAD}{REMOTE}\n"})
    assert ptmscope("check", root, "--format", "github").stdout.decode() == (
        "::warning file=a%2Cb%3Ac%25.py,line=7,title=remote-code::"
        "Code out of the repository of org/b is run: trust_remote_code=True\n"
    )


def test_bad_settings_are_one_line(ptmscope: Run, tree: Tree) -> None:
    root = tree({"pyproject.toml": "[tool.ptmscope]\nseverities = 1\n"})
    done = ptmscope("check", root)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        f"ptmscope: error: {root}/pyproject.toml: [tool.ptmscope]: unknown severities; "
        "known are severity, exclude, ignore, baseline, fail-on"
    ]
