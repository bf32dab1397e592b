"""What an expression can be: a demand-driven evaluator over the summaries of one file or of many.

It starts at the expression asked for and goes backwards over the bindings that can reach it, into callers, callees,
classes and options. The set of values is finite and bounded; what is not known is `Unknown` with its reason. A
function is evaluated in one call of it (a `Frame`) where that call is known, else over all calls found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from analyzer import names
from analyzer.loaders import LoaderTables, tables
from analyzer.program import (
    Attribute,
    Binding,
    Call,
    Captured,
    Choice,
    Constant,
    Definition,
    Element,
    Entered,
    Expression,
    Generated,
    Imported,
    Items,
    Joined,
    Mapping,
    Module,
    Name,
    Opaque,
    Operator,
    Parameter,
    Scope,
    Spread,
    Subscript,
    Text,
    Unpacked,
    dotted,
)
from analyzer.values import containers
from analyzer.values.objects import (
    BOUND,
    SOMEWHERE,
    UNKNOWN_CALL,
    Cls,
    Const,
    Dict,
    Env,
    Event,
    Fn,
    Held,
    Inst,
    List,
    Ref,
    Shown,
    Started,
    Str,
    Unknown,
    Values,
    merged,
    relabel,
)

T = TypeVar("T")

MAX_DEPTH = 50
MAX_CYCLES = 100  # of one file that are worked out anew
NEVER = 1 << 30


class Bodies(Protocol):
    """Function bodies of a file that can still be read."""

    def read(self, index: int) -> None: ...

    def read_mentioning(self, name: str, inside: int) -> None: ...

    def mentions(self, name: str, index: int) -> bool: ...

    def version(self) -> int: ...


class Evaluator:
    """Evaluates expressions of `modules`. `bodies` are asked for what was left out; memoised; bounded in steps."""

    max_steps = 2_500  # for one question
    brief_steps = 300  # for one that is worth no more
    max_total = 60_000  # for one file; then questions are brief

    def __init__(
        self, modules: Sequence[Module], bodies: Sequence[Bodies | None] = (), *, follow: bool = False
    ) -> None:
        self.modules = list(modules)
        self.until: float | None = None  # deadline by time.thread_time: what else runs on the machine changes no answer
        self.follow = follow  # whether objects are followed into every library call that takes one
        self.bodies = list(bodies) or [None] * len(self.modules)
        self.tables: LoaderTables = tables()
        self.steps = self.total = self.ticks = 0
        self.depth = 0
        self.limit = self.max_steps
        self.is_late = False
        self.hurried = False  # whether the question is to be answered in few steps
        self.bounded = False  # whether a bound was met
        self.asked = False  # whether an answer may depend on other files
        self.memo: dict[tuple[int, Env], Values] = {}
        self.active: dict[tuple[int, Env], int] = {}
        self.busy: dict[object, int] = {}  # other questions that are being answered, with their depth
        self.cut = NEVER  # depth of the outermost question that one below has come back to
        self.cycles = 0
        self.provisional: list[tuple[dict[Any, Any], object]] = []
        self.opening = 0  # classes whose bases or subclasses are being found out
        self.refused = 0  # questions that were not answered, for a bound
        self.envs: dict[tuple[int, int], Env] = {}
        self.frames: dict[tuple[object, ...], Env] = {}
        self.caches: dict[object, object] = {}
        self.indexes: list[dict[str, tuple[int, object]]] = [{} for _ in self.modules]
        self.kept: list[Expression] = []
        self.loads: dict[
            tuple[int, int], str
        ] = {}  # calls of the first file that are known to load, by place: the loader
        self.events: dict[tuple[object, ...], Event] = {}
        self.followed: dict[Env, None] = {}  # calls with a loaded object, in other files; only if `follow`
        self.made: dict[Inst, None] = {}  # objects made of a loaded one

    # -- what a project evaluator answers for many files

    def external(self, qualified: str, module: int) -> Values:
        """What a dotted name outside the file is."""
        return (Ref(qualified),)

    def defined(self, qualified: str, module: int) -> Values:
        """What the files define under a name that stays a library's."""
        return ()

    def member(self, module: int, name: str) -> Values:
        """A name of a module, as another file sees it."""
        bindings = self.modules[module].scopes[0].bindings.get(name, [])
        return self.bound(names.final(bindings, 1 << 61, ()), self.env(module, 0), True)

    def callers_of(self, module: int, name: str) -> Iterable[int]:
        """The files that can call something of `module` by this name."""
        return (module,)

    def derived_in(self, module: int, name: str) -> Iterable[int]:
        """The files that may derive from the class `name` of `module`."""
        return (module,)

    def is_distinct(self, module: int, name: str) -> bool:
        """Whether no other file around `module` defines a function of this name."""
        return False

    def setters_of(self, module: int, name: str) -> Iterable[int]:
        """The files that may set an attribute of this name on an object of `module`."""
        return (module,)

    def option_files(self, module: int) -> Iterable[int]:
        """The files whose command-line options may reach `module`."""
        return (module,)

    def launched(self, options: Iterable[str], started: Started, *, several: bool = False) -> Values:
        """What command lines give these options of the programs that run a parser; also all further words of them."""
        return ()

    def options_launched(self, started: Started) -> Iterable[tuple[object, str, Str]]:
        """(the command line, the option as it is written, its value) of all that programs are given that run this."""
        return ()

    def overruled(self, first: Values, second: Values) -> Values:
        """`second` without what only command lines give that give `first`, too."""
        return second

    def environment_files(self) -> Iterable[int]:
        """The files that may load variables into the environment of the program."""
        return range(len(self.modules))

    def alone(self) -> Evaluator:
        """An evaluator of the first file that knows no other."""
        return self

    def config(self, path: str, module: int) -> Values:
        """What a config file that code opens by this path holds; nothing where files are not linked.

        `path` is as `module` writes it, with `*` for each part that is not known.
        """
        return ()

    def config_paths(self, path: str, module: int) -> tuple[str, ...]:
        """The config files that code of `module` can mean by a path."""
        return ()

    def config_files(self, endings: tuple[str, ...]) -> tuple[str, ...]:
        """The config files of the repository with these endings, by path."""
        return ()

    def configs_naming(self, word: str) -> tuple[str, ...]:
        """The config files that name something to be built by this word."""
        return ()

    def config_package(self, path: str) -> str:
        """Where Hydra puts a config, if its file says so."""
        return ""

    def config_documents(self, paths: Iterable[str], word: str) -> Iterable[tuple[str, Dict]]:
        """Those of the config files that mention the word, each with what it holds."""
        return ()

    # -- scopes and environments

    def scope(self, module: int, index: int) -> Scope:
        scope = self.modules[module].scopes[index]
        if not scope.lowered:
            self.read_body(module, index)
        return scope

    def read_body(self, module: int, index: int) -> None:
        bodies = self.bodies[module]
        if bodies is not None:
            bodies.read(index)

    def read_mentioning(self, module: int, name: str, inside: int = 0) -> None:
        """Read the bodies within scope `inside` that mention the identifier."""
        bodies = self.bodies[module]
        if bodies is not None:
            bodies.read_mentioning(name, inside)

    def env(self, module: int, index: int) -> Env:
        """The environment of a scope in any call of it."""
        key = module, index
        if key not in self.envs:
            parent = self.modules[module].scopes[index].parent
            self.envs[key] = Env(module, index, None, self.env(module, parent) if parent >= 0 else None)
        return self.envs[key]

    def index(self, kind: str, module: int, build: Callable[[Module], T]) -> T:
        """An index over a file's scopes, built anew when more of its bodies have been read."""
        bodies = self.bodies[module]
        version = bodies.version() if bodies is not None else 0
        known = self.indexes[module].get(kind)
        if known is not None and known[0] == version:
            return known[1]  # type: ignore[return-value]
        made = build(self.modules[module])
        self.indexes[module][kind] = version, made
        return made

    # -- the evaluator

    def evaluate(self, expression: Expression, env: Env) -> Values:
        """All values the expression can have; empty while it is being evaluated further up."""
        key = id(expression), env
        found = self.memo.get(key)
        if found is not None:
            return found
        refused = self.refused
        if key in self.active:
            self.comes_back(self.active[key])
            return ()
        if self.depth == 0:
            self.total += self.steps
            self.steps = 0
            self.limit = self.brief_steps if self.hurried or self.total > self.max_total else self.max_steps
        if self.depth > MAX_DEPTH or self.is_spent():
            self.bounded = True
            self.refused += 1
            return (BOUND,)
        self.depth += 1
        self.active[key] = self.depth
        try:
            found = _BY_TYPE[type(expression)](self, expression, env)
        except RecursionError:
            self.bounded = True
            self.refused += 1
            found = (BOUND,)
        finally:
            del self.active[key]
            self.depth -= 1
        if self.refused != refused and self.limit == self.brief_steps:  # with more steps there may be more
            return found
        self.memo[key] = found
        self.note(self.memo, key)
        return found

    def briefly(self, expression: Expression, env: Env) -> Values:
        """The values of something worth only a few steps, which spoils no later answer if there are more."""
        if self.depth or self.hurried:
            return self.evaluate(expression, env)
        refused, bounded = self.refused, self.bounded
        self.hurried = True
        try:
            found = self.evaluate(expression, env)
        finally:
            self.hurried = False
        self.bounded = bounded
        return found if self.refused == refused else (BOUND,)

    def is_spent(self) -> bool:
        """Takes a step; whether there were too many, or they took too long."""
        self.steps += 1
        self.ticks += 1
        if self.ticks & 255 == 0 and self.until is not None and time.thread_time() > self.until:
            self.is_late = True
        return self.steps > self.limit or self.is_late

    def note(self, store: dict[Any, Any], key: object) -> None:
        """Called when an answer is stored: one found on a cycle lacks what the cycle gives, and holds until it closes.

        Then the evaluation that the cycle came back to has the whole answer, and the others are forgotten.
        """
        if self.cut <= self.depth:
            self.provisional.append((store, key))
            return
        self.cut = NEVER
        if self.provisional and self.cycles < MAX_CYCLES and not self.follow:
            self.cycles += 1
            for other, left in self.provisional:
                other.pop(left, None)
        self.provisional.clear()

    def comes_back(self, depth: int) -> None:
        """Called where a question is met that is being answered further up, at this depth."""
        self.cut = min(self.cut, depth)

    def remembered(self, key: object, answer: Callable[[], Values]) -> Values:
        """The answer to a question that no expression asks; kept where it is whole: off all cycles, within bounds."""
        found = self.caches.get(key)
        if found is not None:
            return found  # type: ignore[return-value]
        refused = self.refused
        made = answer()
        if self.cut > self.depth and not self.opening and refused == self.refused:
            self.caches[key] = made
        return made

    def keep(self, expression: Expression) -> Expression:
        """Keeps an expression that stands in no file alive: what is remembered of it goes by its identity."""
        self.kept.append(expression)
        return expression

    def union(self, expressions: Iterable[Expression], env: Env) -> Values:
        return merged(*(self.evaluate(expression, env) for expression in expressions))

    # -- leaves

    def text(self, expression: Text, env: Env) -> Values:
        return (Str(expression.value, env.module, expression.at, self.modules[env.module].step),)

    def constant(self, expression: Constant, env: Env) -> Values:
        return (Const(expression.value),)

    def opaque(self, expression: Opaque, env: Env) -> Values:
        return (Unknown(expression.reason),)

    def imported(self, expression: Imported, env: Env) -> Values:
        return self.external(expression.qualified, env.module)

    def captured(self, expression: Captured, env: Env) -> Values:
        return self.evaluate(expression.value, self.env(env.module, expression.scope))

    def definition(self, expression: Definition, env: Env) -> Values:
        scope = self.modules[env.module].scopes[expression.scope]
        if scope.kind == "class":
            return (Cls(env.module, expression.scope, env),)
        return (Fn(env.module, expression.scope, env),)

    def parameter(self, expression: Parameter, env: Env) -> Values:
        return calls.parameter(self, expression, env)

    # -- names

    def name(self, expression: Name, env: Env) -> Values:
        found = self.lookup(expression, env)
        if found is not None:
            return found
        if expression.id == "__file__":
            return (Str(SOMEWHERE, env.module, expression.at, partial=True),)
        predefined = names.predefined(self.modules[env.module].language, expression.id)
        if predefined is not None:
            return (Ref(predefined),)
        starred = self.modules[env.module].scopes[0].bindings.get("*", ())
        refs = merged(*(self.starred(binding, expression.id, env.module) for binding in starred))
        return refs or (Unknown("name_not_found"),)

    def starred(self, binding: Binding, name: str, module: int) -> Values:
        """`name` through `from x import *`: only where that gives something a table or a file knows."""
        if not isinstance(binding.value, Imported):
            return ()
        found = self.external(binding.value.qualified + "." + name, module)
        known = [v for v in found if not isinstance(v, Ref) or v.qualified.partition(".")[0] in self.tables.roots]
        return tuple(known)

    def lookup(self, name: Name, env: Env) -> Values | None:
        """Values of a name bound in this scope or one around it; None if it is bound nowhere."""
        nested: Scope | None = None
        here: Env | None = env
        while here is not None:
            scope = self.scope(here.module, here.scope)
            if scope.kind != "class" or nested is None:
                bindings = names.resolve(scope, name, nested=nested)
                if bindings:
                    found = self.bound(bindings, here, nested is not None, None if nested is not None else name)
                    return containers.stored(self, found, name, here, nested=nested is not None)
            nested, here = scope, here.parent
        return None

    def bound(self, bindings: Iterable[Binding], env: Env, from_inside: bool, use: Name | None = None) -> Values:
        """What the bindings give; at `use`, the conditions around it taken into account."""
        step = "module_constant" if from_inside and env.parent is None else "local_variable"
        found = []
        for binding in reach.bound(self, bindings, env):
            if use is None:
                found.append(self.evaluate(binding.value, env))
            elif not narrowing.excluded(self, binding, use, env):
                values = narrowing.derived(self, binding, use, env) or self.evaluate(binding.value, env)
                found.append(narrowing.narrowed(self, values, (use, use.id), binding.at, env))
        return relabel(merged(*found), step)

    # -- access

    def attribute(self, expression: Attribute, env: Env) -> Values:
        values = self.plain_attribute(expression, env)
        chain = dotted(expression)
        return narrowing.narrowed(self, values, chain, 0, env) if chain is not None else values

    def plain_attribute(self, expression: Attribute, env: Env) -> Values:
        """An attribute, whatever is asked of it around."""
        found = attributes.assigned(self, expression, env)
        if found is not None and found.final:
            return found.values
        own = found.values if found is not None else ()
        bases = self.evaluate(expression.base, env)
        reached = merged(*(attributes.attribute(self, base, expression.name) for base in bases))
        if own:
            reached = tuple(value for value in reached if not isinstance(value, Unknown))
        elif all(isinstance(value, Unknown) for value in reached):
            reached = options.guess(self, expression, env) or reached
        return merged(own, reached)

    def subscript(self, expression: Subscript, env: Env) -> Values:
        bases = self.evaluate(expression.base, env)
        if isinstance(expression.key, Operator) and expression.key.sign == "slice":
            ends = [self.evaluate(end, env) for end in expression.key.operands]
            return containers.sliced(self, bases, tuple(e[0] if len(e) == 1 else UNKNOWN_CALL for e in ends))
        keys = self.evaluate(expression.key, env)
        return relabel(containers.item(self, bases, keys), "container")

    def element(self, expression: Element, env: Env) -> Values:
        return relabel(containers.elements(self, self.evaluate(expression.iterable, env)), "container")

    def unpacked(self, expression: Unpacked, env: Env) -> Values:
        bases = self.evaluate(expression.value, env)
        return containers.item(self, bases, (Const(expression.place),))

    def spread(self, expression: Spread, env: Env) -> Values:
        return containers.elements(self, self.evaluate(expression.value, env))

    def entered(self, expression: Entered, env: Env) -> Values:
        """A context manager made by a generator gives what that yields; any other gives itself."""
        found = self.evaluate(expression.context, env)
        entered: list[Values] = []
        for value in found:
            if isinstance(value, List):
                entered.append(containers.elements(self, (value,)))
            elif isinstance(value, Inst):
                methods = attributes.attribute(self, value, "__enter__")
                entered.append(
                    merged(*(calls.apply(self, m, _NO_CALL, env) for m in methods if isinstance(m, Fn))) or (value,)
                )
            else:
                entered.append((value,))
        return merged(*entered)

    # -- displays and operators

    def items(self, expression: Items, env: Env) -> Values:
        return (List(tuple((item, env) for item in expression.items)),)

    def mapping(self, expression: Mapping, env: Env) -> Values:
        return (Dict(tuple((key, value, env) for key, value in expression.pairs)),)

    def generated(self, expression: Generated, env: Env) -> Values:
        if expression.key is not None:
            return (Dict(((expression.key, expression.element, env),)),)
        return (List(((expression.element, env),), more=True),)

    def choice(self, expression: Choice, env: Env) -> Values:
        found = self.union(expression.options, env)
        if expression.first and any(isinstance(v, Str) and v.step == "launch_line" for v in found):
            first = self.evaluate(expression.options[0], env)
            found = merged(first, self.overruled(first, self.union(expression.options[1:], env)))
        useful = tuple(v for v in found if not (isinstance(v, Const) and not v.value) and v != Str("", 0, 0))
        return useful or found

    def joined(self, expression: Joined, env: Env) -> Values:
        return strings.join(self, expression.parts, env, expression.at)

    def operator(self, expression: Operator, env: Env) -> Values:
        return strings.operator(self, expression, env)

    def call(self, expression: Call, env: Env) -> Values:
        functions = self.loader(expression, env) or self.evaluate(expression.function, env)
        found = merged(*(calls.apply(self, function, expression, env) for function in functions)) or (UNKNOWN_CALL,)
        if calls.is_get(expression) and all(isinstance(value, Unknown | Ref) for value in found):
            return merged(calls.default_of_get(self, expression, env), found)
        return found

    def loader(self, call: Call, env: Env) -> Values:
        """The loader that linking has found a call to be, where following the file alone does not tell."""
        api = self.loads.get((call.at, call.end)) if self.follow and env.module == 0 else None
        if api is None or self.tables.match(api) is None:
            return ()
        found = self.evaluate(call.function, env)
        is_open = all(
            isinstance(v, Unknown) or (isinstance(v, Ref) and not self.tables.match(v.qualified)) for v in found
        )
        return (Ref(api),) if is_open else ()


_NO_CALL = Call(Opaque("call_not_followed", 0), (), (), 0, 0)

from analyzer.values import attributes, calls, narrowing, options, reach, strings, widgets  # noqa: E402  (they evaluate in turn)

_BY_TYPE: dict[type, Callable[[Evaluator, Any, Env], Values]] = {
    Text: Evaluator.text,
    Constant: Evaluator.constant,
    Opaque: Evaluator.opaque,
    Captured: Evaluator.captured,
    Imported: Evaluator.imported,
    Definition: Evaluator.definition,
    Parameter: Evaluator.parameter,
    Name: Evaluator.name,
    Attribute: Evaluator.attribute,
    Subscript: Evaluator.subscript,
    Element: Evaluator.element,
    Unpacked: Evaluator.unpacked,
    Spread: Evaluator.spread,
    Entered: Evaluator.entered,
    Items: Evaluator.items,
    Mapping: Evaluator.mapping,
    Generated: Evaluator.generated,
    Choice: Evaluator.choice,
    Joined: Evaluator.joined,
    Operator: Evaluator.operator,
    Call: Evaluator.call,
    Held: lambda ev, expression, env: expression.values,
    Shown: widgets.shown,
}
