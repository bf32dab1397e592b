"""diff: old, new and what is expected, as tables of sources; and the ways in which a state can be given."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from conftest import Run, Tree

import ptmscope as package
from ptmscope.changes import Change, Difference, Load, difference
from ptmscope.export.changes import write_markdown
from ptmscope.export.output import Output

IMPORT = "from transformers import AutoModel\n"


def load(name: str, rest: str = "") -> str:
    return f'AutoModel.from_pretrained("{name}"{rest})\n'


A, B = load("org/a"), load("org/b")
PINNED, LATER = load("org/a", ', revision="v1"'), load("org/a", ', revision="v2"')

HUB = "import torch\ntorch.hub.load('org/code"

#: Old files, new files, expected (kind, model).
CASES: list[tuple[dict[str, str], dict[str, str], list[tuple[str, str]]]] = [
    ({"a.py": A}, {"a.py": A}, []),
    ({"a.py": A}, {"a.py": "\n\n# moved\n" + A}, []),
    ({"a.py": A}, {"a.py": A + A}, []),
    ({"a.py": A + B}, {"a.py": B + A}, []),
    ({"a.py": A}, {"a.py": A + B}, [("added", "org/b")]),
    ({"a.py": A + B}, {"a.py": A}, [("removed", "org/b")]),
    ({"a.py": A}, {"a.py": B}, [("added", "org/b"), ("removed", "org/a")]),
    ({"a.py": A}, {"a.py": PINNED}, [("repinned", "org/a")]),
    ({"a.py": PINNED}, {"a.py": LATER}, [("repinned", "org/a")]),
    ({"a.py": PINNED}, {"a.py": PINNED + A}, [("repinned", "org/a")]),
    ({"a.py": PINNED}, {"b.py": LATER}, [("repinned", "org/a")]),
    ({"a.py": A}, {"b.py": A}, [("moved", "org/a")]),
    ({"a.py": A}, {"a.py": A, "b.py": A}, [("moved", "org/a")]),
    ({"a.py": load("gpt2")}, {"a.py": load("openai-community/gpt2")}, []),
    ({"a.py": load("./a")}, {"a.py": load("./b")}, []),
    ({"a.py": HUB + ":v1', 'm')"}, {"a.py": HUB + ":v2', 'm')"}, [("repinned", "org/code")]),
    ({}, {}, []),
]


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(IMPORT + text)
    return folder


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_changes(tmp_path: Path, old: dict[str, str], new: dict[str, str], expected: list[tuple[str, str]]) -> None:
    before, after = (package.scan(write(tmp_path / name, files)) for name, files in (("old", old), ("new", new)))
    found = difference(before.sites, after.sites)
    assert [(change.kind, change.model) for change in found.changes] == expected


OLD = {"a.py": A + PINNED.replace("org/a", "org/p") + load("org/m"), "u.py": ""}
NEW = {
    "a.py": B + LATER.replace("org/a", "org/p"),
    "m.py": load("org/m"),
    "u.py": "AutoModel.from_pretrained(f())\n",
}

TEXT = """\
+ org/b  a.py:2
- org/a  a.py:2
~ org/p  v1 → v2  a.py:3
> org/m  a.py → m.py
Models: 1 added, 1 removed, 1 re-pinned, 1 moved; 1 load of no known model, before 0.
"""
MARKDOWN = """\
**Models: 1 added, 1 removed, 1 re-pinned, 1 moved; 1 load of no known model, before 0.**

|  | Model | Revision or files | Place |
| --- | --- | --- | --- |
| added | `org/b` | not pinned | `a.py:2` |
| removed | `org/a` | not pinned | `a.py:2` |
| re-pinned | `org/p` | `v1` → `v2` | `a.py:3` |
| moved | `org/m` | `a.py` → `m.py` | `m.py:2` |

