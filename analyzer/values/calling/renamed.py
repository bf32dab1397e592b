"""Other names that a file has for something: `from a import load as l`, `l = load`, `l = partial(load, …)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Call,
    Choice,
    Expression,
    Imported,
    Items,
    Module,
    Name,
    Scope,
    Unpacked,
    last_name,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def others(ev: Evaluator, module: int, name: str) -> tuple[str, ...]:
    """The other names that stand for a name in what has been read of the file."""
    return tuple(dict.fromkeys(ev.index(module, _others).get(name)))


def _others(module: Module, number: int, scope: Scope) -> Iterator[tuple[str, str]]:
    for name, bindings in scope.bindings.items():
        for binding in bindings:
            for other in _names_in(binding.value) if type(binding.value) in _NAMING else ():
                plain = name.rpartition(".")[2]
                if other != plain:
                    yield other, plain


_NAMING = frozenset({Imported, Name, Attribute, Call, Choice, Unpacked})


def _wraps(function: Expression) -> bool:
    """`partial`, `ray.remote`, `ray.remote(num_gpus=1)`."""
    return last_name(function.function if isinstance(function, Call) else function) in ("partial", "remote")


def _names_in(value: Expression) -> Iterator[str]:
    match value:
        case Imported(qualified=qualified):
            yield qualified.rpartition(".")[2]
        case Name(id=name) | Attribute(name=name):
            yield name
        case Call(args=args, function=function) if args and _wraps(function):
            yield from _names_in(args[0])
        case Unpacked(value=Items(items=items), place=place) if -len(items) <= place < len(items):
            yield from _names_in(items[place])
        case Choice(options=found):
            for option in found:
                yield from _names_in(option)
