"""A comparison as a picture: patterns against sides, the darker the larger the share of usages. SVG, no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from patterns.compare import Comparison, Shared
from ptmscope.export.output import Output, printable

#: Rows of the picture; pixels of a cell, of the margin, and of a character.
SHOWN = 30
CELL, HIGH, MARGIN, CHARACTER = 92, 26, 24, 7.2
STYLE = """
text { font: 12px "DejaVu Sans", Verdana, sans-serif; fill: #1f2933 }
.title { font-size: 17px; font-weight: bold }
.note { fill: #52606d; font-size: 10px }
.middle { text-anchor: middle }
.light { fill: #ffffff }
""".strip()
#: From no share to all.
LIGHT, DARK = (239, 246, 255), (30, 64, 130)


def write_svg(found: Comparison, output: Output) -> None:
    output.write("\n".join(_picture(found)) + "\n")


def _picture(found: Comparison) -> Iterator[str]:
    rows = found.patterns[:SHOWN]
    left = MARGIN + max([160.0, *(len(row.pattern.name) * CHARACTER for row in rows)]) + 12
    names = [_short(side.name) for side in found.sides]
    width = max(620.0, left + len(names) * CELL + MARGIN)
    top = MARGIN + 62
    height = top + len(rows) * HIGH + 40 + MARGIN
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    yield f"<style>{STYLE}</style>"
    yield f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
    yield _text(MARGIN, MARGIN + 14, "Patterns by share of usages", "title")
    for column, (name, side) in enumerate(zip(names, found.sides, strict=True)):
        x = left + (column + 0.5) * CELL
        yield _text(x, top - 22, name, "middle", printable(side.name))
        yield _text(x, top - 8, f"{side.usages} in {side.repositories}", "note middle")
    for number, row in enumerate(rows):
        yield from _row(row, left, top + number * HIGH)
    more = len(found.patterns) - len(rows)
    note = f"{more} more patterns are not shown" if more else "" if rows else "nothing found"
    yield _text(MARGIN, top + len(rows) * HIGH + 22, note, "note")
    yield "</svg>"


def _row(row: Shared, left: float, top: float) -> Iterator[str]:
    yield _text(MARGIN, top + 17, row.pattern.name, "", " → ".join(step.call for step in row.pattern.skeleton))
    for column, share in enumerate(row.shares):
        x = left + column * CELL
        yield f'<rect x="{x:.1f}" y="{top:.1f}" width="{CELL - 2}" height="{HIGH - 2}" fill="{_colour(share)}"/>'
        if share:
            yield _text(x + CELL / 2, top + 16, f"{share:.0%}", "middle light" if share > 0.4 else "middle")


def _colour(share: float) -> str:
    parts = (round(low + (high - low) * share**0.6) for low, high in zip(LIGHT, DARK, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _short(name: str) -> str:
    text = printable(name).rpartition("/")[2]
    return text if len(text) <= 12 else text[:11] + "…"


def _text(x: float, y: float, text: str, kind: str, title: str = "") -> str:
    more = f"<title>{escape(printable(title))}</title>" if title else ""
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}>{escape(printable(text))}{more}</text>'
