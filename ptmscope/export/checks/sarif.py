"""Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), what code scanning services read."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from analyzer.records import ModelRef, Origin
from ptmscope import __version__
from ptmscope.checking import Checked, checked
from ptmscope.export.output import Output, printable
from ptmscope.findings import Scan
from ptmscope.rules.finding import Finding
from ptmscope.rules.policy import Policy, policy_of
from ptmscope.rules.tables import Rule, rules

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: Where the fingerprints of `ptmscope.rules.finding` stand; the version changes with how they are made.
FINGERPRINT = "ptmscope/v1"

_PLAIN = frozenset((string.ascii_letters + string.digits + "-._~/").encode())
_KINDS = {"comment": "inSource", "baseline": "external"}


def write_sites(scan: Scan, output: Output) -> None:
    """`scan --format sarif`: what `check` finds with the settings of the repository alone."""
    write(checked(scan, policy_of(scan.root) if scan.root is not None else Policy()), output)


def write(found: Checked, output: Output) -> None:
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(found)]}
    output.write(json.dumps(log, ensure_ascii=False, indent=2) + "\n")


def _run(found: Checked) -> dict[str, Any]:
    driver = {"name": "ptmscope", "version": __version__, **_information(), "rules": list(map(_rule, rules().values()))}
    notifications = [
        {"level": "warning", "message": {"text": f"{each.kind}: {each.message}"}, "locations": [_file(each.path)]}
        for each in found.scan.diagnostics
    ]
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The folder that was scanned."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": list(map(_result, found.findings)),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.message},
        "fullDescription": {"text": f"{rule.message}. {rule.help}"},
        "help": {"text": rule.help},
        **({"helpUri": f"{home}/docs/rules/{rule.id}.md"} if (home := _home()) else {}),
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["machine-learning", "supply-chain"]},
    }


def _home() -> str | None:
    """Where the pages are, as the package's metadata has it."""
    try:
        urls = metadata.metadata("ptmscope").get_all("Project-URL") or ()
    except metadata.PackageNotFoundError:
        return None
    named = dict(url.partition(", ")[::2] for url in urls)
    return named.get("Documentation")


def _information() -> dict[str, str]:
    return {"informationUri": home} if (home := _home()) else {}


def _result(each: Finding) -> dict[str, Any]:
    where = "" if each.cell is None else f" (cell {each.cell}, line {each.line})"
    result: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": list(rules()).index(each.rule),
        "level": each.severity,
        "message": {"text": printable(each.message) + where},
        "locations": [_location(each)],
        "partialFingerprints": {FINGERPRINT: each.fingerprint},
    }
    related = list(_related(each))
    properties = {"api": each.api} if each.api else {}
    return {
        **result,
        **({"relatedLocations": related} if related else {}),
        **({"suppressions": [{"kind": _KINDS[each.ignored]}]} if each.ignored else {"suppressions": []}),
        **(
            {"properties": {**properties, **_cell(each.cell, each.line)}} if properties or each.cell is not None else {}
        ),
    }


def _location(each: Finding) -> dict[str, Any]:
    """Lines of a notebook are those of its cells, which the file does not have: they stand in the properties."""
    region = {"startLine": each.line, "startColumn": each.column + 1, "endLine": each.end_line}
    if each.cell is not None:
        region = {"startLine": 1}
    if each.api is None:
        region = {"startLine": region["startLine"]}
    return {"physicalLocation": {"artifactLocation": _artifact(each.path), "region": region}}


def _related(each: Finding) -> Iterator[dict[str, Any]]:
    """Where the ids come from, if that is another line."""
    seen: dict[Origin, ModelRef] = {}
    for model in each.models:
        seen.setdefault(model.origin, model)
    number = 0
    for origin, model in seen.items():
        if (origin.path, origin.cell) == (each.path, each.cell) and each.line <= origin.line <= each.end_line:
            continue
        number += 1
        physical = {
            "artifactLocation": _artifact(origin.path),
            "region": {"startLine": origin.line if origin.cell is None else 1},
        }
        properties = _cell(origin.cell, origin.line)
        yield {
            "id": number,
            "message": {"text": printable(f"{model.id} comes from here ({model.resolution.replace('_', ' ')})")},
            "physicalLocation": physical,
            **({"properties": properties} if properties else {}),
        }


def _file(path: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(path)}}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path), "uriBaseId": "%SRCROOT%"}


def _cell(cell: int | None, line: int) -> dict[str, int]:
    return {} if cell is None else {"cell": cell, "line": line}


def uri(path: str) -> str:
    """A path as a relative URI reference (RFC 3986)."""
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in path.encode("utf-8", "replace"))
