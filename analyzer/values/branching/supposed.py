"""One string supposed to be the one that a run takes: what else is so then, and whether control comes to a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeGuard

from analyzer.program import Call, Expression, Items, Mapping, Scope, Text, first_name
from analyzer.values.branching import questions, worlds
from analyzer.values.calling import callers
from analyzer.values.objects import Configs, Dict, Env, Inst, List, Str, Supposed, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Callers of callers that are looked at for tests.
_MAX_OUTWARDS = 3
_MAX_NESTED = 3
#: Steps of strings that a run takes to which its command line gives no other.
OF_PARSERS = frozenset({"argparse_default", "option_default"})


def is_settled(found: Values | None) -> TypeGuard[Values]:
    """Whether what holds in all runs holds in those that take one value: there is but one."""
    return found is not None and len(found) < 2 and not (found and isinstance(found[0], Configs))


def taken(ev: Evaluator, supposed: Supposed, found: Values) -> Values:
    """Of the values those that the run takes: the string itself, else what is written with it."""
    if len(found) < 2:
        return found
    same = tuple(v for v in found if isinstance(v, Str) and (v.module, v.at) == supposed[:2])
    return same or tuple(v for v in found if _is_written_with(v, supposed)) or found


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


def is_possible(ev: Evaluator, value: Str, call: Call, env: Env, gives: Callable[[Env], Values]) -> bool:
    """Whether a run can take the value to the call; `gives` tells what comes there in one call of its function."""
    config = ev.modules[value.module].path if value.step.startswith("config") else ""
    default = value.text.lower() if value.step in OF_PARSERS else ""
    supposed = Supposed(value.module, value.at, config, ev.commands_giving(value), default)
    return ev.supposing(supposed, lambda: _comes(ev, supposed, call, env, gives))


def _comes(ev: Evaluator, supposed: Supposed, call: Call, env: Env, gives: Callable[[Env], Values]) -> bool:
    known = callers.frames_in_all(ev, env.module, env.scope) if env.frame is None else ()
    if len(known) == callers.MAX_CALLERS:
        return True
    giving = [frame for frame in known if _among(gives(frame), supposed)]
    frames = list(callers.frames(ev, env.module, env.scope)) if giving else [env]
    found = [frame for frame in frames if _among(gives(frame), supposed)]
    # where another call of the caller than those that are known gives the value: the call as it is in any
    found += [frame for frame in giving if not found and _call_of(frame) in {_call_of(each) for each in frames}]
    use = first_name(call)
    return bool(found and (use is None or worlds.coming(ev, env, found, use.at, use.path)))


def _call_of(env: Env) -> tuple[int, int, object] | None:
    """Where the call stands that an environment is of."""
    started = env.frame.started if env.frame is not None else None
    return (started.env.module, started.env.scope, started.at) if started is not None else None


def _among(values: Values, supposed: Supposed) -> bool:
    return any(isinstance(v, Str) and (v.module, v.at) == supposed[:2] for v in values)


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
