"""The whole way of each id to its load, step by step, and where the way ends for what is not known."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise, zip_longest

from analyzer import candidates, references
from analyzer.explanations.roles import Roles, composed_of
from analyzer.explanations.texts import Texts
from analyzer.explanations.trace import Node, Tracer, held
from analyzer.explanations.trails import SENTENCES, Explained, Explanation, Step, Trail, shown
from analyzer.explanations.ways import bridged, deeper, empty_ends, ends, is_end, reason_of, ways
from analyzer.program import Attribute, Call, Expression, Parameter, Text
from analyzer.project import Project
from analyzer.records import CallSequence, FileReport, LoadSite, ModelRef
from analyzer.source import Opened, opened, sites_of, usages_of
from analyzer.values.objects import Const, Ref, Str, Thing, Value

#: Places told for one reason, nearest first.
MAX_ENDS = 3

#: Roles of what gives a name its values.
_GIVING = frozenset({"bound", "default", "field", "returned"})
#: Reasons that only sum up what is not known about a part.
_SUMS = frozenset({"computed_string", "call_not_followed"})


def explain(source: bytes, path: str, project: Project, line: int | None = None, cell: int | None = None) -> Explained:
    """Explains the load sites of a file that stand on a line; all of them if no line is given."""
    file = opened(source, path, project)
    if isinstance(file, FileReport):
        return Explained((), ())
    tracer = Tracer(project, file.module, file.bodies)
    sites = sites_of(tracer, file)
    wanted = [site for site in sites if line is None or _is_on(site, line, cell)]
    explainer = _Explainer(tracer, file)
    trails = [tuple(explainer.trails(site)) for site in wanted]
    usages = usages_of(file, sites, tracer.loads) if wanted else []  # last: it reads more of the file
    found = tuple(Explanation(site, told, _of(site, usages)) for site, told in zip(wanted, trails, strict=True))
    file.bodies.close()
    return Explained(found, tuple(sites))


def _is_on(site: LoadSite, line: int, cell: int | None) -> bool:
    return site.line <= line <= site.end_line and (cell is None or site.cell == cell)


def _of(site: LoadSite, usages: list[CallSequence]) -> tuple[CallSequence, ...]:
    """The usages that start at the site."""
    here = site.line, site.cell, site.api
    return tuple(u for u in usages if any((a.line, a.cell, a.api) == here for a in u.anchors))


class _Explainer:
    """Trails of one file's sites."""

    def __init__(self, tracer: Tracer, file: Opened) -> None:
        self.tracer, self.file = tracer, file
        self.texts = Texts(file.program, file.module.path, tracer.project.read)
        self.roles = lru_cache(maxsize=None)(self._roles)
        self.candidates = list(candidates.candidates(tracer, 0, file.words))

    def trails(self, site: LoadSite) -> Iterator[Trail]:
        """One for each id, then for each place at which something stays unknown."""
        roots = [
            root for candidate in self.candidates if self._is_at(candidate, site) for root in self._asked(candidate)
        ]
        for model in site.models:
            yield Trail(model, None, self._of_model(model, roots, site))
        unknown = list(self._unknowns(site, roots))
        if not site.models and not unknown:
            load = shown(
                site.path, site.line, site.cell, "the load", self.texts.code(site.path, self._row(site.line, site.cell))
            )
            unknown.append(Trail(None, site.reason, (load,), SENTENCES[site.reason or "no_argument"]))
        yield from unknown

    def _is_at(self, candidate: candidates.Candidate, site: LoadSite) -> bool:
        module, call = self.tracer.modules[0], candidate.call
        return (*module.place(call.at), module.column(call.at)) == (site.line, site.cell, site.column) and (
            module.place(call.end - 1)[0] <= site.end_line
        )

    def _asked(self, candidate: candidates.Candidate) -> Iterator[Node]:
        """For each way in which the call is made: what its id can be, with all that was asked for it."""
        loader, call = candidate.match.loader, candidate.call
        for arguments, env in candidate.uses:
            ask = partial(references.given_ids, self.tracer, loader, arguments, call, env)
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
        found = list(ways(root, value))
        literal = (way for way in found if self._is_literal(way[-1], value))
        return next(literal, None) or next((way for way in found if is_end(way[-1], value)), [root])

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
            words = "in this command" if value.step.startswith("launch_line") else "the string"
            steps = [*steps, self._step(value.module, value.at, words)]
        return tuple(steps)

    def _plain(self, site: LoadSite, model: ModelRef) -> Iterator[Step]:
        """Of a command line: the line, and the variable that it names."""
        command = next((c.text for c in self.file.launches if (c.line, c.cell) == (site.line, site.cell)), None)
        code = self.texts.code(site.path, self._row(site.line, site.cell)) if command is None else command.strip()
        yield shown(site.path, site.line, site.cell, "the load" if command is None else "in this command", code)
        place = model.origin.line, model.origin.cell
        if place != (site.line, site.cell):
            path = model.origin.path
            yield shown(
                path, *place, "set here", self.texts.code(path, self._row(*place) if path == site.path else place[0])
            )

    def _row(self, line: int, cell: int | None) -> int:
        """A line of a cell, as a line of all cells together."""
        return next((first for first, index in self.file.program.cells if index == cell), 1) + line - 1

    # -- what is not known

    def _unknowns(self, site: LoadSite, roots: list[Node]) -> Iterator[Trail]:
        for value in dict.fromkeys(value for root in roots for value in root.values):
            reason = reason_of(value)
            if reason is not None:
                yield from self._unknown(value, reason, roots)
            elif isinstance(value, Str) and not site.models:
                steps = self._steps(self._shortest(next(r for r in roots if value in r.values), value), value)
                yield Trail(None, site.reason, tuple(steps), f'"{value.text}" is no model id')

    def _unknown(self, value: Value, reason: str, roots: list[Node]) -> Iterator[Trail]:
        """Up to `MAX_ENDS` trails that end in different places."""
        seen: set[object] = set()
        for root in roots:
            for nodes in ends(root, value) if reason != "no_argument" else empty_ends(root):
                trail = self._ending(nodes, value, reason)
                if trail.steps[-1:] not in seen and len(seen) < MAX_ENDS:
                    seen.add(trail.steps[-1:])
                    yield trail

    def _ending(self, nodes: list[Node], value: Value, reason: str) -> Trail:
        """The trail that ends with these nodes; and on to the part that is not known, where the reason sums up."""
        cause, seen = reason, {reason}
        while cause in _SUMS and (part := deeper(nodes[-1], seen)) is not None:
            value, cause, way = part
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
        if cause == "no_argument" and any(isinstance(v, Const) for v in node.values):
            return "None is passed, and nothing else was found"
        if cause == "no_argument" and not node.values:
            return "nothing gives a value here: the way leads back to itself, or nowhere"
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
        found = [n for n in node.asked if self.roles(n.env.module).of(n.expression).kind in _GIVING]
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
        way = list(bridged(nodes))
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
        found = re.compile(wanted.encode(), re.DOTALL).search(
            b"\n".join(self.texts.lines(module.path)), scope.at, scope.end
        )
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
        return shown(path, line, cell, words, self.texts.code(path, row))

    def _place(self, module: int, at: int) -> tuple[str, int, int | None]:
        file = self.tracer.modules[module]
        return (file.path, *file.place(at))

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
