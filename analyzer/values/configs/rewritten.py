"""Configs that the program itself writes: settings of its users, of which the file holds the last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Module, Scope, Text, last_name
from analyzer.values.objects import Str

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_WRITES = 40


def is_rewritten(ev: Evaluator, key: Str) -> bool:
    """Whether a string of a config is one that a run may have put there: some file that was read writes the config."""
    if key.step != "config":
        return False
    kept = "rewritten", key.module
    if kept not in ev.caches:
        ev.caches[kept] = False  # while it is being told
        ev.caches[kept] = _is_written(ev, ev.modules[key.module].path)
    return bool(ev.caches[kept])


def _is_written(ev: Evaluator, path: str) -> bool:
    for module in range(len(ev.modules)):
        ev.read_mentioning(module, "open")
        for written, scope in ev.index(module, _writes).get(True)[:_MAX_WRITES]:
            found = ev.evaluate(written, ev.env(module, scope))
            if any(isinstance(v, Str) and path in ev.config_paths(v.text, module) for v in found):
                return True
    return False


def _writes(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[Expression, int]]]:
    """The path that each call opens to write: `open(path, "w")`, `path.open("w")`, `OmegaConf.save(config, path)`."""
    for call in scope.calls:
        written = _written(call)
        if written is not None:
            yield True, (written, index)


def _written(call: Call) -> Expression | None:
    name = last_name(call.function)
    if name == "open":
        modes = [*call.args[:2], *(value for key, value in call.keywords if key == "mode")]
        is_written = any(isinstance(mode, Text) and mode.value.startswith(("w", "r+")) for mode in modes[-1:])
        is_method = isinstance(call.function, Attribute) and len(call.args) < 2
        path = call.function.base if is_method and isinstance(call.function, Attribute) else next(iter(call.args), None)
        return path if is_written else None
    if name == "save" and isinstance(call.function, Attribute) and last_name(call.function.base) == "OmegaConf":
        return call.args[1] if len(call.args) > 1 else None
    return None
