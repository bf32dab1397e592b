"""What a call passes: positions, keywords, what is opened with stars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Expression, Spread
from analyzer.values import attributes, containers
from analyzer.values.commandline import options
from analyzer.values.configs import open_configs
from analyzer.values.objects import (
    NO_ARGUMENT,
    Arguments,
    Configs,
    Dict,
    Env,
    Inst,
    List,
    Ref,
    Str,
    Unknown,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def arguments_of(call: Call, env: Env) -> Arguments:
    return Arguments(tuple((arg, env) for arg in call.args), tuple((name, value, env) for name, value in call.keywords))


def together(first: Arguments, second: Arguments) -> Arguments:
    """What a partial call and the call of it pass together; the later keyword wins."""
    return Arguments(first.args + second.args, second.keywords + first.keywords)


def positional(ev: Evaluator, arguments: Arguments) -> Iterator[tuple[Expression, Env] | None]:
    """Positional arguments in order; `*xs` is opened where its length is known, else None and the end."""
    for expression, env in arguments.args:
        if not isinstance(expression, Spread):
            yield expression, env
            continue
        inner = ev.evaluate(expression.value, env)
        if len(inner) == 1 and isinstance(inner[0], List) and not inner[0].open:
            yield from containers.entries(ev, inner[0])
        else:
            yield None
            return


def keyword(ev: Evaluator, arguments: Arguments, name: str) -> Values | None:
    """The values given under a keyword, directly or through `**`; None if it is not given."""
    spread: list[Values] = []
    for key, expression, env in arguments.keywords:
        if key == name:
            return ev.evaluate(expression, env)
        if key is None:
            for value in ev.evaluate(expression, env):
                spread.append(passed_under(ev, value, name))  # noqa: PERF401
    return merged(*spread) or None


def passed_under(ev: Evaluator, value: Value, name: str) -> Values:
    """What `**value` passes under a keyword: only what is known to be there."""
    if isinstance(value, Dict):
        keys = (v for key, _, env in containers.pairs(ev, value) for v in ev.evaluate(key, env))
        held = any(isinstance(key, Str) and key.text == name for key in keys)
        key = (Str(name, 0, 0),)
        return containers.item(ev, (value,), key) if held else containers.known(ev, value, key)
    if isinstance(value, Configs):
        return open_configs.entry(ev, value, name)
    if isinstance(value, Inst):
        return tuple(v for v in attributes.attribute(ev, value, name) if not isinstance(v, Unknown))
    return options.attribute(ev, value, name) if isinstance(value, Ref) else ()


def may_lack(ev: Evaluator, arguments: Arguments, name: str) -> bool:
    """Whether `**` passes one of several dicts, and one of them lacks the keyword, so that the default holds."""
    if any(key == name for key, _, _ in arguments.keywords):
        return False
    spread = [v for key, e, env in arguments.keywords if key is None for v in ev.evaluate(e, env)]
    docs = [d for v in spread for d in (v.docs if isinstance(v, Configs) else (v,)) if isinstance(d, Dict)]
    return len(docs) > 1 and not all(passed_under(ev, doc, name) for doc in docs)


def argument(ev: Evaluator, arguments: Arguments, names: tuple[str, ...], position: int | None) -> Values | None:
    """The values of one argument, by any of its keywords or its position; None if it is not given.

    Of `f(*args, **kwargs)`, some callers may have given it by its keyword and others by its position.
    """
    for name in names if position is None or not _has_only_places(ev, arguments) else ():
        found = keyword(ev, arguments, name)
        if found is not None:
            is_spread = position is not None and all(key != name for key, _, _ in arguments.keywords)
            placed = _placed(ev, arguments, position) if is_spread and position is not None else None
            return merged(found, placed) if placed and placed != (NO_ARGUMENT,) else found
    return _placed(ev, arguments, position) if position is not None else None


def first(ev: Evaluator, arguments: Arguments, index: int = 0) -> Values:
    """What is passed at a position; nothing where that is not given."""
    return argument(ev, arguments, (), index) or ()


def _placed(ev: Evaluator, arguments: Arguments, position: int) -> Values | None:
    """The values at a position; behind `*xs` of a length that is not known, nothing is known."""
    at = 0
    for expression, env in arguments.args:
        if not isinstance(expression, Spread):
            if at == position:
                return ev.evaluate(expression, env)
            at += 1
            continue
        lists = [value for value in ev.evaluate(expression.value, env) if isinstance(value, List)]
        opened = [list(containers.entries(ev, each)) if not each.open else [None] for each in lists]
        there = [each[position - at] for each in opened if len(each) > position - at]
        known = [entry for entry in there if entry is not None]
        if known:
            return merged(*(ev.evaluate(*entry) for entry in known))
        if len({len(each) for each in opened}) != 1 or None in opened[0]:
            return (NO_ARGUMENT,)
        at += len(opened[0])
    return None


def _has_only_places(ev: Evaluator, arguments: Arguments) -> bool:
    """Whether the call is JavaScript's: what stands for keywords there are the entries of option objects."""
    return bool(arguments.args) and ev.modules[arguments.args[0][1].module].language == "javascript"


def has_spread(arguments: Arguments) -> bool:
    """Whether something is passed that cannot be seen: `*args`, `**kwargs`."""
    starred = any(isinstance(expression, Spread) for expression, _ in arguments.args)
    return starred or any(name is None for name, _, _ in arguments.keywords)
