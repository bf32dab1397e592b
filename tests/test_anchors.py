"""anchors: what the record of a load site says, beside the ids, for which fixtures stand."""

from __future__ import annotations

import pytest

from analyzer import analyze_source
from analyzer.records import LoadSite

IMPORTS = """import os
import torch
from functools import partial
from huggingface_hub import hf_hub_download
from transformers import AutoModel, AutoTokenizer
"""


def site(code: str) -> LoadSite:
    (found,) = analyze_source((IMPORTS + code).encode(), "a.py").sites
    return found


def test_places_and_names() -> None:
    """From the line of the call to that of its last bracket."""
    found = site('x = 1\nif x:\n    model = AutoModel.from_pretrained(\n        "gpt2",\n)\nx = 2\n')
    assert (found.line, found.column, found.end_line, found.cell) == (8, 12, 10, None)
    assert (found.api, found.library, found.loads) == (
        "transformers.AutoModel.from_pretrained",
        "transformers",
        "model",
    )
    assert (found.status, found.reason) == ("resolved", None)
    assert site('AutoModel.from_pretrained("gpt2")\nx = 2\n').end_line == 6


@pytest.mark.parametrize(
    ("first", "second", "ids"),
    [
        ("gpt2", "org/other", ["gpt2", "org/other"]),
        ("gpt2", "./local", ["gpt2"]),
        ("./local", "gpt2", ["gpt2"]),
        ("./local", "./other", ["./local"]),
        (None, "gpt2", ["gpt2"]),
        ("gpt2", None, ["gpt2"]),
    ],
)
def test_a_call_of_either_of_two_loads(first: str | None, second: str | None, ids: list[str]) -> None:
    """One site with the ids of both; a folder says nothing where the other is a model."""
    either = (
        f"partial(AutoModel.from_pretrained, {first!r}) if x else partial(AutoTokenizer.from_pretrained, {second!r})"
    )
    found = site(f"load = {either}\nmodel = load()\n".replace("None", "f(x)"))
    assert [model.id for model in found.models] == ids
    assert found.status == ("local" if ids == ["./local"] else "resolved")
    assert (found.loads == "model") == (found.api == "transformers.AutoModel.from_pretrained")


@pytest.mark.parametrize(
    ("setup", "given", "told"),
    [
        ("", "revision='abc'", {"revision": "abc"}),
        ("", "trust_remote_code=True", {"trust_remote_code": True}),
        ("", "num_labels=3", {"num_labels": 3}),
        ("", "revision=None", {"revision": None}),
        ("", "torch_dtype=torch.float16", {"torch_dtype": "torch.float16"}),
        ("", "torch_dtype=torch.finfo(torch.float16)", {"torch_dtype": "?"}),
        ("REVISION = 'abc'\n", "revision=REVISION", {"revision": "abc"}),
        ("LABELS = 3\n", "num_labels=LABELS", {"num_labels": 3}),
        ("DTYPE = torch.float16\n", "torch_dtype=DTYPE", {"torch_dtype": "torch.float16"}),
        ("REVISION = 'a' if x else 'b'\n", "revision=REVISION", {"revision": "?"}),
        ("REVISION = f(x)\n", "revision=REVISION", {"revision": "?"}),
        ("", "token='hf_abc'", {"token": "…"}),
        ("", "token=True", {"token": True}),
        ("", "token=os.environ['T']", {"token": "?"}),
        ("", "revision='hf_" + "a" * 34 + "'", {"revision": "hf_…"}),
        ("", "unheard_of=1", {}),
        ("more = {'revision': 'abc', 'unheard_of': 1}\n", "**more", {"revision": "abc", "**": "?"}),
        ("more = {'revision': 'abc'}\n", "revision='first', **more", {"revision": "first", "**": "?"}),
        ("", "**unknown", {"**": "?"}),
    ],
)
def test_arguments(setup: str, given: str, told: dict[str, object]) -> None:
    assert dict(site(f"{setup}model = AutoModel.from_pretrained('gpt2', {given})\n").arguments) == told


def test_arguments_at_a_position() -> None:
    """Where the table says which; not behind what is unpacked."""
    assert dict(site("hf_hub_download('org/m', 'a.bin')\n").arguments) == {"filename": "a.bin"}
    assert dict(site("hf_hub_download('org/m')\n").arguments) == {}
    assert dict(site("hf_hub_download(*x, 'a.bin', repo_id='org/m')\n").arguments) == {"**": "?"}


def test_arguments_that_differ_between_calls() -> None:
    """A call of either of two, with one argument alike and one that is not."""
    either = " if x else ".join(
        f"partial(AutoModel.from_pretrained, 'gpt2', revision={revision!r}, num_labels=2)" for revision in "ab"
    )
    assert dict(site(f"load = {either}\nload()\n").arguments) == {"revision": "?", "num_labels": 2}


def test_arguments_that_partial_holds() -> None:
    """With those of the call, which come after it."""
    found = site("load = partial(AutoModel.from_pretrained, 'gpt2', revision='a')\nload(num_labels=2)\n")
    assert dict(found.arguments) == {"num_labels": 2, "revision": "a"}
