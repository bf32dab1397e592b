"""docs/records.md: what the JSON records hold, made of their schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

Json = Mapping[str, Any]

PAGE = "docs/records.md"
#: In the order in which people meet them.
SCHEMAS = ("site", "sequence", "finding", "pattern", "comparison", "drift", "task")
HEAD = """\
# Records

<!-- Made by `python -m bench.pages` of the JSON Schemas: change those. -->

What `--format jsonl` and `--format json` give to programs. The schemas are part of the package:
`ptmscope/schemas/NAME.schema.json`; a field that is not in them is not there. Lines count from 1, columns and cells
from 0. The same input gives the same bytes.
"""


def pages() -> dict[str, str]:
    return {PAGE: "\n".join((HEAD, *_records()))}


def _records() -> Iterator[str]:
    for name in SCHEMAS:
        file = resources.files("ptmscope") / "schemas" / f"{name}.schema.json"
        schema = json.loads(file.read_text(encoding="utf-8"))
        yield f"## {schema['title']}\n\n{schema['description']} Schema: `{name}`.\n"
        if "properties" in schema:
            yield _table(schema)
        for inner, part in schema.get("$defs", {}).items():
            if "properties" in part:
                yield f"`{inner}`{_told(part)}\n\n{_table(part)}"


def _told(part: Json) -> str:
    return f": {part['description']}" if "description" in part else ""


def _table(schema: Json) -> str:
    rows = (_row(name, field, name in schema.get("required", ())) for name, field in schema["properties"].items())
    return "\n".join(("| field | type | |", "|---|---|---|", *rows)) + "\n"


def _row(name: str, field: Json, is_required: bool) -> str:
    optional = "" if is_required else "; may be left out"
    return f"| `{name}` | {_cell(_type(field) + optional)} | {_cell(field.get('description', ''))} |"


def _type(field: Json) -> str:
    """In words; what a schema does not say is anything."""
    if "enum" in field:
        return " / ".join("null" if each is None else f"`{each}`" for each in field["enum"])
    if "const" in field:
        return json.dumps(field["const"])
    if "$ref" in field:
        return f"`{field['$ref'].rpartition('/')[2]}`"
    for several in ("anyOf", "oneOf"):
        if several in field:
            return " or ".join(dict.fromkeys(map(_type, field[several])))
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}" if "items" in field else "list"
    told = field.get("type", "any")
    return " or ".join(told) if isinstance(told, list) else told


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
