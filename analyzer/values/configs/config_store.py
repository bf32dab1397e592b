"""Configs that code stores for Hydra: `ConfigStore.instance().store(name="bert", group="model", node=BertConfig)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from analyzer.values import attributes
from analyzer.values.objects import Cls, Configs, Dict, Env, Inst, Str, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_STORE = "ConfigStore"
_MAX_STORED = 64


class Stored(NamedTuple):
    """A config under the name of its group (empty: of none) and its own."""

    group: str
    name: str
    node: Value
    package: str


def stored(ev: Evaluator, module: int) -> tuple[Stored, ...]:
    """What a file, those that it imports and those that import it store."""
    key = "config store", module
    if key not in ev.caches:
        ev.caches[key] = ()
        found = (one for index in ev.option_files(module, _STORE) for one in _of_file(ev, index))
        ev.caches[key] = tuple(dict.fromkeys(found))[:_MAX_STORED]
    return ev.caches[key]  # type: ignore[return-value]


def _of_file(ev: Evaluator, module: int) -> Iterator[Stored]:
    from analyzer.values.calling import callers, passing

    for call, env in callers.calls_in(ev, module, "store"):
        arguments = passing.arguments_of(call, env)
        names = _texts(passing.argument(ev, arguments, ("name",), 0))
        nodes = passing.argument(ev, arguments, ("node",), 1) or ()
        groups = _texts(passing.argument(ev, arguments, ("group",), 2)) or [""]
        packages = _texts(passing.argument(ev, arguments, ("package",), 3)) or [""]
        made = (Inst(node, None) if isinstance(node, Cls) else node for node in nodes)
        kept = [node for node in made if isinstance(node, Inst | Dict | Configs)]
        yield from (Stored(group, name, node, packages[0]) for group in groups for name in names for node in kept)


def _texts(values: Values | None) -> list[str]:
    return [value.text for value in values or () if isinstance(value, Str)]


def named(ev: Evaluator, name: str, env: Env) -> Values:
    """The config of no group that is stored under a name."""
    return tuple(one.node for one in stored(ev, env.module) if not one.group and one.name == name)


def defaults(ev: Evaluator, node: Value) -> Values:
    """The `defaults` list of a stored config."""
    return attributes.attribute(ev, node, "defaults") if isinstance(node, Inst) else ()
