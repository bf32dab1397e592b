"""A usage graph as a picture: SVG without scripts, laid out by stage. Titles show as the pointer rests on them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import log2

from analyzer.graph import Graph, Node
from analyzer.tally import STAGES
from ptmscope.export.graphs.layout import BOX, GAP, Box, Layout, layout
from ptmscope.export.graphs.view import Arrow, View, counts, labels, told, views

#: Fill and line of each stage's boxes; dark text reads on all of them.
COLOURS = dict(
    zip(
        STAGES,
        (
            ("#dbeafe", "#3b6fc4"),
            ("#e5e7eb", "#6b7280"),
            ("#d5f2ea", "#1b8f72"),
            ("#fde9c8", "#c47f10"),
            ("#f3e1fb", "#9348b8"),
            ("#fbdcdc", "#c24545"),
            ("#dcf3fb", "#1f88a8"),
            ("#e6f0cf", "#6a8f1c"),
            ("#f5f5f4", "#8a8580"),
        ),
        strict=True,
    )
)

STYLE = """
text { font: 12px "DejaVu Sans", Verdana, sans-serif; fill: #1f2933 }
.title { font-size: 17px; font-weight: bold }
.group { font-size: 14px; font-weight: bold }
.stage { font-weight: bold; text-anchor: middle }
.note, .counts { fill: #52606d; font-size: 10px }
.flow { stroke: #52606d; stroke-opacity: .7; fill: none }
.order { stroke: #8a94a0; stroke-opacity: .7; stroke-dasharray: 4 4; fill: none }
""".strip()

#: Pixels: around the picture, above the boxes of a group (its name, the stages), a character of a label and
#: of counts, and how far below the middle of a box the edges end that lead back.
MARGIN, HEAD, CHARACTER, SMALL, BACK = 24.0, 62.0, 7.3, 6.2, 11.0

LEGEND = "solid: data flow · dashed: call order, without data flow · width: usages · rest the pointer for places"


def svg(graph: Graph, limit: int) -> str:
    """The picture of an aggregated graph, of each group the `limit` heaviest nodes."""
    shown, more = views(graph, limit)
    panels = [(view, layout(*_measures(view))) for view in shown]
    width = max([620.0, *(plan.width + GAP for _, plan in panels)]) + 2 * MARGIN
    parts: list[str] = []
    top = MARGIN + 52
    for number, (view, plan) in enumerate(panels):
        parts.extend(_panel(view, plan, top, number))
        top += HEAD + plan.height + 34
    notes = [LEGEND] + [f"{more:,} more groups are not shown"] * bool(more)
    for note in notes if panels else ["nothing found"]:
        parts.append(_text(MARGIN, top, note, "note"))
        top += 16
    return "\n".join((*_head(graph, width, top + MARGIN - 8), *parts, "</svg>\n"))


def _measures(view: View) -> tuple[dict[str, str], dict[str, float], list[tuple[str, str]]]:
    stages = {name: node.stage for name, node in view.nodes.items()}
    widths = {name: _width(text, view.nodes[name]) for name, text in labels(view.nodes).items()}
    return stages, widths, [(arrow.start, arrow.end) for arrow in view.arrows]


def _width(text: str, node: Node) -> float:
    return max(len(text) * CHARACTER, len(counts(node.usages, node.repositories)) * SMALL) + 18


def _head(graph: Graph, width: float, height: float) -> Iterator[str]:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    yield f"<style>{STYLE}</style>"
    yield f"<defs>{''.join(_marker(kind, fill) for kind, fill in (('flow', '#52606d'), ('order', '#8a94a0')))}</defs>"
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    name = graph.graph.get("name", "")
    yield _text(MARGIN, MARGIN + 14, f"Usage graph{': ' if name else ''}{name}", "title")
    yield _text(MARGIN, MARGIN + 31, counts(graph.graph.get("usages", 0), graph.graph.get("repositories", 0)), "note")


def _marker(kind: str, fill: str) -> str:
    size = 'markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto"'
    return f'<marker id="{kind}" {size}><path d="M0 0 L9 4 L0 8 z" fill="{fill}"/></marker>'


def _panel(view: View, plan: Layout, top: float, number: int) -> Iterator[str]:
    yield f'<g id="group-{number}" transform="translate({MARGIN:.1f} {top:.1f})">'
    left_out = [f"{more:,} lighter {noun} not shown" for more, noun in _left_out(view) if more]
    yield _text(0, 10, view.name, "group")
    yield _text(0, 26, ", ".join(left_out), "note")
    for stage, box in plan.columns:
        yield _text(box.x + box.width / 2, 44, stage, "stage")
    yield f'<g transform="translate(0 {HEAD + plan.height / 2:.1f})">'
    for arrow in reversed(view.arrows):  # the heaviest on top
        yield _arrow(arrow, plan)
    for name, text in labels(view.nodes).items():
        yield _box(view.nodes[name], text, plan.boxes[name])
    yield "</g></g>"


def _left_out(view: View) -> tuple[tuple[int, str], ...]:
    return (view.more_nodes, "calls"), (view.more_arrows, "edges")


def _box(node: Node, text: str, box: Box) -> str:
    fill, line = COLOURS[node.stage]
    top = box.y - BOX / 2
    shape = f'x="{box.x:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{BOX:.0f}" rx="6"'
    title = escape(told(node.label, node.usages, node.repositories, node.places))
    name = _text(box.x + 9, top + 15, text)
    weight = _text(box.x + 9, top + 29, counts(node.usages, node.repositories), "counts")
    return f'<g><title>{title}</title><rect {shape} fill="{fill}" stroke="{line}"/>{name}{weight}</g>'


def _arrow(arrow: Arrow, plan: Layout) -> str:
    route = plan.routes.get((arrow.start, arrow.end))
    start, end = plan.boxes[arrow.start], plan.boxes[arrow.end]
    if route is None:
        path = _around(start, end)
    else:
        path = _along(route) if start.column < end.column else _along(route, BACK)[::-1]
    d = f"M{_point(path[0])}" + "".join(
        f" C{' '.join(map(_point, path[at : at + 3]))}" for at in range(1, len(path), 3)
    )
    width = min(1 + 0.8 * log2(arrow.weight), 7)
    line = f'class="{arrow.kind}" stroke-width="{width:.1f}" marker-end="url(#{arrow.kind})"'
    return f'<path d="{d}" {line}><title>{escape(arrow.title)}</title></path>'


def _along(route: tuple[Box, ...], shift: float = 0) -> list[tuple[float, float]]:
    """The points of Bézier curves from the right side of each box to the left side of the next, straight within.

    `shift`: how far below the middle of the two nodes they end.
    """
    points = [(route[0].x + route[0].width, route[0].y + shift)]
    for number, box in enumerate(route[1:], 1):
        x, y = points[-1]
        middle, low = (x + box.x) / 2, box.y + (shift if number == len(route) - 1 else 0)
        points += [(middle, y), (middle, low), (box.x, low)]
        if number < len(route) - 1:
            right = box.x + box.width
            points += [(box.x + box.width / 3, box.y), (right - box.width / 3, box.y), (right, box.y)]
    return points


def _around(start: Box, end: Box) -> list[tuple[float, float]]:
    """Out of the right side of a box, and back to that of one in the same column, or to its own."""
    right = start.x + start.width
    if start == end:
        return [(right, start.y - 8), (right + 28, start.y - 14), (right + 28, start.y + 14), (right, start.y + 8)]
    bend = right + min(14 + abs(end.y - start.y) / 5, GAP * 0.85)
    return [(right, start.y + 4), (bend, start.y + 4), (bend, end.y - 4), (right, end.y - 4)]


def _point(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _text(x: float, y: float, text: str, name: str = "") -> str:
    style = f' class="{name}"' if name else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{style}>{escape(text)}</text>'
