"""Calls matched against the loader tables: which can load a model, each with every set of arguments it is seen with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from analyzer import loader_names
from analyzer.loaders import Match, tables
from analyzer.program import (
    Attribute,
    Call,
    Choice,
    Element,
    Expression,
    Module,
    Name,
    Parameter,
    Scope,
    Subscript,
    Unpacked,
    dotted,
    last_name,
)
from analyzer.values import hierarchy, loading
from analyzer.values.branching import worlds
from analyzer.values.calling import callers, passing, spawned
from analyzer.values.evaluator import Evaluator
from analyzer.values.indexes import libraries
from analyzer.values.objects import (
    Arguments,
    Cls,
    Env,
    Fn,
    Partial,
    Ref,
    Thing,
    Unknown,
    Value,
)

#: Calls that may give a function or class: out of a table, by its name, with some of its arguments.
_GIVING = frozenset({"partial", "getattr", "type", "import_module", "get", "pop"})
#: Parts of names of variables that hold one, wherever it comes from.
_LOADING = ("model_loader", "tokenizer_loader", "model_class", "model_cls", "modelclass", "pipeline_class")
#: Parts of names of functions that give a class: `self._get_model_class()`.
_CLASSES = ("class", "cls", "factory")


@dataclass(slots=True)
class Candidate:
    """A call that loads, with every set of arguments it was seen with."""

    call: Call
    env: Env
    match: Match
    uses: list[tuple[Arguments, Env]] = field(default_factory=list)


def candidates(ev: Evaluator, module: int, words: Iterable[str] = ()) -> Iterator[Candidate]:
    """Calls of loaders. Bodies read while looking are looked at too."""
    others = loader_names.others(ev, module).union(words)
    tokens = loader_names.tokens(ev.modules[module].language)
    _read_receivers(ev, module, tokens | others)
    done: dict[int, int] = {}
    while True:
        scopes = ev.modules[module].scopes
        todo = [(i, s.calls[n]) for i, s in enumerate(scopes) for n in range(done.get(i, 0), len(s.calls))]
        if not todo:
            return
        done = {index: len(scope.calls) for index, scope in enumerate(scopes)}
        suspects = ev.index(module, _suspects)
        for index, call in todo:
            name = last_name(call.function)
            is_named = name in tokens or name in others
            if (
                is_named
                or _lazy(call, tokens) is not None
                or ((not name or (name in suspects and _is_suspect(call))) and _may_load(ev, call, index))
            ):
                yield from _of_call(ev, call, ev.env(module, index))


def _lazy(call: Call, tokens: Collection[str] = ()) -> Expression | None:
    """The loader that a config names, to be called with the rest: `dict(type=X.from_pretrained, …)`."""
    if not isinstance(call.function, Name) or call.function.id != "dict" or call.args:
        return None
    named = next((value for key, value in call.keywords if key == "type"), None)
    is_one = isinstance(named, Name | Attribute) and (not tokens or last_name(named) in tokens)
    return named if is_one else None


def _read_receivers(ev: Evaluator, module: int, names: Collection[str]) -> None:
    """Reads the functions of the file that are given a loader, under whatever name they call it: `retry(X.load, …)`."""
    for index, scope in enumerate(list(ev.modules[module].scopes)):
        for call in list(scope.calls):
            given = (*call.args, *(value for _, value in call.keywords))
            if any(isinstance(value, Name | Attribute) and last_name(value) in names for value in given):
                for function in ev.evaluate(call.function, ev.env(module, index)):
                    if isinstance(function, Fn) and function.module == module:
                        ev.read_body(module, function.scope)


def _may_load(ev: Evaluator, call: Call, scope: int) -> bool:
    """Whether the file alone, or a name, says that a call of a variable may load: to ask all callers takes long."""
    alone = ev.alone()
    if alone is ev or any(word in last_name(call.function).lower() for word in _LOADING):
        return True
    env = alone.env(0, scope)
    return _is_part_of_library(alone, call.function, env) or any(True for _ in _of_call(alone, call, env))


def _is_part_of_library(ev: Evaluator, function: Expression, env: Env) -> bool:
    """Whether it is some part of a library's module that has loaders: `getattr(models, x)`, `models.__dict__[x]`."""
    if isinstance(function, Call) and last_name(function.function) == "getattr" and function.args:
        module = function.args[0]
    elif isinstance(function, Subscript) and isinstance(function.base, Attribute) and function.base.name == "__dict__":
        module = function.base.base
    else:
        return False
    return any(isinstance(v, Ref) and ev.tables.offers(v.qualified) for v in ev.evaluate(module, env))


def _is_suspect(call: Call) -> bool:
    """Whether a variable, or an attribute of self, is called with something."""
    function = call.function
    own = (
        isinstance(function, Attribute)
        and isinstance(function.base, Name)
        and function.base.id in ("self", "cls", "this")
    )
    return (own or isinstance(function, Name)) and bool(call.args or call.keywords)


def _suspects(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, int]]:
    """Names that may stand for a function or class: bound to anything but the result of an ordinary call."""
    for name, bindings in scope.bindings.items():
        if any(_may_be_function(binding.value) for binding in bindings):
            yield name.rpartition(".")[2], index


def _may_be_function(value: Expression) -> bool:
    if isinstance(value, Call):
        name = last_name(value.function)
        return name in _GIVING or any(word in name.lower() for word in _CLASSES)
    return isinstance(value, Name | Attribute | Choice | Subscript | Unpacked | Element | Parameter)


