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
WORDS = ("vars", "__dict__", "setattr", "set_defaults")


def option(ev: Evaluator, module: int, name: str) -> Values:
    """What the mappings laid over the parsed options of a file hold under the name of an option."""
    for word in WORDS:
        ev.read_mentioning(module, word)
    found: list[Values] = []
    for index, mapping in ev.index(module, _mappings).get(True):
        held = tuple(v for v in ev.evaluate(mapping, ev.env(module, index)) if isinstance(v, Dict | Configs))
        found.append(containers.item(ev, held, (Str(name, 0, 0),)) if held else ())
    return tuple(value for value in merged(*found) if isinstance(value, Str | List))


def _mappings(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[int, Expression]]]:
    """(scope, mapping) of each."""
    yield from ((True, (index, mapping)) for call in scope.calls for _, mapping in laid(scope, call))


def laid(scope: Scope, call: Call) -> Iterator[tuple[Expression, Expression]]:
    """(object, mapping) where the call gives the object what the mapping holds."""
    name = last_name(call.function)
    if name == "update" and len(call.args) == 1 and isinstance(call.function, Attribute):
        if (holder := _namespace_of(scope, call.function.base)) is not None:
            yield holder, call.args[0]
    elif name == "set_defaults":
        yield from ((call.function, value) for keyword, value in call.keywords if keyword is None)
    elif name == "setattr" and len(call.args) == 3:
        yield from ((call.args[0], mapping) for mapping in _iterated(scope, call.args[1], call.at))


def _namespace_of(scope: Scope, base: Expression) -> Expression | None:
    """The object whose attributes `vars(args)`, `args.__dict__`, or a variable bound to one of these is."""
    if isinstance(base, Name):
        values = (b.value for b in scope.bindings.get(base.id, ()) if not isinstance(b.value, Name))
        return next((holder for v in values if (holder := _namespace_of(scope, v)) is not None), None)
    if isinstance(base, Attribute):
        return base.base if base.name == "__dict__" else None
    if isinstance(base, Call) and last_name(base.function) == "vars" and len(base.args) == 1:
        return base.args[0]
    return None


def _iterated(scope: Scope, key: Expression, at: int) -> Iterator[Expression]:
    """The mapping of `for key, value in mapping.items()`, or `for key in mapping`, around the call."""
    before = [b for b in scope.bindings.get(key.id, ()) if b.at < at] if isinstance(key, Name) else []
    value = before[-1].value if before else None
    element = value.value if isinstance(value, Unpacked) else value
    if not isinstance(element, Element):
        return
    listed, method = element.iterable, "items" if isinstance(value, Unpacked) else "keys"
    if isinstance(listed, Call) and isinstance(listed.function, Attribute) and listed.function.name == method:
        yield listed.function.base
    elif element is value and isinstance(listed, Name | Attribute):
        yield listed