"""


def test_formats(ptmscope: Run, tmp_path: Path) -> None:
    old, new = write(tmp_path / "old", OLD), write(tmp_path / "new", NEW)
    done = ptmscope("diff", old, new)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == TEXT
    assert ptmscope("diff", old, new, "-o", tmp_path / "x.md").returncode == 0
    assert (tmp_path / "x.md").read_text() == MARKDOWN
    document = json.loads(ptmscope("diff", old, new, "--format", "json").stdout)
    assert document["unresolved"] == {"old": 0, "new": 1}
    assert document["changes"][2] == {
        "kind": "repinned",
        "model": "org/p",
        "hub": "huggingface",
        "old": [{"path": "a.py", "line": 3, "api": "transformers.AutoModel.from_pretrained", "revision": "v1"}],
        "new": [{"path": "a.py", "line": 3, "api": "transformers.AutoModel.from_pretrained", "revision": "v2"}],
    }


def test_names_of_strangers() -> None:
    load = Load("a|b`.py", -1, 1, "x", "v`1|<b>\n")
    stream = io.BytesIO()
    write_markdown(
        Difference((Change("added", "org/`x|<img onerror=1>\u202e", "h", (), (load,)),), (0, 0)), Output(stream)
    )
    assert stream.getvalue().decode().splitlines()[-2:] == [
        "| added | `org/'x\\|<img onerror=1>\\u202e` | `v'1\\|<b>\\n` | `a\\|b'.py:1` |",
        "",
    ]


def test_exit_code(ptmscope: Run, tmp_path: Path) -> None:
    old, new = write(tmp_path / "old", OLD), write(tmp_path / "new", NEW)
    assert ptmscope("diff", old, new, "--exit-code").returncode == 1
    done = ptmscope("diff", old, old, "--exit-code")
    assert (done.returncode, done.stdout) == (0, b"No change in models.\n")


def test_saved_scans(ptmscope: Run, tmp_path: Path) -> None:
    old, new = write(tmp_path / "old", OLD), write(tmp_path / "new", NEW)
    for name, folder in (("old.jsonl", old), ("new.json", new)):
        assert ptmscope("scan", folder, "-o", tmp_path / name).returncode == 0
    assert ptmscope("diff", tmp_path / "old.jsonl", tmp_path / "new.json").stdout.decode() == TEXT
    for name, text in (("a.json", "{}"), ("b.jsonl", "[1]\n"), ("c.json", "x")):
        (tmp_path / name).write_text(text)
        done = ptmscope("diff", tmp_path / name, new)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"not what `ptmscope scan --format json` or `jsonl` writes" in done.stderr


def git(folder: Path, *command: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *command], check=True, capture_output=True)


def test_git_revisions(ptmscope: Run, tmp_path: Path) -> None:
    root = write(tmp_path / "repository", {})
    git(root, "init", "-q")
    write(root / "sub", OLD)
    (root / ".gitattributes").write_text("sub export-ignore\n")
    (root / "sub" / "link.py").symlink_to("a.py")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "old")
    write(root / "sub", NEW)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "new")
    assert ptmscope("diff", "HEAD~1", root / "sub").stdout.decode() == TEXT
    assert ptmscope("diff", "HEAD~1", "HEAD", cwd=root / "sub").stdout.decode() == TEXT
    assert ptmscope("diff", "HEAD~1", ".", cwd=root).stdout.decode().count("sub/") == 5
    for name in ("no-such-revision", "--output=x"):
        done = ptmscope("diff", "--", name, root)
        assert done.returncode == 2
        assert b"neither a path nor a git revision" in done.stderr
        assert done.stderr.count(b"\n") == 1


def test_a_clone_without_the_files(ptmscope: Run, tmp_path: Path) -> None:
    root = write(tmp_path / "repository", OLD)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "old")
    for blob in (root / ".git" / "objects").glob("*/*"):
        kind = subprocess.run(["git", "-C", root, "cat-file", "-t", blob.parent.name + blob.name], capture_output=True)
        if kind.stdout == b"blob\n":
            blob.unlink()
    done = ptmscope("diff", "HEAD", root)
    assert done.returncode == 2
    assert done.stderr == b"ptmscope: error: a.py: not in this clone of the repository\n"


def test_no_such_path(ptmscope: Run, tree: Tree) -> None:
    done = ptmscope("diff", "nowhere", tree({"a.py": IMPORT}), env={"PATH": ""})
    assert done.returncode == 2
    assert done.stderr == b"ptmscope: error: nowhere: No such file or directory, and git cannot be run\n"
