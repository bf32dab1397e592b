"""What an expression can be: a demand-driven evaluator over the summaries of one file or of many.

It starts at the expression asked for and goes backwards over the bindings that can reach it, into callers, callees,
classes and options. The set of values is finite and bounded; what is not known is `Unknown` with its reason. A
function is evaluated in one call of it (a `Frame`) where that call is known, else over all calls found.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
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
    Referenced,
    Scope,
    Spread,
    Subscript,
    Text,
    Unpacked,
    dotted,
)
from analyzer.syntax.specifiers import CONFIG
from analyzer.values import containers, copied
from analyzer.values.indexes import Index, Part
from analyzer.values.memory import Memory
from analyzer.values.objects import (
    BOUND,
    NO_CALL,
    RUNTIME,
    SOMEWHERE,
    UNKNOWN_CALL,
    Assumed,
    Cls,
    Configs,
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
    Str,
    Turn,
    Unknown,
    Values,
    merged,
    own_first,
    relabel,
    without_any,
)
from analyzer.values.surroundings import Surroundings

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_DEPTH = 50
_NOT_FOLLOWED = frozenset({Unknown, Ref})


class Bodies(Protocol):
    """Function bodies of a file that can still be read."""

    def read(self, index: int) -> None: ...

    def read_mentioning(self, name: str, inside: int) -> None: ...

    def mentions(self, name: str, index: int) -> bool: ...


class Evaluator(Surroundings, Memory):
    """Evaluates expressions of `modules`. `bodies` are asked for what was left out; memoised; bounded in steps."""

    def __init__(
        self, modules: Sequence[Module], bodies: Sequence[Bodies | None] = (), *, follow: bool = False
    ) -> None:
        super().__init__(follow=follow)
        self.modules = list(modules)
        self.bodies = list(bodies) or [None] * len(self.modules)
        self.tables: LoaderTables = tables()
        self.asked = False  # whether an answer may depend on other files
        self.envs: dict[tuple[int, int], Env] = {}
        self.frames: dict[tuple[object, ...], Env] = {}
        self.indexes: list[dict[object, Index[Any, Any]]] = [{} for _ in self.modules]
        self.loads: dict[tuple[int, int], str] = {}  # calls of the first file known to load, by place: the loader
        self.events: dict[tuple[object, ...], Event] = {}
        self.followed: dict[Env, None] = {}  # calls with a loaded object, in other files; only if `follow`
        self.made: dict[Inst, None] = {}  # objects made of a loaded one
        self.listed: set[tuple[int, int]] = set()  # strings by place: of options that hold nothing but their choices

    def alone(self) -> Evaluator:
        """An evaluator of the first file that knows no other."""
        return self

    def member(self, module: int, name: str) -> Values:
        """A name of a module, as another file sees it."""
        bindings = self.modules[module].scopes[0].bindings.get(name, [])
        return self.bound(names.final(bindings, 1 << 61, ()), self.env(module, 0), True)

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
        if (module, index) not in self.envs:
            scopes, missing = self.modules[module].scopes, [index]
            while (parent := scopes[missing[-1]].parent) >= 0 and (module, parent) not in self.envs:
                missing.append(parent)
            for each in reversed(missing):  # a loop: functions may stand in each other without end
                self.envs[module, each] = Env(module, each, None, self.envs.get((module, scopes[each].parent)))
        return self.envs[module, index]

    def index(self, module: int, part: Part[K, V]) -> Index[K, V]:
        """An index over what has been read of a file so far."""
        found = self.indexes[module].get(part)
        if found is None:
            found = self.indexes[module][part] = Index(self.modules[module], part)
        return found.refreshed()

    # -- the evaluator

    def evaluate(self, expression: Expression, env: Env) -> Values:
        """All values the expression can have; empty while it is being evaluated further up."""
        key = id(expression), env
        found = self.memo.get(key)
        if found is not None:
            return found
        if self.below is not None and (known := self.below.get(key)) is not None:
            if supposed.is_settled(known):
                return known
            if type(expression) is Parameter and len(mine := supposed.same(self, known)) == 1:
                return mine
        refused = self.refused
        if key in self.active:
            self.comes_back(self.active[key])
            return ()
        if self.depth == 0:
            self.starts()
        if self.depth > MAX_DEPTH or self.is_spent():
            self.refuse()
            return (BOUND,)
        self.depth += 1
        self.active[key] = self.depth
        try:
            found = _BY_TYPE[type(expression)](self, expression, env)
        except RecursionError:
            self.refuse()
            found = (BOUND,)
        finally:
            del self.active[key]
            self.depth -= 1
        if self.supposed is not None and found:
            found = supposed.taken(self, self.supposed, found)
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
        if expression.qualified.startswith(CONFIG):
            found = self.config(expression.qualified.removeprefix(CONFIG), env.module)
            return found or (Ref(expression.qualified),)
        return self.brought_in(expression.qualified, env.module)

    def captured(self, expression: Captured, env: Env) -> Values:
        return self.evaluate(expression.value, self.env(env.module, expression.scope))

    def definition(self, expression: Definition, env: Env) -> Values:
        scope = self.modules[env.module].scopes[expression.scope]
        if scope.kind == "class":
            return (Cls(env.module, expression.scope, env),)
        return (Fn(env.module, expression.scope, env),)

    def parameter(self, expression: Parameter, env: Env) -> Values:
        return parameters.parameter(self, expression, env)

    # -- names

    def name(self, expression: Name, env: Env) -> Values:
        found = self.lookup(expression, env)
        if found is not None:
            return found
        if expression.id in ("__file__", "__dirname", "__filename"):
            return (Str(SOMEWHERE, env.module, expression.at, partial=True),)
        predefined = names.predefined(self.modules[env.module].language, expression.id)
        if predefined is not None:
            return (Ref(predefined),)
        starred = self.modules[env.module].scopes[0].bindings.get("*", ())
        found = merged(*(self.starred(binding, expression.id, env.module) for binding in starred))
        return own_first(found) or (Unknown("name_not_found"),)

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
                    return stores.filled(self, found, name, here, nested=nested is not None)
            nested, here = scope, here.parent
        return None

    def bound(self, bindings: Iterable[Binding], env: Env, from_inside: bool, use: Name | None = None) -> Values:
        """What the bindings give; at `use`, the conditions around it taken into account."""
        if use is not None and isinstance(env.frame, Assumed) and env.frame.name == use.id:
            return (env.frame.value,)
        step = "module_constant" if from_inside and env.parent is None else "local_variable"
        found = []
        for binding in reach.bound(self, bindings, env):
            if use is None:
                found.append(self.evaluate(binding.value, env))
            elif not narrowing.excluded(self, binding, use, env):
                values = narrowing.derived(self, binding, use, env) or self.evaluate(binding.value, env)
                if type(binding.value) is Call and all(type(value) in _NOT_FOLLOWED for value in values):
                    values = merged(self.handed_back(binding.value, use.id, env), values)
                found.append(narrowing.narrowed(self, values, (use, use.id), binding.at, env))
        return relabel(without_any(merged(*found)), step)

    def handed_back(self, call: Call, name: str, env: Env) -> Values:
        """What a call that is not followed is likely to give back: `settings = recipe.completed(settings)`."""
        given = (arg for arg in call.args if type(arg) is Name and arg.id == name)
        return tuple(v for arg in given for v in self.evaluate(arg, env) if isinstance(v, Dict | Configs))

    # -- access

    def attribute(self, expression: Attribute, env: Env) -> Values:
        chain = dotted(expression)
        if isinstance(env.frame, Assumed) and chain is not None and env.frame.name == chain[1]:
            return (env.frame.value,)
        values = self.plain_attribute(expression, env)
        if folders.is_upload(expression.name):
            values = tuple(v for v in values if not isinstance(v, Str)) or (RUNTIME,)
        return narrowing.narrowed(self, values, chain, 0, env) if chain is not None else values

    def plain_attribute(self, expression: Attribute, env: Env) -> Values:
        """An attribute, whatever is asked of it around."""
        found = assigned.to_name(self, expression, env)
        if found is not None and found.final:
            return found.values
        own = found.values if found is not None else ()
        bases = self.evaluate(expression.base, env)
        reached = merged(*(attributes.attribute(self, base, expression.name) for base in bases))
        if own:
            reached = tuple(value for value in reached if not isinstance(value, Unknown))
        elif all(isinstance(value, Unknown) for value in reached):
            reached = options.guess(self, expression, env) or reached
        if not own:
            reached = merged(config_guesses.guess(self, expression, env, bases, reached), reached)
        return merged(own, reached)

    def subscript(self, expression: Subscript, env: Env) -> Values:
        if (end := walked.by_loop(self, expression, env)) is not None:
            return end
        bases = self.evaluate(expression.base, env)
        if isinstance(expression.key, Operator) and expression.key.sign == "slice":
            ends = [self.evaluate(end, env) for end in expression.key.operands]
            return containers.sliced(self, bases, tuple(e[0] if len(e) == 1 else UNKNOWN_CALL for e in ends))
        keys = self.evaluate(expression.key, env)
        found = containers.item(self, bases, keys)
        found = merged(config_guesses.guess(self, expression, env, bases, found), found)
        return relabel(found, "container")

    def element(self, expression: Element, env: Env) -> Values:
        if isinstance(env.frame, Turn) and env.frame.element is expression:
            return env.frame.values
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
                    merged(*(calls.apply(self, m, NO_CALL, env) for m in methods if isinstance(m, Fn))) or (value,)
                )
            else:
                entered.append((value,))
        return merged(*entered)

    # -- displays and operators

    def items(self, expression: Items, env: Env) -> Values:
        return (List(tuple((item, env) for item in expression.items)),)

    def mapping(self, expression: Mapping, env: Env) -> Values:
        each = (copied.entries(self, key, value, env) for key, value in expression.pairs)
        return (Dict(tuple(entry for entries in each for entry in entries)),)

    def generated(self, expression: Generated, env: Env) -> Values:
        if expression.key is not None:
            found = copied.entry(self, expression.key, expression.element, env)
            places = turns.of_entry(self, expression.key, expression.element, env) if found[0] is not None else ()
            each = expression.each if found[0] is not None and not places else None
            places = places or tuple(worlds.of_variable(self, each, env) if each is not None else ())
            return (Dict(tuple((*found[:2], place) for place in places or [env])),)
        return (List(((expression.element, env),), more=True),)

    def choice(self, expression: Choice, env: Env) -> Values:
        told = reach.told(self, expression.asked, env) if expression.asked is not None else None
        if told is not None:
            return self.evaluate(expression.options[0 if told else 1], env)
        found = alternatives.by_record(self, expression, env) or self.union(expression.options, env)
        if expression.first and any(isinstance(v, Str) and v.step.startswith("launch_line") for v in found):
            first = self.evaluate(expression.options[0], env)
            found = merged(first, self.overruled(first, self.union(expression.options[1:], env)))
        useful = tuple(v for v in found if not (isinstance(v, Const) and not v.value) and v != Str("", 0, 0))
        return useful or found

    def joined(self, expression: Joined, env: Env) -> Values:
        return strings.join(self, expression.parts, env, expression.at)

    def operator(self, expression: Operator, env: Env) -> Values:
        return strings.operator(self, expression, env)

    def call(self, expression: Call, env: Env) -> Values:
        if expression.args and (end := walked.by_loop(self, expression, env)) is not None:
            return end
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


from analyzer.values import alternatives, assigned, attributes, stores, strings, turns, walked  # noqa: E402  (in turn)
from analyzer.values.branching import narrowing, reach, supposed, worlds  # noqa: E402
from analyzer.values.calling import calls, parameters, widgets  # noqa: E402
from analyzer.values.commandline import options  # noqa: E402
from analyzer.values.configs import config_guesses, folders, hydra_configs  # noqa: E402

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
    Referenced: lambda ev, expression, env: hydra_configs.referenced(ev, expression, env),
    Shown: widgets.shown,
}
