"""walk, gitignore, folders: which files of a tree are read, and why the others are not."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from conftest import Tree
from hypothesis import given
from hypothesis import strategies as st

from miner import gitignore
from miner.tracked import tracked
from miner.walk import REASONS, Rules, Skip, shown, walk

DEFAULT = Rules()


def found(root: Path, rules: Rules = DEFAULT) -> tuple[list[str], dict[str, int]]:
    """(files, number of things left out by reason)"""
    files = []
    skipped: Counter[str] = Counter()
    for each in walk(str(root), rules):
        if isinstance(each, Skip):
            assert each.reason in REASONS
            skipped[each.reason] += each.count
        else:
            files.append(each)
    return files, dict(skipped)


def test_empty_tree(tree: Tree) -> None:
    assert found(tree({})) == ([], {})


def test_order_is_that_of_whole_paths(tree: Tree) -> None:
    names = ["a.py", "a/b.py", "a-b/c.py", "a0.py", "A.ipynb", "é.py", "z/y/x.py"]
    files, _ = found(tree(dict.fromkeys(names, "")))
    assert files == sorted(names)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.txt", "other_type"),
        ("node_modules/m/a.py", "vendored"),
        ("x/site-packages/a.py", "vendored"),
        ("third_party/a.py", "vendored"),
        ("x/_vendor/a.py", "vendored"),
        (".tox/py/a.py", "virtual_environment"),
        (".git/hooks/a.py", "version_control"),
        ("x/__pycache__/a.py", "cache"),
        ("public/lib.min.js", "generated"),
        ("types/index.d.ts", "generated"),
        ("a.egg/b.py", "build_output"),
        ("build/lib/a.py", "build_output"),
        ("build/bdist.linux-x86_64/a.py", "build_output"),
    ],
)
def test_left_out(tree: Tree, name: str, reason: str) -> None:
    assert found(tree({name: "", "kept.py": ""})) == (["kept.py"], {reason: 1})


@pytest.mark.parametrize(
    "name", ["build/a.py", "build/lib.py", "vendors.py", "dist/a.py", "env/a.py", "lib/build/x.py"]
)
def test_kept(tree: Tree, name: str) -> None:
    assert found(tree({name: ""})) == ([name], {})


def test_virtual_environment_is_told_by_its_content(tree: Tree) -> None:
    root = tree({"my/pyvenv.cfg": "", "my/lib/a.py": "", "conda/conda-meta/x": "", "conda/b.py": "", "c.py": ""})
    assert found(root) == (["c.py"], {"virtual_environment": 2})


def test_vendored_on_request(tree: Tree) -> None:
    root = tree({"vendor/a.py": "", "env/pyvenv.cfg": "", "env/b.py": "", ".git/c.py": "", "__pycache__/d.py": ""})
    files, skipped = found(root, Rules(include_vendored=True))
    assert files == ["env/b.py", "vendor/a.py"]
    assert skipped == {"other_type": 1, "version_control": 1, "cache": 1}


def test_named_folder_is_read_whatever_its_name(tree: Tree) -> None:
    assert found(tree({"vendor/a.py": "", "vendor/pyvenv.cfg": ""}) / "vendor") == (["a.py"], {"other_type": 1})


def test_exclude(tree: Tree) -> None:
    root = tree({"a.py": "", "tests/b.py": "", "src/tests/c.py": "", "src/x_pb2.py": "", "src/d.py": ""})
    files, skipped = found(root, Rules(exclude=("/tests", "*_pb2.py")))
    assert files == ["a.py", "src/d.py", "src/tests/c.py"]
    assert skipped == {"excluded": 2}


IGNORE_CASES = {
    "nested file overrides": {
        ".gitignore": "*.py\n",
        "a.py": "",
        "sub/.gitignore": "!keep.py\n",
        "sub/keep.py": "",
        "sub/drop.py": "",
    },
    "anchored and not": {".gitignore": "/a.py\nb.py\n", "a.py": "", "s/a.py": "", "s/b.py": "", "b.py": ""},
    "folders": {".gitignore": "data/\n", "data/a.py": "", "s/data/b.py": "", "s/data.py": ""},
    "folder cannot be reopened inside": {".gitignore": "out/\n!out/a.py\n", "out/a.py": "", "b.py": ""},
    "content of a folder can": {".gitignore": "/out/*\n!/out/keep/\n", "out/a.py": "", "out/keep/b.py": ""},
    "star star": {".gitignore": "a/**/z.py\n**/w.py\n", "a/z.py": "", "a/b/c/z.py": "", "z.py": "", "q/w.py": ""},
    "classes and escapes": {
        ".gitignore": "[ab].py\n\\#c.py\nd\\ .py\n",
        "a.py": "",
        "#c.py": "",
        "d .py": "",
        "e.py": "",
    },
    "comments and blanks": {".gitignore": "# a.py\n\n   \nb.py   \n", "a.py": "", "b.py": ""},
    "byte order mark, CRLF": {".gitignore": "\ufeffa.py\r\nb.py\r\n", "a.py": "", "b.py": "", "c.py": ""},
    "not ASCII": {".gitignore": "é*.py\n", "éa.py": "", "b.py": ""},
    "pattern in a folder counts from there": {
        "s/.gitignore": "/a.py\nt/b.py\n",
        "a.py": "",
        "s/a.py": "",
        "s/t/b.py": "",
    },
}


@pytest.mark.parametrize("files", IGNORE_CASES.values(), ids=IGNORE_CASES.keys())
def test_same_as_git(tree: Tree, files: dict[str, str]) -> None:
    root = tree(files)
    git("init", "-q", root)
    command = ["git", "-C", root, "ls-files", "-z", "--others", "--exclude-standard", "*.py"]
    expected = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    assert found(root)[0] == sorted(filter(None, expected))


def test_patterns_from_above_up_to_the_top(tree: Tree) -> None:
    root = tree(
        {
            ".gitignore": "*.py\n",
            "repo/.git/info/exclude": "private.py\n",
            "repo/.gitignore": "/src/pkg/gen.py\n*_pb2.py\n",
            "repo/src/.gitignore": "!x_pb2.py\n",
            "repo/src/pkg/gen.py": "",
            "repo/src/pkg/private.py": "",
            "repo/src/pkg/x_pb2.py": "",
            "repo/src/pkg/y_pb2.py": "",
            "repo/src/pkg/a.py": "",
        }
    )
    assert found(root / "repo/src/pkg") == (["a.py", "x_pb2.py"], {"gitignore": 3})


def test_ignored_folder_is_read_when_it_is_named(tree: Tree) -> None:
    root = tree({".git/HEAD": "", ".gitignore": "data/\n*_pb2.py\n", "data/repo/a.py": "", "data/repo/b_pb2.py": ""})
    assert found(root)[0] == []
    assert found(root / "data/repo")[0] == ["a.py", "b_pb2.py"]


def test_gitignore_switched_off(tree: Tree) -> None:
    root = tree({".git/HEAD": "", ".gitignore": "*.py\n", "a.py": ""})
    assert found(root)[0] == []
    assert found(root, Rules(gitignore=False))[0] == ["a.py"]


def test_nothing_is_ignored_outside_of_a_work_tree(tree: Tree) -> None:
    clone = {"clone/.git/HEAD": "", "clone/.gitignore": "a.py\n", "clone/a.py": "", "clone/b.py": ""}
    root = tree({".gitignore": "*.py\n", "a.py": "", "snapshot/.gitignore": "a.py\n", "snapshot/a.py": "", **clone})
    assert found(root)[0] == ["a.py", "clone/b.py", "snapshot/a.py"]


def test_a_clone_in_a_work_tree_has_its_own_patterns(tree: Tree) -> None:
    root = tree({".git/HEAD": "", ".gitignore": "a.py\n", "s/.git/info/exclude": "/b.py\n", "s/a.py": "", "s/b.py": ""})
    assert found(root)[0] == ["s/a.py"]


TRACKED = {
    ".gitignore": "data/\n*.sh\n/out/*\n",
    "data/a.py": "",
    "data/deep/er/b.py": "",
    "data/c.py": "",
    "run.sh": "",
    "stop.sh": "",
    "out/é.py": "",
    "out/f.py": "",
}


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("inside", ["", "data"])
def test_what_git_tracks_is_read_in_spite_of_a_pattern(tree: Tree, version: int, inside: str) -> None:
    root = tree(TRACKED)
    git("init", "-q", root)
    git("-C", root, "add", "-f", "data/a.py", "data/deep/er/b.py", "run.sh", "out/é.py")
    git("-C", root, "update-index", "--skip-worktree", *(["data/a.py"] if version == 3 else []))  # asks for version 3
    git("-C", root, "update-index", "--index-version", version) if version != 3 else None
    assert int.from_bytes((root / ".git/index").read_bytes()[4:8], "big") == version
    named = ["a.py", "c.py", "deep/er/b.py"]  # who names a folder wants it read
    assert found(root / inside)[0] == (named if inside else ["data/a.py", "data/deep/er/b.py", "out/é.py", "run.sh"])


def test_a_linked_work_tree_has_its_own_index(tree: Tree, tmp_path: Path) -> None:
    root = tree({"a.py": ""})
    git("init", "-q", root)
    git("-C", root, "add", "a.py")
    git("-C", root, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "first")
    git("-C", root, "worktree", "add", "-q", tmp_path / "linked")
    (tmp_path / "linked/.gitignore").write_text("*.py\n")
    (tmp_path / "linked/b.py").touch()
    assert found(tmp_path / "linked")[0] == ["a.py"]


@pytest.mark.parametrize("index", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\1", b"DIRC\0\0\0\x09\0\0\0\0", b"x" * 200])
def test_an_index_that_cannot_be_read_tracks_nothing(tree: Tree, index: bytes) -> None:
    root = tree({".git/index": index, ".gitignore": "*.py\n", "a.py": "", "b.sh": ""})
    assert found(root)[0] == ["b.sh"]


@given(st.binary(max_size=300), st.sampled_from([2, 3, 4]), st.integers(0, 4))
def test_any_bytes_are_an_index(content: bytes, version: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".git").mkdir()
        head = b"DIRC" + version.to_bytes(4, "big") + count.to_bytes(4, "big")
        Path(folder, ".git/index").write_bytes(head + content)
        assert len(tracked(folder)) <= count


def git(*arguments: object) -> None:
    subprocess.run(["git", *map(str, arguments)], check=True)


@pytest.mark.parametrize("line", ["!", "\\", "[z-a]", "[[:alpha:]]", "x" * 100_000, "\udcff", "[", "***", "a\\"])
def test_pattern_that_makes_no_sense_is_passed_over(line: str) -> None:
    spec = gitignore.parse([line, "a.py"])
    assert spec is not None
    assert spec.check_file("a.py").include is True


def test_gitignore_that_cannot_be_read(tree: Tree) -> None:
    content = b"*.py\n" + b"#" * gitignore.MAX_BYTES
    root = tree({".git/HEAD": "", "a.py": "", "s/b.py": "", "s/.gitignore": content})
    os.mkfifo(root / ".gitignore")
    assert found(root)[0] == ["a.py", "s/b.py"]


def test_links(tree: Tree) -> None:
    root = tree({"pkg/a.py": "", "blobs/0123": "", "outside.txt": ""})
    (root / "pkg/loop").symlink_to(root)
    (root / "pkg/again.py").symlink_to("a.py")  # read under its own name
    (root / "snapshot.py").symlink_to("blobs/0123")  # not read otherwise
    (root / "snapshot2.py").symlink_to("blobs/0123")  # the same once more
    (root / "dangling.py").symlink_to("nowhere.py")
    (root / "self.py").symlink_to("self.py")
    files, skipped = found(root)
    assert files == ["pkg/a.py", "snapshot.py"]
    assert skipped == {"symlink": 5, "other_type": 2}


def test_links_to_files_outside(tree: Tree, tmp_path: Path) -> None:
    root = tree({"a.py": "", "blob": ""})
    (tmp_path / "outside.py").touch()
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    (root / "inside.py").symlink_to("blob")
    assert found(root)[0] == ["a.py", "inside.py", "link.py"]
    assert found(root, Rules(outside_links=False)) == (["a.py", "inside.py"], {"symlink": 1, "other_type": 1})


def test_pipe_and_folder_with_a_source_name(tree: Tree) -> None:
    root = tree({"folder.py/a.py": ""})
    os.mkfifo(root / "pipe.py")
    assert found(root) == (["folder.py/a.py"], {"special": 1})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_folder(tree: Tree) -> None:
    root = tree({"closed/a.py": "", "b.py": ""})
    (root / "closed").chmod(0)
    try:
        assert found(root) == (["b.py"], {"unreadable": 1})
    finally:
        (root / "closed").chmod(0o700)


def test_deep_tree() -> None:
    root = tempfile.mkdtemp()  # pytest cannot remove such a tree
    try:
        descriptor = os.open(root, os.O_RDONLY)
        for _ in range(2100):  # longer than a path may be
            os.mkdir("dd", dir_fd=descriptor)
            inner = os.open("dd", os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        os.close(descriptor)
        assert found(Path(root)) == ([], {"unreadable": 1})
    finally:
        subprocess.run(["rm", "-rf", root], check=True)


def test_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        (tmp_path / name).write_text("")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    (tmp_path / ".gitignore").write_text("*.txt\n")
    files, _ = found(tmp_path)
    assert files == [name]
    assert shown(name) == "caf\\xe9.py"
