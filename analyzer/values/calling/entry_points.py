"""Functions and classes of which a library makes a program, their parameters its options: fire, typer and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Items, Operator, Param, Scope, Subscript, last_name
from analyzer.values import containers, hierarchy
from analyzer.values.calling import callers
from analyzer.values.commandline import launched
from analyzer.values.objects import Cls, Dict, Env, Fn, Inst, List, Ref, Started, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: What makes a program of what it is given.
_MAKERS = frozenset({"fire.Fire", "typer.run", "tyro.cli", "jsonargparse.CLI", "defopt.run", "clize.run", "plac.call"})
_ANY, _NAMED = "fire.Fire", "tyro.cli"  # what takes words for any parameter, and for none


def parameter(ev: Evaluator, scope: Scope, place: int, env: Env) -> Values:
    """What command lines give a parameter of a function that is a program."""
    started = launched.anywhere(ev, env.module)
    found = launched.given(ev, scope.params[place].name, started)
    if found and (_is_decorated(ev, scope, env) or _is_handed_over(ev, env)):
        return found
    return _by_place(ev, scope, place, env, started)


def _by_place(ev: Evaluator, scope: Scope, place: int, env: Env, started: Started) -> Values:
    """What words without an option give it: fire takes them for any parameter, others for those that must be given."""
    numbers = {True: place + 1, False: _number(scope, place)}
    given = {every: ev.launched((str(number),), started) for every, number in numbers.items() if number}
    if not any(given.values()) or hierarchy.owner(ev, env.module, env.scope) is not None:
        return ()
    key = "maker", env.module, env.scope
    if key not in ev.caches:
        ev.caches[key] = "typer" if _is_only_command(ev, scope, env) else _maker(ev, env)
    maker = ev.caches[key]
    return given.get(maker == _ANY, ()) if maker and maker != _NAMED else ()


def _number(scope: Scope, place: int) -> int:
    """The number of the parameter among those that are given by their place; 0 if it is an option."""
    placed = [index for index, param in enumerate(scope.params) if _is_placed(param)]
    return placed.index(place) + 1 if place in placed else 0


def _is_placed(param: Param) -> bool:
    """Whether a value has to be given: it has no default, or is declared as an argument of typer."""
    declared = {last_name(call.function) for each in (param.default, param.annotation) for call in _declaring(each)}
    return "Argument" in declared or (param.default is None and "Option" not in declared)


def _declaring(expression: Expression | None) -> Iterator[Call]:
    """`typer.Argument(…)`, also within `Annotated[str, …]`."""
    match expression:
        case Call():
            yield expression
        case Operator(operands=operands) | Items(items=operands):
            for each in operands:
                yield from _declaring(each)
        case Subscript(key=key):
            yield from _declaring(key)


def _is_only_command(ev: Evaluator, scope: Scope, env: Env) -> bool:
    """Whether it is the one command of its file: the words of one of several begin with its name."""
    scopes = ev.modules[env.module].scopes
    several = sum(any(_is_command(e) for e in each.decorators) for each in scopes) > 1
    return not several and _is_decorated(ev, scope, env)


def _is_command(expression: Expression) -> bool:
    function = expression.function if isinstance(expression, Call) else expression
    return isinstance(function, Attribute) and function.name == "command"


def _maker(ev: Evaluator, env: Env) -> str:
    """What makes a program of the function itself, and of nothing else."""
    for call, where, maker in _making(ev, env.module):
        handed = [v for arg in call.args[:1] for v in ev.evaluate(arg, where)]
        if len(handed) == 1 and isinstance(handed[0], Fn) and _is_of(handed[0], env, None):
            return maker
    return ""


def _making(ev: Evaluator, module: int) -> Iterator[tuple[Call, Env, str]]:
    """The calls that make programs, with what they call."""
    for name in sorted({maker.rpartition(".")[2] for maker in _MAKERS}):
        for call, where in callers.calls_named(ev, module, name):
            for value in ev.evaluate(call.function, where):
                if isinstance(value, Ref) and value.qualified in _MAKERS:
                    yield call, where, value.qualified


def _is_decorated(ev: Evaluator, scope: Scope, env: Env) -> bool:
    """`@app.command()` of typer."""
    made = (e.function if isinstance(e, Call) else e for e in scope.decorators)
    bases = (e.base for e in made if isinstance(e, Attribute) and e.name in ("command", "callback"))
    found = (v for base in bases if env.parent is not None for v in ev.evaluate(base, env.parent))
    return any(isinstance(v, Ref) and v.qualified == "typer.Typer()" for v in found)


def _is_handed_over(ev: Evaluator, env: Env) -> bool:
    """Whether a maker of programs is given the function, its class, or, as with `fire.Fire()`, the whole file."""
    owner = hierarchy.owner(ev, env.module, env.scope)
    for call, where, _ in _making(ev, env.module):
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
