"""What a Lightning module keeps of what it is made with: `self.save_hyperparameters()`, later `self.hparams.model`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Expression, Parameter, Text, last_name
from analyzer.values import assigned, hierarchy
from analyzer.values.objects import Cls, Dict, Env, Inst, Ref, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_BASES = ("LightningModule", "LightningDataModule", "HyperparametersMixin")
_SAVE = "save_hyperparameters"


def kept(ev: Evaluator, inst: Inst, external: list[Ref]) -> Values:
    """`hparams` of an object: the parameters of the constructors that save them, and what else is saved."""
    if not any(base.qualified.endswith(_BASES) for base in external):
        return ()
    entries: list[tuple[Expression | None, Expression, Env]] = []
    others: list[Value] = []
    for here in hierarchy.lineage(ev, inst.cls):
        for env in _savers(ev, here, inst) if isinstance(here, Cls) else ():
            scope = ev.scope(env.module, env.scope)
            entries += [
                (None if param.kind == "kwargs" else Text(param.name, bound.value.at), bound.value, env)
                for param in scope.params[1:]
                for bound in scope.bindings.get(param.name, ())
                if isinstance(bound.value, Parameter)
            ]
            saved = (each for call in scope.calls if last_name(call.function) == _SAVE for each in call.args)
            others += [v for each in saved for v in ev.evaluate(each, env) if isinstance(v, Inst | Ref | Dict)]
    return (Dict(tuple(entries), more=True), *others) if entries or others else ()


def _savers(ev: Evaluator, cls: Cls, inst: Inst) -> Iterator[Env]:
    """The class's constructor, in the call that made the object where that is known, if it saves what it is given."""
    ev.read_mentioning(cls.module, _SAVE)
    for index, scope in ev.modules[cls.module].in_order():
        is_own = scope.parent == cls.scope and scope.name == "__init__"
        if is_own and any(last_name(call.function) == _SAVE for call in scope.calls):
            yield assigned.method_env(ev, cls, index, scope, inst)
