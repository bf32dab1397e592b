"""Lists and dicts: what they hold under a key, and what iterating over them gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias

from analyzer.program import Expression, Items, Spread
from analyzer.values import attributes, lookups
from analyzer.values.configs import config_apis, environment, open_configs, rewritten
from analyzer.values.objects import (
    DEFAULTS,
    RUNTIME,
    Bound,
    Cls,
    Configs,
    Const,
    Dict,
    Env,
    Inst,
    List,
    Ref,
    Str,
    Thing,
    Tuple,
    Unknown,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_NESTED = 8
_MAX_VALUES = 100
_NOT_FOUND = Unknown("computed_string")
#: What is known to be one key and no other.
_Key = Str | Const | Cls
#: Key of a dict -> what can stand under it, with where that is to be evaluated.
_Table: TypeAlias = "dict[object, tuple[tuple[Expression, Env], ...]]"


def entries(ev: Evaluator, value: List, depth: int = 0) -> Iterator[tuple[Expression, Env] | None]:
    """The entries in order, spread ones opened; None where it is not known how many follow."""
    for expression, env in value.entries:
        if not isinstance(expression, Spread):
            yield expression, env
            continue
        inner = ev.evaluate(expression.value, env)
        if len(inner) == 1 and isinstance(inner[0], List) and not inner[0].open and depth < _MAX_NESTED:
            yield from entries(ev, inner[0], depth + 1)
        else:
            yield None


def pairs(ev: Evaluator, value: Dict, depth: int = 0) -> Iterator[tuple[Expression, Expression, Env]]:
    """(key, value, where) of every entry; merged dicts are opened, `_MAX_NESTED` deep."""
    for key, expression, env in value.entries:
        if key is not None:
            yield key, expression, env
            continue
        if ev.is_spent():
            ev.bounded = True
            return
        for inner in ev.evaluate(expression, env) if depth < _MAX_NESTED else ():
            if isinstance(inner, Dict):
                yield from pairs(ev, inner, depth + 1)


def item(ev: Evaluator, bases: Values, keys: Values) -> Values:
    """`base[key]`. A key that is not known gives all that is there; one that is not there gives Unknown."""
    exact: list[Values] = []
    rest: list[Values] = []
    for base in bases:
        if isinstance(base, Dict):
            found = _of_dict(ev, base, keys)
            guess = _every(ev, base, keys) if any(_is_open(ev, base, k) for k in keys) else ()
            missing = _missing(ev, base, keys) if base.missing is not None else ()
            (exact if found else rest).append(merged(found, guess, missing))
        elif isinstance(base, Tuple):
            exact.append(_of_tuple(base, keys))
        elif isinstance(base, List):
            (exact if _of_list(ev, base, keys) else rest).append(_of_list(ev, base, keys) or elements(ev, (base,)))
        elif isinstance(base, Configs):
            exact.append(open_configs.item(ev, base, keys))
        elif isinstance(base, Str):
            continue
        else:
            rest.append(_of_other(ev, base, keys))
    found_all = merged(*exact)
    return found_all or merged(*rest) or (_NOT_FOUND,)


def _is_open(ev: Evaluator, base: Dict, key: Value) -> bool:
    """Whether a key can be any: it is not known, or can be another one, or is a None that is not there."""
    if key == Const(None):
        return None not in _table(ev, base)
    return not isinstance(key, _Key) or is_variable(ev, key)


def is_variable(ev: Evaluator, key: Value) -> bool:
    """Whether a key that is known can be another one in another run; or in another call, unless one is asked about."""
    if not isinstance(key, Str):
        return False
    is_default = key.step in DEFAULTS and not (ev.in_one_call and key.step == "function_default")
    is_default = is_default and (key.module, key.at) not in ev.listed
    return key.partial or is_default or rewritten.is_rewritten(ev, key)


def _of_dict(ev: Evaluator, base: Dict, keys: Values) -> Values:
    """The values under the keys; nothing where a key is not known."""
    if any(not isinstance(key, _Key) or (isinstance(key, Str) and key.partial) for key in keys):
        return ()
    table = _table(ev, base)
    texts = dict.fromkeys(_text(key) for key in keys)
    found = [ev.evaluate(*entry) for text in texts for entry in table.get(text, ())]
    if found:
        return merged(*found)
    spread = [v for k, e, env in base.entries if k is None for v in ev.evaluate(e, env)]
    inner = [v for v in spread if isinstance(v, Inst | Ref | Configs)]
    given = [attributes.attribute(ev, v, key.text) for v in inner for key in keys if isinstance(key, Str)]
    return tuple(v for v in merged(*given) if not isinstance(v, Unknown | Ref))


def _missing(ev: Evaluator, base: Dict, keys: Values) -> Values:
    """What the factory of a defaultdict gives, unless every key is known to be there."""
    table = _table(ev, base)
    if base.missing is None or all(isinstance(k, _Key) and _text(k) in table for k in keys):
        return ()
    return tuple(value for value in ev.evaluate(*base.missing) if not isinstance(value, Unknown))


def known(ev: Evaluator, base: Dict, keys: Values) -> Values:
    """The values under known keys; nothing where they are not there."""
    return _of_dict(ev, base, keys)


def _text(key: Value) -> object:
    if isinstance(key, Cls):
        return "class", key.module, key.scope
    return key.text if isinstance(key, Str) else key.value if isinstance(key, Const) else None


def _table(ev: Evaluator, base: Dict, depth: int = 0) -> _Table:
    """Key -> what stands under it; of two equal keys the later wins, if it is sure. Made once for each dict."""
    known = ev.caches.get(base)
    if isinstance(known, dict):
        return known
    table: _Table = {}
    for key, expression, env in base.entries:
        if key is None:
            table |= _spread_table(ev, ev.evaluate(expression, env) if depth < _MAX_NESTED else (), table, depth)
            continue
        names = ev.evaluate(key, env)
        for name in names:
            if isinstance(name, _Key) and (len(names) == 1 or _text(name) not in table):
                table[_text(name)] = ((expression, env),)
    ev.caches[base] = table
    return table


def _spread_table(ev: Evaluator, spread: Values, before: _Table, depth: int) -> _Table:
    """What one of several dicts puts under its keys; what was there before stays where one of them lacks the key."""
    tables = [_table(ev, value, depth + 1) for value in spread if isinstance(value, Dict)] if not ev.is_spent() else []
    found: _Table = {}
    for name in dict.fromkeys(chain.from_iterable(tables)):
        kept = () if all(name in table for table in tables) else before.get(name, ())
        found[name] = tuple(dict.fromkeys(chain(kept, *(table.get(name, ()) for table in tables))))
    return found


def _every(ev: Evaluator, base: Dict, keys: Values = ()) -> Values:
    """All values of a dict, as far as they count: the first `_MAX_VALUES`. Of a config only a table of alike parts, or
    of texts among which a setting that the program keeps there chooses."""
    found = merged(*(ev.evaluate(expression, env) for _, expression, env in islice(pairs(ev, base), _MAX_VALUES)))
    is_config = bool(base.entries) and ev.modules[base.entries[0][2].module].step.startswith("config")
    if not is_config or all(isinstance(value, Dict) for value in found):
        return found
    is_setting = any(isinstance(key, Str) and rewritten.is_rewritten(ev, key) for key in keys)
    return found if is_setting and all(isinstance(value, Str) for value in found) else ()


def sliced(ev: Evaluator, bases: Values, ends: Values) -> Values:
    """`base[a:b]` of lists of known length and known strings; things stay what they are."""
    whole = [v.value for v in ends if isinstance(v, Const) and (v.value is None or isinstance(v.value, int))]
    found: list[Value] = []
    for base in bases:
        if isinstance(base, Thing):
            found.append(base)
        elif len(whole) != 2:
            found.append(base if isinstance(base, List) else _NOT_FOUND)
        elif isinstance(base, Str) and not base.partial:
            found.append(base._replace(text=base.text[slice(whole[0], whole[1])], step="formatted"))
        elif isinstance(base, Tuple):
            found.append(Tuple(base.values[slice(whole[0], whole[1])]))
        elif isinstance(base, List) and not base.open and None not in (listed := list(entries(ev, base))):
            found.append(List(tuple(e for e in listed[slice(whole[0], whole[1])] if e is not None)))
        else:
            found.append(_NOT_FOUND)
    return tuple(found)


def _of_tuple(base: Tuple, keys: Values) -> Values:
    index = keys[0].value if len(keys) == 1 and isinstance(keys[0], Const) else None
    if isinstance(index, int) and -len(base.values) <= index < len(base.values):
        return (base.values[index],)
    return base.values


def _of_list(ev: Evaluator, base: List, keys: Values) -> Values:
    """The entry at a known index of a list of known length."""
    if len(keys) != 1 or not isinstance(keys[0], Const) or not isinstance(keys[0].value, int) or base.open:
        return ()
    listed = list(entries(ev, base))
    index = keys[0].value
    known = None not in (listed[: index + 1] if index >= 0 else listed[index:])
    if not known or not -len(listed) <= index < len(listed):
        return ()
    entry = listed[index]
    return ev.evaluate(*entry) if entry is not None else ()


def _of_other(ev: Evaluator, base: Value, keys: Values) -> Values:
    match base:
        case Thing():
            return attributes.subscripted(ev, base, keys)
        case Ref(qualified="os.environ"):
            module = next((key.module for key in keys if isinstance(key, Str)), 0)
            return environment.variable(ev, keys, module) or attributes.subscripted(ev, base, keys)
        case Cls():
            return merged(*(attributes.attribute(ev, base, name) for name in _names(keys)))
        case Ref() | Inst():
            found = [attributes.attribute(ev, base, name) for name in _names(keys)]
            asked = lookups.given(ev, base, "__getitem__", keys) if isinstance(base, Inst) else ()
            return asked or attributes.indexed(ev, base, keys) or merged(*found) or (_NOT_FOUND,)
        case Unknown():
            return (base,)
        case _:
            return (_NOT_FOUND,)


def _names(keys: Values) -> list[str]:
    """The keys that can be names: `module.__dict__["org/model"]` finds nothing."""
    return [key.text for key in keys if isinstance(key, Str) and key.text.isidentifier()]


def elements(ev: Evaluator, bases: Values) -> Values:
    """What iterating over the bases gives; a dict gives its keys."""
    found: list[Values] = []
    for base in bases:
        if isinstance(base, Tuple):
            found.append(base.values)
        elif isinstance(base, List):
            found.extend(ev.evaluate(expression, env) for expression, env in base.entries)
        elif isinstance(base, Dict):
            found.extend(ev.evaluate(key, env) for key, _, env in pairs(ev, base))
        elif isinstance(base, Cls):
            found.append(attributes.members(ev, base))
        elif isinstance(base, Thing | Unknown):
            found.append((base,))
        elif isinstance(base, Ref) and (read := config_apis.lines(ev, base)):
            found.append(read)
        elif not isinstance(base, Str | Const):
            found.append((_NOT_FOUND,))
    return merged(*found)


def _listed(base: Dict, entries: Iterable[tuple[Expression, Env]]) -> List:
    """The keys, values or items of a dict in their order; there can be more where it has others merged in."""
    return List(tuple(entries), more=base.open or any(key is None for key, *_ in base.entries))


def method(ev: Evaluator, bound: Bound, args: list[Values]) -> Values:
    """A method of a list or dict."""
    base, first = bound.value, args[0] if args else ()
    match base, bound.name:
        case Dict(), "get" | "pop" | "setdefault" | "__getitem__":
            return _get(ev, base, first, args[1] if len(args) > 1 else (Const(None),))
        case Dict(), "values":
            return (_listed(base, ((value, env) for _, value, env in pairs(ev, base))),)
        case Dict(), "keys":
            return (_listed(base, ((key, env) for key, _, env in pairs(ev, base))),)
        case Dict(), "items":
            return (_listed(base, ((Items((key, value), value.at), env) for key, value, env in pairs(ev, base))),)
        case Configs(), name:
            return open_configs.method(ev, base, name, args)
        case ((Dict() | List()), "copy"):
            return (base,)
        case Ref(), "get" | "pop":
            known = tuple(v for v in item(ev, (base,), first) if not isinstance(v, Unknown))
            return merged(known, *args[1:]) or (RUNTIME,)
        case List(), "pop" | "popleft":
            return elements(ev, (base,))
        case _:
            return (_NOT_FOUND,)


def _get(ev: Evaluator, base: Dict, keys: Values, default: Values) -> Values:
    """`base.get(key, default)`: the default too, unless every key is known to be there."""
    there = [key for key in keys if isinstance(key, _Key) and _of_dict(ev, base, (key,))]
    found = _of_dict(ev, base, tuple(there))
    if any(is_variable(ev, key) for key in keys):
        return merged(found, _every(ev, base, keys), tuple(value for value in default if value not in there))
    if not there:
        return merged(default, _every(ev, base) if any(not isinstance(k, _Key) for k in keys) else ())
    if len(there) == len(keys) and not base.open:
        return found
    every = _every(ev, base) if any(not isinstance(key, _Key) for key in keys) else ()
    return merged(found, every, tuple(value for value in default if value not in there))
