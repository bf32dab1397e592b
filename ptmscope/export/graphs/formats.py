"""The formats of a usage graph, by name; each is also the ending of its files."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.graph import Graph, to_gexf, to_graphml, to_node_link
from ptmscope.export.graphs.dot import dot
from ptmscope.export.graphs.svg import svg

#: Name -> (graph, most nodes in a picture) -> text.
FORMATS: dict[str, Callable[[Graph, int], str]] = {
    "json": lambda graph, _: to_node_link(graph),
    "graphml": lambda graph, _: to_graphml(graph),
    "gexf": lambda graph, _: to_gexf(graph),
    "dot": lambda graph, _: dot(graph),
    "svg": svg,
}
