"""What `hydra.utils.instantiate` makes of a config: an object of the class of the files read that `_target_` names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call
from analyzer.values import containers
from analyzer.values.objects import (
    UNKNOWN_CALL,
    Arguments,
    Cls,
    Configs,
    Dict,
    Env,
    Fn,
    Held,
    Str,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_TARGET = (Str("_target_", 0, 0),)


def instantiated(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`instantiate(config, **more)`, by all classes and functions that the config can name."""
    from analyzer.values.calling import calls, passing

    given = passing.argument(ev, arguments, ("config",), 0) or ()
    made = []
    for target, docs in _by_target(ev, given).items():
        held = Configs(docs) if len(docs) > 1 else docs[0]
        passed = Arguments((), ((None, ev.keep(Held((held,))), env), *arguments.keywords))
        known = (value for value in ev.external(target, env.module) if isinstance(value, Cls | Fn))
        made += [calls.invoke(ev, value, passed, node, env) for value in known]
    return merged(*made) or (UNKNOWN_CALL,)


def _by_target(ev: Evaluator, given: Values) -> dict[str, tuple[Dict, ...]]:
    found: dict[str, dict[Dict, None]] = {}
    for doc in (doc for value in given for doc in _documents(value)):
        for target in containers.item(ev, (doc,), _TARGET):
            if isinstance(target, Str) and "." in target.text:
                found.setdefault(target.text, {})[doc] = None
    return {target: tuple(docs) for target, docs in found.items()}


def _documents(value: Value) -> Iterator[Dict]:
    if isinstance(value, Dict):
        yield value
    elif isinstance(value, Configs):
        yield from value.docs
