"""Command-line parsers that are handed to functions, which add options to them, in their own file or another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Module, Name, Scope, last_name
from analyzer.values.objects import Env, Fn

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Functions that hand a parser on to each other, at most.
_MAX_HANDED = 3
_MAKERS = frozenset({"add_argument_group", "add_mutually_exclusive_group", "add_parser"})


def helpers(ev: Evaluator, module: int) -> tuple[tuple[int, int], ...]:
    """The functions of other files, as (file, scope), that are handed a parser made in this one."""
    key = "helpers", module
    if key not in ev.caches:
        ev.caches[key] = ()
        ev.read_mentioning(module, "add_argument")
        ev.read_mentioning(module, "parse_args")
        names = frozenset(ev.index(module, _names))
        found: dict[tuple[int, int], None] = {}
        for index, scope in ev.modules[module].in_order() if names else ():
            _follow(ev, scope, ev.env(module, index), names, found)
        ev.caches[key] = tuple(helper for helper in found if helper[0] != module)
    return ev.caches[key]  # type: ignore[return-value]


def _names(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, int]]:
    """Names that are bound to a parser -> the scope."""
    for name, bindings in scope.bindings.items():
        if any(isinstance(binding.value, Call) and _makes_parser(binding.value) for binding in bindings):
            yield name, index


def _makes_parser(call: Call) -> bool:
    name = last_name(call.function)
    return name in _MAKERS or name.endswith(("ArgumentParser", "ArgParser"))


def _follow(
    ev: Evaluator, scope: Scope, env: Env, names: frozenset[str], found: dict[tuple[int, int], None], depth: int = 0
) -> None:
    """Adds the functions that calls in the scope hand one of the names, and those to which they hand it on."""
    for call in scope.calls:
        places = list(_places(call, names))
        for fn in ev.evaluate(call.function, env) if places else ():
            if isinstance(fn, Fn) and (fn.module, fn.scope) not in found:
                found[fn.module, fn.scope] = None
                inner = ev.scope(fn.module, fn.scope)
                taken = _taken(inner, places, shift=1 if fn.bound is not None else 0)
                if taken and depth < _MAX_HANDED:
                    _follow(ev, inner, ev.env(fn.module, fn.scope), taken, found, depth + 1)


def _places(call: Call, names: frozenset[str]) -> Iterator[int | str]:
    """The positions and keywords at which a call passes one of the names."""
    yield from (place for place, arg in enumerate(call.args) if isinstance(arg, Name) and arg.id in names)
    yield from (key for key, arg in call.keywords if key and isinstance(arg, Name) and arg.id in names)


def _taken(scope: Scope, places: list[int | str], shift: int) -> frozenset[str]:
    """The parameters that get what is passed at these places."""
    names = [param.name for param in scope.params]
    keywords = {place for place in places if isinstance(place, str)}
    positions = (at + shift for at in places if isinstance(at, int))
    return frozenset({*keywords, *(names[at] for at in positions if at < len(names))})
