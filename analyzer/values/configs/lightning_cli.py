"""What configs and command lines give the classes that a `LightningCLI(Model, DataModule)` is told: `model.name`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, last_name
from analyzer.values import hierarchy
from analyzer.values.commandline import launched
from analyzer.values.configs import open_configs
from analyzer.values.objects import Arguments, Cls, Configs, Env, Held

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_CLI = "LightningCLI"
#: (keyword, position) of a class -> the section of the config that holds its arguments.
_SECTIONS = ((("model_class", 0), "model"), (("datamodule_class", 1), "data"))


def arguments(ev: Evaluator, owner: Cls, keys: Iterable[str]) -> Iterator[Arguments]:
    """What is given to the constructor of the class, which has parameters of these names."""
    from analyzer.values.calling import passing

    for call, env in _calls(ev, owner.module):
        for (keyword, position), section in _SECTIONS:
            told = passing.argument(ev, passing.arguments_of(call, env), (keyword,), position) or ()
            if any(isinstance(v, Cls) and hierarchy.derives(ev, owner, v) for v in told):
                yield from _configured(ev, section, env)
                yield from _launched(ev, section, env, keys)


def _calls(ev: Evaluator, module: int) -> Iterator[tuple[Call, Env]]:
    """The calls that make a command line of classes, by the class of Lightning or one derived from it."""
    from analyzer.values.calling import callers

    for index in ev.callers_of(module, _CLI):
        scopes = (scope for scope in ev.modules[index].scopes if scope.kind == "class")
        derived = {scope.name for scope in scopes if any(last_name(base) == _CLI for base in scope.bases)}
        for name in (_CLI, *sorted(derived)):
            yield from callers.calls_in(ev, index, name)


def _configured(ev: Evaluator, section: str, env: Env) -> Iterator[Arguments]:
    for configs in open_configs.any_of(ev, "yaml", env.module):
        held = open_configs.entry(ev, configs, section) if isinstance(configs, Configs) else ()
        nested = tuple(value for value in held if isinstance(value, Configs))
        if nested:
            yield Arguments((), ((None, ev.keep(Held(nested)), env),))


def _launched(ev: Evaluator, section: str, env: Env, keys: Iterable[str]) -> Iterator[Arguments]:
    started = launched.anywhere(ev, env.module)
    found = ((key, launched.given(ev, f"{section}.{key}", started)) for key in sorted(keys))
    given = tuple((key, ev.keep(Held(values)), env) for key, values in found if values)
    if given:
        yield Arguments((), given)
