"""Calls out of a table by a key that a config holds: `TRAINERS[config.kind](config)` gives each its own configs.

And by a word that the code itself sets, or that what is passed is looked up with, too:
`ENGINES[kind](**SETTINGS[kind])` gives each its own settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from analyzer.program import Attribute, Call, Choice, Element, Expression, Name, Scope, Subscript, Text
from analyzer.values import containers, fields
from analyzer.values.branching import indirect, narrowing
from analyzer.values.configs import open_configs
from analyzer.values.objects import REPLACED, Arguments, Configs, Dict, Env, Held, Inst, Str, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_HOPS = 4
_MAX_KEYS = 24
_MAX_WORDS = 64
_OF_CONFIGS = frozenset({"config", "config_choice"})


class Chain(NamedTuple):
    """`config.model.kind`: a name, the keys that lead on from it, and what is written for each part of the way."""

    root: str
    keys: tuple[str, ...]
    written: tuple[Expression, ...]  # of the root, of the root and the first key, and so on


def by_key(ev: Evaluator, call: Call, env: Env) -> Iterator[tuple[Value, Arguments, str]]:
    """(what the table holds, the arguments that it gets, the key) for each key that configs hold."""
    table, key = _table_and_key(ev, call.function, env)
    chain = _chain(ev, key, env) if key is not None else None
    if table is None or key is None or chain is None or not chain.keys:
        return
    bases = ev.evaluate(table, env)
    keys = [k for k in ev.evaluate(key, env) if isinstance(k, Str) and k.step.startswith("config")]
    for word in keys[:_MAX_KEYS]:
        given = Arguments(
            tuple((_narrowed(ev, e, env, chain, word.text), env) for e in call.args),
            tuple((name, _narrowed(ev, e, env, chain, word.text), env) for name, e in call.keywords),
        )
        yield from ((value, given, word.text) for value in containers.item(ev, bases, (word,)))


def by_word(ev: Evaluator, call: Call, env: Env) -> list[Env]:
    """One environment for each word that a variable can hold by which what is called is taken out of a table, or asked
    of a function: `load = loader_of(kind)`.

    Where the words are not known, those of the table, if something that is passed is looked up by them, too.
    """
    table, key = _table_and_key(ev, call.function, env)
    key = key or _asked_with(ev, call.function, env)
    if not isinstance(key, Name):
        return []
    scope = ev.modules[env.module].scopes[env.scope]
    given = (*call.args, *(value for _, value in call.keywords))
    is_shared = table is not None and any(_is_found_by(scope, each, key.id) for each in given)
    words = ev.evaluate(key, env) if is_shared or _is_set(scope, key.id) else ()
    if not words or not all(_is_of_code(ev, word) for word in words):
        words = tuple(narrowing.keys(ev, ev.evaluate(table, env))) if table is not None and is_shared else ()
    return [indirect.assumed(ev, env, key.id, word) for word in list(dict.fromkeys(words))[:_MAX_WORDS]]


def _is_set(scope: Scope, name: str) -> bool:
    """Whether the scope itself sets a variable, and no caller of it does."""
    bound = scope.bindings.get(name, ())
    return bool(bound) and all(isinstance(binding.value, Text | Choice | Element) for binding in bound)


def _is_of_code(ev: Evaluator, word: Value) -> bool:
    """Whether the word is one that the code sets, and no config or command line."""
    return isinstance(word, Str) and word.step not in REPLACED | _OF_CONFIGS and not containers.is_variable(ev, word)


def _asked_with(ev: Evaluator, function: Expression, env: Env) -> Expression | None:
    """`kind` of `loader_of(kind)`, also under a name."""
    asked = _bound(ev, function, env) if isinstance(function, Name) else function
    is_one = isinstance(asked, Call) and isinstance(asked.function, Name) and len(asked.args) == 1
    return asked.args[0] if isinstance(asked, Call) and is_one and not asked.keywords else None


def _is_found_by(scope: Scope, value: Expression, name: str, hops: int = _MAX_HOPS) -> bool:
    """Whether a value is looked up by a name, or made of one that is."""
    match value:
        case Subscript(base=base, key=key):
            by_it = isinstance(key, Name) and key.id == name
        case Call(function=Attribute(base=base, name="get"), args=args) if args:
            by_it = isinstance(args[0], Name) and args[0].id == name
        case Attribute(base=base):
            by_it = False
        case Name(id=other):
            bindings = scope.bindings.get(other, ()) if hops else ()
            return any(_is_found_by(scope, b.value, name, hops - 1) for b in bindings)
        case _:
            return False
    return by_it or _is_found_by(scope, base, name, hops)


def _table_and_key(ev: Evaluator, function: Expression, env: Env) -> tuple[Expression | None, Expression | None]:
    """`TABLE` and `key` of `TABLE[key]` and `TABLE.get(key)`, also under a name."""
    for _ in range(_MAX_HOPS):
        match function:
            case Subscript(base=base, key=key):
                return base, key
            case Call(function=Attribute(base=base, name="get"), args=args) if args:
                return base, args[0]
            case Name():
                function = _bound(ev, function, env) or function
    return None, None


def _bound(ev: Evaluator, name: Name, env: Env) -> Expression | None:
    """What a name of the scope is bound to, where that is one thing."""
    bindings = ev.modules[env.module].scopes[env.scope].bindings.get(name.id, ())
    return bindings[0].value if len(bindings) == 1 else None


def _chain(ev: Evaluator, expression: Expression, env: Env) -> Chain | None:
    """The way to a part of a config, through names that stand for parts of it."""
    keys: list[str] = []
    written = [expression]
    for _ in range(_MAX_HOPS * 3):
        match expression:
            case Attribute(base=base, name=name):
                keys.append(name)
            case Subscript(base=base, key=Text(value=name)):
                keys.append(name)
            case Call(function=Attribute(base=base, name="get"), args=[Text(value=name), *_]):
                keys.append(name)
            case Name():
                bound = _bound(ev, expression, env)
                if not isinstance(bound, Attribute | Subscript | Name):
                    return Chain(expression.id, tuple(reversed(keys)), tuple(reversed(written)))
                base = bound
                written.pop()
            case _:
                return None
        written.append(base)
        expression = base
    return None


def _narrowed(ev: Evaluator, expression: Expression, env: Env, chain: Chain, word: str) -> Expression:
    """The argument with the configs only that have this key, where it is what the key comes from, or stands beside."""
    own = _chain(ev, expression, env) if isinstance(expression, Name | Attribute | Subscript) else None
    if own is None or own.root != chain.root or own.keys == chain.keys:
        return expression
    pairs = zip(own.keys, chain.keys, strict=False)
    common = next((i for i, (one, two) in enumerate(pairs) if one != two), min(len(own.keys), len(chain.keys) - 1))
    key = "narrowed", id(expression), env, word
    if key not in ev.caches:
        values = ev.evaluate(own.written[common], env)
        kept = (_with_key(ev, value, chain.keys[common:], word, env) for value in values)
        found = tuple(value for value in kept if value is not None)
        for name in own.keys[common:]:
            found = containers.item(ev, found, (Str(name, 0, 0),))
        ev.caches[key] = ev.keep(Held(found))
    return ev.caches[key]  # type: ignore[return-value]


def _with_key(ev: Evaluator, value: Value, path: tuple[str, ...], word: str, env: Env) -> Value | None:
    """The value as far as it has the word under the path."""
    match value:
        case Configs():
            docs = tuple(doc for doc in open_configs.documents(ev, value, path[0]) if _has(ev, doc, path, word))
            return Configs(docs) if docs else None
        case Dict():
            return value if _has(ev, value, path, word) else None
        case Inst(frame=frame) if frame is not None and frame.arguments is not None:
            spread = [(e, where) for name, e, where in frame.arguments.keywords if name is None]
            held = [v for e, where in spread for v in ev.evaluate(e, where) if isinstance(v, Configs | Dict)]
            kept = tuple(v for v in (_with_key(ev, v, path, word, env) for v in held) if v is not None)
            return fields.made(ev, value.cls, kept, env) if kept else (None if held else value)
    return value


def _has(ev: Evaluator, doc: Dict, path: tuple[str, ...], word: str) -> bool:
    found: Values = (doc,)
    for name in path:
        inner = [containers.known(ev, v, (Str(name, 0, 0),)) for v in found if isinstance(v, Dict)]
        found = tuple(v for values in inner for v in values)
    return any(isinstance(v, Str) and v.text == word for v in found)
