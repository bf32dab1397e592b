"""Functions and classes of which a library makes a program, their parameters its options: fire, typer and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Scope
from analyzer.values import containers, hierarchy
from analyzer.values.calling import callers
from analyzer.values.commandline import launched
from analyzer.values.objects import Cls, Dict, Env, Fn, Inst, List, Ref, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: What makes a program of what it is given.
_MAKERS = frozenset({"fire.Fire", "typer.run", "tyro.cli", "jsonargparse.CLI", "defopt.run", "clize.run", "plac.call"})


def parameter(ev: Evaluator, scope: Scope, place: int, env: Env) -> Values:
    """What command lines give a parameter of a function that is a program."""
    found = launched.given(ev, scope.params[place].name, launched.anywhere(ev, env.module))
    return found if found and (_is_decorated(ev, scope, env) or _is_handed_over(ev, env)) else ()


def _is_decorated(ev: Evaluator, scope: Scope, env: Env) -> bool:
    """`@app.command()` of typer."""
    made = (e.function if isinstance(e, Call) else e for e in scope.decorators)
    bases = (e.base for e in made if isinstance(e, Attribute) and e.name in ("command", "callback"))
    found = (v for base in bases if env.parent is not None for v in ev.evaluate(base, env.parent))
    return any(isinstance(v, Ref) and v.qualified == "typer.Typer()" for v in found)


def _is_handed_over(ev: Evaluator, env: Env) -> bool:
    """Whether a maker of programs is given the function, its class, or, as with `fire.Fire()`, the whole file."""
    owner = hierarchy.owner(ev, env.module, env.scope)
    for name in sorted({maker.rpartition(".")[2] for maker in _MAKERS}):
        for call, where in callers.calls_named(ev, env.module, name):
            if any(isinstance(v, Ref) and v.qualified in _MAKERS for v in ev.evaluate(call.function, where)):
                handed = (v for arg in call.args[:1] for v in _parts(ev, ev.evaluate(arg, where)))
                if any(_is_of(v, env, owner) for v in handed) or (not call.args and where.module == env.module):
                    return True
    return False


def _parts(ev: Evaluator, values: Values) -> Iterator[Value]:
    """The values, and what a dict or list among them holds: the commands of one program."""
    for value in values:
        if isinstance(value, Dict):
            yield from (v for _, e, env in containers.pairs(ev, value) for v in ev.evaluate(e, env))
        elif isinstance(value, List):
            yield from containers.elements(ev, (value,))
        else:
            yield value


def _is_of(value: Value, env: Env, owner: Cls | None) -> bool:
    """Whether the value is the function of this environment, its class, or an object of that."""
    if isinstance(value, Fn):
        return (value.module, value.scope) == (env.module, env.scope)
    cls = value.cls if isinstance(value, Inst) else value
    return isinstance(cls, Cls) and owner is not None and (cls.module, cls.scope) == (owner.module, owner.scope)
