"""What a scanner's report says of models: (path, line, id). One reader per output format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from bench.scores import is_local

Json = Mapping[str, Any]
#: CycloneDX namespaces that stand for no organisation: the id is the name alone.
_NO_OWNER = "generic/ai/"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A model id in a report. `path` is empty where the report names no file, `line` 0 where it names no line."""

    path: str
    line: int
    id: str


def ptmscope(text: str) -> Iterator[Finding]:
    """`ptmscope scan --format jsonl`: one load site a line; sites without a known id claim nothing."""
    for site in map(json.loads, text.splitlines()):
        if site["status"] in ("resolved", "partial"):
            ids = (model["id"] for model in site["models"])
            yield from (Finding(site["path"], site["line"], x) for x in ids if not is_local(x))


def ladex(text: str) -> Iterator[Finding]:
    """`ladex scan --json`: the evidence of a model is its id; other detections name an API, no id."""
    for detection in json.loads(text)["detections"]:
        if detection["component_type"] == "model":
            yield Finding(detection["path"], detection["line"], detection["evidence"])


def ai_bom(text: str) -> Iterator[Finding]:
    """`ai-bom scan --format json` (CycloneDX): id and `path:line` are properties of the component."""
    for component in json.loads(text).get("components", ()):
        properties = {each["name"]: each["value"] for each in component.get("properties", ())}
        if model := properties.get("trusera:model_name"):
            path, line = _place(properties.get("trusera:source_location", ""), ":")
            yield Finding(path, line, model)


def cisco_aibom(text: str) -> Iterator[Finding]:
    """Components of cisco-aibom's pipeline: one per id with its first place; the others are its evidence."""
    for component in json.loads(text):
        for model in {component.get("model_name"), component.get("embedding_model")} - {None, ""}:
            yield Finding(component["file_path"], component["line_number"], model)
            evidence = component["metadata"].get("evidence", ())
            yield from (Finding(place["file"], place["line"], model) for place in evidence)


def airom(text: str) -> Iterator[Finding]:
    """`airom fs -o json`: names are in lower case, the fields of an occurrence hold the id as written."""
    for component in json.loads(text)["components"]:
        if not component["kind"].endswith(("-model", "-llm")):
            continue
        for occurrence in component.get("evidence", {}).get("occurrences", ()):
            place, fields = occurrence["location"], occurrence.get("fields") or {}
            yield Finding(place.get("path", ""), place.get("line", 0), fields.get("model", component["name"]))


def cdxgen(text: str) -> Iterator[Finding]:
    """`cdxgen -t ai` (CycloneDX): the id is in the package URL, places are `path#Lline`."""
    for component in json.loads(text).get("components", ()):
        if component["type"] != "machine-learning-model":
            continue
        model = _purl_id(component["purl"])
        places = [each["location"] for each in component.get("evidence", {}).get("occurrences", ())]
        yield from (Finding(*_place(place, "#L"), model) for place in places or [""])


def _purl_id(purl: str) -> str:
    name = unquote(purl.removeprefix("pkg:").partition("?")[0])
    return name.removeprefix(_NO_OWNER) if name.startswith(_NO_OWNER) else name.partition("/")[2]


def _place(text: str, mark: str) -> tuple[str, int]:
    path, _, line = text.rpartition(mark)
    return (path, int(line)) if path and line.isdigit() else (text, 0)
