"""Croissant metadata (MLCommons, version 1.0): what machines read about the files and columns of a release.

mlcroissant, which reads it, brings rdflib and more; the JSON-LD is a few lines. The tests validate it with mlcroissant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ptmscope.export.rows import Kind
from ptmscope.release.tables import Column, Table

TYPES: Mapping[Kind, str] = {
    "text": "sc:Text",
    "texts": "sc:Text",
    "number": "sc:Integer",
    "real": "sc:Float",
    "flag": "sc:Boolean",
}
ENCODINGS = {".parquet": "application/x-parquet", ".jsonl": "application/jsonlines"}

#: Of a task.
TASK = (
    Column("id", "text", "of the task"),
    Column("usage", "text", "id of the usage it is made of"),
    Column("source", "text", "repository"),
    Column("configuration", "text", "of complete_usage: C1.1, C1.2, C2.1 or C2.2"),
    Column("answer", "texts", "what the code says"),
)

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    **{
        name: f"cr:{name}"
        for name in (
            *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet"),
            *("format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *(
                "references",
                "regex",
                "repeated",
                "replace",
                "samplingRate",
                "separator",
                "source",
                "subField",
                "transform",
            ),
        )
    },
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}


def croissant(
    facts: Mapping[str, Any], about: str, digests: Mapping[str, str], tables: Iterable[Table]
) -> dict[str, Any]:
    """The content of croissant.json; `digests`: file of the release -> its SHA-256."""
    options = facts["options"]
    licence = options["licence"] and f"https://spdx.org/licenses/{options['licence']}"
    told = {
        "license": licence,
        "url": options["url"],
        "citeAs": options["cite"],
        "datePublished": options["published"],
    }
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": facts["name"],
        "description": about,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": f"{facts['form']}.0.0",
        **{name: value for name, value in told.items() if value is not None},
        "distribution": [_file(path, digest) for path, digest in digests.items()],
        "recordSet": [*map(_records, tables), *map(_tasks, facts["tasks"])],
    }


def _file(path: str, digest: str) -> dict[str, Any]:
    encoding = next(kind for ending, kind in ENCODINGS.items() if path.endswith(ending))
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "encodingFormat": encoding,
        "sha256": digest,
    }


def _records(table: Table) -> dict[str, Any]:
    fields = [_field(table.name, table.path, column) for column in table.columns]
    return _record_set(table.name, f"One record is {table.about}.", fields)


def _tasks(name: str) -> dict[str, Any]:
    """What stands at the top of a task, but for its context, which is an object."""
    fields = [_field(name, f"tasks/{name}.jsonl", column) for column in TASK]
    return _record_set(name, "One record is a task for a recommender; see schemas/task.schema.json.", fields)


def _record_set(name: str, about: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "description": about, "field": fields}


def _field(owner: str, path: str, column: Column) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{owner}/{column.name}",
        "name": column.name,
        "description": column.about,
        "dataType": TYPES[column.kind],
        **({"repeated": True} if column.kind == "texts" else {}),
        "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
    }
