"""What configs and command lines give the classes that a `LightningCLI(Model, DataModule)` is told: `model.name`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, last_name
from analyzer.values import hierarchy
from analyzer.values.commandline import launched
from analyzer.values.configs import open_configs
from analyzer.values.objects import Arguments, Cls, Configs, Env, Held, Str, merged

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
                yield from _linked(ev, section, env)


def _calls(ev: Evaluator, module: int) -> Iterator[tuple[Call, Env]]:
    """The calls that make a command line of classes, by the class of Lightning or one derived from it."""
    from analyzer.values.calling import callers

    for index in ev.callers_of(module, _CLI):
        scopes = (scope for scope in ev.modules[index].scopes if scope.kind == "class")
        derived = {scope.name for scope in scopes if any(last_name(base) == _CLI for base in scope.bases)}
        for name in (_CLI, *sorted(derived)):
            yield from callers.calls_in(ev, index, name)


def _configured(ev: Evaluator, section: str, env: Env) -> Iterator[Arguments]:
    for nested in _sections(ev, section, env):
        yield Arguments((), ((None, ev.keep(Held(nested)), env),))


def _sections(ev: Evaluator, section: str, env: Env) -> Iterator[tuple[Configs, ...]]:
    """The section, of each group of configs that have it."""
    for configs in open_configs.any_of(ev, "yaml", env.module):
        held = open_configs.entry(ev, configs, section) if isinstance(configs, Configs) else ()
        nested = tuple(value for value in held if isinstance(value, Configs))
        if nested:
            yield nested


def _launched(ev: Evaluator, section: str, env: Env, keys: Iterable[str]) -> Iterator[Arguments]:
    started = launched.anywhere(ev, env.module)
    found = ((key, launched.given(ev, f"{section}.{key}", started)) for key in sorted(keys))
    given = tuple((key, ev.keep(Held(values)), env) for key, values in found if values)
    if given:
        yield Arguments((), given)


def _linked(ev: Evaluator, section: str, env: Env) -> Iterator[Arguments]:
    """What `parser.link_arguments("model.name", "data.name")` hands to an argument from that of another class."""
    from analyzer.values.calling import callers, passing

    for call, where in callers.calls_in(ev, env.module, "link_arguments"):
        linked = passing.arguments_of(call, where)
        ends = (passing.argument(ev, linked, (end,), place) or () for place, end in enumerate(("source", "target")))
        source, target = ([v.text for v in values if isinstance(v, Str)] for values in ends)
        other, dot, key = source[0].partition(".") if len(source) == 1 and len(target) == 1 else ("", "", "")
        if dot and target[0].startswith(section + ".") and not passing.keyword(ev, linked, "compute_fn"):
            said = launched.given(ev, source[0], launched.anywhere(ev, env.module))
            held = merged(*(open_configs.entry(ev, each, key) for found in _sections(ev, other, env) for each in found))
            if given := merged(held, said):
                yield Arguments((), ((target[0].partition(".")[2], ev.keep(Held(given)), env),))
