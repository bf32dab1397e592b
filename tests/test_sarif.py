"""SARIF: against the schema of OASIS, and what code scanning needs of it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from conftest import ROOT, Run, Tree
from test_export import SCAN, named, written
from test_rules import GPT, HEAD

from ptmscope.export import formats
from ptmscope.export.checks import sarif

SCHEMA = json.loads((ROOT / "tests" / "schemas" / "sarif-2.1.0.json").read_text())


def valid(text: bytes | str) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(text)
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)
    return log


def test_records() -> None:
    log = valid(written(named(formats.SCAN, "sarif"), SCAN))
    run = log["runs"][0]
    assert {each["ruleId"] for each in run["results"]} >= {"remote-code", "renamed-model", "unpinned-revision"}
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 2


def test_scan_and_check_say_the_same(ptmscope: Run, tree: Tree) -> None:
    settings = '[tool.ptmscope.severity]\nrenamed-model = "off"\n'
    code = f'{HEAD}{GPT}  # ptmscope: ignore\nNAME = "gpt2"\n\n\ndef f():\n    AutoModel.from_pretrained(NAME)\n'
    cells = [{"cell_type": "markdown", "source": []}, {"cell_type": "code", "source": HEAD + GPT}]
    root = tree({"a é.py": code, "n.ipynb": json.dumps({"cells": cells, "metadata": {}}), "pyproject.toml": settings})
    log = valid(ptmscope("scan", root, "--format", "sarif").stdout)
    assert log == valid(ptmscope("check", root, "--format", "sarif").stdout)
    first, second, third = log["runs"][0]["results"]
    assert first["suppressions"] == [{"kind": "inSource"}]
    location = second["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "a%20%C3%A9.py", "uriBaseId": "%SRCROOT%"}
    assert location["region"] == {"startLine": 12, "startColumn": 5, "endLine": 12}
    assert [each["physicalLocation"]["region"] for each in second["relatedLocations"]] == [{"startLine": 8}]
    assert second["suppressions"] == []
    assert second["partialFingerprints"].keys() == {sarif.FINGERPRINT}
    assert third["properties"] == {"api": "transformers.AutoModel.from_pretrained", "cell": 1, "line": 7}
    assert third["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert third["message"]["text"].endswith("(cell 1, line 7)")


def test_address_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_home", lambda: "https://example.org/ptmscope")
    rule = valid(written(named(formats.SCAN, "sarif"), SCAN))["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["helpUri"] == "https://example.org/ptmscope/docs/rules/token-in-code.md"
