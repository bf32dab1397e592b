"""Which programs run a call: a command line gives its options only to the parser that the started program runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, BranchPath, Call, Expression, Module, Name, Scope
from analyzer.values.objects import Started

if TYPE_CHECKING:
    from analyzer.linking.files import Files

#: Functions of one file that call each other on the way to a parser, at most this far.
_MAX_CALLS = 4


def outermost(started: Started) -> Started:
    """The call that everything begins with, where the calls between are known."""
    while started.env.frame is not None and started.env.frame.started is not None:
        started = started.env.frame.started
    return started


def runs(ev: Files, program: str, started: Started) -> bool:
    """Whether a program that imports a file can come to the call in it.

    Code of the module runs with every import, unless the file asks whether it is the program. A function runs where
    an importer gets hold of it, or of one in the file that calls it; who calls methods is not told apart.
    """
    env = started.env
    path = ev.modules[env.module].path
    scopes = ev.modules[env.module].scopes
    if path == program:
        return True
    index = _outer(ev, env.module, env.scope)
    if index == 0:
        return started.at not in ev.index(env.module, _guarded)
    if scopes[index].kind != "function":
        return True
    entrances = _entrances(ev, env.module, index)
    return entrances is None or ev.project.around.enters(program, path, entrances)


def starts(ev: Files, entry: str, started: Started) -> bool:
    """Whether a function of the file that a program starts in can come to the call; "": whichever it starts in."""
    env = started.env
    index = _outer(ev, env.module, env.scope)
    if not entry or index == 0 or ev.modules[env.module].scopes[index].kind != "function":
        return True
    entrances = _entrances(ev, env.module, index)
    return entrances is None or entry in entrances


def _outer(ev: Files, module: int, index: int) -> int:
    """The function of the file around the scope; 0 for the file itself."""
    scopes = ev.modules[module].scopes
    while scopes[index].kind in ("function", "lambda") and scopes[index].parent > 0:
        index = scopes[index].parent
    return index


def _entrances(ev: Files, module: int, index: int) -> frozenset[str] | None:
    """Names of a file by which the function can be come to; None where importing the file calls it."""
    key = "entrances", module, index
    if key not in ev.caches:
        ev.caches[key] = _around(ev, module, index)
    return ev.caches[key]  # type: ignore[return-value]


def _around(ev: Files, module: int, index: int) -> frozenset[str] | None:
    scopes = ev.modules[module].scopes
    bodies = ev.bodies[module]
    found = {scopes[index].name}
    guarded = ev.index(module, _guarded)
    for _ in range(_MAX_CALLS):
        if any(call.end not in guarded and _mentions(call, found) for call in scopes[0].calls):
            return None
        outer = (s for s in enumerate(scopes) if s[1].parent == 0 and s[1].name not in found)
        more = {s.name for at, s in outer if bodies is not None and any(bodies.mentions(n, at) for n in found)}
        if not more:
            break
        found |= more
    return frozenset(found)


def _mentions(call: Call, found: set[str]) -> bool:
    """Whether a call is of one of the names, or gets it as an argument."""
    return any(name in found for part in (call.function, *call.args) for name in _names(part))


def _names(value: Expression) -> Iterator[str]:
    if isinstance(value, Name):
        yield value.id
    elif isinstance(value, Attribute):
        yield value.name
    elif isinstance(value, Call):
        yield from _names(value.function)


def _guarded(module: Module, index: int, scope: Scope) -> Iterator[tuple[int, Call]]:
    """Ends of the calls that run only where the file is the program: `if __name__ == "__main__":`."""
    guards = {test.at for test in scope.tests if "__name__" in test.names} if not index else set()
    for call in scope.calls if guards else ():
        if any(arm[0] in guards for arm in _path(call.function)):
            yield call.end, call


def _path(value: Expression) -> BranchPath:
    """The branches that an expression stands in, by the name that it begins with."""
    while not isinstance(value, Name):
        inner = getattr(value, "function", None) or getattr(value, "base", None)
        if inner is None:
            return ()
        value = inner
    return value.path
