"""Ways through the recorded questions: from a load down to what first gave a value."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from analyzer.explanations.trace import Node, held
from analyzer.program import Call, Imported, Parameter
from analyzer.values.objects import Const, Ref, Thing, Unknown, Value

#: Questions looked through for the way from one file to another.
MAX_BRIDGE = 2_000


def bridged(nodes: list[Node]) -> Iterator[Node]:
    """The nodes, and between two of different files how the function, object or container came from one to the other.

    Also from the load to a string in another function: what `**kwargs` passes on is no argument that stands there.
    """
    way = nodes[:1]
    for before, node in pairwise(nodes):
        way += [*(_bridge(before, node) or (_spread(before, node) if before is nodes[0] else [])), node]
    yield nodes[0]
    for before, node in pairwise(way):
        if node.env.module != before.env.module and not isinstance(before.expression, Imported | Parameter):
            yield from _import(before)
        yield node


def _bridge(before: Node, node: Node) -> list[Node]:
    """The shortest way from `before`, not over `node`, to any node of that file; without its ends.

    Over one other node at least: what `before` itself asks there is how it looked, not how it came there.
    """
    if node.env.module == before.env.module or isinstance(before.expression, Imported | Parameter):
        return []
    for way in _reach(before, {node}):
        if way[-1].env.module == node.env.module and len(way) > 2:
            return [*way[1:-1], *_bridge(way[-2], node)]
    return []


def _import(node: Node) -> list[Node]:
    """The nearest import on which the node depends, in its own file; that of a library brings nothing."""
    for way in _reach(node, set()):
        here = way[-1]
        is_import = here.env.module == node.env.module and isinstance(here.expression, Imported)
        if is_import and not all(isinstance(value, Ref) for value in here.values):
            return [here]
    return []


def _spread(load: Node, node: Node) -> list[Node]:
    """From the load over `**kwargs` to the parameter of that name, where the string is given to that."""
    first = next((n for n in load.asked if _is_spread(n, load) and n is not node), None)
    if first is None or node.env.scope == load.env.scope:
        return []
    return next((way[1:] for way in _reach(load, {node}) if _is_parameter_of(way, first)), [])


def _is_parameter_of(way: list[Node], first: Node) -> bool:
    return len(way) > 1 and way[1] is first and isinstance(way[-1].expression, Parameter)


def _reach(start: Node, without: set[Node]) -> Iterator[list[Node]]:
    """The shortest way to each node that was asked, nearest first; `MAX_BRIDGE` nodes at most."""
    come: dict[Node, Node | None] = {start: None, **dict.fromkeys(without)}
    todo = deque([start])
    while todo and len(come) < MAX_BRIDGE:
        here = todo.popleft()
        yield _back(here, come)
        for child in here.asked:
            if child not in come:
                come[child] = here
                todo.append(child)


def ends(root: Node, value: Value) -> Iterator[list[Node]]:
    """The shortest ways to the nodes that first gave a value. What is not known of `**kwargs` gives no id."""
    for way in ways(root, value):
        if is_end(way[-1], value) and not (len(way) > 1 and _is_spread(way[1], root)):
            yield way


def _is_spread(node: Node, root: Node) -> bool:
    keywords = root.expression.keywords if isinstance(root.expression, Call) else ()
    return any(name is None and value is node.expression for name, value in keywords)


def empty_ends(root: Node) -> Iterator[list[Node]]:
    """The way along what has no value but None."""
    way = [root]
    while True:
        empty = [n for n in way[-1].asked if n not in way and _is_empty(n) and not _is_spread(n, root)]
        if not empty:
            yield way
            return
        way.append(empty[0])


def _is_empty(node: Node) -> bool:
    return all(isinstance(value, Const) and value.value is None for value in node.values)


def is_end(node: Node, value: Value) -> bool:
    return all(held(child, value) is None for child in node.asked)


def ways(root: Node, value: Value) -> Iterator[list[Node]]:
    """The shortest way to each node that holds the value, nearest first."""
    before: dict[Node, Node | None] = {root: None}
    todo = deque([root])
    while todo:
        node = todo.popleft()
        yield _back(node, before)
        for child in node.asked:
            if child not in before and held(child, value) is not None:
                before[child] = node
                todo.append(child)


def _back(node: Node, before: dict[Node, Node | None]) -> list[Node]:
    way: list[Node] = []
    here: Node | None = node
    while here is not None:
        way.append(here)
        here = before[here]
    return way[::-1]


def deeper(node: Node, seen: set[str]) -> tuple[Value, str, list[Node]] | None:
    """A part of what a node puts together that is not known, for another reason: (value, reason, way to its end)."""
    function = node.expression.function if isinstance(node.expression, Call) else None
    for child in node.asked:
        if child.expression is function:
            continue
        for value in child.values:
            reason = reason_of(value)
            way = next(ends(child, value), None) if reason is not None and reason not in seen else None
            if reason is not None and way is not None:
                return value, reason, way
    return None


def reason_of(value: Value) -> str | None:
    """Why the value is no id, as `references.read_ids` tells it; None if it is one, or nothing."""
    match value:
        case Unknown():
            return value.reason
        case Thing():
            return "attribute_not_found"
        case Ref():
            return "import_not_followed" if value.call is None else "call_not_followed"
        case _:
            return None
