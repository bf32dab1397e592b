"""Trees of options that are made in code and filled from a config: yacs, also as fvcore and detectron2 have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Expression, Module, Scope
from analyzer.values.configs import open_configs
from analyzer.values.objects import Configs, Const, Ref, Unknown, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_NODE = re.compile(
    r"(?:yacs\.config\.CfgNode|fvcore\.common\.config\.CfgNode|detectron2\.config\.(?:get_cfg|CfgNode))\(\)"
    r"(?:\.clone\(\))?(?P<keys>(?:\.\w+)*)$"
)


def option(ev: Evaluator, base: Ref, name: str) -> Values:
    """`cfg.MODEL.NAME`: what code sets it to, and what any config says that can be merged in; nothing for a node."""
    match = _NODE.match(base.qualified) if base.env is not None else None
    if match is None or base.env is None:
        return ()
    keys = (*(key for key in match["keys"].split(".") if key), name)
    module = base.env.module
    found: list[Values] = [_of_configs(ev, keys, module)]
    for index, binding in ev.index(module, _set).get(keys):
        found.append(relabel(ev.evaluate(binding, ev.env(module, index)), "attribute"))
    known = (v for v in merged(*found) if not isinstance(v, Unknown | Ref | Configs))
    return tuple(value for value in known if not (isinstance(value, Const) and value.value is None))


def _of_configs(ev: Evaluator, keys: tuple[str, ...], module: int) -> Values:
    found = open_configs.any_of(ev, "yacs", module)
    for key in keys:
        found = merged(*(open_configs.entry(ev, value, key) for value in found if isinstance(value, Configs)))
    return found


def _set(module: Module, index: int, scope: Scope) -> Iterator[tuple[tuple[str, ...], tuple[int, Expression]]]:
    """Keys behind the first name of `_C.MODEL.NAME = ...` -> (scope, value) of each such assignment."""
    for name, bindings in scope.bindings.items():
        root, *keys = name.split(".")
        if keys and root != "self" and not name.endswith("[]"):
            yield from ((tuple(keys), (index, binding.value)) for binding in bindings)
