"""Plain Markdown tables on stdout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Cell = str | int | float | None


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A titled Markdown table with padded columns; an empty one says so."""
    body = [[_text(cell) for cell in row] for row in rows]
    if not body:
        return f"## {title}\n\nnone\n"
    widths = [max(len(row[index]) for row in [list(head), *body]) for index in range(len(head))]
    lines = [_line(head, widths), _line(["-" * width for width in widths], widths)]
    lines += [_line(row, widths) for row in body]
    return "\n".join([f"## {title}", "", *lines, ""])


def share(part: int, whole: int) -> str:
    """`0.950 (19/20)`; a dash where there is nothing to count."""
    return f"{part / whole:.3f} ({part}/{whole})" if whole else "-"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell).replace("|", "\\|")
