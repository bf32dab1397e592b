"""Copies of records with some of their fields replaced: `replace(settings, model=…)`, `model_copy(update={…})`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Text
from analyzer.values import containers, hierarchy
from analyzer.values.calling import passing
from analyzer.values.objects import Arguments, Cls, Dict, Env, Frame, Held, Inst

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_REPLACES = "_replace"
METHODS = frozenset({"model_copy", "copy", _REPLACES})


def is_record(ev: Evaluator, inst: Inst) -> bool:
    """Whether the object's class, or one above it, is a record."""
    classes = (cls for cls in hierarchy.lineage(ev, inst.cls) if isinstance(cls, Cls))
    return any(hierarchy.is_record(ev, cls, ev.modules[cls.module].scopes[cls.scope]) for cls in classes)


def made(ev: Evaluator, inst: Inst, given: Arguments, env: Env) -> Inst:
    """The copy of a record in which what is given stands for its fields; the rest is as in the record itself."""
    key = "copy", inst, given
    if key not in ev.caches:
        rest = ev.keep(Held((inst,)))
        ev.caches[key] = Frame(Arguments((), (*given.keywords, (None, rest, env))), None, 1)
    return Inst(inst.cls, ev.caches[key])  # type: ignore[arg-type]


def by_method(ev: Evaluator, inst: Inst, arguments: Arguments, env: Env) -> Inst:
    """`record.model_copy(update={…})`, `record._replace(name=…)`."""
    update = passing.keyword(ev, arguments, "update")
    if update is None:
        return made(ev, inst, Arguments((), tuple(k for k in arguments.keywords if k[0] != "deep")), env)
    entries = (entry for value in update if isinstance(value, Dict) for entry in containers.pairs(ev, value))
    named = tuple((key.value, value, where) for key, value, where in entries if isinstance(key, Text))
    return made(ev, inst, Arguments((), named), env)
