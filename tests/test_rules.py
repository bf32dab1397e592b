"""rules: what each finds and what it leaves alone, in code; policies, comments and baselines."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Tree

import ptmscope
from analyzer.records import LoadSite, ModelRef, Origin
from miner.records import HubModel, Terms
from ptmscope.checking import checked, failing
from ptmscope.errors import Misuse
from ptmscope.findings import Counts, Scan
from ptmscope.lookup import Lookup
from ptmscope.rules import baseline
from ptmscope.rules.checks import CHECKS
from ptmscope.rules.finding import Finding, findings
from ptmscope.rules.policy import Policy, overridden, policy_of
from ptmscope.rules.tables import facts, rules

HEAD = """\
import torch
from diffusers import StableDiffusionPipeline
from huggingface_hub import InferenceClient, hf_hub_download, snapshot_download, try_to_load_from_cache
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer, pipeline
from ultralytics import YOLO
"""
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_" + "".join(reversed(string.ascii_letters[10:44]))

#: One line of code -> the rules that it breaks.
CASES = {
    'AutoModel.from_pretrained("org/a")': ["unpinned-revision"],
    'AutoModel.from_pretrained("org/a", revision="main")': ["unpinned-revision"],
    'AutoModel.from_pretrained("org/a", revision=None)': ["unpinned-revision"],
    f'AutoModel.from_pretrained("org/a", revision="{COMMIT}")': [],
    'AutoModel.from_pretrained("org/a", revision="v1.0")': [],
    'AutoModel.from_pretrained("org/a", revision=input())': [],
    'AutoModel.from_pretrained("org/a", **options())': [],
    'AutoModel.from_pretrained("org/a", **{"revision": "main"})': ["unpinned-revision"],
    'AutoModel.from_pretrained("org/a", local_files_only=True)': [],
    'AutoModel.from_pretrained("./out")': [],
    'InferenceClient("org/a")': [],
    'pipeline("ner")': [],
    'pipeline("ner", model="org/a")': ["unpinned-revision"],
    'SentenceTransformer("all-MiniLM-L6-v2")': ["unpinned-revision"],
    'snapshot_download("org/a", revision="v2")': [],
    'snapshot_download("org/data", repo_type="dataset")': [],
    'torch.hub.load("owner/code", "model")': ["unpinned-revision"],
    'torch.hub.load("owner/code:main", "model")': ["unpinned-revision"],
    'torch.hub.load("owner/code:v1.0", "model")': [],
    'torch.hub.load("./code", "model", source="local")': [],
    'YOLO("yolov8n.pt")': ["unsafe-weights"],
    'YOLO("./runs/best.pt")': [],
    'torch.hub.load_state_dict_from_url("https://example.org/a.pth")': ["unsafe-weights"],
    'torch.hub.load_state_dict_from_url("https://example.org/a.pth", weights_only=True)': [],
    f'hf_hub_download("org/a", "pytorch_model.bin", revision="{COMMIT}")': ["unsafe-weights"],
    f'hf_hub_download(repo_id="org/a", filename="model.safetensors", revision="{COMMIT}")': [],
    f'hf_hub_download("org/a", "ggml-model-q4_0.bin", revision="{COMMIT}")': [],
    'try_to_load_from_cache("org/a", "pytorch_model.bin")': [],
    f'StableDiffusionPipeline.from_pretrained("org/a", use_safetensors=False, revision="{COMMIT}")': ["unsafe-weights"],
    'AutoModel.from_pretrained("org/a", trust_remote_code=True)': ["remote-code", "unpinned-revision"],
    f'AutoModel.from_pretrained("org/a", trust_remote_code=True, revision="{COMMIT}")': [],
    'AutoModel.from_pretrained("./out", trust_remote_code=True)': [],
    'AutoModel.from_pretrained("org/a", revision="v1", **{"trust_remote_code": True})': ["remote-code"],
    'AutoModel.from_pretrained("org/a", revision="v1", trust_remote_code=False)': [],
    'AutoModel.from_pretrained("bert-base-uncased", revision="v1")': ["renamed-model"],
    'AutoModel.from_pretrained("google-bert/bert-base-uncased", revision="v1")': [],
    'AutoModel.from_pretrained("org/a", revision="v1", use_auth_token=True)': ["deprecated-argument"],
    'AutoModel.from_pretrained("org/a", revision="v1", torch_dtype="auto")': ["deprecated-argument"],
    'AutoModel.from_pretrained("org/a", revision="v1", dtype="auto")': [],
    "AutoModel.from_pretrained(unknown())": ["unresolved-model"],
    "AutoModel.from_pretrained(input())": [],
    f'AutoModel.from_pretrained("org/a", revision="v1", token="{TOKEN}")': ["token-in-code"],
    f'# old: login("{TOKEN}")': ["token-in-code"],
    f'login(token="hf_{"x" * 34}")': [],
}


def of(root: Path, policy: Policy | None = None) -> tuple[Finding, ...]:
    return checked(ptmscope.scan(root), policy or Policy()).counted


@pytest.mark.parametrize("line", CASES)
def test_python(tree: Tree, line: str) -> None:
    found = of(tree({"app.py": HEAD + line + "\n"}))
    assert [each.rule for each in found] == CASES[line]
    assert all(each.line == HEAD.count("\n") + 1 for each in found)
    assert not any(TOKEN in repr(each) for each in found)


def test_javascript(tree: Tree) -> None:
    code = 'import { pipeline } from "@huggingface/transformers";\nawait pipeline("ner", "org/a"{});\n'
    root = tree({"a.js": code.replace("{}", ""), "b.js": code.replace("{}", ', { revision: "v1" }')})
    assert [(each.path, each.rule) for each in of(root)] == [("a.js", "unpinned-revision")]


def test_launch_lines_have_arguments_that_are_not_read(tree: Tree) -> None:
    assert of(tree({"run.sh": "vllm serve org/a --revision v1\n"})) == ()


def test_a_token_is_never_written(tree: Tree) -> None:
    root = tree(
        {"a.py": HEAD + f'AutoModel.from_pretrained("org/a", token="{TOKEN}")\n', ".env": f"HF_TOKEN={TOKEN}\n"}
    )
    scan = ptmscope.scan(root)
    assert {each.path for each in scan.credentials} == {"a.py", ".env"}
    assert dict(scan.sites[0].arguments) == {"token": "…"}
    assert TOKEN not in repr(scan)


def ref(name: str, canonical: str | None = None) -> ModelRef:
    return ModelRef(name, canonical, "huggingface", "literal", "certain", Origin("a.py", 1))


def looked_up(name: str, lookup: Lookup) -> list[str]:
    arguments = (("revision", "v1"),)
    site = LoadSite(
        "a.py", 1, 0, 1, None, "transformers.AutoModel.from_pretrained", "transformers", "model", "resolved", None,
        (ref(name, name),), arguments,
    )  # fmt: skip
    return [each.rule for each in findings(Scan((site,), (), (), Counts(1, 0, ()), lookup=lookup))]


@pytest.mark.parametrize(
    ("lookup", "wanted"),
    [
        (Lookup(), []),
        (Lookup(known=frozenset()), ["unknown-model"]),
        (Lookup(known=frozenset({"org/a"})), []),
        (Lookup(known=frozenset({"org/a"}), told={"org/a": Terms("mit", False)}), []),
        (Lookup(known=frozenset({"org/a"}), told={"org/a": Terms("llama3", True)}), ["gated-model"]),
        (Lookup(known=frozenset({"org/a"}), told={"org/a": Terms(None, None)}), ["missing-licence"]),
        (Lookup(hub={"org/a": HubModel(exists=False)}), ["unknown-model"]),
        (Lookup(hub={"org/a": HubModel(exists=True, id="new/a", license="mit", gated=False)}), ["renamed-model"]),
        (Lookup(hub={"org/a": HubModel(exists=True, id="Org/A", gated="auto")}), ["gated-model", "missing-licence"]),
        (Lookup(known=frozenset(), hub={"org/a": HubModel(exists=True, id="org/a", license="mit")}), []),
    ],
)
def test_with_a_catalog_or_the_hub(lookup: Lookup, wanted: list[str]) -> None:
    assert looked_up("org/a", lookup) == wanted


def test_a_catalog_tells_terms(tree: Tree) -> None:
    rows = [{"id": "org/a", "gated": "manual", "tags": ["license:mit"]}, {"id": "org/b"}]
    code = HEAD + "".join(f'AutoModel.from_pretrained("org/{x}", revision="v1")\n' for x in "abc")
    root = tree({"a.py": code, "catalog.jsonl": "\n".join(map(json.dumps, rows))})
    found = findings(ptmscope.scan(root, catalog=root / "catalog.jsonl"))
    assert [each.rule for each in found] == ["gated-model", "missing-licence", "unknown-model"]


def test_every_rule_has_a_check_and_a_page() -> None:
    assert set(rules()) == {*CHECKS, "token-in-code"}
    pages = {file.stem: file.read_text() for file in (ROOT / "docs" / "rules").glob("*.md") if file.stem != "README"}
    assert pages.keys() == rules().keys()
    for name, page in pages.items():
        assert page.startswith(f"# {name}\n")
        assert f"Severity: {rules()[name].severity}." in page
        assert f"ptmscope: ignore[{name}]" in page
        assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Why", "## Example", "## Fix"]


def test_every_fact_says_where_it_is_from() -> None:
    rows = (*facts().revisions, *facts().pickles, *facts().deprecated)
    assert rows
    assert all(row.source for row in rows)


GPT = 'AutoModel.from_pretrained("org/a")'


@pytest.mark.parametrize(
    ("comment", "counts"),
    [
        ("", True),
        ("  # ptmscope: ignore[unpinned-revision]", False),
        ("  # ptmscope: ignore[remote-code, unpinned-revision]", False),
        ("  # ptmscope: ignore", False),
        ("  # noqa  # ptmscope:ignore[unpinned-revision]  why not", False),
        ("  # ptmscope: ignore[remote-code]", True),
        ("  # ptmscope: ignored", True),
    ],
)
def test_comments(tree: Tree, comment: str, *, counts: bool) -> None:
    cells = [{"cell_type": "markdown", "source": []}, {"cell_type": "code", "source": f"{HEAD}\n{GPT}{comment}\n"}]
    root = tree({"a.py": f"{HEAD}\n{GPT}{comment}\n", "a.ipynb": json.dumps({"cells": cells, "metadata": {}})})
    found = checked(ptmscope.scan(root), Policy())
    assert [each.path for each in found.counted] == ["a.ipynb", "a.py"] * counts
    assert {each.ignored for each in found.findings} == {None if counts else "comment"}


def test_comments_in_javascript_stand_on_the_first_line(tree: Tree) -> None:
    head = 'import { pipeline } from "@huggingface/transformers";\n'
    root = tree({
        "a.js": head + 'pipeline(  // ptmscope: ignore[unpinned-revision]\n  "ner", "org/a");\n',
        "b.js": head + 'pipeline(\n  "ner", "org/a");  // ptmscope: ignore[unpinned-revision]\n',
    })  # fmt: skip
    assert [each.path for each in of(root)] == ["b.js"]


def test_fingerprints_stay_when_lines_move(tree: Tree) -> None:
    before = of(tree({"a.py": f"{HEAD}{GPT}\n{GPT}\n"}))
    after = of(tree({"a.py": f"{HEAD}\n\n# moved\n{GPT}\nprint()\nx = {GPT}\n"}))
    assert [each.line for each in before] != [each.line for each in after]
    assert [each.fingerprint for each in before] == [each.fingerprint for each in after]
    assert len({each.fingerprint for each in before}) == 2


def test_baseline(tree: Tree, tmp_path: Path) -> None:
    root = tree({"a.py": f"{HEAD}{GPT}\n"})
    file = tmp_path / "old.json"
    file.write_text(baseline.text(of(root)))
    tree({"a.py": f"{HEAD}\n{GPT}\n{GPT}\nAutoModel.from_pretrained('org/b')\n"})
    found = checked(ptmscope.scan(root), Policy(baseline=str(file)))
    assert [each.line for each in found.counted] == [9, 10]
    assert [each.ignored for each in found.findings] == ["baseline", None, None]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}']
)
def test_no_baseline(tmp_path: Path, content: str) -> None:
    (tmp_path / "old.json").write_text(content)
    with pytest.raises(Misuse, match=r"old\.json: "):
        baseline.read(str(tmp_path / "old.json"))


SETTINGS = """
[tool.ptmscope]
exclude = ["old/"]
baseline = "models.json"
fail-on = ["warning", "renamed-model"]
[tool.ptmscope.severity]
unpinned-revision = "error"
renamed-model = "off"
[tool.ptmscope.ignore]
"tests/" = ["unpinned-revision"]
"""


def test_settings(tree: Tree) -> None:
    root = tree({"pyproject.toml": SETTINGS, "app/a.py": f"{HEAD}{GPT}\n", "tests/b.py": f"{HEAD}{GPT}\n"})
    policy = policy_of(str(root / "app" / "a.py"))
    assert policy.exclude == ("old/",)
    assert policy.baseline == str(root / "models.json")
    found = checked(ptmscope.scan(root), replace(policy, baseline=None))
    assert [(each.path, each.severity) for each in found.counted] == [("app/a.py", "error")]
    assert failing(found, policy) == found.counted
    kept = overridden(policy, severity=["unpinned-revision=note"], baseline="x", fail_on=["error,gated-model"])
    assert kept.severity == {"unpinned-revision": "note", "renamed-model": "off"}
    assert (kept.baseline, kept.fail_on) == ("x", ("error", "gated-model"))
    assert failing(checked(ptmscope.scan(root), replace(kept, baseline=None)), kept) == ()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("[tool.ptmscope]\nbad = 1", "unknown bad; known are severity, exclude, ignore, baseline, fail-on"),
        ("[tool.ptmscope]\nexclude = 'x'", "exclude: a list of strings is wanted"),
        ("[tool.ptmscope]\nbaseline = 1", "baseline: a string is wanted"),
        ("[tool.ptmscope]\nseverity = 1", "severity: a table is wanted"),
        ("[tool.ptmscope.severity]\nnone = 'error'", "severity: 'none' is none of token-in-code, "),
        ("[tool.ptmscope.severity]\nremote-code = 'bad'", "severity: 'bad' is none of error, warning, note, off"),
        ("[tool.ptmscope.severity]\nremote-code = []", r"severity: \[\] is none of error"),
        ("[tool.ptmscope.ignore]\n'a' = ['bad']", "ignore: 'bad' is none of"),
        ("[tool.ptmscope]\nfail-on = ['bad']", "fail-on: 'bad' is none of"),
        ("tool = 1\n", None),
        ("[tool]\nptmscope = 1", "a table is wanted"),
        ("bad", "pyproject.toml: "),
    ],
)
def test_bad_settings(tree: Tree, settings: str, message: str | None) -> None:
    root = tree({"pyproject.toml": settings})
    if message is None:
        assert policy_of(str(root)) == Policy(folder=str(root))
        return
    with pytest.raises(Misuse, match=message):
        policy_of(str(root))
