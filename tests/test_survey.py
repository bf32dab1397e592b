"""The glance at a file's text, and what is kept of files."""

from __future__ import annotations

import pickle

import pytest

from analyzer.linking.kept import Kept
from analyzer.linking.survey import glance
from analyzer.project import Project
from ptmscope import tasks
from ptmscope.worker import Task


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        (b"import os", ("os",)),
        (b"import os, sys as s", ("os", "sys")),
        (b"import a; import b\nimport c", ("a", "c")),
        (b"from a.b import c as d, e", ("a.b.c", "a.b.e")),
        (
            b"from . import x\nfrom ..y import (\n  z,  # import w\n  v,\n)",
            (".x", "..y.z", "..y.import", "..y.w", "..y.v"),
        ),
        (b"from a import *", ("a",)),
        (b'  "from a import b\\n",\n', ("a.b",)),
        (b"x = important(import_)\n# import os\n", ()),
        (b"from a import \\\n  b", ()),
    ],
)
def test_imports(source: bytes, imports: tuple[str, ...]) -> None:
    assert glance(source, "m.py").imports == imports


@pytest.mark.parametrize(
    ("source", "classes"),
    [
        (b"class A(B, c.D, metaclass=M): pass", (("A", ("B", "D")),)),
        (b"class A(B): class_ = 1; x = 'class C(D)'\nclass E(F): pass", (("A", ("B",)), ("E", ("F",)))),
        (b"class A: pass\n  class B(\n    C,\n): pass", (("B", ("C",)),)),
        (b"a class of its own (says class)\n", ()),
    ],
)
def test_classes(source: bytes, classes: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    assert glance(source, "m.py").classes == classes


def test_kept_goes_by_weight() -> None:
    made: list[str] = []
    kept = Kept(lambda path: made.append(path) or path, len, 6)  # type: ignore[func-returns-value]
    assert [kept(path) for path in ("aa", "bbb", "aa", "cccc", "aa", "too long for it")][-1] == "too long for it"
    assert made == ["aa", "bbb", "cccc", "aa", "too long for it"]
    assert list(kept.held) == ["too long for it"]
    assert kept.weight == len("too long for it")


def test_a_project_travels_to_another_process() -> None:
    project = Project([glance(source, path) for path, source in sorted(_FILES.items())], _FILES.get)
    copy = pickle.loads(pickle.dumps(project))
    assert copy.wanted() == project.wanted() == ("app.py",)
    assert copy.around.reaching("names.py") == project.around.reaching("names.py") == ("app.py",)
    assert copy.read("names.py") == _FILES["names.py"]


@pytest.mark.parametrize(("jobs", "files"), [(1, 8), (2, 8), (3, 4), (16, 8)])
@pytest.mark.parametrize("folder", [1, 30, 500])
def test_parts_hold_every_file_once(jobs: int, files: int, folder: int) -> None:
    paths = tuple(f"{number // folder:03}/{number}.py" for number in range(500))
    parts = [task.paths for task in tasks.shrinking(Task("", paths, 1), jobs, files)]
    assert tuple(path for part in parts for path in part) == paths
    assert len(parts[0]) >= len(parts[-1])


def test_parts_end_where_a_folder_does() -> None:
    paths = tuple(f"{number // 30:03}/sub/{number}.py" for number in range(600))
    parts = [task.paths for task in tasks.shrinking(Task("", paths, 1), 2, 8)]
    large = [part for part in parts if len(part) >= 30]
    assert len(large) > 3
    assert all(int(part[0].split("/")[2][:-3]) % 30 == 0 for part in large)


_FILES = {
    "app.py": b"from transformers import AutoModel\nfrom names import NAME\nAutoModel.from_pretrained(NAME)\n",
    "names.py": b"NAME = 'gpt2'\n",
}
