"""What Sacred hands a program: what the config functions of its experiment bind, and what command lines set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Binding, Call, Choice, Expression, Module, Param, Scope, Text
from analyzer.values.configs import open_configs, overrides
from analyzer.values.objects import Configs, Dict, Env, Ref, Started, Str, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_RUN = frozenset({"automain", "main", "command", "capture"})
_CONFIG = frozenset({"config", "named_config"})
_EXPERIMENTS = frozenset({"sacred.Experiment()", "sacred.Ingredient()", "sacred.experiment.Experiment()"})


def handed(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """The value of a parameter of a function that `@ex.automain` and its like run."""
    for decorator in scope.decorators if env.parent is not None else ():
        attribute = _attribute(decorator, _RUN)
        made = _experiment(ev, attribute, env.parent) if attribute is not None and env.parent is not None else None
        if made is not None:
            docs = _documents(ev, made, env)
            if param.name == "_config":
                return (Configs(docs),) if docs else ()
            return open_configs.entry(ev, Configs(docs), param.name)
    return ()


def _attribute(decorator: Expression, names: frozenset[str]) -> Attribute | None:
    function = decorator.function if isinstance(decorator, Call) else decorator
    return function if isinstance(function, Attribute) and function.name in names else None


def _experiment(ev: Evaluator, attribute: Attribute, env: Env) -> Ref | None:
    """The object whose decorator it is, if that is an experiment."""
    found = (v for v in ev.evaluate(attribute.base, env) if isinstance(v, Ref) and v.call is not None)
    return next((v for v in found if v.qualified in _EXPERIMENTS), None)


def _documents(ev: Evaluator, experiment: Ref, env: Env) -> tuple[Dict, ...]:
    """What each config function binds, what is added by hand, and what each command line sets."""
    key = "sacred", experiment.call and experiment.call.end, experiment.env, env.module, env.scope
    if key not in ev.caches:
        ev.caches[key] = ()
        modules = dict.fromkeys((experiment.env.module, env.module)) if experiment.env is not None else {}
        docs = [doc for module in modules for doc in _configs(ev, experiment, module)]
        started = Started(ev.env(env.module, env.scope), 0)
        ev.caches[key] = (*docs, *overrides.documents(ev, started))
    return ev.caches[key]  # type: ignore[return-value]


def _configs(ev: Evaluator, experiment: Ref, module: int) -> Iterator[Dict]:
    ev.read_mentioning(module, "add_config")
    for index, scope in enumerate(ev.modules[module].scopes):
        if scope.kind == "function" and not scope.parent:
            ev.scope(module, index)  # decorators are read with the body
    for index, decorator in ev.index(module, _functions).get(True):
        if _is_of(ev, decorator, experiment, ev.env(module, 0)):
            where = ev.env(module, index)
            bound = ((n, b) for n, b in ev.scope(module, index).bindings.items() if n.isidentifier())
            yield Dict(tuple((Text(name, b[0].at), ev.keep(_any(b)), where) for name, b in bound))
    for call in ev.modules[module].scopes[0].calls:
        function = call.function
        if isinstance(function, Attribute) and function.name == "add_config" and call.args:
            here = ev.env(module, 0)
            if _is_of(ev, function, experiment, here):
                given = ev.evaluate(call.args[0], here)
                files = [v for path in given if isinstance(path, Str) for v in ev.config(path.text, module)]
                yield from (value for value in (*given, *files) if isinstance(value, Dict))


def _any(bindings: list[Binding]) -> Expression:
    first, *others = (binding.value for binding in bindings)
    return Choice((first, *others), bindings[0].at) if others else first


def _functions(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[int, Attribute]]]:
    """(config function, its decorator) of each."""
    for decorator in scope.decorators:
        attribute = _attribute(decorator, _CONFIG)
        if attribute is not None:
            yield True, (index, attribute)


def _is_of(ev: Evaluator, attribute: Attribute, experiment: Ref, env: Env) -> bool:
    made = _experiment(ev, attribute, env)
    return made is not None and made.call is experiment.call