def _of_call(ev: Evaluator, call: Call, env: Env) -> Iterator[Candidate]:
    together = list(loads(ev, call, env))
    if not together:  # then it is none in any call of its function: its callers need not be asked
        return
    found: dict[str, Candidate] = {}
    worlds_ = worlds.of_call(ev, call, env)
    for where in worlds_:
        for match, arguments in together if where is env else loads(ev, call, where):
            candidate = found.setdefault(match.api, Candidate(call, env, match))
            candidate.uses.append((arguments, where))
    if len(found) > 1 and worlds_ == [env]:
        found = _by_caller(ev, call, env) or found
    yield from found.values()


def _by_caller(ev: Evaluator, call: Call, env: Env) -> dict[str, Candidate]:
    """Where the loader depends on the caller, the id does too: one look for each caller."""
    found: dict[str, Candidate] = {}
    for frame in callers.frames(ev, env.module, env.scope):
        for match, arguments in loads(ev, call, frame):
            candidate = found.setdefault(match.api, Candidate(call, env, match))
            candidate.uses.append((arguments, frame))
    return found


def loads(ev: Evaluator, call: Call, env: Env) -> Iterator[tuple[Match, Arguments]]:
    """The loaders that the call can be, each with the arguments it gets."""
    if (loader := _lazy(call)) is not None:
        rest = Arguments((), tuple((name, value, env) for name, value in call.keywords if value is not loader))
        for value in ev.evaluate(loader, env):
            yield from _matches(ev, value, rest, env, loader) if isinstance(value, Ref) else ()
        return
    arguments = passing.arguments_of(call, env)
    is_known = False
    for value in sorted(ev.evaluate(call.function, env), key=lambda value: isinstance(value, Unknown)):
        for match in _matches(ev, value, arguments, env, call.function):
            if is_known and isinstance(value, Unknown):
                break  # `Model = None` where an import fails: it is what the import gives
            is_known = True
            yield match
        if isinstance(value, Ref) and value.qualified == "functools.partial":
            rest = Arguments(arguments.args[1:], arguments.keywords)
            given = passing.argument(ev, arguments, (), 0) or ()
            found = [match for function in given for match in _matches(ev, function, rest, env)]
            if found and _unused(ev, call, env):
                yield from found


def _matches(
    ev: Evaluator, value: Value, arguments: Arguments, env: Env, function: Expression | None = None
) -> Iterator[tuple[Match, Arguments]]:
    match value:
        case Partial():
            yield from _matches(ev, value.function, passing.together(value.arguments, arguments), env)
        case Cls():
            base = hierarchy.external_constructor(ev, value)
            if base is not None and ev.tables.match(base.qualified):
                yield from _matches(ev, base, arguments, env)
        case Ref():
            found = loading.find(ev, value, arguments)
            if found is None and value.call is not None and isinstance(function, Attribute):
                yield from _matches(ev, Unknown("call_not_followed"), arguments, env, function)
            if found is not None and loading.required(ev, found.loader, arguments):
                yield found, arguments
            for handed, passed in spawned.handed_over(ev, value, arguments):
                yield from _matches(ev, handed, passed, env)
        case Thing(attribute=True):
            chain, _, name = value.api.rpartition(".")
            loader = ev.tables.method_loader(value.kind, value.library, name) if value.kind else None
            if loader is not None and loading.required(ev, loader, arguments):
                yield Match(loader, f"{chain}.{name}"), arguments
        case Unknown() if isinstance(function, Attribute) and function.name == "from_pretrained":
            yield from _unknown_class(ev, function, arguments, env.module)
        case Unknown() if isinstance(function, Attribute):
            row = ev.tables.method_loader("", "", function.name)
            if row is not None and loading.required(ev, row, arguments):
                yield Match(row, f"{row.modules[0]}.{row.receiver}.{function.name}"), arguments
        case _:
            return


def _imports_library(ev: Evaluator, module: int) -> bool:
    """Whether the file imports a library whose classes have a `from_pretrained`."""
    return any(_has_classes(root) for root in ev.index(module, libraries) if root in ev.tables.roots)


@cache
def _has_classes(root: str) -> bool:
    return "from_pretrained" in tables().tokens_of(frozenset({root}))


def _unknown_class(
    ev: Evaluator, function: Attribute, arguments: Arguments, module: int
) -> Iterator[tuple[Match, Arguments]]:
    """`cls.from_pretrained(…)`, where nothing tells what cls is: an id org/name does, or what the file imports."""
    written = dotted(function)
    found = ev.tables.generic("unknown." + (written[1] if written else "from_pretrained"))
    known = found is not None and loading.names_model(ev, found.loader, arguments)
    if found is not None and (known or _imports_library(ev, module)):
        yield Match(found.loader, found.api.removeprefix("unknown.")), arguments


def _unused(ev: Evaluator, call: Call, env: Env) -> bool:
    """Whether a partial is never called in its file: then the partial itself is the site."""
    suspects = ev.index(env.module, _suspects)
    for index, scope in enumerate(ev.modules[env.module].scopes):
        for other in scope.calls:
            if last_name(other.function) in suspects and other is not call:
                found = ev.evaluate(other.function, ev.env(env.module, index))
                if any(isinstance(value, Partial) and value.call is call for value in found):
                    return False
    return True
