"""What the decorator of a function gives a parameter: click's options, pytest's parameters, Hydra's config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Param, Scope, Text, last_name
from analyzer.values.calling import contexts, fixtures, validators
from analyzer.values.commandline import command_options, declarations
from analyzer.values.commandline.launched import anywhere
from analyzer.values.configs import hydra_configs, sacred_configs
from analyzer.values.objects import Dict, Env, Held, Str, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def given(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What a decorator gives a parameter: the default of `@click.option("--name", default=…)`, Hydra's config."""
    if param.kind == "kwargs" and env.parent is not None:
        return _every_option(ev, scope, env)
    found: list[Values] = []
    number = 0
    is_alone = any(_is_command(expression) for expression in scope.decorators)
    for option, where in command_options.of_function(ev, scope, env):
        is_argument = declarations.method(option) == command_options.ARGUMENT
        number += is_argument
        if param.name in _named_by(ev, option, where):
            place = number if is_alone and is_argument else None
            found.append(declarations.of_call(ev, option, where, param.name, anywhere(ev, env.module), place))
    return merged(
        relabel(merged(*found), "option_default"),
        fixtures.given(ev, scope, param, env),
        contexts.handed(ev, scope, param, env),
        validators.handed(ev, scope, param, env),
        hydra_configs.handed(ev, scope, param, env),
        sacred_configs.handed(ev, scope, param, env),
    )


def _is_command(expression: Expression) -> bool:
    """`@click.command()`: one that is no part of a group, whose names come first."""
    function = expression.function if isinstance(expression, Call) else expression
    return isinstance(function, Attribute) and function.name == "command" and last_name(function.base) == "click"


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
    for option, where in command_options.of_function(ev, scope, env):
        for name in _named_by(ev, option, where):
            if name not in taken:
                held = declarations.of_call(ev, option, where, name, anywhere(ev, env.module))
                entries.append((Text(name, option.at), ev.keep(Held(relabel(held, "option_default"))), where))
    return (Dict(tuple(entries), more=True),) if entries else ()
