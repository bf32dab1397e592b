"""What a call binds that stands by itself: collections that grow, attributes set by name, hyperparameters kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Binding, Call, Expression, Imported, Items, Mapping, Name, Text
from analyzer.syntax.targets import dotted_name

if TYPE_CHECKING:
    from analyzer.syntax.statements import Statements

_ADDS = {"append": 0, "add": 0, "insert": 1, "appendleft": 0}


def bind(statements: Statements, expression: Expression) -> None:
    """Note what the statement changes: a name with `[]` for what is put into a collection, or a dotted one."""
    if not isinstance(expression, Call):
        return
    if isinstance(expression.function, Name):
        _set_attribute(statements, expression)
    elif isinstance(expression.function, Attribute):
        base = dotted_name(expression.function.base)
        if base is not None:
            _grow(statements, base, expression.function.name, expression)
            _keep_parameters(statements, base, expression.function.name, expression)


def _grow(statements: Statements, base: str, method: str, call: Call) -> None:
    """`names.append(x)`, `names.extend(xs)`, `d.update(e)`, `d.setdefault(k, v)` put into a collection."""
    args, at = call.args, call.end
    value: Expression | None = None
    if method in _ADDS and len(args) > _ADDS[method]:
        value = Items((args[_ADDS[method]],), at)
    elif method in ("extend", "update") and args:
        value = args[0]
    elif method == "update" and call.keywords:
        value = Mapping(tuple((None, v) if k is None else (Text(k, at), v) for k, v in call.keywords), at)
    elif method == "setdefault" and len(args) == 2:
        value = Mapping(((args[0], args[1]),), at)
    if value is not None:
        _note(statements, base + "[]", value, at)


def _set_attribute(statements: Statements, call: Call) -> None:
    """`setattr(x, "name", value)` binds x.name."""
    if isinstance(call.function, Name) and call.function.id == "setattr" and len(call.args) == 3:
        base, name, value = dotted_name(call.args[0]), call.args[1], call.args[2]
        if base is not None and isinstance(name, Text):
            _note(statements, f"{base}.{name.value}", value, call.end)


def _keep_parameters(statements: Statements, base: str, method: str, call: Call) -> None:
    """`self.save_hyperparameters()` of Lightning: `self.hparams` holds what the constructor was given.

    Given names, it holds these; given an object, that is it (lightning.ai/docs, HyperparametersMixin).
    """
    params = [p for p in statements.scopes[statements.current].params if p.kind in ("positional", "keyword")]
    if method != "save_hyperparameters" or not params or base != params[0].name:
        return
    named = {value.value for value in call.args if isinstance(value, Text)}
    objects = [value for value in call.args if not isinstance(value, Text)]
    if objects:
        _note(statements, f"{base}.hparams", objects[0], call.end)
        return
    kept = [p.name for p in params[1:] if not named or p.name in named]
    path = statements.reader.path
    pairs = tuple((Text(name, call.at), Name(name, call.at, path)) for name in kept)
    record = Call(Imported("easydict.EasyDict", call.at), (Mapping(pairs, call.at),), (), call.at, call.end)
    _note(statements, f"{base}.hparams", record, call.end)


def _note(statements: Statements, name: str, value: Expression, at: int) -> None:
    statements.reader.note(name, Binding(at, statements.reader.path, value))
