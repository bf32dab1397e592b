"""What functions make of sequences: `enumerate`, `zip`, `chain`, `product`, and named tuples."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, TypeGuard

from analyzer.program import Call, Element, Expression, Items, Opaque, Spread, Text, last_name
from analyzer.values import containers
from analyzer.values.objects import (
    UNKNOWN_CALL,
    Arguments,
    Bound,
    Const,
    Dict,
    Env,
    Held,
    List,
    Ref,
    Str,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MADE_BY = frozenset({"collections.namedtuple", "typing.NamedTuple"})


def kept(ev: Evaluator, node: Call, env: Env, make: Callable[[], Value]) -> Value:
    """Make once, and keep: expressions made here must live as long as the evaluator's memo."""
    key = "made", node, env
    if key not in ev.caches:
        ev.caches[key] = make()
    return ev.caches[key]  # type: ignore[return-value]


def listed(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`list(names)`: the same; of a dict its keys."""
    given = ev.evaluate(*arguments.args[0]) if arguments.args else ()
    each = (containers.method(ev, Bound(v, "keys"), []) if isinstance(v, Dict) else (v,) for v in given)
    return merged(*each) or (UNKNOWN_CALL,)


def ordered(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`sorted(names)`; with a key, or where not all are known, any can be the first."""
    given = listed(ev, arguments, node, env)
    return tuple(_sorted(ev, v, is_plain=not arguments.keywords) if type(v) is List else v for v in given)


def _sorted(ev: Evaluator, value: List, *, is_plain: bool) -> List:
    entries = [entry for entry in containers.entries(ev, value) if entry is not None]
    known = [(found[0].text, entry) for entry in entries for found in [ev.evaluate(*entry)] if _is_text(found)]
    if is_plain and not value.open and len(known) == len(value.entries):
        return List(tuple(entry for _, entry in sorted(known, key=itemgetter(0))))
    return List(value.entries, more=True)


def _is_text(found: Values) -> TypeGuard[tuple[Str]]:
    return len(found) == 1 and isinstance(found[0], Str)


def turned(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`reversed(names)`."""
    found: list[Value] = []
    for value in listed(ev, arguments, node, env):
        entries = list(containers.entries(ev, value)) if type(value) is List and not value.open else [None]
        is_whole = None not in entries
        found.append(List(tuple(e for e in reversed(entries) if e is not None)) if is_whole else value)
    return tuple(found)


def first(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`next(iter(names))`; the next of anything else can be any."""
    given = ev.evaluate(*arguments.args[0]) if arguments.args else ()
    if node.args and isinstance(node.args[0], Call) and last_name(node.args[0].function) == "iter":
        return containers.item(ev, tuple(listed(ev, arguments, node, env)), (Const(0),))
    return containers.elements(ev, given) or (UNKNOWN_CALL,)


def mapped(ev: Evaluator, arguments: Arguments, node: Call) -> Values:
    """`map(function, names)`, `pool.map(function, names)`: what the function makes of each; nothing of other forms."""
    if len(arguments.args) != 2:
        return ()
    (function, where), given = arguments.args[0], ev.evaluate(*arguments.args[1])
    calls: list[tuple[Expression, Env]] = []
    for item in containers.elements(ev, given):
        key = "mapped", node, where, item
        if key not in ev.caches:
            ev.caches[key] = ev.keep(Call(function, (ev.keep(Held((item,), node.at)),), (), node.at, node.end))
        calls.append((ev.caches[key], where))  # type: ignore[arg-type]
    return (List(tuple(calls), more=True),) if calls else ()


def enumerated(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    if not arguments.args:
        return (UNKNOWN_CALL,)
    expression, where = arguments.args[0]
    pair = Items((Opaque("computed_string", node.at), Element(expression, node.at)), node.at)
    return (kept(ev, node, where, lambda: List(((pair, where),), more=True)),)


def zipped(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    lists = [ev.evaluate(expression, where) for expression, where in arguments.args]
    known = [list(containers.entries(ev, v[0])) for v in lists if len(v) == 1 and type(v[0]) is List and not v[0].open]
    if len(known) == len(lists) and not any(None in entries for entries in known):
        rows = zip(*known, strict=False)
        items = [Items(tuple(ev.keep(Held(ev.evaluate(*e))) for e in row if e is not None), node.at) for row in rows]
        return (kept(ev, node, env, lambda: List(tuple((ev.keep(item), env) for item in items))),)
    return crossed(ev, arguments, node, env)


def crossed(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`product(a, b)`: any of one with any of the other."""
    pair = Items(tuple(ev.keep(Held(_each(ev, e, where), node.at)) for e, where in arguments.args), node.at)
    return (kept(ev, node, env, lambda: List(((pair, env),), more=True)),)


def _each(ev: Evaluator, expression: Expression, env: Env) -> Values:
    return containers.elements(ev, ev.evaluate(expression, env))


def chained(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`chain(a, b)`: the items of each; of what is spread, those of any item."""
    parts = [_each(ev, e, where) for e, where in arguments.args if not isinstance(e, Spread)]
    for expression, where in arguments.args:
        if isinstance(expression, Spread):
            parts.append(containers.elements(ev, _each(ev, expression.value, where)))
    return _any_of(ev, parts, node, env)


def flattened(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`chain.from_iterable(lists)`, `sum(lists, [])`: the items of any of the lists."""
    parts = [containers.elements(ev, _each(ev, e, where)) for e, where in arguments.args[:1]]
    return _any_of(ev, parts, node, env)


def summed(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`sum(lists, [])`."""
    start = ev.evaluate(*arguments.args[1]) if len(arguments.args) > 1 else ()
    return flattened(ev, arguments, node, env) if any(isinstance(v, List) for v in start) else (UNKNOWN_CALL,)


def _any_of(ev: Evaluator, parts: list[Values], node: Call, env: Env) -> Values:
    if not any(parts):
        return (UNKNOWN_CALL,)
    return (kept(ev, node, env, lambda: List(tuple((ev.keep(Held(p, node.at)), env) for p in parts), more=True)),)


def record(ev: Evaluator, ref: Ref, arguments: Arguments, node: Call, env: Env) -> Values | None:
    """A call of what `namedtuple("Spec", "name size")` made: what it holds, by its names."""
    if ref.call is None or ref.env is None or ref.qualified.removesuffix("()") not in _MADE_BY:
        return None
    names = _names(ev, ref.call, ref.env)
    given = dict(zip(names, arguments.args, strict=False))
    given |= {name: (value, where) for name, value, where in arguments.keywords if name in names}
    if not given or any(isinstance(e, Spread) for e, _ in arguments.args):
        return None
    entries = tuple((Text(name, node.at), *entry) for name, entry in given.items())
    return (kept(ev, node, env, lambda: Dict(entries)),)


def _names(ev: Evaluator, call: Call, env: Env) -> list[str]:
    """The fields of `namedtuple(name, fields)`: a list, or a text; of `NamedTuple` pairs."""
    listed = ev.evaluate(call.args[1], env) if len(call.args) > 1 else ()
    texts = [v.text for v in listed if isinstance(v, Str)]
    if texts:
        return texts[0].replace(",", " ").split()
    for value in listed:
        entries = list(containers.entries(ev, value)) if isinstance(value, List) else []
        held = [ev.evaluate(*entry) if entry is not None else () for entry in entries]
        firsts = [containers.item(ev, v, (Const(0),)) if any(isinstance(x, List) for x in v) else v for v in held]
        return [first[0].text for first in firsts if first and isinstance(first[0], Str)]
    return []
