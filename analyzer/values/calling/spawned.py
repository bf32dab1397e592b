"""Functions that a library's call calls for its caller: threads, pools, launchers of processes, sweeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Element, Expression, Opaque, Spread, Unpacked, last_name
from analyzer.values.objects import Arguments, Env, Ref, Value

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Position of the function among the arguments; those behind it are passed on as they are.
_HANDED = {
    "builds": 0,  # of hydra-zen
    "submit": 0,
    "to_thread": 0,
    "run_in_executor": 1,
    "run_in_threadpool": 0,
    "run_sync": 0,
}
#: Those that pass on each item of what stands behind the function.
EACH = frozenset({"map", "imap", "imap_unordered", "thread_map", "process_map", "map_array"})
#: Those that spread each item.
_STARRED = frozenset({"starmap", "starmap_async"})
#: Those that pass on what they are given as `args` and `kwargs`: keyword of the function, place of the arguments.
_SPREAD = {
    "Thread": ("target", None),
    "Process": ("target", None),
    "Timer": ("function", 2),
    "apply_async": ("func", 1),
    "notebook_launcher": ("function", 1),
    "debug_launcher": ("function", 1),
    "start_processes": ("fn", 1),
    "spawn": ("fn", 1),
    "launch": ("main_func", None),
}
#: Of these, the ones that pass the number of the process first.
_RANKED = frozenset({"spawn", "start_processes"})
_KWARGS = frozenset({"kwargs", "kwds"})
#: Parts of an item that are told apart.
_PARTS = 8

#: Those that give nothing of what the function returns.
STARTERS = frozenset(_SPREAD) - {"apply_async"}
HANDERS = frozenset({*_HANDED, *EACH, *_STARRED, *_SPREAD})


def handed_over(ev: Evaluator, ref: Ref, arguments: Arguments) -> list[tuple[Value, Arguments]]:
    """Functions that a call calls for its caller: (function, what it passes), for each."""
    last = ref.qualified.rpartition(".")[2]
    if last not in HANDERS:
        return []
    return [
        (value, passed)
        for (expression, env), passed in _handed(ev, last, arguments)
        for value in ev.evaluate(expression, env)
    ]


def calls_of(ev: Evaluator, call: Call, env: Env, names: frozenset[str]) -> Iterator[Call]:
    """The calls that a library's call makes of functions with one of these names, as if they stood in the code."""
    last = last_name(call.function)
    if last not in HANDERS:
        return
    key = "spawned", id(call), env
    if key not in ev.caches:
        arguments = Arguments(tuple((a, env) for a in call.args), tuple((n, v, env) for n, v in call.keywords))
        ev.caches[key] = tuple(
            ev.keep(Call(function[0], tuple(e for e, _ in given.args), _named(given), call.at, call.end))
            for function, given in _handed(ev, last, arguments)
        )
    yield from (made for made in ev.caches[key] if last_name(made.function) in names)  # type: ignore[attr-defined]


def _named(arguments: Arguments) -> tuple[tuple[str | None, Expression], ...]:
    return tuple((name, value) for name, value, _ in arguments.keywords)


def _handed(ev: Evaluator, last: str, arguments: Arguments) -> Iterator[tuple[tuple[Expression, Env], Arguments]]:
    """(the function, what it is passed) of a call of something with this last name."""
    if last in _SPREAD:
        yield from _spread(ev, last, arguments)
        return
    place = _HANDED.get(last, 0)
    if len(arguments.args) <= place:
        return
    rest = arguments.args[place + 1 :]
    if last in EACH:
        rest = tuple((_made(ev, "element", e, Element(e, e.at)), env) for e, env in rest)
    elif last in _STARRED:
        rest = tuple((_part(ev, e, at), env) for e, env in rest[:1] for at in range(_PARTS))
    yield arguments.args[place], Arguments(rest, arguments.keywords if last in _HANDED else ())


def _spread(ev: Evaluator, last: str, arguments: Arguments) -> Iterator[tuple[tuple[Expression, Env], Arguments]]:
    """Of `Thread(target=f, args=(x,))`, `spawn(f, args=(x,))`, `apply_async(f, (x,))`."""
    keyword, place = _SPREAD[last]
    named = {name: (value, env) for name, value, env in arguments.keywords if name}
    function = named.get(keyword) or (arguments.args[0] if arguments.args and keyword != "target" else None)
    listed = named.get("args")
    if listed is None and place is not None and len(arguments.args) > place:
        listed = arguments.args[place]
    if function is None or (last == "launch" and listed is None):
        return
    args = [(_made(ev, "spread", listed[0], Spread(listed[0], listed[0].at)), listed[1])] if listed else []
    if last in _RANKED:
        args.insert(0, (_made(ev, "rank", function[0], Opaque("computed_string", function[0].at)), function[1]))
    given = tuple((None, *named[name]) for name in sorted(_KWARGS & named.keys()))
    yield function, Arguments(tuple(args), given)


def _part(ev: Evaluator, expression: Expression, place: int) -> Expression:
    each = _made(ev, "element", expression, Element(expression, expression.at))
    return _made(ev, ("part", place), expression, Unpacked(each, place, expression.at))


def _made(ev: Evaluator, kind: object, expression: Expression, made: Expression) -> Expression:
    """Made once for each expression: what is remembered of it goes by its identity."""
    key = kind, id(expression)
    if key not in ev.caches:
        ev.caches[key] = ev.keep(made)
    return ev.caches[key]  # type: ignore[return-value]
