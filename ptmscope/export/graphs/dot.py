"""A usage graph in the DOT language of Graphviz: a cluster per group, solid flow, dashed order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from analyzer.graph import Graph, edges, nodes
from ptmscope.export.graphs.svg import COLOURS
from ptmscope.export.graphs.view import counts, label, told


def dot(graph: Graph) -> str:
    """All nodes and edges; line breaks are those of the DOT language."""
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield "digraph usages {"
    yield '  rankdir=LR; node [shape=box, style="rounded,filled", fontname="sans-serif"];'
    groups = groupby(nodes(graph).items(), key=lambda item: item[1].group)
    for number, (group, members) in enumerate(groups):
        yield f"  subgraph {f'cluster_{number}' if group else 'all'} {{"
        yield f"    label={quoted(group)};"
        for name, node in members:
            text = f"{label(node.label)}\n{counts(node.usages, node.repositories)}"
            title = told(node.label, node.usages, node.repositories, node.places)
            fill, line = COLOURS[node.stage]
            colours = f'fillcolor="{fill}", color="{line}"'
            yield f"    {quoted(name)} [label={quoted(text)}, tooltip={quoted(title)}, {colours}];"
        yield "  }"
    for start, end, edge in edges(graph):
        style = "solid" if edge.kind == "flow" else "dashed"
        title = told(edge.kind, edge.usages, edge.repositories, edge.places)
        weight = f"style={style}, weight={edge.usages}, tooltip={quoted(title)}"
        yield f"  {quoted(start)} -> {quoted(end)} [{weight}];"
    yield "}"


def quoted(text: str) -> str:
    r"""A string of the DOT language: `\` would start an escape such as `\N`, the name of the node."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
