"""Usage graphs: API calls as nodes, data flow and order as edges. The only importer of networkx.

A graph of one usage has a node per call and can be turned back into it. An aggregated graph has a node per symbol,
weighted by usages and by repositories. An edge key is unique in its graph, as formats that write it as the id need.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias, cast

import networkx

from analyzer.records import ApiCall, CallSequence
from analyzer.symbols import LEVELS, tasks
from analyzer.tally import STAGES, Groups, Kind, Symbol, connections, stage, tally

Graph: TypeAlias = "networkx.MultiDiGraph[Any]"

#: What has a graph of its own; the groups of one call share no node.
GROUPS: dict[str, Groups] = {
    "all": lambda usage: ("",),
    "library": lambda usage: sorted({anchor.api.partition(".")[0] for anchor in usage.anchors}),
    "model": lambda usage: (usage.model_id,),
    "task": tasks,
}

#: Attributes that are lists, which XML formats hold as lines.
_LISTS = ("roles", "places")
#: Fields of a call that are attributes of its node; its inputs are edges.
_OF_CALL = tuple(field.name for field in fields(ApiCall) if field.name != "inputs")


@dataclass(frozen=True, slots=True)
class Node:
    """One symbol. `stage` is its commonest role, `places` a sample of `repository/path:line`."""

    label: str
    group: str
    stage: str
    usages: int
    repositories: int
    roles: list[str]
    places: list[str]


@dataclass(frozen=True, slots=True)
class Edge:
    """One step between two symbols."""

    kind: Kind
    usages: int
    repositories: int
    places: list[str]


def usage_graph(sequence: CallSequence) -> Graph:
    """The graph of one usage: node n is its call n."""
    graph: Graph = networkx.MultiDiGraph(
        path=sequence.path, cell=sequence.cell, model_id=sequence.model_id, anchors=sequence.anchors
    )
    for number, call in enumerate(sequence.calls):
        graph.add_node(
            number,
            **{name: getattr(call, name) for name in _OF_CALL},
        )
    for key, (start, end, kind) in enumerate(connections(sequence.calls)):
        graph.add_edge(start, end, key=key, kind=kind)
    return graph


def calls_of(graph: Graph) -> CallSequence:
    """The usage that `usage_graph` made the graph of."""
    calls = (ApiCall(inputs=_inputs(graph, number), **graph.nodes[number]) for number in sorted(graph))
    return CallSequence(calls=tuple(calls), **graph.graph)


def _inputs(graph: Graph, number: int) -> tuple[int, ...]:
    flows = ((key, start) for start, _, key, data in graph.in_edges(number, keys=True, data=True) if _is_flow(data))
    return tuple(start for _, start in sorted(flows))


def _is_flow(data: dict[str, Any]) -> bool:
    return bool(data["kind"] == "flow")


def aggregated(
    usages: Iterable[tuple[str, CallSequence]], *, level: str | Symbol = "api", by: str | Groups = "all"
) -> Graph:
    """The graph of many usages, each with the name of its repository.

    `level` is one of `analyzer.symbols.LEVELS` or a function from a call to its symbol, `by` one of GROUPS or a
    function from a usage to its groups. Nodes carry the fields of `Node`, edges those of `Edge`; all are in the same
    order for the same usages, whatever the order of these.
    """
    symbol = LEVELS[level] if isinstance(level, str) else level
    groups = GROUPS[by] if isinstance(by, str) else by
    counted = tally(usages, symbol, groups)
    graph: Graph = networkx.MultiDiGraph(usages=counted.usages, repositories=counted.repositories)
    for (group, name), weight in counted.points:
        node = Node(
            name, group, stage(weight.roles), weight.usages, weight.repositories, [*weight.roles], [*weight.places]
        )
        graph.add_node(_id(group, name), **asdict(node))
    for number, ((group, start, end, kind), weight) in enumerate(counted.steps):  # counting edges is a walk
        edge = Edge(kind, weight.usages, weight.repositories, [*weight.places])
        graph.add_edge(_id(group, start), _id(group, end), key=f"{kind} {number}", **asdict(edge))
    return graph


def _id(group: str, name: str) -> str:
    return f"{group}: {name}" if group else name


def nodes(graph: Graph) -> dict[str, Node]:
    """Id -> node of an aggregated graph, by group, stage and name."""
    found = {name: Node(**data) for name, data in graph.nodes(data=True)}
    return dict(sorted(found.items(), key=lambda item: (item[1].group, STAGES.index(item[1].stage), item[0])))


def edges(graph: Graph) -> Iterator[tuple[str, str, Edge]]:
    """(from id, to id, edge) of an aggregated graph."""
    for start, end, data in graph.edges(data=True):
        yield start, end, Edge(**data)


def to_node_link(graph: Graph) -> str:
    """JSON as `networkx.node_link_graph(…, edges="edges")` reads it."""
    return json.dumps(networkx.node_link_data(graph, edges="edges"), ensure_ascii=False, indent=2) + "\n"


def to_graphml(graph: Graph) -> str:
    return "".join(f"{line}\n" for line in networkx.generate_graphml(_flat(graph), named_key_ids=True))


def to_gexf(graph: Graph) -> str:
    """Without the element that holds the date: the same graph gives the same text."""
    text = "".join(f"{line}\n" for line in networkx.generate_gexf(_flat(graph), version="1.2draft"))
    return re.sub(r"\s*<meta .*?</meta>", "", text, flags=re.DOTALL)


def from_node_link(text: str) -> Graph:
    return cast(Graph, networkx.node_link_graph(json.loads(text), edges="edges"))


def from_graphml(text: str) -> Graph:
    return _deep(cast(Graph, networkx.parse_graphml(text, force_multigraph=True)))


def from_gexf(text: str) -> Graph:
    """The edge keys are lost where no two edges join the same nodes: networkx then reads a graph without keys."""
    return _deep(networkx.MultiDiGraph(networkx.read_gexf(io.BytesIO(text.encode()), version="1.2draft")))


def _flat(graph: Graph) -> Graph:
    """With lists as lines."""
    copy: Graph = graph.copy()
    for data in _attributes(copy):
        data.update((name, "\n".join(data[name])) for name in _LISTS if name in data)
    return copy


def _deep(graph: Graph) -> Graph:
    """With lines as lists, and without the ids that a reader adds to edges."""
    for data in _attributes(graph):
        data.update((name, data[name].split("\n")) for name in _LISTS if name in data)
    for *_, data in graph.edges(data=True):
        data.pop("id", None)
    return graph


def _attributes(graph: Graph) -> Iterator[dict[str, Any]]:
    yield from (data for _, data in graph.nodes(data=True))
    yield from (data for *_, data in graph.edges(data=True))
