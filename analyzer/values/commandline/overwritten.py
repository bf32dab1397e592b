"""What code sets parsed options to, wherever they are handed on: `args.model = MODELS[args.kind]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.values import assigned
from analyzer.values.branching import reach
from analyzer.values.calling import patched
from analyzer.values.objects import Const, Ref, Str, Unknown, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def later(ev: Evaluator, base: Ref, name: str) -> Values:
    """What is assigned to the attribute of the parsed options, in the files around the one that parses them."""
    key = "overwritten", id(base.call), name
    if key in ev.caches:
        return ev.caches[key]  # type: ignore[return-value]
    if key in ev.busy:
        ev.comes_back(ev.busy[key])
        return ()
    ev.busy[key] = ev.depth
    values = relabel(merged(*_set(ev, base, name)), "attribute")
    del ev.busy[key]
    ev.caches[key] = values
    ev.note(ev.caches, key)
    return values


def joined(declared: Values, set_later: Values) -> Values:
    """What an option can be: as it is declared, or as it is set later, where that is known."""
    texts = tuple(value for value in set_later if isinstance(value, Str))
    if not declared or not texts:
        return declared or set_later
    return merged(texts, tuple(v for v in declared if not (isinstance(v, Const) and v.value is None)))


def _set(ev: Evaluator, base: Ref, name: str) -> Iterator[Values]:
    for holders, _, binding, env in assigned.on_others(ev, name, _around(ev, base, name), constants=False):
        is_held = any(isinstance(v, Ref) and v.call is base.call for v in holders)
        if is_held and reach.comes(ev, env, binding.at, binding.path) is not False:
            yield tuple(value for value in ev.evaluate(binding.value, env) if not isinstance(value, Unknown))


def _around(ev: Evaluator, base: Ref, name: str) -> list[int]:
    """The file that parses, and those beside it that assign to the attribute; tests only where one is asked about."""
    module = base.env.module if base.env is not None else 0
    near = dict.fromkeys((*ev.option_files(module, f".{name} ="), *ev.option_files(module, f".{name}=")))
    in_test = patched.is_test(ev.modules[0].path)
    return [each for each in near if in_test or not patched.is_test(ev.modules[each].path)]
