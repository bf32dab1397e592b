"""`model.onnx_path or model.path`: of each record the first that it has, not the first of one and the second of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Choice, Expression, Subscript, Text, dotted
from analyzer.values import attributes, containers
from analyzer.values.objects import DEFAULTS, Const, Dict, Env, Inst, Str, Unknown, Value, Values, is_one_record, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_RECORDS = 64


def by_record(ev: Evaluator, choice: Choice, env: Env) -> Values:
    """What the choice gives, record by record; nothing where it is no choice between parts of one."""
    base = _base(choice.options[0]) if choice.first else None
    name = dotted(base) if base is not None else None
    if base is None or name is None or not all(_is_part(each, name[1]) for each in choice.options):
        return ()
    held = ev.evaluate(base, env)
    records = [value for value in held if isinstance(value, Dict | Inst)]
    others = tuple(value for value in held if isinstance(value, Unknown))
    rest = len(held) - len(records) - len(others) - held.count(Const(None))
    if rest or not 0 < len(records) <= _MAX_RECORDS:
        return ()
    return merged(*(_first(ev, choice, record) for record in records), others)


def _base(part: Expression) -> Expression | None:
    """`x` of `x.a` and `x["a"]`."""
    if isinstance(part, Attribute) or (isinstance(part, Subscript) and isinstance(part.key, Text)):
        return part.base
    return None


def _is_part(part: Expression, name: str) -> bool:
    base = _base(part)
    found = dotted(base) if base is not None else None
    return found is not None and found[1] == name


def _is_there(values: Values) -> bool:
    """Whether the record has it: a text is known, and nothing that says it can lack it."""
    texts = [value for value in values if isinstance(value, Str)]
    is_given = all((value.text or value.partial) and value.step not in DEFAULTS for value in texts)
    return bool(texts) and is_given and not any(isinstance(value, Const) for value in values)


def _first(ev: Evaluator, choice: Choice, record: Value) -> Values:
    """What one record gives: the parts before one that is there, and that one."""
    found: list[Values] = []
    for part in choice.options:
        values = _of(ev, record, part)
        found.append(values)
        if is_one_record(record) and _is_there(values):
            break
    return merged(*found)


def _of(ev: Evaluator, record: Value, part: Expression) -> Values:
    if isinstance(part, Attribute):
        return attributes.attribute(ev, record, part.name)
    assert isinstance(part, Subscript)
    assert isinstance(part.key, Text)
    return containers.item(ev, (record,), (Str(part.key.value, 0, 0),))
