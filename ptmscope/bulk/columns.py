"""The columns of the tables of a run."""

from __future__ import annotations

from ptmscope.export.patterns.rows import FIGURE_COLUMNS, MEMBER_COLUMNS, PLACE_COLUMNS
from ptmscope.export.rows import SITE_COLUMNS, Kind

#: One row per repository in a shard; `source` names it in all tables.
REPOSITORIES: dict[str, Kind] = {
    "source": "text",
    "commit": "text",
    "licence": "text",
    "stars": "number",
    "files": "number",
    "sites": "number",
    "usages": "number",
}

SITES: dict[str, Kind] = {"source": "text", **SITE_COLUMNS}

#: One row per usage; `sequence` is the line of `ptmscope sequences --format jsonl`.
USAGES: dict[str, Kind] = {**PLACE_COLUMNS, "model_id": "text", "sequence": "text"}

#: `row` is that of the shard; what is wrong with a shard as a whole has no source.
DIAGNOSTICS: dict[str, Kind] = {
    "shard": "text",
    "row": "number",
    "source": "text",
    "path": "text",
    "line": "number",
    "kind": "text",
    "message": "text",
}

#: One row per pattern of a model; `central` is the usage that shows it best.
PATTERNS: dict[str, Kind] = {
    "model_id": "text",
    **FIGURE_COLUMNS,
    **{f"central_{name}": kind for name, kind in PLACE_COLUMNS.items()},
}

MEMBERS = MEMBER_COLUMNS

#: Of usages that were grouped apart from others of their model: `cluster` is null for those in none.
LABELS: dict[str, Kind] = {**PLACE_COLUMNS, "cluster": "number"}
#: Those of them that speak for the others.
SPEAKING: dict[str, Kind] = {"source": "text", "cluster": "number", "sequence": "text", "place": "number"}
