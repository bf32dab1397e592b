"""The ways to a place: the calls of its function, as they are in each call of their own functions, and so on outwards.

What comes on one of them comes by the tests of all functions on it, and with all that is passed beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from analyzer.program import BranchPath, Call, Module, Name, Scope, first_name
from analyzer.values.branching import questions, reach, worlds
from analyzer.values.calling import callers
from analyzer.values.objects import Arguments, Env, Given, Started, Str, Unknown

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Callers of callers that are told apart.
_MAX_OUTWARDS = 4
#: Ways to one place.
_MAX_WAYS = 48


class Place(NamedTuple):
    """Where control passes in a function: the beginning of a call; `entered`: what it enters there, if of several."""

    env: Env
    at: int
    path: BranchPath
    call: Call | None = None
    entered: tuple[int, int] | None = None


class Way(NamedTuple):
    """The environment of the innermost function, and the places that control passes, the innermost first."""

    env: Env
    places: tuple[Place, ...]


def to(ev: Evaluator, place: Place, outwards: int = _MAX_OUTWARDS) -> list[Way]:
    """The ways to a place; one alone, of which nothing is known, where no call of its function is."""
    env = place.env
    frames = (env,) if env.frame is not None else callers.frames_in_all(ev, env.module, env.scope)
    if not outwards or not frames or len(frames) >= callers.MAX_CALLERS:
        return [Way(env, (place,))]
    found: dict[object, list[Way]] = {}
    for frame in frames:
        bound = frame.frame.bound if frame.frame is not None else None
        key = _start_of(frame) or frame, bound
        if key not in found:
            found[key] = list(_through(ev, place, frame, outwards))
        if sum(map(len, found.values())) > _MAX_WAYS:
            return [Way(each, (place._replace(env=each),)) for each in frames]
    return [way for ways in found.values() for way in ways]


def _whole(env: Env) -> Env:
    """The call with all that its parameters can have, where it is one of which one value is looked at."""
    while isinstance(env.frame, Given):
        env = env.frame.whole
    return env


def _start_of(env: Env) -> tuple[Env, int] | None:
    started = env.frame.started if env.frame is not None else None
    return (_whole(started.env), started.at) if started is not None else None


def _through(ev: Evaluator, place: Place, frame: Env, outwards: int) -> Iterator[Way]:
    """The ways to a place by one call of its function."""
    frame = _whole(frame)
    started = frame.frame.started if frame.frame is not None else None
    start = _start(ev, started, frame) if started is not None else None
    if started is None or start is None:
        yield Way(frame, (place._replace(env=frame),))
        return
    outer = to(ev, start, outwards - 1) if _hands_on(ev, start) else [Way(start.env, (start,))]
    for way in outer:
        inside = frame if way.env is started.env else worlds.seen_from(ev, frame, started.env, way.env)
        yield Way(inside, (place._replace(env=inside), *way.places))


def _hands_on(ev: Evaluator, place: Place) -> bool:
    """Whether the call passes what callers of its function give, or tests on the way to it ask about that."""
    scope = ev.modules[place.env.module].scopes[place.env.scope]
    assert place.call is not None
    given = (*place.call.args, *(value for _, value in place.call.keywords))
    asked = (test.condition for test, _ in scope.tests_to(place.at, place.path))
    return any(questions.takes(scope, each) for each in (*given, *asked))


def _start(ev: Evaluator, started: Started, entered: Env) -> Place | None:
    """Where the call stands that starts another."""
    calls = ev.index(started.env.module, _by_end).get((started.env.scope, started.at))
    root = first_name(calls[0]) if calls else None
    if root is None:
        return None
    where, targets = _whole(started.env), (entered.module, entered.scope)
    known = _targets(ev, calls[0], where) if isinstance(calls[0].function, Name) else frozenset()
    return Place(where, root.at, root.path, calls[0], targets if len(known) > 1 and targets in known else None)


def _targets(ev: Evaluator, call: Call, env: Env) -> frozenset[tuple[int, int]]:
    """The functions that a call can enter; none where one of them is not known."""
    found = ev.evaluate(call.function, env)
    if any(isinstance(value, Unknown) for value in found):
        return frozenset()
    return frozenset((fn.module, fn.scope) for value in found for fn, _ in callers.targets(ev, value, Arguments()))


def _by_end(module: Module, number: int, scope: Scope) -> Iterator[tuple[tuple[int, int], Call]]:
    for call in scope.calls:
        yield (number, call.end), call


def is_told(ev: Evaluator, way: Way, *, flags: bool) -> bool:
    """Whether there is anything on the way that can close it: tests of texts, and of whatever is passed if `flags`."""
    scopes = ((ev.modules[p.env.module].scopes[p.env.scope], p) for p in way.places)
    return any(p.entered is not None or reach.tells(scope, p.at, p.path, flags=flags) for scope, p in scopes)


def is_open(ev: Evaluator, way: Way, value: Str) -> bool:
    """Whether control can pass all places of the way with a value.

    Flags that lead to where the value is written are there to be set by others; and how control comes to the function
    that it is written in does not depend on it.
    """
    for place in way.places:
        scope = ev.modules[place.env.module].scopes[place.env.scope]
        is_written_here = value.module == place.env.module and scope.at <= value.at < scope.end
        passes = reach.comes_by_texts if is_written_here else reach.comes
        if passes(ev, place.env, place.at, place.path) is False or not _enters(ev, place):
            return False
        if is_written_here:
            break
    return True


def _enters(ev: Evaluator, place: Place) -> bool:
    """Whether the call can still enter what it enters on the way: `load` may stand for one of several functions."""
    if place.call is None or place.entered is None:
        return True
    targets = _targets(ev, place.call, place.env)
    return not targets or place.entered in targets
