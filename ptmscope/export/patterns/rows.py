"""Patterns and their members as flat rows."""

from __future__ import annotations

from collections.abc import Iterator

from patterns.pattern import Pattern, Patterns
from ptmscope.export.rows import Cell, Kind

PATTERN_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "name": "text",
    "group": "text",
    "level": "text",
    "skeleton": "text",  # `a → (b) → c`; optional steps in parentheses
    "repositories": "number",
    "usages": "number",
    "coverage": "real",
    "stability": "real",
    "models": "text",  # separated by spaces
    "exemplar_source": "text",
    "exemplar_path": "text",
    "exemplar_cell": "number",
    "exemplar_line": "number",
    "exemplar_commit": "text",
    "exemplar_licence": "text",
    "exemplar_code": "text",
}

#: One row per usage; `pattern` is null for the usages in none.
MEMBER_COLUMNS: dict[str, Kind] = {
    "pattern": "text",
    "source": "text",
    "path": "text",
    "cell": "number",
    "line": "number",
    "model_id": "text",
}


def pattern_rows(found: Patterns) -> Iterator[tuple[Cell, ...]]:
    """Rows of `PATTERN_COLUMNS`."""
    for each in found.patterns:
        shown = each.exemplar
        where = (None,) * 7 if shown is None else (
            *(shown.source, shown.path, shown.cell, shown.line, shown.commit, shown.licence, shown.code),
        )  # fmt: skip
        stability = None if each.stability is None else round(each.stability, 4)
        yield (
            *(each.id, each.name, each.group, each.level, steps(each), each.repositories, len(each.members)),
            *(round(each.coverage, 4), stability, " ".join(each.models), *where),
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
