"""Calls that another process makes: `Actor.remote(x)` of Ray, `function.delay(x)` of Celery, `Model.bind(x)` of Serve.

They are calls of what stands before the dot, as `cached.__wrapped__(x)` is; `.options(…)` on the way gives back what
it is called on.
"""

from __future__ import annotations

from analyzer.program import Attribute, Call, Expression, last_name
from analyzer.values.objects import Bound, Cls, Fn, Value, Values

CALLING = frozenset({"remote", "delay", "bind", "spawn", "remote_gen", "__wrapped__"})
OPTIONS = frozenset({"options", "with_options"})


def called(function: Expression) -> str:
    """The last name of the function that a call is of, whoever makes the call."""
    if isinstance(function, Call) and last_name(function.function) == "delayed" and function.args:
        return last_name(function.args[0])  # `joblib.delayed(f)(x)`
    name = last_name(function)
    if name not in CALLING or not isinstance(function, Attribute):
        return name
    base = function.base
    if isinstance(base, Call) and isinstance(base.function, Attribute) and base.function.name in OPTIONS:
        base = base.function.base
    made = base.args[0] if isinstance(base, Call) and base.args else base  # `ray.remote(Actor).remote(x)`
    return last_name(made) or name


def attribute(base: Fn | Cls, name: str) -> Values:
    """What calls a function or class elsewhere is taken for it."""
    if name in CALLING:
        return (base,)
    return (Bound(base, name),) if name in OPTIONS else ()


def optioned(value: Value, name: str) -> Values:
    """`Actor.options(…)`."""
    return (value,) if isinstance(value, Fn | Cls) and name in OPTIONS else ()
