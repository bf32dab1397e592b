"""Mappings laid over parsed options: `vars(args).update(config)`, `parser.set_defaults(**config)`, `setattr` by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Element, Expression, Module, Name, Scope, Unpacked, last_name
from analyzer.values import containers
from analyzer.values.objects import Configs, Dict, List, Str, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Names that only such code has, for the bodies to read.
_WORDS = ("vars", "__dict__", "setattr", "set_defaults")


def option(ev: Evaluator, module: int, name: str) -> Values:
    """What the mappings laid over the parsed options of a file hold under the name of an option."""
    for word in _WORDS:
        ev.read_mentioning(module, word)
    found: list[Values] = []
    for index, mapping in ev.index("overlays", module, _mappings):
        held = tuple(v for v in ev.evaluate(mapping, ev.env(module, index)) if isinstance(v, Dict | Configs))
        found.append(containers.item(ev, held, (Str(name, 0, 0),)) if held else ())
    return tuple(value for value in merged(*found) if isinstance(value, Str | List))


def _mappings(module: Module) -> list[tuple[int, Expression]]:
    """(scope, mapping) of each, in source order."""
    return [
        (index, mapping) for index, scope in module.in_order() for call in scope.calls for mapping in _laid(scope, call)
    ]


def _laid(scope: Scope, call: Call) -> Iterator[Expression]:
    name = last_name(call.function)
    if name == "update" and len(call.args) == 1 and isinstance(call.function, Attribute):
        if _is_namespace(scope, call.function.base):
            yield call.args[0]
    elif name == "set_defaults":
        yield from (value for keyword, value in call.keywords if keyword is None)
    elif name == "setattr" and len(call.args) == 3:
        yield from _iterated(scope, call.args[1], call.at)


def _is_namespace(scope: Scope, base: Expression) -> bool:
    """Whether it is `vars(args)`, `args.__dict__`, or a variable bound to one of these."""
    if isinstance(base, Name):
        return any(
            not isinstance(b.value, Name) and _is_namespace(scope, b.value) for b in scope.bindings.get(base.id, ())
        )
    if isinstance(base, Attribute):
        return base.name == "__dict__"
    return isinstance(base, Call) and last_name(base.function) == "vars" and len(base.args) == 1


def _iterated(scope: Scope, key: Expression, at: int) -> Iterator[Expression]:
    """The mapping of `for key, value in mapping.items()` around the call."""
    before = [b for b in scope.bindings.get(key.id, ()) if b.at < at] if isinstance(key, Name) else []
    value = before[-1].value if before else None
    if isinstance(value, Unpacked) and isinstance(value.value, Element):
        items = value.value.iterable
        if isinstance(items, Call) and isinstance(items.function, Attribute) and items.function.name == "items":
            yield items.function.base
