"""What a tracked run is set up with: `wandb.config.model`, as `wandb.init(config=…)` or a sweep gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.values import attributes, containers
from analyzer.values.commandline import launched
from analyzer.values.objects import RUNTIME, Const, Ref, Str, Unknown, Value, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

CONFIGS = frozenset({"wandb.config", "wandb.run.config", "wandb.init().config"})


def setting(ev: Evaluator, name: str, module: int) -> Values:
    """What the run's config holds under a name: what the file gives `init`, and each value of a sweep."""
    from analyzer.values.calling import callers, passing

    found: list[Values] = []
    for maker, keyword, place in (("init", "config", None), ("sweep", "sweep", 0)):
        for call, env in callers.calls_in(ev, module, maker):
            made = ev.evaluate(call.function, env)
            if any(isinstance(v, Ref) and v.qualified == f"wandb.{maker}" for v in made):
                given = passing.argument(ev, passing.arguments_of(call, env), (keyword,), place) or ()
                found.append(_swept(ev, given, name) if maker == "sweep" else _held(ev, given, name))
    found.append(launched.given(ev, name, launched.anywhere(ev, module)))
    return relabel(tuple(v for v in merged(*found) if not isinstance(v, Unknown)), "option_default") or (RUNTIME,)


def _held(ev: Evaluator, given: Values, name: str) -> Values:
    return merged(*(attributes.attribute(ev, value, name) for value in given if not isinstance(value, Str | Const)))


def _swept(ev: Evaluator, given: Values, name: str) -> Values:
    """`{"parameters": {name: {"values": […]}}}`."""
    held: Values = given
    for key in ("parameters", name):
        held = containers.item(ev, held, (_key(key),))
    listed = containers.elements(ev, containers.item(ev, held, (_key("values"),)))
    return merged(listed, containers.item(ev, held, (_key("value"),)))


def _key(name: str) -> Value:
    return Str(name, 0, 0)
