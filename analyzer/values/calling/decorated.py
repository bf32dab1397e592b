"""What the decorator of a function gives a parameter: click's options, pytest's parameters, Hydra's config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Opaque, Param, Scope, Text, last_name
from analyzer.values.calling import validators
from analyzer.values.commandline import declarations
from analyzer.values.commandline.launched import anywhere
from analyzer.values.configs import hydra_configs, sacred_configs
from analyzer.values.objects import Const, Dict, Env, Fn, Held, Str, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_NO_CALL = Call(Opaque("call_not_followed", 0), (), (), 0, 0)


def given(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What a decorator gives a parameter: the default of `@click.option("--name", default=…)`, Hydra's config."""
    if param.kind == "kwargs" and env.parent is not None:
        return _every_option(ev, scope, env.parent)
    found: list[Values] = []
    number = 0
    is_alone = any(_is_command(expression) for expression in scope.decorators)
    for expression in scope.decorators:
        if not isinstance(expression, Call) or env.parent is None:
            continue
        number += declarations.method(expression) == "argument"
        if declarations.method(expression) == "parametrize":
            found.append(_parametrized(ev, expression, param, env.parent))
        if declarations.method(expression) not in ("option", "argument"):
            continue
        if param.name in _named_by(ev, expression, env.parent):
            place = number if is_alone and declarations.method(expression) == "argument" else None
            started = anywhere(ev, env.module)
            found.append(declarations.of_call(ev, expression, env.parent, param.name, started, place))
    return merged(
        relabel(merged(*found), "option_default"),
        _fixture(ev, scope, param, env),
        validators.handed(ev, scope, param, env),
        hydra_configs.handed(ev, scope, param, env),
        sacred_configs.handed(ev, scope, param, env),
    )


def _is_command(expression: Expression) -> bool:
    """`@click.command()`: one that is no part of a group, whose names come first."""
    function = expression.function if isinstance(expression, Call) else expression
    return isinstance(function, Attribute) and function.name == "command" and last_name(function.base) == "click"


def _parametrized(ev: Evaluator, call: Call, param: Param, env: Env) -> Values:
    """`@pytest.mark.parametrize("a,b", [(1, 2), …])`: what it gives a parameter of the test."""
    from analyzer.values import containers
    from analyzer.values.calling import calls

    arguments = calls.arguments_of(call, env)
    listed = calls.argument(ev, arguments, ("argnames",), 0) or ()
    names = [name.strip() for value in listed if isinstance(value, Str) for name in value.text.split(",")]
    if param.name not in names:
        return ()
    values = containers.elements(ev, calls.argument(ev, arguments, ("argvalues",), 1) or ())
    if len(names) > 1:
        values = containers.item(ev, values, (Const(names.index(param.name)),))
    return relabel(values, "call_argument")


def _fixture(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What pytest passes to a test, or to another fixture: what the fixture of the parameter's name gives or yields."""
    from analyzer.values import containers
    from analyzer.values.calling import calls

    if not (scope.name.startswith("test") or _is_fixture(scope)):
        return ()
    found: list[Values] = []
    named = [n for n, other in enumerate(ev.modules[env.module].scopes) if other.name == param.name]
    for index in named:
        other = ev.scope(env.module, index)
        if other is not scope and _is_fixture(other):
            fixture = Fn(env.module, index, ev.env(env.module, other.parent))
            given = calls.apply(ev, fixture, _NO_CALL, env)
            found.append(containers.elements(ev, given) if other.yields else given)
    return relabel(merged(*found), "call_argument")


def _is_fixture(scope: Scope) -> bool:
    functions = (d.function if isinstance(d, Call) else d for d in scope.decorators)
    return any(last_name(function) == "fixture" for function in functions)


def _named_by(ev: Evaluator, option: Call, env: Env) -> list[str]:
    """The parameter that `@click.option("--name", …)` or `@click.argument("name")` fills, if it says so."""
    names = [v.text for arg in option.args for v in ev.evaluate(arg, env) if isinstance(v, Str)]
    if declarations.method(option) == "argument":
        names = [name.replace("-", "_").lower() for name in names]
    plain = [name for name in names if name.isidentifier()]
    dest = plain or [name.split("/")[0].lstrip("-").replace("-", "_").lower() for name in names if name[:2] == "--"]
    return dest[:1]


def _every_option(ev: Evaluator, scope: Scope, env: Env) -> Values:
    """What `**kwargs` of a command holds: each option that no other parameter takes."""
    taken = {param.name for param in scope.params}
    entries: list[tuple[Expression | None, Expression, Env]] = []
    for expression in scope.decorators:
        if isinstance(expression, Call) and declarations.method(expression) in ("option", "argument"):
            for name in _named_by(ev, expression, env):
                if name not in taken:
                    given = relabel(
                        declarations.of_call(ev, expression, env, name, anywhere(ev, env.module)), "option_default"
                    )
                    entries.append((Text(name, expression.at), ev.keep(Held(given)), env))
    return (Dict(tuple(entries), more=True),) if entries else ()
