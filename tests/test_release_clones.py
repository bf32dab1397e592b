"""Which usages are nearly the same, and which texts are at hand for that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.records import Anchor, ApiCall, CallSequence
from ptmscope.release.clones import clusters
from ptmscope.release.components import components
from ptmscope.release.texts import Texts
from ptmscope.release.usages import Usage
from ptmscope.repositories import Repository

pytest.importorskip("datasketch")

LONG = [f"value_{n} = compute_{n % 7}(value_{n - 1}, {n})" for n in range(40)]
OTHER = [f"result_{n} = train_{n % 5}(data[{n}], rate={n})" for n in range(40)]
CALLS = [f"a.step{n}" for n in range(9)]


def usage(source: str, path: str, apis: list[str], model: str = "gpt2", keywords: tuple[str, ...] = ()) -> Usage:
    calls = tuple(ApiCall(api, n, None, "receiver", None, (), keywords=keywords) for n, api in enumerate(apis))
    name = f"{source}/{path}/{model}"
    return Usage(name, source, CallSequence(path, None, model, (Anchor(1, None, "a.load"),), calls), None, "a", name)


def texts(root: Path, files: Mapping[str, list[str]]) -> Texts:
    """`repository/path` -> lines."""
    for name, lines in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("\n".join(lines))
    return Texts.of(Repository(name, str(root / name), (), (), licence="MIT") for name in ("ada", "bob"))


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        (LONG, LONG, True),
        (LONG, [*LONG[:20], "print(value_19)", *LONG[21:]], True),
        (LONG, OTHER, False),
        (LONG, [*LONG[:20], *OTHER[20:]], False),
        (["import a"], ["import a"], False),  # too short to tell
    ],
)
def test_files(tmp_path: Path, one: list[str], other: list[str], are_alike: bool) -> None:
    at_hand = texts(tmp_path, {"ada/a.py": one, "bob/b.py": other})
    found = clusters([usage("ada", "a.py", ["a.load"]), usage("bob", "b.py", ["a.load"])], at_hand)
    assert (len(set(found.values())) == 1) is are_alike


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        (usage("ada", "a.py", CALLS), usage("bob", "b.py", CALLS), True),
        (usage("ada", "a.py", CALLS * 3), usage("bob", "b.py", [*CALLS * 3, "a.last"]), True),
        (usage("ada", "a.py", CALLS), usage("bob", "b.py", CALLS[::-1]), False),
        (usage("ada", "a.py", CALLS), usage("bob", "b.py", CALLS, model="t5-small"), False),
        (usage("ada", "a.py", CALLS), usage("bob", "b.py", CALLS, keywords=("device",)), False),
        (usage("ada", "a.py", CALLS[:4]), usage("bob", "b.py", CALLS[:4]), False),  # an idiom
        (usage("ada", "a.py", CALLS[:4]), usage("ada", "a.py", CALLS[:5], model="t5-small"), True),  # in one file
    ],
)
def test_calls_where_no_text_is_at_hand(tmp_path: Path, one: Usage, other: Usage, are_alike: bool) -> None:
    at_hand = texts(tmp_path, {})
    found = clusters([one, other], at_hand)
    assert (len(set(found.values())) == 1) is are_alike
    assert found == clusters([other, one], at_hand)


def test_a_clone_at_another_commit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("b" * 40)
    (tmp_path / "a.py").write_text("import a\n")
    for commit, text, reason in (("b" * 40, "import a\n", None), ("c" * 40, None, "changed")):
        found = Texts.of([Repository("ada", str(tmp_path), (), (), commit, "MIT")])
        assert (found.text("ada", "a.py"), found.reason("ada", "a.py")) == (text, reason)


def test_no_token_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('load("org/name", token="' + "hf_" + "aB3" * 11 + 'x")\n')
    found = Texts.of([Repository("ada", str(tmp_path), (), (), licence="MIT")])
    assert found.text("ada", "a.py") == 'load("org/name", token="hf_…")\n'


def test_where_the_cells_of_a_notebook_are_in_its_text(tmp_path: Path) -> None:
    cells = [("code", ["import a\n", "a.b()"]), ("markdown", ["words"]), ("code", ["a.c()"])]
    book = {"nbformat": 4, "cells": [{"cell_type": kind, "source": source} for kind, source in cells]}
    (tmp_path / "a.ipynb").write_text(json.dumps(book))
    found = Texts.of([Repository("ada", str(tmp_path), (), (), licence="MIT")])
    lines = (found.text("ada", "a.ipynb") or "").splitlines()
    starts = dict(map(str.split, found.cells("ada", "a.ipynb")))
    assert {cell: lines[int(line) - 1] for cell, line in starts.items()} == {"0": "import a", "2": "a.c()"}
    assert Texts.of([Repository("ada", str(tmp_path), (), ())]).cells("ada", "a.ipynb") == ()


NAMES = st.sampled_from("abcdefghij")
GROUPS = st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=8)


@given(GROUPS, st.data())
def test_components(groups: list[list[str]], data: st.DataObject) -> None:
    found = components(groups)
    assert found.keys() == {name for group in groups for name in group}
    for group in groups:
        assert len({found[name] for name in group}) == 1
    for name, least in found.items():
        assert least == min(other for other in found if found[other] == found[name])
    assert components(data.draw(st.permutations(groups))) == found
