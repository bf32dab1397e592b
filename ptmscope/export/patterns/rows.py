"""Patterns and their members as flat rows."""

from __future__ import annotations

from collections.abc import Iterator

from patterns.pattern import Pattern, Patterns
from ptmscope.export.rows import Cell, Kind

#: What is said of a pattern wherever it stands in a table.
FIGURE_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "name": "text",
    "group": "text",
    "level": "text",
    "skeleton": "text",  # `a → (b) → c`; optional steps in parentheses
    "repositories": "number",
    "usages": "number",
    "coverage": "real",
    "stability": "real",
}

#: Where a usage stands.
PLACE_COLUMNS: dict[str, Kind] = {"source": "text", "path": "text", "cell": "number", "line": "number"}

PATTERN_COLUMNS: dict[str, Kind] = {
    **FIGURE_COLUMNS,
    "models": "text",  # separated by spaces
    **{f"exemplar_{name}": kind for name, kind in PLACE_COLUMNS.items()},
    "exemplar_commit": "text",
    "exemplar_licence": "text",
    "exemplar_code": "text",
}

#: One row per usage; `pattern` is null for the usages in none.
MEMBER_COLUMNS: dict[str, Kind] = {"pattern": "text", **PLACE_COLUMNS, "model_id": "text"}


def pattern_rows(found: Patterns) -> Iterator[tuple[Cell, ...]]:
    """Rows of `PATTERN_COLUMNS`."""
    for each in found.patterns:
        shown = each.exemplar
        where = (None,) * 7 if shown is None else (
            *(shown.source, shown.path, shown.cell, shown.line, shown.commit, shown.licence, shown.code),
        )  # fmt: skip
        yield *figures(each), " ".join(each.models), *where


def figures(pattern: Pattern) -> tuple[Cell, ...]:
    """The cells of `FIGURE_COLUMNS`."""
    stability = None if pattern.stability is None else round(pattern.stability, 4)
    return (
        *(pattern.id, pattern.name, pattern.group, pattern.level, steps(pattern)),
        *(pattern.repositories, len(pattern.members), round(pattern.coverage, 4), stability),
    )


def member_rows(found: Patterns) -> Iterator[tuple[Cell, ...]]:
    """Rows of `MEMBER_COLUMNS`."""
    told = [(each.id, each.members) for each in found.patterns]
    for identity, members in [*told, (None, found.singular)]:
        for m in members:
            yield identity, m.source, m.path, m.cell, m.line, m.model_id


def steps(pattern: Pattern) -> str:
    """`tokenizer.load → (tokenizer.__call__) → causal-lm.generate`."""
    return " → ".join(f"({step.call})" if step.optional else step.call for step in pattern.skeleton)
