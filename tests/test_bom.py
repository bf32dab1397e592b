"""Bills of materials: against their schemas, and deterministic."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from conftest import ROOT, Run, Tree
from test_export import SCAN, named, written
from test_rules import COMMIT, HEAD

import ptmscope as package
from miner.records import HubModel, Terms
from ptmscope.components import components
from ptmscope.export import formats
from ptmscope.export.licences import expression, spdx_id
from ptmscope.findings import Scan
from ptmscope.lookup import Lookup

SAMPLE = package.scan(ROOT / "examples" / "sample")
CODE = f"""{HEAD}
AutoModel.from_pretrained("gpt2", revision="{COMMIT.upper()}")
AutoModel.from_pretrained("openai-community/gpt2")
AutoTokenizer.from_pretrained("gpt2")
YOLO("yolov8n.pt")
AutoModel.from_pretrained("./out")
"""


def bom(scan: Scan) -> dict[str, Any]:
    validation = pytest.importorskip("cyclonedx.validation.json")
    from cyclonedx.schema import SchemaVersion

    text = written(named(formats.SCAN, "cyclonedx"), scan).decode()
    assert validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


def graph(scan: Scan) -> list[dict[str, Any]]:
    """The elements, read with the bindings, which check them against the shapes of SPDX."""
    spdx = pytest.importorskip("spdx_python_model").v3_0_1
    text = written(named(formats.SCAN, "spdx"), scan)
    objects = spdx.SHACLObjectSet()
    spdx.JSONLDDeserializer().read(io.BytesIO(text), objects)
    assert objects.foreach_type(spdx.ai_AIPackage)
    return list(json.loads(text)["@graph"])


@pytest.mark.parametrize("scan", [SCAN, SAMPLE], ids=["records", "sample"])
def test_valid(scan: Scan) -> None:
    assert len(bom(scan)["components"]) == len(components(scan))
    assert sum(each["type"] == "ai_AIPackage" for each in graph(scan)) == len(components(scan))


def test_components(tree: Tree) -> None:
    scan = package.scan(tree({"a.py": CODE}))
    found = bom(scan)
    parts = [(each.get("group"), each["name"], each.get("version"), each.get("purl")) for each in found["components"]]
    assert parts == [
        ("openai-community", "gpt2", COMMIT.upper(), f"pkg:huggingface/openai-community/gpt2@{COMMIT}"),
        ("openai-community", "gpt2", None, "pkg:huggingface/openai-community/gpt2"),
        (None, "yolov8n.pt", None, None),
    ]
    places = [
        [(e["location"], e["line"], e["symbol"]) for e in each["evidence"]["occurrences"]]
        for each in found["components"]
    ]
    assert places[1] == [
        ("a.py", 9, "transformers.AutoModel.from_pretrained"),
        ("a.py", 10, "transformers.AutoTokenizer.from_pretrained"),
    ]
    assert {each["type"] for each in found["components"]} == {"machine-learning-model"}
    assert found["components"][0]["externalReferences"] == [
        {"type": "model-card", "url": "https://huggingface.co/openai-community/gpt2"}
    ]
    (used,) = (each["dependsOn"] for each in found["dependencies"] if each["ref"] == "program")
    assert used == sorted(each["bom-ref"] for each in found["components"])


@pytest.mark.parametrize(
    "lookup",
    [
        Lookup(told={"openai-community/gpt2": Terms("mit", True)}),
        Lookup(hub={"openai-community/gpt2": HubModel(exists=True, license="mit", gated="auto")}),
    ],
    ids=["catalog", "hub"],
)
def test_licences(tree: Tree, lookup: Lookup) -> None:
    scan = replace(package.scan(tree({"a.py": CODE})), lookup=lookup)
    part = bom(scan)["components"][0]
    assert part["licenses"] == [{"license": {"id": "MIT"}}]
    assert {"name": "ptmscope:gated", "value": "true"} in part["properties"]
    licensed = {each["simplelicensing_licenseExpression"] for each in graph(scan) if "Expression" in each["type"]}
    assert licensed == {"MIT"}


def test_names_of_licences() -> None:
    assert [spdx_id(each) for each in ("apache-2.0", "gpl-3.0", "llama3")] == ["Apache-2.0", "GPL-3.0-only", None]
    assert expression("creativeml-openrail-m") == "LicenseRef-creativeml-openrail-m"


def test_same_bytes_and_no_time(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": CODE})
    for form in ("cyclonedx", "spdx"):
        first = ptmscope("scan", root, "-f", form)
        assert first.returncode == 0
        assert first.stdout == ptmscope("scan", root, "-f", form).stdout
        assert b"timestamp" not in first.stdout
        dated = ptmscope("scan", root, "-f", form, env={"SOURCE_DATE_EPOCH": "86400", "PATH": "/usr/bin:/bin"})
        assert b"1970-01-02T00:00:00" in dated.stdout
    wrong = ptmscope("scan", root, "-f", "spdx", env={"SOURCE_DATE_EPOCH": "soon", "PATH": "/usr/bin:/bin"})
    assert wrong.returncode == 2
    assert wrong.stderr == b"ptmscope: error: SOURCE_DATE_EPOCH: 'soon' is not a number of seconds\n"


def test_told_by_the_ending(ptmscope: Run, tree: Tree) -> None:
    root = tree({"a.py": CODE})
    assert ptmscope("scan", root, "-o", root / "models.cdx.json").returncode == 0
    assert json.loads((root / "models.cdx.json").read_text())["bomFormat"] == "CycloneDX"


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    form = replace(named(formats.SCAN, "cyclonedx"), needs=("not_installed_at_all",))
    with pytest.raises(Exception, match=r"pip install 'ptmscope\[sbom\]'"):
        written(form, SCAN)
