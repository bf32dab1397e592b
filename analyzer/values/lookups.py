"""What objects give for a key by methods of their own: `__getitem__` and `__getattr__`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.values import attributes, hierarchy
from analyzer.values.calling import calls
from analyzer.values.objects import Arguments, Cls, Fn, Held, Inst, Unknown, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def given(ev: Evaluator, inst: Inst, method: str, keys: Values) -> Values:
    """What `__getitem__` or `__getattr__` of the object gives for a key, where the class has one."""
    own = (here for here in hierarchy.lineage(ev, inst.cls) if isinstance(here, Cls))
    if not any(method in ev.modules[here.module].scopes[here.scope].bindings for here in own):
        return ()
    key = "asked", inst, method, keys
    if key not in ev.caches:
        ev.caches[key] = ev.keep(Held(keys))
    found: list[Values] = []
    for fn in attributes.of_class(ev, inst.cls, method, inst):
        given = Arguments(((ev.caches[key], inst.cls.env),))  # type: ignore[arg-type]
        entered = calls.enter(ev, fn, given, key, inst.cls.env) if isinstance(fn, Fn) else None
        if entered is not None:
            found.append(ev.union(ev.scope(entered.module, entered.scope).returns, entered))
    return tuple(v for v in merged(*found) if not isinstance(v, Unknown))
