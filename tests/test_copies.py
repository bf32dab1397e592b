"""copies: which folders are copies of a library, and which are the repository's own code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import LOADS_GPT2, Tree

import ptmscope
from analyzer.loaders import tables
from miner.copies import MARKERS, Copy, facts, set_apart
from ptmscope.cli import cli

TRANSFORMERS = ("__init__.py", "configuration_utils.py", "modeling_utils.py", "models/bert/modeling_bert.py")
SETUP = 'setup(\n    name="transformers",\n)'


def package(folder: str, names: tuple[str, ...] = TRANSFORMERS) -> dict[str, str]:
    return {f"{folder}/{name}": "" for name in names}


CASES: dict[str, tuple[dict[str, str], list[str] | None, list[tuple[str, str, int, str]]]] = {
    "package beside the code": (
        {**package("transformers"), "run.py": ""},
        ["run.py"],
        [("transformers", "transformers", 4, "left_out")],
    ),
    "package in src, whose project is another": (
        {**package("src/transformers"), "src/own/a.py": "", "pyproject.toml": '[project]\nname = "own"\n'},
        ["src/own/a.py"],
        [("src/transformers", "transformers", 4, "left_out")],
    ),
    "whole checkout": (
        {
            **package("lib/hf/src/transformers"),
            "lib/hf/setup.py": SETUP,
            "lib/hf/examples/run_glue.py": "",
            "lib/hf/tests/test_a.py": "",
            "lib/hf/mine/experiment.py": "",
            "lib/hf/mine.py": "",
            "lib/a.py": "",
        },
        ["lib/a.py", "lib/hf/mine.py", "lib/hf/mine/experiment.py"],
        [("lib/hf", "transformers", 7, "left_out")],
    ),
    "package below a project of another name": (
        {**package("fork/src/transformers"), "fork/setup.py": "setup(name='fork')", "fork/examples/a.py": ""},
        ["fork/examples/a.py", "fork/setup.py"],
        [("fork/src/transformers", "transformers", 4, "left_out")],
    ),
    "copy within a copy": (
        {
            **package("hf/src/transformers"),
            "hf/pyproject.toml": '[project]\nname = "transformers"\n',
            **package("hf/examples/old/transformers"),
            "hf/examples/old/a.py": "",
        },
        [],
        [("hf", "transformers", 9, "left_out")],
    ),
    "own repository": (
        {**package("src/transformers"), "setup.py": SETUP, "examples/a.py": ""},
        None,
        [("src/transformers", "transformers", 4, "own")],
    ),
    "own repository, name in a constant": (
        {**package("sam2", ("__init__.py", "build_sam.py", "sam2_image_predictor.py")), "setup.py": 'NAME = "SAM-2"\n'},
        None,
        [("sam2", "sam-2", 3, "own")],
    ),
    "old layout": (
        {**package("pytorch_pretrained_bert", ("__init__.py", "modeling.py", "tokenization.py")), "a.py": ""},
        ["a.py"],
        [("pytorch_pretrained_bert", "pytorch-pretrained-bert", 3, "left_out")],
    ),
    "within a package, with more evidence": (
        {
            "app/__init__.py": "",
            **package("app/open_clip", ("__init__.py", "factory.py", "openai.py", "pretrained.py")),
        },
        ["app/__init__.py"],
        [("app/open_clip", "open-clip-torch", 4, "left_out")],
    ),
    "a sub-package of that name": ({"app/__init__.py": "", **package("app/transformers")}, None, []),
    "one marker": (package("transformers", ("__init__.py", "modeling_utils.py")), None, []),
    "no package": (package("transformers", TRANSFORMERS[1:]), None, []),
    "another name": (package("my_transformers"), None, []),
    "own code under a library's name": ({"clip/__init__.py": "", "clip/model.py": "", "clip/train.py": ""}, None, []),
}


@pytest.mark.parametrize(("files", "kept", "copies"), CASES.values(), ids=CASES.keys())
def test_copies(
    tree: Tree, files: dict[str, str], kept: list[str] | None, copies: list[tuple[str, str, int, str]]
) -> None:
    root = str(tree(files))
    sources = tuple(sorted(name for name in files if name.endswith(".py")))
    expected = sources if kept is None else tuple(kept)
    assert set_apart(root, sources, counted=False) == (expected, tuple(Copy(*each) for each in copies))
    counted = set_apart(root, sources, counted=True)
    assert counted[0] == sources
    assert [each.status for each in counted[1]] == [each[3].replace("left_out", "counted") for each in copies]


def test_source_folder_of_the_library_itself(tree: Tree) -> None:
    root = tree({**package("src/transformers"), "setup.py": SETUP})
    _, (copy,) = set_apart(str(root / "src"), tuple(sorted(package("transformers"))), counted=False)
    assert copy.status == "own"


def test_named_folder_is_read(tree: Tree) -> None:
    root = tree({**package("hf/src/transformers"), "hf/setup.py": SETUP, "hf/src/transformers/a.py": LOADS_GPT2})
    assert not ptmscope.scan(root).sites
    for below in ("hf", "hf/src", "hf/src/transformers"):
        assert len(ptmscope.scan(root / below).sites) == 1


def test_metadata_that_cannot_be_read(tree: Tree) -> None:
    root = tree({**package("x/transformers"), "x/setup.py/a": "", "x/pyproject.toml": b"\xff\0", "setup.cfg": "name"})
    _, (copy,) = set_apart(str(root), tuple(sorted(package("x/transformers"))), counted=False)
    assert copy == Copy("x/transformers", "transformers", 4, "left_out")


def test_facts_are_about_libraries_of_the_loader_tables() -> None:
    assert set(facts().libraries) <= set(tables().roots)
    for library in facts().libraries.values():
        assert len(set(library.markers)) > MARKERS, library.package
        assert all(marker.endswith(".py") for marker in library.markers)
        assert all(name == name.lower().replace("_", "-") for name in library.distributions)


def scanned(root: Path, *options: str) -> str:
    done = CliRunner().invoke(cli, ["scan", str(root), *options], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout if "json" in options else done.output


def test_command_line(tree: Tree) -> None:
    root = tree({**package("transformers"), "transformers/a.py": LOADS_GPT2, "b.py": LOADS_GPT2})
    left_out = "Vendored: copy of transformers (5 files) in transformers; --include-vendored counts it."
    assert "1 load site, 1 model in 1 file.\nLeft out: 5 files in copies of libraries.\n" + left_out in scanned(root)
    document = json.loads(scanned(root, "-f", "json"))
    copy = {"path": "transformers", "library": "transformers", "files": 5, "status": "left_out"}
    assert document["copies"] == [copy]
    assert document["counts"] == {"files": 1, "duplicates": 0, "skipped": {"vendored_copy": 5}}
    document = json.loads(scanned(root, "-f", "json", "--include-vendored"))
    assert document["copies"] == [{**copy, "status": "counted"}]
    assert [site["path"] for site in document["sites"]] == ["b.py", "transformers/a.py"]
    assert "copy of transformers (5 files) in transformers, counted." in scanned(root, "--include-vendored")


def test_own_repository_is_told(tree: Tree) -> None:
    root = tree({**package("src/transformers"), "setup.py": SETUP, "src/transformers/a.py": LOADS_GPT2})
    text = scanned(root)
    assert "This is the source of transformers itself (5 files in src/transformers): counted, as it is no copy." in text
    assert "1 load site" in text
