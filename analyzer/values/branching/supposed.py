"""One string supposed to be the one that a run takes: what else is so then, and whether control comes to a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from analyzer.program import Call, Expression, Items, Mapping, Scope, Text, first_name
from analyzer.values.branching import questions, ways
from analyzer.values.calling import callers
from analyzer.values.objects import Configs, Dict, Env, Inst, List, Str, Supposed, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Callers of callers that are looked at for tests.
_MAX_OUTWARDS = 3
_MAX_NESTED = 3
#: Ways to one place that are looked at.
_MAX_WAYS = 24
#: Steps of strings that a run takes to which its command line gives no other.
OF_PARSERS = frozenset({"argparse_default", "option_default"})


def is_settled(found: Values | None) -> TypeGuard[Values]:
    """Whether what holds in all runs holds in those that take one value: there is but one."""
    return found is not None and len(found) < 2 and not (found and isinstance(found[0], Configs))


def taken(ev: Evaluator, supposed: Supposed, found: Values) -> Values:
    """Of the values those that the run takes: the string itself, else what its config says or is written with it."""
    if len(found) < 2:
        return found
    of_file = (v for v in found if isinstance(v, Str) and supposed.config and v.module == supposed.module)
    return same(ev, found) or tuple(of_file) or tuple(v for v in found if _is_written_with(v, supposed)) or found


def same(ev: Evaluator, found: Values) -> Values:
    """Of the values those that are the string that is supposed to be taken."""
    assert ev.supposed is not None
    place = ev.supposed[:2]
    return tuple(v for v in found if isinstance(v, Str) and (v.module, v.at) == place)


def _is_written_with(value: Value, supposed: Supposed) -> bool:
    """Whether a list, dict or object is written with the string, or is what its config file holds."""
    if isinstance(value, Dict):
        parts = [(part, env) for key, part, env in value.entries]
        if supposed.config and parts and parts[0][1].module == supposed.module:
            return True
    elif isinstance(value, List):
        parts = list(value.entries)
    elif isinstance(value, Inst) and value.frame is not None and value.frame.arguments is not None:
        given = value.frame.arguments
        parts = [*given.args, *((part, env) for _, part, env in given.keywords)]
    else:
        return False
    return any(env.module == supposed.module and _holds(part, supposed.at, _MAX_NESTED) for part, env in parts)


def _holds(part: Expression, at: int, depth: int) -> bool:
    match part:
        case Text(at=here):
            return here == at
        case Items(items=inner) if depth:
            return any(_holds(each, at, depth - 1) for each in inner)
        case Mapping(pairs=pairs) if depth:
            return any(_holds(value, at, depth - 1) for _, value in pairs)
    return False


def possible(
    ev: Evaluator, values: Iterable[Str], call: Call, env: Env, gives: Callable[[Env], Values]
) -> Iterator[Str]:
    """Of the values those that a run can take to the call; `gives`: what comes there in one call of its function."""
    use = first_name(call)
    if use is None or not ev.may_suppose():
        yield from values
        return
    values = list(dict.fromkeys(values))
    here = ways.Way(env, (ways.Place(env, use.at, use.path),))
    texts = {(value.module, value.at, value.text) for value in values}
    is_open = len(texts) > len({text[:2] for text in texts}) or len(ev.evaluate(call.function, env)) > 1
    asked = _Asked(ev, gives if is_open else None)
    known: list[tuple[ways.Way, Values]] | None = None
    for value in values:
        if not asked.is_open(value, here):
            continue
        if known is None:
            known = [(way, gives(way.env)) for way in asked.worth(_few(ev, here.places[0])) if way.env is not env]
        mine = [way for way, given in known if _among(given, value)]
        if not mine or any(asked.is_open(value, way) for way in mine):
            yield value


def _few(ev: Evaluator, place: ways.Place) -> list[ways.Way]:
    """The ways to a place; where there are many, only their last two functions are told apart, or none."""
    found = ways.to(ev, place)
    if len(found) > _MAX_WAYS:
        found = ways.to(ev, place, 1)
    return found if len(found) <= _MAX_WAYS else []


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whether ways are open to values; `gives`: what comes to the load, where that may be another, or another load."""

    ev: Evaluator
    gives: Callable[[Env], Values] | None

    def worth(self, found: list[ways.Way]) -> list[ways.Way]:
        """The ways, if anything on one of them can close it."""
        is_told = self.gives is not None or any(ways.is_told(self.ev, way, flags=True) for way in found)
        return found if is_told else []

    def is_open(self, value: Str, way: ways.Way) -> bool:
        supposed = _supposed(self.ev, value)
        is_of_runs = bool(supposed.config or supposed.commands or supposed.default)
        if self.gives is None and not ways.is_told(self.ev, way, flags=not is_of_runs):
            return True
        return self.ev.supposing(supposed, lambda: self._comes(value, way))

    def _comes(self, value: Str, way: ways.Way) -> bool:
        """Whether the way is open to the value, which nothing on it makes into another."""
        if not ways.is_open(self.ev, way, value):
            self.ev.tells()  # also where that is known of all runs
            return False
        found = self.gives(way.env) if self.gives is not None else ()
        left = [v.text for v in found if isinstance(v, Str) and (v.module, v.at) == (value.module, value.at)]
        if left and value.text not in left:
            self.ev.tells()
            return False
        return True


def _supposed(ev: Evaluator, value: Str) -> Supposed:
    config = ev.modules[value.module].path if value.step.startswith("config") else ""
    default = value.text.lower() if value.step in OF_PARSERS else ""
    return Supposed(value.module, value.at, config, ev.commands_giving(value), default)


def _among(values: Values, value: Str) -> bool:
    return any(isinstance(v, Str) and (v.module, v.at) == (value.module, value.at) for v in values)


def is_said_here(ev: Evaluator, call: Call, env: Env) -> bool:
    """Whether a test on the way to the call, in its own function, asks about texts."""
    scope, use = ev.modules[env.module].scopes[env.scope], first_name(call)
    tests = scope.tests_to(use.at, use.path) if use is not None and scope.tests else ()
    return any(questions.is_textual(test.condition) for test, _ in tests)


def is_told(ev: Evaluator, call: Call, env: Env, depth: int = _MAX_OUTWARDS) -> bool:
    """Whether tests stand on the way to the call: in its function, or in one that leads to it."""
    scope: Scope = ev.modules[env.module].scopes[env.scope]
    if scope.tests:
        return True
    frames = callers.frames_in_all(ev, env.module, env.scope) if depth and env.scope else ()
    started = (frame.frame.started for frame in frames if frame.frame is not None)
    return any(one is not None and is_told(ev, call, one.env, depth - 1) for one in started)
