"""Calls that stand in configs: a mapping that names a class or function of the code, with what it is to be given.

`_target_: a.b.Model`, `target: …, params: {…}`, `class_path: …, init_args: {…}`, `type: Model` or a name that it is
registered under, or a table of the code holds it under, `guidance_type: name, guidance: {…}`: what frameworks build
from (Hydra, Lightning, OpenMMLab, CompVis and their like).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from analyzer.configs import tree as config_tree
from analyzer.program import Attribute, Call, Expression, Items, Mapping, Name, Scope, Text, last_name
from analyzer.values import hierarchy
from analyzer.values.calling import table_calls
from analyzer.values.configs import lightning_cli, open_configs
from analyzer.values.objects import Arguments, Cls, Env, Fn, Str, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

MAX_CALLS = 48
_NAMING = re.compile(
    r"_target_|target|type|name|id|class|cls|class_?path|class_?name|arch|model_type"
    r"|(?P<of>\w+?)_(?:type|class|cls|target|name)"
)
_ARGUMENTS = ("params", "args", "init_args", "kwargs", "init_params", "parameters", "options", "config", "cfg")
_WHOLE = re.compile(
    r"_?(?:cfg|config|conf|configs|opts?|args|params|hparams|options|settings|\w+_(?:cfg|config|args|opts?))$"
)


def arguments(ev: Evaluator, fn: Fn, owner: Cls | None) -> tuple[Arguments, ...]:
    """What configs pass to a function, or to the constructor `fn` of the class `owner`."""
    key = "config calls", fn.module, fn.scope, owner and (owner.module, owner.scope)
    if key not in ev.caches:
        ev.caches[key] = ()
        ev.caches[key] = tuple(_arguments(ev, fn, owner))
    return ev.caches[key]  # type: ignore[return-value]


def _arguments(ev: Evaluator, fn: Fn, owner: Cls | None) -> Iterator[Arguments]:
    named = owner or fn
    name = ev.modules[named.module].scopes[named.scope].name
    params = [param for param in ev.scope(fn.module, fn.scope).params[1 if owner else 0 :] if param.kind != "args"]
    if not params or not name:
        return
    keys = frozenset(param.name for param in params)
    takes_any = any(param.kind == "kwargs" for param in params)
    if owner is not None and not name.startswith("_"):
        yield from lightning_cli.arguments(ev, owner, keys)
    given = (each for one in (named, *_heirs(ev, owner)) for each in _calls(ev, one))
    passed = (_passed(mapping, where, params[0].name, keys, takes_any=takes_any) for mapping, where in given)
    yield from islice((arguments for arguments in passed if arguments is not None), MAX_CALLS)


def _passed(given: Mapping, env: Env, first: str, keys: frozenset[str], *, takes_any: bool) -> Arguments | None:
    """The mapping as the one argument where it is a config as a whole, else as keywords."""
    held = {name for name, _ in config_tree.pairs(given)}
    if _WHOLE.match(first) and not held & keys:
        return Arguments(((given, env),))
    if held & keys or (takes_any and held):
        return Arguments((), tuple((name, value, env) for name, value in config_tree.pairs(given)))
    return None


def _heirs(ev: Evaluator, owner: Cls | None) -> Iterator[Cls]:
    """Classes that derive from this one and have its constructor, where configs can name them."""
    if owner is None or not ev.config_files(open_configs.ENDINGS):
        return
    for heir in hierarchy.subclasses(ev, owner):
        above = hierarchy.lineage(ev, heir)
        first = next((c for c in above if isinstance(c, Cls) and "__init__" in _scope(ev, c).bindings), owner)
        if (first.module, first.scope) == (owner.module, owner.scope):
            yield heir


def _scope(ev: Evaluator, named: Cls | Fn) -> Scope:
    return ev.modules[named.module].scopes[named.scope]


def _calls(ev: Evaluator, named: Cls | Fn) -> Iterator[tuple[Mapping, Env]]:
    """What configs give the class or function, by its name or one that it is registered under."""
    scope = _scope(ev, named)
    if scope.name.startswith("_"):
        return
    registered = frozenset(_registered(ev, scope, named))
    for word in sorted({scope.name, *registered}):
        for mapping, where in _mappings(ev, word):
            given = _given(ev, mapping, word, named, where, is_registered=word in registered)
            if given is not None:
                yield given, where


def _registered(ev: Evaluator, scope: Scope, named: Cls | Fn) -> Iterator[str]:
    """The names that the class or function is registered under: `@MODELS.register("x")`, `MODELS = {"x": …}`."""
    for decorator in scope.decorators:
        if isinstance(decorator, Call) and last_name(decorator.function).startswith("register"):
            given = (*decorator.args, *(value for name, value in decorator.keywords if name == "name"))
            yield from (v.text for e in given for v in ev.evaluate(e, named.env) if isinstance(v, Str))
    if ev.config_files(open_configs.ENDINGS):
        yield from table_calls.keys_of(ev, named.module, scope.name)


def _mappings(ev: Evaluator, word: str) -> Iterator[tuple[Mapping, Env]]:
    """The mappings of configs that hold the word as a value, whole or as the last of a dotted name."""
    for _, doc in ev.config_documents(ev.configs_naming(word), word):
        for _, expression, env in doc.entries[:1]:
            root = Mapping(tuple((k, e) for k, e, _ in doc.entries), expression.at)
            yield from ((mapping, env) for mapping in _below(ev, root, env) if _says(mapping, word))


def _below(ev: Evaluator, tree: Mapping, env: Env) -> Iterator[Mapping]:
    todo: list[Expression] = [tree]
    for _ in range(config_tree.MAX_NODES):
        if not todo:
            return
        here = todo.pop()
        if isinstance(here, Name):  # of a program that is read as a config
            here = next((b.value for b in ev.modules[env.module].scopes[0].bindings.get(here.id, ())), here)
        match here:
            case Mapping():
                yield here
                todo.extend(value for _, value in reversed(here.pairs))
            case Items():
                todo.extend(reversed(here.items))
            case Call(function=Name(id="dict")):
                todo.append(Mapping(tuple((k and Text(k, v.at), v) for k, v in here.keywords), here.at))  # type: ignore[misc]


def _says(mapping: Mapping, word: str) -> bool:
    return any(_last_word(value) == word for _, value in mapping.pairs)


def _last_word(value: Expression) -> str:
    """The last name of what a string names, or of a class that stands there itself."""
    if isinstance(value, Text):
        return value.value.rpartition(".")[2]
    return last_name(value) if isinstance(value, Name | Attribute) else ""


def _given(
    ev: Evaluator, mapping: Mapping, word: str, named: Cls | Fn, env: Env, *, is_registered: bool
) -> Mapping | None:
    """The mapping of arguments, if this one says what to call; None if it does not name the class or function."""
    for key, value in mapping.pairs:
        match = _NAMING.fullmatch(key.value) if isinstance(key, Text) and _last_word(value) == word else None
        if match is None:
            continue
        if not isinstance(value, Text):
            if not _is_one(ev.evaluate(value, env), named):
                continue
        elif "." in value.value:
            if not _is_same(ev, value.value, named):
                continue
        elif not is_registered and match[0] in ("name", "id", "arch", "model_type"):
            continue
        inner = config_tree.get(mapping, match["of"]) if match["of"] else None
        inner = inner or next((v for k, v in config_tree.pairs(mapping) if k in _ARGUMENTS), None)
        inner = _mapping(inner)
        return inner if inner is not None else mapping
    return None


def _mapping(expression: Expression | None) -> Mapping | None:
    if isinstance(expression, Call) and last_name(expression.function) == "dict":
        return Mapping(tuple((k and Text(k, v.at), v) for k, v in expression.keywords), expression.at)  # type: ignore[misc]
    return expression if isinstance(expression, Mapping) else None


def _is_same(ev: Evaluator, dotted: str, named: Cls | Fn) -> bool:
    """Whether the dotted name is that of the class or function."""
    return _is_one(ev.external(dotted, named.module), named)


def _is_one(found: Values, named: Cls | Fn) -> bool:
    return any(isinstance(v, Cls | Fn) and (v.module, v.scope) == (named.module, named.scope) for v in found)
