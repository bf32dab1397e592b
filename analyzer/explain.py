"""The whole way of each id to its load, step by step, and where the way ends for what is not known."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import pairwise, zip_longest

from analyzer import anchors, flow, notebooks
from analyzer.encoding import UnreadableError
from analyzer.objects import Const, Ref, Str, Thing, Unknown, Value
from analyzer.program import Attribute, Call, Expression, Imported, Parameter, Text
from analyzer.project import Project
from analyzer.records import CallSequence, FileReport, LoadSite, ModelRef
from analyzer.roles import Roles, composed_of
from analyzer.source import Opened, opened, sites_of
from analyzer.trace import Node, Tracer, held
from analyzer.values import Evaluator

#: Places told for one reason, nearest first.
MAX_ENDS = 3
#: Questions looked through for the way from one file to another.
MAX_BRIDGE = 2_000

#: Why a way ends, in words, for each of `records.REASONS`.
SENTENCES = {
    "local_path": "the program passes a path on disk",
    "runtime_input": "the value comes at run time: from the command line, the environment, a file or a person",
    "parameter": "no call was found that fills this parameter",
    "call_not_followed": "what this call gives is not known",
    "import_not_followed": "this name comes from a module that is not in the tree, and no table knows it",
    "attribute_not_found": "nothing was found that sets this attribute",
    "name_not_found": "this name is bound nowhere",
    "computed_string": "this is put together from parts that are not all known, or is no model id",
    "bound_reached": "there was more to follow than the bounds allow",
    "unsupported_syntax": "this kind of expression is not looked into",
    "no_argument": "the id is passed in a way that cannot be seen here (*args, **kwargs), or not at all",
}
#: Reasons that only sum up what is not known about a part.
_SUMS = frozenset({"computed_string", "call_not_followed"})


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way, from the load to the string. `words` say what it is; `part`: of a composed string."""

    path: str
    line: int
    cell: int | None
    words: str
    code: str
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Trail:
    """The way of one id (`model`), or of what is not known (`reason`, with `end` in words)."""

    model: ModelRef | None
    reason: str | None
    steps: tuple[Step, ...]
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    site: LoadSite
    trails: tuple[Trail, ...]
    usages: tuple[CallSequence, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """The sites asked for, each explained; and all sites of the file."""

    explanations: tuple[Explanation, ...]
    sites: tuple[LoadSite, ...]


def explain(source: bytes, path: str, project: Project, line: int | None = None, cell: int | None = None) -> Explained:
    """Explains the load sites of a file that stand on a line; all of them if no line is given."""
    file = opened(source, path, project)
    if isinstance(file, FileReport):
        return Explained((), ())
    tracer = Tracer(project, file.module, file.bodies)
    sites = sites_of(tracer, file)
    wanted = [site for site in sites if line is None or _is_on(site, line, cell)]
    usages = _usages(file) if wanted else []
    explainer = _Explainer(tracer, file)
    found = tuple(Explanation(site, tuple(explainer.trails(site)), _of(site, usages)) for site in wanted)
    file.bodies.close()
    return Explained(found, tuple(sites))


def _is_on(site: LoadSite, line: int, cell: int | None) -> bool:
    return site.line <= line <= site.end_line and (cell is None or site.cell == cell)


def _usages(file: Opened) -> list[CallSequence]:
    follower = Evaluator([file.module], [file.bodies], follow=True)
    follower.until = file.until
    return flow.sequences(follower, 0)


def _of(site: LoadSite, usages: list[CallSequence]) -> tuple[CallSequence, ...]:
    """The usages that start at the site."""
    here = site.line, site.cell, site.api
    return tuple(u for u in usages if any((a.line, a.cell, a.api) == here for a in u.anchors))


class _Explainer:
    """Trails of one file's sites."""

    def __init__(self, tracer: Tracer, file: Opened) -> None:
        self.tracer, self.file = tracer, file
        self.lines = lru_cache(maxsize=None)(self._lines)
        self.roles = lru_cache(maxsize=None)(self._roles)
        self.candidates = list(anchors.candidates(tracer, 0, file.words))

    def trails(self, site: LoadSite) -> Iterator[Trail]:
        """One for each id, then for each place at which something stays unknown."""
        roots = [
            root for candidate in self.candidates if self._is_at(candidate, site) for root in self._asked(candidate)
        ]
        for model in site.models:
            yield Trail(model, None, self._of_model(model, roots, site))
        unknown = list(self._unknowns(site, roots))
        if not site.models and not unknown:
            step = Step(
                site.path, site.line, site.cell, "the load", self._code(site.path, self._row(site.line, site.cell))
            )
            unknown.append(Trail(None, site.reason, (step,), SENTENCES[site.reason or "no_argument"]))
        yield from unknown

    def _is_at(self, candidate: anchors.Candidate, site: LoadSite) -> bool:
        module, call = self.tracer.modules[0], candidate.call
        return (*module.place(call.at), module.column(call.at)) == (site.line, site.cell, site.column) and (
            module.place(call.end - 1)[0] <= site.end_line
        )

    def _asked(self, candidate: anchors.Candidate) -> Iterator[Node]:
        """For each way in which the call is made: what its id can be, with all that was asked for it."""
        loader, call = candidate.match.loader, candidate.call
        for arguments, env in candidate.uses:
            ask = partial(anchors.given_ids, self.tracer, loader, arguments, call, env)
            given, root = self.tracer.trace(call, env, ask)
            root.values = given or ()
            yield root

    # -- ids

    def _of_model(self, model: ModelRef, roots: list[Node], site: LoadSite) -> tuple[Step, ...]:
        origin = model.origin
        for root in roots:
            for value in root.values:
                if (
                    isinstance(value, Str)
                    and value.text == model.id
                    and self._place(value.module, value.at) == ((origin.path, origin.line, origin.cell))
                ):
                    steps = self._steps(self._shortest(root, value), value)
                    return self._ended(steps, value, model)
        return tuple(self._plain(site, model))

    def _shortest(self, root: Node, value: Str) -> list[Node]:
        """The shortest way to the literal behind the value, through what holds it; else to where it is made."""
        ways = list(_ways(root, value))
        literal = (way for way in ways if self._is_literal(way[-1], value))
        return next(literal, None) or next((way for way in ways if _is_end(way[-1], value)), [root])

    def _is_literal(self, node: Node, value: Str) -> bool:
        """Whether the string stands here; a key made up by the analysis stands nowhere."""
        text = node.expression
        is_there = (node.env.module, text.at) == (value.module, value.at)
        return isinstance(text, Text) and is_there and id(text) in self.roles(value.module).found

    def _ended(self, steps: list[Step], value: Str, model: ModelRef) -> tuple[Step, ...]:
        """The steps, the last of them where the string stands."""
        place = self._place(value.module, value.at)
        if model.resolution == "loader_default" and len(steps) == 1:
            return (replace(steps[0], words="the loader's default"),)
        last = next((step for step in reversed(steps) if not step.is_part), None)
        if last is None or (last.path, last.line, last.cell) != place:
            steps = [*steps, self._step(value.module, value.at, "the string")]
        return tuple(steps)

    def _plain(self, site: LoadSite, model: ModelRef) -> Iterator[Step]:
        """Of a command line: the line, and the variable that it names."""
        command = next((c.text for c in self.file.launches if (c.line, c.cell) == (site.line, site.cell)), None)
        code = self._code(site.path, self._row(site.line, site.cell)) if command is None else command.strip()
        yield Step(site.path, site.line, site.cell, "the load" if command is None else "in this command", code)
        place = model.origin.line, model.origin.cell
        if place != (site.line, site.cell):
            path = model.origin.path
            yield Step(path, *place, "set here", self._code(path, self._row(*place) if path == site.path else place[0]))

    def _row(self, line: int, cell: int | None) -> int:
        """A line of a cell, as a line of all cells together."""
        return next((first for first, index in self.file.program.cells if index == cell), 1) + line - 1

    # -- what is not known

    def _unknowns(self, site: LoadSite, roots: list[Node]) -> Iterator[Trail]:
        for value in dict.fromkeys(value for root in roots for value in root.values):
            reason = _reason(value)
            if reason is not None:
                yield from self._unknown(value, reason, roots)
            elif isinstance(value, Str) and not site.models:
                steps = self._steps(self._shortest(next(r for r in roots if value in r.values), value), value)
                yield Trail(None, site.reason, tuple(steps), f'"{value.text}" is no model id')

    def _unknown(self, value: Value, reason: str, roots: list[Node]) -> Iterator[Trail]:
        """Up to `MAX_ENDS` trails that end in different places."""
        seen: set[object] = set()
        for root in roots:
            for nodes in _ends(root, value) if reason != "no_argument" else _empty_ends(root):
                trail = self._ending(nodes, value, reason)
                if trail.steps[-1:] not in seen and len(seen) < MAX_ENDS:
                    seen.add(trail.steps[-1:])
                    yield trail

    def _ending(self, nodes: list[Node], value: Value, reason: str) -> Trail:
        """The trail that ends with these nodes; and on to the part that is not known, where the reason sums up."""
        cause, seen = reason, {reason}
        while cause in _SUMS and (deeper := _deeper(nodes[-1], seen)) is not None:
            value, cause, way = deeper
            nodes = [*nodes, *way]
            seen.add(cause)
        steps = self._steps(nodes, value)
        if cause == "runtime_input":
            steps.extend(self._option(nodes[-1]))
        return Trail(None, reason, tuple(steps), self._sentence(nodes[-1], value, cause))

    def _sentence(self, node: Node, value: Value, cause: str) -> str:
        """Why the way ends at the node."""
        if cause == "bound_reached":
            return f"{SENTENCES[cause]}: {node.bound or 'calls nest too deep, or there are too many values'}"
        if cause == "no_argument" and node.asked:
            return "the way leads back to itself, and nothing else gives a value"
        if cause == "no_argument" and any(isinstance(v, Const) for v in node.values):
            return "None is passed, and nothing else was found"
        if cause == "parameter" and not isinstance(node.expression, Parameter):
            return f"the conditions around this line rule out all that was found: {self._ruled_out(node)}"
        if isinstance(value, Thing):
            what = (
                "what a loaded object holds is not known" if value.attribute else "a loaded object, or where it was put"
            )
            return f"{what}: `{value.api}`"
        return f"{SENTENCES[cause]}: `{value.qualified}`" if isinstance(value, Ref) else SENTENCES[cause]

    def _ruled_out(self, node: Node) -> str:
        """What the bindings of a name give."""
        found = [n for n in node.asked if self.roles(n.env.module).of(n.expression).kind == "bound"]
        texts = dict.fromkeys(v.text for n in found for v in n.values if isinstance(v, Str))
        return ", ".join(list(texts)[:MAX_ENDS]) or "None"

    def _option(self, node: Node) -> Iterator[Step]:
        """Where the command-line option that an attribute reads is declared."""
        name = node.expression.name if isinstance(node.expression, Attribute) else ""
        modules = sorted(range(len(self.tracer.modules)), key=lambda module: module != node.env.module)
        for module in modules:
            table = self.tracer.caches.get(("options", module))
            if isinstance(table, dict) and name in table:
                yield self._step(module, table[name][0][0].at, "an option without a default")
                return

    # -- steps

    def _steps(self, nodes: list[Node], value: Value) -> list[Step]:
        steps: list[Step] = []
        way = list(_bridged(nodes))
        for before, node in pairwise(way):
            words = self.roles(node.env.module).words(node.expression, before.expression)
            is_own = self.roles(0).of(node.expression).holder is nodes[0].expression
            parts = list(self._composition(node, value))
            words = "argument" if is_own else words or ("put together" if parts else "")
            steps.extend((self._step(node.env.module, self._at(node), words), *parts))
        load = self._step(nodes[0].env.module, nodes[0].expression.at, "the load")
        if not steps or not self._is_inside(steps[0], nodes[0].expression):
            steps.insert(0, load)
        return _told([replace(steps[0], words=steps[0].words or "argument"), *steps[1:]])

    def _at(self, node: Node) -> int:
        """Where the expression stands; of a parameter, its own place in the list of them."""
        module, expression = self.tracer.modules[node.env.module], node.expression
        if not isinstance(expression, Parameter):
            return expression.at
        scope = module.scopes[expression.scope]
        wanted = (
            rf"\b(?:def\s+{re.escape(scope.name)}|lambda)\b.*?\b({re.escape(scope.params[expression.place].name)})\b"
        )
        found = re.compile(wanted.encode(), re.DOTALL).search(b"\n".join(self.lines(module.path)), scope.at, scope.end)
        return found.start(1) if found is not None else expression.at

    def _is_inside(self, step: Step, call: Expression) -> bool:
        """Whether the step stands in the call that loads; what `*args` or a partial passes does not."""
        module = self.tracer.modules[0]
        end = module.line(call.end - 1) if isinstance(call, Call) else step.line
        start, cell = module.place(call.at)
        return (step.path, step.cell) == (module.path, cell) and start <= step.line <= end

    def _composition(self, node: Node, value: Value) -> Iterator[Step]:
        """The parts of a string put together here, but for the one whose way is told."""
        made = held(node, value)
        if not isinstance(made, Str):
            return
        asked = {id(child.expression): child for child in node.asked}
        for part in (asked[id(each)] for each in composed_of(node.expression) if id(each) in asked):
            if held(part, value) is None:
                yield from self._part(part, made)

    def _part(self, part: Node, made: Str) -> Iterator[Step]:
        """What a part gives to the string; its own text is seen where it stands in the expression itself."""
        texts = [v for v in part.values if isinstance(v, Str) and v.text and v.text in made.text]
        if isinstance(part.expression, Text):
            return
        for text in sorted(texts, key=lambda v: len(v.text))[-1:]:
            yield replace(self._step(text.module, text.at, f'part "{text.text}"'), is_part=True)
        if not texts and made.partial:
            yield replace(self._step(part.env.module, part.expression.at, "part not known"), is_part=True)

    def _step(self, module: int, at: int, words: str) -> Step:
        path, line, cell = self._place(module, at)
        row = bisect_right(self.tracer.modules[module].newlines, at - 1) + 1
        return Step(path, line, cell, words, self._code(path, row))

    def _place(self, module: int, at: int) -> tuple[str, int, int | None]:
        file = self.tracer.modules[module]
        return (file.path, *file.place(at))

    def _code(self, path: str, row: int) -> str:
        lines = self.lines(path)
        return lines[row - 1].decode("utf-8", "replace").strip() if row <= len(lines) else ""

    def _lines(self, path: str) -> list[bytes]:
        """The lines of a file; of a notebook, those of its code cells together."""
        if path == self.file.module.path:
            return self.file.program.source.split(b"\n")
        source = self.tracer.project.read(path)
        try:
            return notebooks.program(source or b"", path).source.split(b"\n")
        except (UnreadableError, notebooks.NotebookError):
            return []

    def _roles(self, module: int) -> Roles:
        return Roles(self.tracer.modules[module])


def _told(steps: list[Step]) -> list[Step]:
    """The steps that add something: one without words only where it is on another line."""
    kept: list[Step] = []
    for step in steps:
        last = next((one for one in reversed(kept) if not one.is_part), None)
        here = (step.path, step.line, step.cell)
        if last is not None and here == (last.path, last.line, last.cell) and step.words in ("", last.words):
            continue
        kept.append(step if step.words else replace(step, words="goes on here"))
    return [step for step, after in zip_longest(kept, kept[1:]) if not _is_said_by(step, after)]


def _is_said_by(step: Step, after: Step | None) -> bool:
    """Whether the next step says the same of the same line, and more: the default of that parameter."""
    return after is not None and after.line == step.line and after.words == f"default of {step.words}"


# -- the recorded questions


def _bridged(nodes: list[Node]) -> Iterator[Node]:
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
            return way[1:-1]
    return []


def _import(node: Node) -> list[Node]:
    """The nearest import on which the node depends, in its own file."""
    for way in _reach(node, set()):
        if way[-1].env.module == node.env.module and isinstance(way[-1].expression, Imported):
            return way[-1:]
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


def _ends(root: Node, value: Value) -> Iterator[list[Node]]:
    """The shortest ways to the nodes that first gave a value. What is not known of `**kwargs` gives no id."""
    for way in _ways(root, value):
        if _is_end(way[-1], value) and not (len(way) > 1 and _is_spread(way[1], root)):
            yield way


def _is_spread(node: Node, root: Node) -> bool:
    keywords = root.expression.keywords if isinstance(root.expression, Call) else ()
    return any(name is None and value is node.expression for name, value in keywords)


def _empty_ends(root: Node) -> Iterator[list[Node]]:
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


def _is_end(node: Node, value: Value) -> bool:
    return all(held(child, value) is None for child in node.asked)


def _ways(root: Node, value: Value) -> Iterator[list[Node]]:
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


def _deeper(node: Node, seen: set[str]) -> tuple[Value, str, list[Node]] | None:
    """A part of what a node puts together that is not known, for another reason: (value, reason, way to its end)."""
    function = node.expression.function if isinstance(node.expression, Call) else None
    for child in node.asked:
        if child.expression is function:
            continue
        for value in child.values:
            reason = _reason(value)
            if reason is not None and reason not in seen:
                return value, reason, next(_ends(child, value))
    return None


def _reason(value: Value) -> str | None:
    """Why the value is no id, as `anchors.read_ids` tells it; None if it is one, or nothing."""
    match value:
        case Unknown():
            return value.reason
        case Thing():
            return "attribute_not_found"
        case Ref():
            return "import_not_followed" if value.call is None else "call_not_followed"
        case _:
            return None
